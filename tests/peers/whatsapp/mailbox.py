"""What waits for a linked device: pushed when it is here, kept until acknowledged, told again at login."""

from collections import defaultdict

from tests.peers.whatsapp.connection import Lines
from tests.peers.whatsapp.nodes import Node, decode, encode
from tests.peers.whatsapp.people import Companion
from tests.peers.whatsapp.store import Store

Device = tuple[str, int]
Stanza = tuple[str, str, str]  # tag, id, type


class Mailbox:
    """deliver() puts a stanza in, acknowledged() takes it out."""

    def __init__(self, store: Store, lines: Lines) -> None:
        self._store, self._lines = store, lines
        self._waiting: defaultdict[Device, dict[Stanza, Node]] = defaultdict(dict)
        for _, (device, frame) in store.all("waiting/"):
            node = decode(frame)
            self._waiting[device][_stanza(node)] = node

    async def deliver(self, companion: Companion, node: Node) -> None:
        stanza = _stanza(node)
        self._waiting[companion.key][stanza] = node
        self._store.put(_name(companion.key, stanza), (companion.key, encode(node)))
        line = self._lines.of(companion)
        if line and line.ready:
            await line.send(node)

    def waiting(self, companion: Companion) -> list[Node]:
        """The oldest first."""
        return list(self._waiting[companion.key].values())

    def acknowledged(self, companion: Companion, tag: str, id: str, type: str | None = None) -> None:
        """`type` None: whatever its type."""
        box = self._waiting[companion.key]
        for stanza in [s for s in box if s[:2] == (tag, id) and type in (None, s[2])]:
            del box[stanza]
            self._store.forget(_name(companion.key, stanza))

    def thrown_away(self, companion: Companion) -> None:
        """The device is linked no more."""
        for tag, id, type in list(self._waiting[companion.key]):
            self.acknowledged(companion, tag, id, type)

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))


def _stanza(node: Node) -> Stanza:
    return node.tag, node["id"], node["type"]


def _name(device: Device, stanza: Stanza) -> str:
    return "/".join(("waiting", device[0], str(device[1]), *stanza))

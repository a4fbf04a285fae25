"""What the recipient's phone says about a message: it is here, it was read, send it again."""

import asyncio
import time
from dataclasses import dataclass

from tests.peers.whatsapp.ledger import Entry, Ledger
from tests.peers.whatsapp.mailbox import Mailbox
from tests.peers.whatsapp.nodes import JID, LID, Attribute, Node
from tests.peers.whatsapp.people import People, key_nodes, lid_of
from tests.peers.whatsapp.ratchet import DJB


@dataclass
class Manners:
    """How everybody's phones behave. Seconds; None: never."""

    delivered_after_s: float | None = 0.0
    read_after_s: float | None = 0.02
    retry: bool = True  # ask for a message again that cannot be read


class Receipts:
    """Sends them to the linked device that sent the message, in the background."""

    def __init__(self, people: People, ledger: Ledger, mailbox: Mailbox) -> None:
        self._people, self._ledger, self._mailbox = people, ledger, mailbox
        self.manners = Manners()
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, entry: Entry) -> None:
        """The phone has got it, now or as soon as it is reachable."""
        if self._people.account(entry.to).online:
            self._keep(asyncio.create_task(self._tell(entry)))

    def begin_all(self, to: str = "") -> None:
        """Whatever was not said yet: after a restart, or by a phone (`to`) that is reachable again."""
        for entry in self._ledger:
            if entry.arrived and not entry.delivered and to in ("", entry.to):
                self.begin(entry)

    def stop(self) -> None:
        for task in self._under_way:
            task.cancel()

    async def read(self, entry: Entry) -> None:
        """Somebody looks at it now."""
        self._ledger.read(entry)
        await self._receipt(entry, "read")

    async def _tell(self, entry: Entry) -> None:
        if entry.error:
            if self.manners.retry:
                await self._ask_again(entry)
        elif self.manners.delivered_after_s is not None:
            await asyncio.sleep(self.manners.delivered_after_s)
            self._ledger.delivered(entry)
            await self._receipt(entry, None)
            if self.manners.read_after_s is not None:
                await asyncio.sleep(self.manners.read_after_s)
                await self.read(entry)

    async def _receipt(self, entry: Entry, type: str | None, *children: Node) -> None:
        companion = self._people.companion(entry.session, entry.device)
        sender = JID(lid_of(entry.to), LID)
        attrs: dict[str, Attribute] = {"from": sender, "id": entry.id, "type": type, "t": int(time.time())}
        if companion:
            await self._mailbox.deliver(companion, Node("receipt", attrs, children or None))

    async def _ask_again(self, entry: Entry) -> None:
        account = self._people.account(entry.to)
        keys = account.device.bundle()
        self._people.save(account)
        again: dict[str, Attribute] = {"v": "1", "count": "1", "id": entry.id, "t": int(entry.time)}
        await self._receipt(
            entry,
            "retry",
            Node("retry", again),
            Node("registration", {}, keys.registration.to_bytes(4, "big")),
            Node("keys", {}, [Node("type", {}, DJB), *key_nodes(keys)]),
        )

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

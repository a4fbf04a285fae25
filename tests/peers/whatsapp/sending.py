"""A message comes in: written down, opened by the recipient's phone, answered."""

import asyncio
import time

from tests.peers.whatsapp.connection import Connection
from tests.peers.whatsapp.faults import Do, Fault, Faults
from tests.peers.whatsapp.ledger import Entry, Ledger
from tests.peers.whatsapp.media import KINDS, Media
from tests.peers.whatsapp.nodes import Attribute, Node
from tests.peers.whatsapp.people import Account, Companion, People, phone_of
from tests.peers.whatsapp.protobuf import dec, raw
from tests.peers.whatsapp.ratchet import SignalError
from tests.peers.whatsapp.receipts import Receipts

NEW_CHATS_REFUSED = 463


class Sending:
    """The road of a message from the line to the phone."""

    def __init__(
        self, people: People, ledger: Ledger, faults: Faults, receipts: Receipts, media: Media
    ) -> None:
        self._people, self._ledger, self._faults = people, ledger, faults
        self._receipts, self._media = receipts, media
        self._late: set[asyncio.Task[None]] = set()

    async def take(self, line: Connection, node: Node) -> None:
        companion = line.companion
        assert companion
        entry = Entry(companion.phone, companion.number, node["id"], phone_of(node.jid("to")), time.time())
        known = self._ledger.get(entry.key)
        fault = self._faults.of_message(known or entry)
        if fault and fault.do is Do.DROP_BEFORE:
            line.drop()
            return
        if known:
            entry = known
            fresh = self._came_again(companion, node, entry)
        else:
            fresh = self._came(companion, node, entry, fault)
        if fault and fault.do is Do.GARBLE:
            entry.error = "garbled on the way"
            self._ledger.write(entry)
        if fault and fault.do is Do.DROP_AFTER:
            line.drop()
        elif not (fault and fault.do is Do.NO_ACK):
            await self._acknowledge(line, node, entry, fault)
        if fresh and not entry.refused and not (fault and fault.do is Do.NO_RECEIPTS):
            self._receipts.begin(entry)

    def stop(self) -> None:
        for task in self._late:
            task.cancel()

    def _came(self, companion: Companion, node: Node, entry: Entry, fault: Fault | None) -> bool:
        """Whether the phone has something to say about it."""
        recipient = self._people.account(entry.to)
        sender = self._people.account(entry.session)
        token = self._people.token(recipient.phone, sender.phone)
        entry.trusted = token is not None and node.data("tctoken") == token
        if fault and fault.do is Do.ACK_ERROR:
            entry.refused = fault.code
        elif sender.restricted and not entry.trusted:
            entry.refused = NEW_CHATS_REFUSED
        if not entry.refused:
            self._open(companion, node, entry, recipient)
        self._keep(entry, recipient)
        return True

    def _came_again(self, companion: Companion, node: Node, entry: Entry) -> bool:
        """The same id once more: to be answered like the first time, and shown only once."""
        entry.copies += 1
        recipient, asked_again = self._people.account(entry.to), bool(entry.error and not entry.refused)
        if asked_again:
            entry.error = None
            self._open(companion, node, entry, recipient)
        self._keep(entry, recipient)
        return asked_again

    def _keep(self, entry: Entry, recipient: Account) -> None:
        """The ledger first: a phone that has turned its ratchet cannot read the same message again."""
        self._ledger.write(entry)
        self._people.save(recipient)

    async def _acknowledge(self, line: Connection, node: Node, entry: Entry, fault: Fault | None) -> None:
        attrs: dict[str, Attribute] = {
            "class": "message",
            "id": entry.id,
            "from": node.jid("to"),
            "t": int(time.time()),
            "error": entry.refused or None,
        }
        if fault and fault.do is Do.ACK_DELAY:
            task = asyncio.create_task(line.later(fault.seconds, Node("ack", attrs)))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        else:
            await line.send(Node("ack", attrs))

    def _open(self, companion: Companion, node: Node, entry: Entry, recipient: Account) -> None:
        """The recipient's phone decrypts its copy."""
        if not recipient.on_whatsapp:
            entry.error = "not on WhatsApp"
            return
        enc = _copy_for(recipient, node)
        if enc is None or not isinstance(enc.content, bytes):
            entry.error = "not encrypted for the recipient"
            return
        try:
            plaintext = recipient.device.decrypt(str(companion.lid), enc["type"], enc.content)
            self._read(entry, plaintext)
        except (SignalError, KeyError, ValueError, IndexError) as e:
            entry.error = f"{type(e).__name__}: {e}"

    def _read(self, entry: Entry, plaintext: bytes) -> None:
        message = dec(plaintext)
        if 53 in message:  # a document with a caption is wrapped
            message = dec(raw(dec(raw(message, 53)), 1))
        kind = next((number for number in KINDS if number in message), None)
        if kind:
            entry.caption, entry.media = self._media.look_at(kind, raw(message, kind))
        elif 1 in message:
            entry.text = raw(message, 1).decode()
        elif 6 in message:
            entry.text = raw(dec(raw(message, 6)), 1).decode()
        else:
            entry.text = f"<parts {sorted(message)}>"


def _copy_for(recipient: Account, node: Node) -> Node | None:
    """A message carries one copy for each device; an answer to a retry is for one device, and not wrapped."""
    for to in (node.find("participants") or Node("")).children:
        if phone_of(to.jid("jid")) == recipient.phone and not to.jid("jid").device:
            return to.find("enc")
    return node.find("enc")

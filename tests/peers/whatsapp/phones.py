"""What the owners of phones do: write, read, unlink, lose the network, put in a new phone."""

import os
import time
from functools import partial

from tests.peers.whatsapp.connection import Lines, new_id
from tests.peers.whatsapp.device import Device
from tests.peers.whatsapp.ledger import Ledger
from tests.peers.whatsapp.mailbox import Mailbox
from tests.peers.whatsapp.nodes import JID, Attribute, Node
from tests.peers.whatsapp.people import Account, Companion, People, phone_of
from tests.peers.whatsapp.protobuf import enc
from tests.peers.whatsapp.receipts import Receipts


class Phones:
    """A number stands for its owner; digits only, without the plus."""

    def __init__(
        self, people: People, lines: Lines, mailbox: Mailbox, ledger: Ledger, receipts: Receipts
    ) -> None:
        self._people, self._lines, self._mailbox = people, lines, mailbox
        self._ledger, self._receipts = ledger, receipts

    async def say(self, sender: str, to: str, text: str) -> str:
        """Write to somebody, on the phone; every linked device of `to` hears it. The message's id.

        A phone trusts whom it writes to, as in life.
        """
        await self.trust(sender, to)
        return await self._write(self._people.account(sender), self._people.account(to), enc({1: text}))

    async def trust(self, person: str, whom: str) -> None:
        """Give `whom` the token with which it may write to this person at any time."""
        giver, receiver = self._people.account(person), self._people.account(whom)
        now = int(time.time())
        token = Node("token", {"type": "trusted_contact", "t": now}, self._people.trust(person, whom))
        for companion in list(receiver.companions.values()):
            attrs: dict[str, Attribute] = {
                "from": JID(giver.phone),
                "sender_lid": giver.lid,
                "type": "privacy_token",
                "id": new_id(),
                "t": now,
            }
            await self._mailbox.deliver(companion, Node("notification", attrs, [Node("tokens", {}, [token])]))

    def trusted_by_device(self, companion: Companion, whom: list[JID]) -> None:
        """A linked device has given these people a token on its owner's behalf."""
        for phone in map(phone_of, whom):
            self._people.trust(companion.phone, phone)

    async def read_all(self, person: str) -> None:
        """Open every chat: whatever was delivered is read now."""
        for entry in self._ledger:
            if entry.to == person and entry.delivered and not entry.read:
                await self._receipts.read(entry)

    def ban(self, phone: str, code: int, seconds: float) -> None:
        """WhatsApp throws the number out for a while: 101, too many people; 104, the same text too often."""
        account = self._people.account(phone)
        account.ban_code, account.ban_until = code, time.time() + seconds
        self._people.save(account)
        for line in self._lines.of_phone(phone):
            line.drop()

    async def unlink(self, phone: str, *, told: bool = True) -> None:
        """Remove every linked device. It is not `told` where the phone was away for two weeks."""
        account = self._people.account(phone)
        for companion in list(account.companions.values()):
            self.forget(companion)
            line = self._lines.of(companion)
            if line and told:
                await line.stream_error("401", Node("conflict", {"type": "device_removed"}))

    def forget(self, companion: Companion) -> None:
        """The device is linked no more."""
        account = self._people.account(companion.phone)
        account.companions.pop(companion.number, None)
        self._people.save(account)
        self._mailbox.thrown_away(companion)

    def reinstall(self, person: str) -> None:
        """WhatsApp is put on the phone anew: what is sent to the old keys cannot be read."""
        account = self._people.account(person)
        account.device = Device(identity=account.device.identity)
        self._people.save(account)

    def set_online(self, phone: str, online: bool) -> None:
        """No network: nothing reaches the phone, and it can link nothing. Later it hears what it missed."""
        account = self._people.account(phone)
        account.online = online
        self._people.save(account)
        if online:
            self._receipts.begin_all(to=phone)

    async def _write(self, sender: Account, to: Account, plaintext: bytes) -> str:
        id = "3A" + os.urandom(9).hex().upper()
        for companion in list(to.companions.values()):
            address = str(companion.lid)
            keys = partial(self._people.take_bundle, companion)
            kind, data = sender.device.encrypt(address, plaintext, keys)
            self._people.save(sender)
            attrs: dict[str, Attribute] = {
                "from": sender.lid,
                "sender_pn": JID(sender.phone),
                "id": id,
                "t": int(time.time()),
                "type": "text",
                "notify": sender.phone,
                "addressing_mode": "lid",
            }
            await self._mailbox.deliver(
                companion, Node("message", attrs, [Node("enc", {"v": "2", "type": kind}, data)])
            )
        return id

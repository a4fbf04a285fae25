"""Everybody on WhatsApp: a phone number, the phone with its keys, and what is linked to it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.peers.whatsapp.device import Device
from tests.peers.whatsapp.nodes import JID, LID, PN, SERVER, Node
from tests.peers.whatsapp.ratchet import Bundle
from tests.peers.whatsapp.store import Store

TOKEN_SIZE = 16


def lid_of(phone: str) -> str:
    """The number behind which WhatsApp hides a phone number."""
    return "2" + phone.zfill(14)


def phone_of(jid: JID) -> str:
    return jid.user[1:].lstrip("0") if jid.server == LID else jid.user


@dataclass
class Companion:
    """A linked device as the server and its phone know it."""

    phone: str
    number: int
    noise: bytes  # its long-lived public key of the connection
    keys: Bundle  # without one-time prekeys
    prekeys: dict[int, bytes] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int]:
        return self.phone, self.number

    @property
    def lid(self) -> JID:
        return JID(lid_of(self.phone), LID, self.number)

    @property
    def pn(self) -> JID:
        return JID(self.phone, PN, self.number)


@dataclass
class Account:
    """A phone number: every recipient is one, and so is every merchant. Digits only, without the plus."""

    phone: str
    device: Device = field(default_factory=Device)
    companions: dict[int, Companion] = field(default_factory=dict)
    linked_ever: int = 0
    on_whatsapp: bool = True
    online: bool = True  # the phone is reachable
    passkey: bool = False  # nothing is linked without a passkey
    restricted: bool = False  # may write only to people who trust it
    failure: str | None = None  # the reason that turns every login away: "405", "503", …
    ban_code: int = 0
    ban_until: float = 0  # seconds since 1970

    @property
    def lid(self) -> JID:
        return JID(lid_of(self.phone), LID)


class People:
    """Everybody, by number. Who has never been met exists all the same, as in life."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._accounts: dict[str, Account] = {a.phone: a for _, a in store.all("account/")}
        self._tokens: dict[tuple[str, str], bytes] = {t[:2]: t[2] for _, t in store.all("token/")}

    def account(self, phone: str) -> Account:
        if phone not in self._accounts:
            self._accounts[phone] = Account(phone)
        return self._accounts[phone]

    def exists(self, phone: str) -> bool:
        return phone.isdigit() and self.account(phone).on_whatsapp

    def by_jid(self, jid: JID) -> Account | None:
        """Whom an address means; None where the number is not on WhatsApp."""
        phone = phone_of(jid)
        return self.account(phone) if jid != SERVER and self.exists(phone) else None

    def save(self, account: Account) -> None:
        """Keep what has changed, before anybody hears of it."""
        self._store.put(f"account/{account.phone}", account)

    def companion(self, phone: str, number: int) -> Companion | None:
        return self.account(phone).companions.get(number)

    def take_bundle(self, companion: Companion) -> Bundle:
        """The linked device's keys with one of its one-time prekeys, which is used up."""
        keys = companion.keys
        spk = (keys.registration, keys.identity, keys.spk_id, keys.spk, keys.spk_signature)
        if not companion.prekeys:
            return Bundle(*spk)
        number = next(iter(companion.prekeys))
        opk = companion.prekeys.pop(number)
        self.save(self.account(companion.phone))
        return Bundle(*spk, number, opk)

    def trust(self, person: str, whom: str) -> bytes:
        """The token with which `whom` may write to `person` at any time."""
        if (person, whom) not in self._tokens:
            token = self._tokens[person, whom] = os.urandom(TOKEN_SIZE)
            self._store.put(f"token/{person}/{whom}", (person, whom, token))
        return self._tokens[person, whom]

    def token(self, person: str, whom: str) -> bytes | None:
        """The same, where it was given."""
        return self._tokens.get((person, whom))

    def __iter__(self) -> Iterator[Account]:
        return iter(list(self._accounts.values()))


def key_nodes(keys: Bundle) -> list[Node]:
    """A device's public keys as they stand in a stanza."""
    nodes = [Node("identity", {}, keys.identity)]
    if keys.opk is not None and keys.opk_id is not None:
        nodes.append(Node("key", {}, _numbered(keys.opk_id, keys.opk)))
    signed = [*_numbered(keys.spk_id, keys.spk), Node("signature", {}, keys.spk_signature)]
    return [*nodes, Node("skey", {}, signed)]


def _numbered(number: int, key: bytes) -> list[Node]:
    return [Node("id", {}, number.to_bytes(3, "big")), Node("value", {}, key)]

"""Linking a device: the QR code that a phone scans, and the code that is typed into it."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import os
import time
from dataclasses import dataclass
from functools import partial

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.peers.whatsapp.connection import Connection, new_id
from tests.peers.whatsapp.curve import KeyPair, hkdf, verify
from tests.peers.whatsapp.nodes import SERVER, Attribute, Node
from tests.peers.whatsapp.people import Account, Companion, People
from tests.peers.whatsapp.protobuf import Fields, dec, enc, raw
from tests.peers.whatsapp.ratchet import DJB, Bundle

REFS = 6  # a QR code is renewed so many times
ROUNDS = 2 << 16  # of the code's key
BUNDLE_KEY = b"link_code_pairing_key_bundle_encryption_key"
log = logging.getLogger(__name__)


class CannotLink(Exception):
    """The phone says why."""


@dataclass
class Offer:
    """A code that waits to be typed into the phone."""

    line: Connection
    ref: bytes
    wrapped: bytes  # the companion's key: salt 32, iv 16, key 32
    shown_as: str  # "Chrome (Linux)"
    ephemeral: KeyPair | None = None  # the phone's, once the code was typed
    companion_ephemeral: bytes = b""


class Pairing:
    """Codes on offer, and the links that are being made."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._refs: dict[str, Connection] = {}
        self._offers: dict[str, Offer] = {}  # by the phone's number
        self._linking: dict[Connection, tuple[Companion, bytes]] = {}

    @property
    def offered(self) -> dict[str, str]:
        """The phones that a code waits for, and what they would be linked with."""
        return {phone: offer.shown_as for phone, offer in self._offers.items()}

    # --- what the client does ---

    async def begin(self, line: Connection, wish: Fields) -> None:
        """A new device says hello: it gets the references that its QR codes are made of."""
        keys = Bundle(
            registration=int.from_bytes(raw(wish, 1), "big"),
            identity=raw(wish, 3),
            spk_id=int.from_bytes(raw(wish, 4), "big"),
            spk=raw(wish, 5),
            spk_signature=raw(wish, 6),
        )
        if not verify(keys.identity, DJB + keys.spk, keys.spk_signature):
            raise ValueError("the signed prekey is not signed")
        line.wants = keys
        refs = [os.urandom(12).hex() for _ in range(REFS)]
        self._refs |= dict.fromkeys(refs, line)
        await line.ask("md", Node("pair-device", {}, [Node("ref", {}, ref.encode()) for ref in refs]))

    async def hello(self, line: Connection, iq: Node, wish: Node) -> None:
        """The device wants a code for this phone number."""
        phone = wish.jid("jid").user
        if not self._people.exists(phone):
            await line.error(iq, 400, "bad-request")
            return
        ref = os.urandom(12).hex().encode()
        wrapped = wish.data("link_code_pairing_wrapped_companion_ephemeral_pub")
        shown_as = wish.data("companion_platform_display").decode()
        self._offers[phone] = Offer(line, ref, wrapped, shown_as)
        told = {"stage": "companion_hello"}
        answer = Node("link_code_companion_reg", told, [Node("link_code_pairing_ref", {}, ref)])
        await line.result(iq, answer)

    async def finish(self, line: Connection, iq: Node, wish: Node) -> None:
        """The device has read what the phone sent: it used the same code if this can be opened."""
        await line.result(iq)
        phone = wish.jid("jid").user
        offer = self._offers.get(phone)
        if offer is None or offer.ephemeral is None or offer.ref != wish.data("link_code_pairing_ref"):
            return  # a newer code has taken its place
        del self._offers[phone]
        bundle = wish.data("link_code_pairing_wrapped_key_bundle")
        shared = offer.ephemeral.dh(offer.companion_ephemeral)
        try:
            key = AESGCM(hkdf(shared, bundle[:32], BUNDLE_KEY, 32))
            plain = key.decrypt(bundle[32:44], bundle[44:], None)
        except InvalidTag:
            log.warning("a wrong code was typed on %s", phone)
            return
        identity, random = plain[:32], plain[64:]
        shared += self._people.account(phone).device.identity.dh(identity) + random
        await self._link(line, phone, identity, hkdf(shared, None, b"adv_secret", 32))

    async def linked(self, line: Connection, iq: Node) -> None:
        """The device has signed: it is linked, and logs in on a new connection."""
        companion, details = self._linking.pop(line)
        signed = dec(iq.data("pair-device-sign", "device-identity"))
        account = self._people.account(companion.phone)
        text = b"\x06\x01" + details + companion.keys.identity + account.device.identity.pub
        if raw(signed, 1) != details or not verify(companion.keys.identity, text, raw(signed, 4)):
            raise ValueError("the device's signature is wrong")
        account.companions[companion.number] = companion
        self._people.save(account)
        await line.stream_error("515")

    def gone(self, line: Connection) -> None:
        """The device hung up: its codes are worth nothing."""
        self._refs = {ref: whose for ref, whose in self._refs.items() if whose is not line}
        self._offers = {phone: offer for phone, offer in self._offers.items() if offer.line is not line}
        self._linking.pop(line, None)

    # --- what the owner of a phone does ---

    async def scan(self, phone: str, qr: str) -> None:
        """Scan the QR code. Raises CannotLink."""
        ref, _noise, identity, secret, *_ = qr.split("#", 1)[-1].split(",")
        line = self._refs.get(ref)
        if line is None or not line.open:
            raise CannotLink("this code has expired")
        if await self._asks_for_passkey(line, self._reachable(phone)):
            return
        await self._link(line, phone, base64.b64decode(identity), base64.b64decode(secret))

    async def enter_code(self, phone: str, code: str) -> None:
        """Type the 8 characters. A wrong code is noticed only when the device answers. Raises CannotLink."""
        offer = self._offers.get(phone)
        if offer is None:
            raise CannotLink("no device is waiting for a code of this phone")
        account = self._reachable(phone)
        if await self._asks_for_passkey(offer.line, account):
            return
        wrap, wrapped = partial(_wrap, code.replace("-", "").encode()), offer.wrapped
        salt, iv = os.urandom(32), os.urandom(16)
        offer.ephemeral = KeyPair()
        offer.companion_ephemeral = await asyncio.to_thread(
            wrap, wrapped[:32], wrapped[32:48], wrapped[48:80]
        )
        mine = salt + iv + await asyncio.to_thread(wrap, salt, iv, offer.ephemeral.pub)
        parts = [
            Node("link_code_pairing_ref", {}, offer.ref),
            Node("link_code_pairing_wrapped_primary_ephemeral_pub", {}, mine),
            Node("primary_identity_pub", {}, account.device.identity.pub),
        ]
        hello = Node("link_code_companion_reg", {"stage": "primary_hello"}, parts)
        await offer.line.send(_notification("link_code_companion_reg", hello))

    def _reachable(self, phone: str) -> Account:
        account = self._people.account(phone)
        if not account.online:
            raise CannotLink("the phone has no network")
        return account

    async def _asks_for_passkey(self, line: Connection, account: Account) -> bool:
        """WhatsApp may ask the new device for a passkey of the account; ours has none to show."""
        if account.passkey:
            options = json.dumps(
                {"challenge": "dGVzdA", "rpId": "whatsapp.com", "userVerification": "required"}
            )
            ask = Node("passkey_request_options", {}, options.encode())
            await line.send(_notification("passkey_prologue_request", ask))
        return account.passkey

    async def _link(self, line: Connection, phone: str, identity: bytes, secret: bytes) -> None:
        """The phone vouches for the device."""
        assert line.wants
        account = self._people.account(phone)
        account.linked_ever += 1
        companion = Companion(phone, account.linked_ever, line.noise, line.wants)
        serial = int.from_bytes(os.urandom(3), "big")
        details = enc({1: serial, 2: int(time.time()), 3: companion.number, 4: 0, 5: 0})
        me = account.device.identity
        signed = enc({1: details, 2: me.pub, 3: me.sign(b"\x06\x00" + details + identity)})
        box = enc({1: signed, 2: hmac.digest(secret, signed, "sha256"), 3: 0})
        self._linking[line] = companion, details
        parts = [
            Node("device-identity", {}, box),
            Node("device", {"jid": companion.pn, "lid": companion.lid}),
            Node("platform", {"name": "android"}),
        ]
        await line.ask("md", Node("pair-success", {}, parts))


def _notification(type: str, *children: Node) -> Node:
    attrs: dict[str, Attribute] = {"from": SERVER, "type": type, "id": new_id(), "t": int(time.time())}
    return Node("notification", attrs, children)


def _wrap(code: bytes, salt: bytes, iv: bytes, data: bytes) -> bytes:
    key = hashlib.pbkdf2_hmac("sha256", code, salt, ROUNDS, 32)
    cipher = Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor()
    return cipher.update(data) + cipher.finalize()

"""The Signal protocol (X3DH and the double ratchet, message version 3) as WhatsApp uses it: one session."""

import hmac
import os
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.peers.whatsapp.curve import KeyPair, hkdf
from tests.peers.whatsapp.protobuf import Value, dec, enc, raw, whole

VERSION = b"\x33"
DJB = b"\x05"  # stands before every public key
SKIP = 2000  # messages that may be missing in a row
OLD_CHAINS = 5


class SignalError(Exception):
    """The message cannot be read."""


@dataclass(frozen=True)
class Bundle:
    """The public keys with which somebody begins a session with a device."""

    registration: int
    identity: bytes
    spk_id: int
    spk: bytes
    spk_signature: bytes
    opk_id: int | None = None
    opk: bytes | None = None


@dataclass(frozen=True)
class MessageKeys:
    """What one message is locked with."""

    aes: bytes
    mac: bytes
    iv: bytes


@dataclass
class Chain:
    """A row of message keys."""

    key: bytes
    index: int = 0

    def next(self) -> MessageKeys:
        seed = hmac.digest(self.key, b"\x01", "sha256")
        self.key = hmac.digest(self.key, b"\x02", "sha256")
        self.index += 1
        made = hkdf(seed, None, b"WhisperMessageKeys", 80)
        return MessageKeys(made[:32], made[32:64], made[64:])


@dataclass
class Session:
    """One ratchet between our device and one remote device."""

    ours: KeyPair
    theirs: bytes
    root: bytes
    ratchet: KeyPair
    base: bytes  # the initiator's base key: it names the session
    send: Chain
    prev: int = 0
    recv: dict[bytes, Chain] = field(default_factory=dict)  # their ratchet key → chain
    skipped: dict[tuple[bytes, int], MessageKeys] = field(default_factory=dict)
    pending: dict[int, Value] | None = None  # goes with every message until the other side first answers

    @classmethod
    def respond(
        cls, ours: KeyPair, spk: KeyPair, opk: KeyPair | None, theirs: bytes, base: bytes
    ) -> "Session":
        """Somebody began to write to us."""
        secret = b"\xff" * 32 + spk.dh(theirs) + ours.dh(base) + spk.dh(base) + (opk.dh(base) if opk else b"")
        made = hkdf(secret, None, b"WhisperText", 64)
        return cls(ours, theirs, made[:32], spk, base, Chain(made[32:]))

    @classmethod
    def initiate(cls, ours: KeyPair, registration: int, them: Bundle) -> "Session":
        """We begin to write to somebody."""
        eph = KeyPair()
        secret = b"\xff" * 32 + ours.dh(them.spk) + eph.dh(them.identity) + eph.dh(them.spk)
        secret += eph.dh(them.opk) if them.opk else b""
        made = hkdf(secret, None, b"WhisperText", 64)
        session = cls(ours, them.identity, made[:32], KeyPair(), eph.pub, Chain(b""))
        session.recv[them.spk] = Chain(made[32:])
        session.send = session._step(them.spk)
        session.pending = {
            5: registration,
            1: them.opk_id,
            6: them.spk_id,
            2: DJB + eph.pub,
            3: DJB + ours.pub,
        }
        return session

    def encrypt(self, plaintext: bytes) -> tuple[str, bytes]:
        """("pkmsg" or "msg", the bytes)"""
        n, keys = self.send.index, self.send.next()
        locked = _lock(keys, _pad(plaintext))
        body = VERSION + enc({1: DJB + self.ratchet.pub, 2: n, 3: self.prev, 4: locked})
        body += _mac(keys, self.ours.pub, self.theirs, body)
        if self.pending is None:
            return "msg", body
        return "pkmsg", VERSION + enc({**self.pending, 4: body})

    def decrypt(self, data: bytes) -> bytes:
        """Raises SignalError, and is then as before."""
        body, mac = data[:-8], data[-8:]
        message = dec(body[1:])
        key, counter = raw(message, 1)[1:], whole(message, 2)
        root, chain = self._chain_of(key)
        keys, ahead, held = self._keys_at(key, chain, counter)
        if _mac(keys, self.theirs, self.ours.pub, body) != mac:
            raise SignalError("bad mac")
        self.skipped.pop((key, counter), None)
        self.skipped.update(held)
        if root:
            self._turn(key, root)
        self.recv[key] = ahead
        self.pending = None
        return _unpad(_unlock(keys, raw(message, 4)))

    def _chain_of(self, key: bytes) -> tuple[bytes | None, Chain]:
        """Their chain, and the new root if they have turned the ratchet."""
        if key in self.recv:
            return None, self.recv[key]
        made = hkdf(self.ratchet.dh(key), self.root, b"WhisperRatchet", 64)
        return made[:32], Chain(made[32:])

    def _keys_at(
        self, key: bytes, chain: Chain, counter: int
    ) -> tuple[MessageKeys, Chain, dict[tuple[bytes, int], MessageKeys]]:
        """The keys of a message, where the chain stands after it, and the keys that were passed over."""
        if counter < chain.index:
            if (key, counter) not in self.skipped:
                raise SignalError(f"old counter {counter} < {chain.index}")
            return self.skipped[key, counter], chain, {}
        if counter - chain.index > SKIP:
            raise SignalError("too far ahead")
        ahead, held = Chain(chain.key, chain.index), {}
        while ahead.index < counter:
            n, passed = ahead.index, ahead.next()
            held[key, n] = passed
        return ahead.next(), ahead, held

    def _turn(self, key: bytes, root: bytes) -> None:
        """They have turned the ratchet, so we turn it too."""
        self.root = root
        while len(self.recv) >= OLD_CHAINS:
            self.recv.pop(next(iter(self.recv)))
        self.prev = max(self.send.index - 1, 0)
        self.ratchet = KeyPair()
        self.send = self._step(key)

    def _step(self, key: bytes) -> Chain:
        made = hkdf(self.ratchet.dh(key), self.root, b"WhisperRatchet", 64)
        self.root = made[:32]
        return Chain(made[32:])


def _mac(keys: MessageKeys, sender: bytes, receiver: bytes, body: bytes) -> bytes:
    return hmac.digest(keys.mac, DJB + sender + DJB + receiver + body, "sha256")[:8]


def _lock(keys: MessageKeys, data: bytes) -> bytes:
    pad = padding.PKCS7(128).padder()
    aes = Cipher(algorithms.AES(keys.aes), modes.CBC(keys.iv)).encryptor()
    return aes.update(pad.update(data) + pad.finalize()) + aes.finalize()


def _unlock(keys: MessageKeys, data: bytes) -> bytes:
    aes = Cipher(algorithms.AES(keys.aes), modes.CBC(keys.iv)).decryptor()
    pad = padding.PKCS7(128).unpadder()
    return pad.update(aes.update(data) + aes.finalize()) + pad.finalize()


def _pad(data: bytes) -> bytes:
    n = os.urandom(1)[0] % 15 + 1
    return data + bytes([n]) * n


def _unpad(data: bytes) -> bytes:
    return data[: -data[-1]]

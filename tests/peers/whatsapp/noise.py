"""Noise_XX_25519_AESGCM_SHA256, the server's side, and the chain of certificates that the client checks."""

import hashlib
import time
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.peers.whatsapp.curve import KeyPair, hkdf
from tests.peers.whatsapp.protobuf import dec, enc, raw

PATTERN = b"Noise_XX_25519_AESGCM_SHA256\0\0\0\0"
HEADER = b"WA\x06\x03"
DAY_S = 86400


class Authority:
    """Root → intermediate → leaf; the leaf's key is the server's static key."""

    def __init__(self) -> None:
        self.root, self.static = KeyPair(), KeyPair()
        middle = KeyPair()
        leaf = _certificate(2, 1, self.static, signer=middle)
        self.chain = enc({1: leaf, 2: _certificate(1, 0, middle, signer=self.root)})


def _certificate(serial: int, issuer: int, key: KeyPair, *, signer: KeyPair) -> bytes:
    now = int(time.time())
    details = enc({1: serial, 2: issuer, 3: key.pub, 4: now - DAY_S, 5: now + 30 * DAY_S})
    return enc({1: details, 2: signer.sign(details)})


class Cipher:
    """One direction of a connection: AES-GCM with a counter."""

    def __init__(self, key: bytes) -> None:
        self._key, self._n = AESGCM(key), 0

    def _count(self) -> bytes:
        self._n += 1
        return (self._n - 1).to_bytes(12, "big")

    def encrypt(self, data: bytes, bound: bytes | None = None) -> bytes:
        return self._key.encrypt(self._count(), data, bound)

    def decrypt(self, data: bytes, bound: bytes | None = None) -> bytes:
        return self._key.decrypt(self._count(), data, bound)


class Shaken(NamedTuple):
    """What a handshake ends with."""

    static: bytes  # the client's long-lived public key
    payload: bytes  # its ClientPayload: who logs in, or what wants to be linked
    reader: Cipher
    writer: Cipher


class Handshake:
    """hello() answers the first frame, finish() takes the second."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._hash = self._salt = PATTERN
        self._cipher = Cipher(PATTERN)
        self._mix_hash(HEADER)
        self._ephemeral = KeyPair()

    def hello(self, frame: bytes) -> bytes:
        theirs = raw(dec(raw(dec(frame), 2)), 1)
        self._mix_hash(theirs)
        self._mix_hash(self._ephemeral.pub)
        self._mix_key(self._ephemeral.dh(theirs))
        static = self._encrypt(self._authority.static.pub)
        self._mix_key(self._authority.static.dh(theirs))
        chain = self._encrypt(self._authority.chain)
        return enc({3: enc({1: self._ephemeral.pub, 2: static, 3: chain})})

    def finish(self, frame: bytes) -> Shaken:
        finish = dec(raw(dec(frame), 4))
        static = self._decrypt(raw(finish, 1))
        self._mix_key(self._ephemeral.dh(static))
        payload = self._decrypt(raw(finish, 2))
        keys = hkdf(b"", self._salt, b"", 64)
        return Shaken(static, payload, Cipher(keys[:32]), Cipher(keys[32:]))

    def _mix_hash(self, data: bytes) -> None:
        self._hash = hashlib.sha256(self._hash + data).digest()

    def _mix_key(self, secret: bytes) -> None:
        out = hkdf(secret, self._salt, b"", 64)
        self._salt, self._cipher = out[:32], Cipher(out[32:])

    def _encrypt(self, data: bytes) -> bytes:
        out = self._cipher.encrypt(data, self._hash)
        self._mix_hash(out)
        return out

    def _decrypt(self, data: bytes) -> bytes:
        out = self._cipher.decrypt(data, self._hash)
        self._mix_hash(data)
        return out

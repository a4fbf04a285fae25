"""X25519 agreement and XEdDSA signatures, with nothing but `cryptography`.

A key pair is drawn as an Ed25519 seed. Its clamped scalar is a valid X25519 private key with the matching
Montgomery public key, so signing is plain Ed25519 plus the sign bit of the Edwards point copied to the top
bit of the signature, which is what XEdDSA verifiers read.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

P = 2**255 - 19
TOP = 0x80


class KeyPair:
    """A key that can agree and sign; kept as its 32-byte seed."""

    __slots__ = ("_seed", "_x", "pub")

    def __init__(self, seed: bytes | None = None) -> None:
        self._seed = seed or os.urandom(32)
        self._x = X25519PrivateKey.from_private_bytes(hashlib.sha512(self._seed).digest()[:32])
        self.pub = self._x.public_key().public_bytes_raw()

    def __reduce__(self) -> tuple[type["KeyPair"], tuple[bytes]]:
        return KeyPair, (self._seed,)

    def dh(self, pub: bytes) -> bytes:
        return self._x.exchange(X25519PublicKey.from_public_bytes(pub))

    def sign(self, message: bytes) -> bytes:
        key = Ed25519PrivateKey.from_private_bytes(self._seed)
        signature = bytearray(key.sign(message))
        signature[63] |= key.public_key().public_bytes_raw()[31] & TOP
        return bytes(signature)


def verify(pub: bytes, message: bytes, signature: bytes) -> bool:
    u = int.from_bytes(pub, "little") % P
    y = (u - 1) * pow(u + 1, P - 2, P) % P
    edwards = bytearray(y.to_bytes(32, "little"))
    edwards[31] |= signature[63] & TOP
    clean = bytearray(signature)
    clean[63] &= TOP - 1
    try:
        Ed25519PublicKey.from_public_bytes(bytes(edwards)).verify(bytes(clean), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def hkdf(secret: bytes, salt: bytes | None, info: bytes, size: int) -> bytes:
    key = hmac.digest(salt or bytes(32), secret, "sha256")
    out, block, n = b"", b"", 1
    while len(out) < size:
        block = hmac.digest(key, block + info + bytes([n]), "sha256")
        out += block
        n += 1
    return out[:size]

"""A push in the form that only one browser can open (RFC 8291), and our signature under it (RFC 8292).

The push services of the browsers carry it without being able to read it. Pure.
"""

import base64
import json
import os
import time
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
# The order of the curve: a private key is a number from 1 to this, exclusive.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SIGNED_FOR_S = 12 * 3600
RECORD = 4096  # bytes; all of a push is one record


class BadKey(Exception):
    """What a browser sent is no key."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Where to push, and the keys that the browser made for it."""

    endpoint: str
    public_key: bytes
    auth: bytes


def seal(browser: Browser, content: bytes) -> bytes:
    """`content` as only this browser can read it: the body of a push with Content-Encoding aes128gcm.

    Raises:
        BadKey: the browser's key is none.
    """
    once = ec.generate_private_key(CURVE)
    ours, theirs = _spelled(once.public_key()), browser.public_key
    shared = once.exchange(ec.ECDH(), point(theirs))
    salt = os.urandom(16)
    secret = _derived(browser.auth, shared, b"WebPush: info\0" + theirs + ours, 32)
    key = _derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, content + b"\x02", None)  # the mark of the last record
    return salt + RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


def point(spelled: bytes) -> ec.EllipticCurvePublicKey:
    """Raises BadKey."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, spelled)
    except (ValueError, UnsupportedAlgorithm) as e:
        raise BadKey from e


@lru_cache(maxsize=4)
def our_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """The key that we sign with: the same in every process, and after every start, that has this secret."""
    drawn = int.from_bytes(_derived(b"broadcaster", secret, b"vapid", 48), "big")
    return ec.derive_private_key(drawn % (ORDER - 1) + 1, CURVE)


def our_name(secret: bytes) -> str:
    """What a browser has to know of us when it subscribes."""
    return b64(_spelled(our_key(secret).public_key()))


def signature(secret: bytes, endpoint: str, site: str) -> str:
    """The Authorization header for a push to `endpoint`; `site` is where its service finds us."""
    service = urlsplit(endpoint)
    head = {"typ": "JWT", "alg": "ES256"}
    claims = {
        "aud": f"{service.scheme}://{service.netloc}",
        "exp": int(time.time()) + SIGNED_FOR_S,
        "sub": site,
    }
    said = ".".join(b64(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
    r, s = decode_dss_signature(our_key(secret).sign(said.encode(), ec.ECDSA(SHA256())))
    return f"vapid t={said}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}, k={our_name(secret)}"


def b64(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_b64(spelled: str) -> bytes:
    """Raises BadKey."""
    try:
        return base64.urlsafe_b64decode(spelled + "=" * (-len(spelled) % 4))
    except ValueError as e:
        raise BadKey from e


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def _spelled(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

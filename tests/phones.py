"""A phone's browser with its push service, on this machine: it opens what is pushed, as only it can."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.notices.seal import b64, from_b64


@dataclass
class PushedTo:
    """One browser. `heard` is what its owner reads, `signed` what we said of ourselves."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"sixteen bytes ok"
    heard: list[dict[str, str]] = field(default_factory=list)
    signed: list[dict[str, Any]] = field(default_factory=list)
    answers: int = 201

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def keys(self) -> dict[str, str]:
        return {"public_key": b64(self.public_key), "auth": b64(self.auth)}

    def opens(self, sealed: bytes) -> dict[str, str]:
        """RFC 8291 with nothing but HMAC, so that it is not our own code that agrees with itself."""
        salt, length, body = sealed[:16], sealed[20], sealed[21:]
        theirs, body = body[:length], body[length:]
        shared = self.key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        )
        secret = _hkdf(self.auth, shared, b"WebPush: info\0" + self.public_key + theirs, 32)
        key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, body, None)
        assert plain[-1:] == b"\x02"
        read: dict[str, str] = json.loads(plain[:-1])
        return read


def read_signature(header: str) -> dict[str, Any]:
    """What a push service reads of us: the claims, if the key beside them signed them."""
    told = dict(part.strip().split("=", 1) for part in header.removeprefix("vapid ").split(","))
    head, claims, signed = told["t"].split(".")
    raw = from_b64(signed)
    spelled = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_b64(told["k"]))
    key.verify(spelled, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))  # raises what is not ours
    return {**json.loads(from_b64(claims)), "key": told["k"]}


class PushService:
    """Listens on this machine; hands out browsers."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._phones: dict[str, PushedTo] = {}

    def phone(self) -> PushedTo:
        path = f"/push/{len(self._phones)}"
        self._phones[path] = PushedTo(self.address + path)
        return self._phones[path]

    async def take(self, request: web.Request) -> web.Response:
        phone = self._phones[request.path]
        if phone.answers < 300:
            assert request.headers["content-encoding"] == "aes128gcm"
            assert int(request.headers["ttl"]) > 0
            phone.signed.append(read_signature(request.headers["authorization"]))
            phone.heard.append(phone.opens(await request.read()))
        return web.Response(status=phone.answers)


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    app = web.Application()
    runner = web.AppRunner(app)
    service = PushService("")
    app.router.add_post("/push/{number}", service.take)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    service.address = f"http://{host}:{port}"
    try:
        yield service
    finally:
        await runner.cleanup()


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    drawn = hmac.digest(salt, secret, hashlib.sha256)
    return hmac.digest(drawn, info + b"\x01", hashlib.sha256)[:length]

"""Files: uploads, downloads, and whether what a phone downloads is what was promised."""

import asyncio
import base64
import hashlib
from pathlib import Path

from aiohttp import web
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.peers.whatsapp.curve import hkdf
from tests.peers.whatsapp.faults import Do, Faults
from tests.peers.whatsapp.nodes import Attribute, Node
from tests.peers.whatsapp.protobuf import dec, raw, whole

HOST = "mmg.whatsapp.net"
LARGEST = 128 << 20
MAC_SIZE = 10

# The number of the message's part → its kind, the word in its keys, and where its fields are:
# mime, sha256, length, media key, encrypted sha256, direct path, caption, file name (0: it has none)
KINDS = {
    3: ("image", b"WhatsApp Image Keys", (2, 4, 5, 8, 9, 11, 3, 0)),
    7: ("document", b"WhatsApp Document Keys", (2, 4, 5, 7, 9, 10, 20, 8)),
    9: ("video", b"WhatsApp Video Keys", (2, 3, 4, 6, 11, 13, 7, 0)),
}

FileFacts = dict[str, str | int | bool]


class Media:
    """The store of encrypted files, one file each on disk."""

    def __init__(self, folder: Path, faults: Faults) -> None:
        self._folder, self._faults = folder, faults
        self._folder.mkdir(exist_ok=True)
        self.uploads = 0

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/mms/{kind}/{token}", self._upload)
        app.router.add_get("/v/{name}", self._download)

    def connection(self) -> Node:
        """Where to upload, as a client asks for it."""
        attrs: dict[str, Attribute] = {"auth": "test", "ttl": 3600, "auth_ttl": 3600, "max_buckets": 12}
        return Node("media_conn", attrs, [Node("host", {"hostname": HOST})])

    def look_at(self, number: int, part: bytes) -> tuple[str, FileFacts]:
        """The caption and the facts of a message's file, once its recipient has downloaded and opened it."""
        kind, word, (mime, sha, size, key, _encrypted, path, caption, name) = KINDS[number]
        fields = dec(part)
        where = raw(fields, path).decode().split("?")[0]
        plain = self._opened(where, raw(fields, key), word)
        good = plain is not None and hashlib.sha256(plain).digest() == raw(fields, sha)
        facts: FileFacts = {
            "kind": kind,
            "mime": raw(fields, mime).decode(),
            "name": raw(fields, name).decode() if name else "",
            "path": where,
            "size": whole(fields, size),
            "sha256": raw(fields, sha).hex(),
            "ok": good and len(plain or b"") == whole(fields, size),
        }
        return raw(fields, caption).decode(), facts

    def _opened(self, where: str, key: bytes, word: bytes) -> bytes | None:
        file = self._folder / where.rpartition("/")[2]
        if not where or not file.is_file():
            return None
        keys, locked = hkdf(key, None, word, 112), file.read_bytes()[:-MAC_SIZE]
        aes = Cipher(algorithms.AES(keys[16:48]), modes.CBC(keys[:16])).decryptor()
        pad = padding.PKCS7(128).unpadder()
        return pad.update(aes.update(locked) + aes.finalize()) + pad.finalize()

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        data = await request.read()
        fault = self._faults.of_upload()
        if fault and fault.do is Do.UPLOAD_DELAY:
            await asyncio.sleep(fault.seconds)
        elif fault and fault.do is Do.UPLOAD_ERROR:
            return web.json_response({"error": "no"}, status=fault.code)
        elif fault and request.transport:
            request.transport.abort()
        digest = hashlib.sha256(data)
        if base64.urlsafe_b64encode(digest.digest()).decode() != request.match_info["token"]:
            return web.json_response({"error": "hash"}, status=415)
        name = digest.hexdigest()
        (self._folder / name).write_bytes(data)
        self.uploads += 1
        return web.json_response({"url": f"https://{HOST}/v/{name}", "direct_path": f"/v/{name}"})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        file = self._folder / request.match_info["name"]
        return web.FileResponse(file) if file.is_file() else web.Response(status=404)

"""What goes over the line is compressed, with a proxy before us or without one.

Files that never change are packed once per process and kept: gzip at once, in a thread; brotli, which makes
them a sixth smaller and takes its time, on a thread with low priority. After that a file costs the event
loop a look into a dict. Pages are small and packed as they leave.
"""

import asyncio
import gzip
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.security import is_public

WORTH_IT = 900  # bytes; a smaller answer fits into one packet anyway
LARGEST_PAGE = 512 * 1024  # bytes that may be packed on the event loop, a millisecond for 60 KB
KINDS = ("text/", "application/javascript", "application/json", "application/manifest+json", "image/svg+xml")
NOT_FOR_US = {b"if-none-match", b"if-modified-since", b"range", b"accept-encoding"}
OF_THE_ORIGINAL = ("etag", "last-modified", "accept-ranges", "content-length")


@dataclass(slots=True)
class Kept:
    """A file, packed; `brotli` is None until that is done."""

    headers: Sequence[tuple[bytes, bytes]]
    gzip: bytes
    brotli: bytes | None = None


class Packed:
    """Pure ASGI, around everything else: what passes is complete, nonces and all."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: dict[str, Kept] = {}
        self._one_at_a_time = asyncio.Lock()
        self._slowly = ThreadPoolExecutor(1, "packing", initializer=_be_nice)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        accepted = accepts(scope)
        if "gzip" not in accepted:
            await self.app(scope, receive, send)
        elif is_public(scope) and scope["method"] == "GET" and "range" not in Headers(scope=scope):
            await self._file(scope, receive, send, brotli_too="br" in accepted)
        else:
            await self.app(scope, receive, _Page(send))

    async def _file(self, scope: Scope, receive: Receive, send: Send, *, brotli_too: bool) -> None:
        kept = self._kept.get(scope["path"])
        if kept is None:
            async with self._one_at_a_time:  # a page's files come all at once, and several times
                kept = self._kept.get(scope["path"])
                if kept is None:
                    told = await self._asked(scope, receive)
                    kept = await self._keep(scope["path"], told)
            if kept is None:
                for message in told:
                    await send(message)
                return
        await _answer(send, kept, brotli_too=brotli_too)

    async def _asked(self, scope: Scope, receive: Receive) -> list[Message]:
        """The whole answer to a plain question for this file."""
        told: list[Message] = []

        async def listen(message: Message) -> None:
            told.append(message)

        plain = [(name, value) for name, value in scope["headers"] if name not in NOT_FOR_US]
        await self.app({**scope, "headers": plain}, receive, listen)
        return told

    async def _keep(self, path: str, told: list[Message]) -> Kept | None:
        start, body = told[0], b"".join(message.get("body", b"") for message in told[1:])
        if start["status"] != 200 or not _worth_it(start, len(body)):
            return None
        headers = MutableHeaders(raw=list(start["headers"]))
        for name in OF_THE_ORIGINAL:
            del headers[name]
        headers.add_vary_header("Accept-Encoding")
        kept = self._kept[path] = Kept(headers.raw, await asyncio.to_thread(gzip.compress, body, 9))
        done = asyncio.get_running_loop().run_in_executor(self._slowly, _brotli, kept, body)
        done.add_done_callback(lambda ended: ended.cancelled() or ended.result())
        return kept


class _Page:
    """One answer on its way out: packed if all of it comes at once."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _worth_it(message, WORTH_IT):
            self._start = message
            return
        if self._start is not None:
            start, self._start = self._start, None
            body = message.get("body", b"")
            headers = MutableHeaders(scope=start)
            headers.add_vary_header("Accept-Encoding")
            if not message.get("more_body") and WORTH_IT <= len(body) <= LARGEST_PAGE:
                message = {**message, "body": gzip.compress(body, 6)}
                headers["Content-Encoding"] = "gzip"
                headers["Content-Length"] = str(len(message["body"]))
            await self._send(start)
        await self._send(message)


def accepts(scope: Scope) -> set[str]:
    """The ways of packing that the browser understands."""
    if scope["type"] != "http":
        return set()
    told = Headers(scope=scope).get("accept-encoding", "").replace(" ", "").lower().split(",")
    return {name for name, _, weight in (one.partition(";q=") for one in told) if weight not in ("0", "0.0")}


def _worth_it(start: Message, size: int) -> bool:
    headers = Headers(raw=start["headers"])
    kind = headers.get("content-type", "")
    return size >= WORTH_IT and kind.startswith(KINDS) and "content-encoding" not in headers


async def _answer(send: Send, kept: Kept, *, brotli_too: bool) -> None:
    body, way = (kept.brotli, b"br") if brotli_too and kept.brotli is not None else (kept.gzip, b"gzip")
    about = [(b"content-encoding", way), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": [*kept.headers, *about]})
    await send({"type": "http.response.body", "body": body})


def _brotli(kept: Kept, body: bytes) -> None:
    kept.brotli = brotli.compress(body, quality=11)


def _be_nice() -> None:
    """For this thread alone: sending and pages go first."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)

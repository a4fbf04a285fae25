"""One websocket of a client: the handshake, then stanzas in both directions."""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

from aiohttp import WSMsgType, web

from tests.peers.whatsapp.nodes import SERVER, Attribute, Node, decode, encode
from tests.peers.whatsapp.noise import HEADER, Authority, Handshake, Shaken
from tests.peers.whatsapp.people import Companion
from tests.peers.whatsapp.ratchet import Bundle

LAST_WORDS_S = 0.05  # the client reads them before the line is closed
log = logging.getLogger(__name__)


class Connection:
    """`companion` is who logged in; a connection that wants to be linked has `wants` instead."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._socket, self._request = socket, request
        self._frames = self._read()
        self._shaken: Shaken | None = None
        self._order = asyncio.Lock()
        self.companion: Companion | None = None
        self.wants: Bundle | None = None
        self.noise = b""  # its long-lived public key
        self.ready = False  # may be sent what is meant for its companion
        self.muted = False  # the line stands, and nobody answers
        self.unheard = 0  # stanzas that came meanwhile

    @property
    def open(self) -> bool:
        return not self._socket.closed

    async def shake(self, authority: Authority) -> Shaken | None:
        """Who is there; None where the client hangs up."""
        handshake = Handshake(authority)
        with suppress(StopAsyncIteration):
            await self._write(handshake.hello(await anext(self._frames)))
            self._shaken = handshake.finish(await anext(self._frames))
            self.noise = self._shaken.static
        return self._shaken

    async def stanzas(self) -> AsyncIterator[Node]:
        """What the client says after the handshake."""
        assert self._shaken
        async for frame in self._frames:
            node = decode(self._shaken.reader.decrypt(frame))
            if self.muted:
                self.unheard += 1
            else:
                log.info("<- %s", node)
                yield node

    async def send(self, node: Node) -> None:
        """To a line that has gone, it is said to nobody."""
        assert self._shaken
        log.info("-> %s", node)
        async with self._order:
            await self._write(self._shaken.writer.encrypt(encode(node)))

    async def later(self, seconds: float, node: Node) -> None:
        await asyncio.sleep(seconds)
        await self.send(node)

    async def result(self, iq: Node, *children: Node) -> None:
        attrs: dict[str, Attribute] = {"from": SERVER, "type": "result", "id": iq["id"]}
        await self.send(Node("iq", attrs, children or None))

    async def error(self, iq: Node, code: int, text: str) -> None:
        attrs: dict[str, Attribute] = {"from": SERVER, "type": "error", "id": iq["id"]}
        await self.send(Node("iq", attrs, [Node("error", {"code": code, "text": text})]))

    async def ask(self, xmlns: str, *children: Node) -> None:
        """An <iq> of the server's own."""
        attrs: dict[str, Attribute] = {"from": SERVER, "type": "set", "id": new_id(), "xmlns": xmlns}
        await self.send(Node("iq", attrs, children))

    async def end(self, *last_words: Node) -> None:
        """Say it, and close the line."""
        self.ready = False
        for node in last_words:
            await self.send(node)
        await asyncio.sleep(LAST_WORDS_S)
        await self._socket.close()

    async def stream_error(self, code: str | None, *children: Node) -> None:
        await self.end(Node("stream:error", {"code": code}, children or None))

    def drop(self) -> None:
        """Cut the line without a word."""
        if self._request.transport:
            self._request.transport.abort()

    async def _read(self) -> AsyncGenerator[bytes, None]:
        """The frames in the stream: three bytes of length, then the frame."""
        stream, begun = b"", False
        async for message in self._socket:
            if message.type is not WSMsgType.BINARY:
                continue
            stream += message.data
            if not begun and len(stream) >= len(HEADER):
                if not stream.startswith(HEADER):
                    raise ValueError(f"not WhatsApp's protocol: {stream[:4]!r}")
                stream, begun = stream[len(HEADER) :], True
            while begun and len(stream) >= 3 + (size := int.from_bytes(stream[:3], "big")) >= 3:
                yield stream[3 : 3 + size]
                stream = stream[3 + size :]

    async def _write(self, data: bytes) -> None:
        with suppress(ConnectionError, RuntimeError):  # the line has just gone
            if self.open:
                await self._socket.send_bytes(len(data).to_bytes(3, "big") + data)


def new_id() -> str:
    """An id for a stanza of the server."""
    return os.urandom(6).hex()


class Lines:
    """Who is connected now: one line for each linked device."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, int], Connection] = {}

    def of(self, companion: Companion) -> Connection | None:
        return self._lines.get(companion.key)

    def of_phone(self, phone: str) -> list[Connection]:
        return [line for (whose, _), line in self._lines.items() if whose == phone]

    def joined(self, companion: Companion, connection: Connection) -> None:
        connection.companion = companion
        self._lines[companion.key] = connection

    def gone(self, connection: Connection) -> None:
        companion = connection.companion
        if companion and self._lines.get(companion.key) is connection:
            del self._lines[companion.key]

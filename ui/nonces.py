"""NiceGUI's page, changed on its way out: a nonce for each script, and Marathi for Quasar."""

from nicegui import __version__
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from ui.theme import versioned

# Quasar has no Marathi; the page asks for a file that only we have.
THEIR_MARATHI = f"/_nicegui/{__version__}/static/lang/mr.umd.prod.js".encode()
OUR_MARATHI = versioned("mr.umd.prod.js").encode()


class PageRewriter:
    """Holds an answer back until it is whole, and rewrites it if it is a page of NiceGUI's.

    Safe to do with the text: NiceGUI escapes every "<" of what users wrote.
    """

    def __init__(self, nonce: str, send: Send) -> None:
        self.rewrites = False
        self._script = f'<script nonce="{nonce}"'.encode()
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if not self.rewrites:
            await self._send(message)
        elif message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish()

    async def _finish(self) -> None:
        assert self._start is not None
        body = bytes(self._body).replace(b"<script", self._script).replace(THEIR_MARATHI, OUR_MARATHI)
        MutableHeaders(scope=self._start)["content-length"] = str(len(body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

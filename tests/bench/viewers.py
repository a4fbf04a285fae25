"""People at the live screen: they open a campaign's page and keep its websocket, as a browser does."""

import asyncio
import html
import re
import time
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect

CLIENT_ID = re.compile(r"""['"]client_id['"]: ?['"]([0-9a-f-]{36})""")
DONE = re.compile(r'"done":(\d+)')
PING, PONG, CONNECT, OPENED = "2", "3", "40", "40{"
OPENED_AT_ONCE = 10


@dataclass
class Viewer:
    """One page; `seen` are the moments at which its number of done messages moved, and to what."""

    campaign_id: int
    seen: list[tuple[float, int]] = field(default_factory=list)

    async def open(self, address: str, cookie: str, http: httpx.AsyncClient) -> "asyncio.Task[None]":
        """Returns when the page is live; what it shows from then on is noted until the task is cancelled."""
        page = await http.get(f"{address}/campaigns/{self.campaign_id}")
        found = CLIENT_ID.search(html.unescape(page.text))
        assert found, page.text[:500]
        told = {
            "client_id": found[1],
            "next_message_id": "0",
            "implicit_handshake": "true",
            "document_id": str(uuid4()),
            "tab_id": str(uuid4()),
            "EIO": "4",
            "transport": "websocket",
        }
        where = httpx.URL(f"{address.replace('http', 'ws')}/_nicegui_ws/socket.io/", params=told)
        line = await connect(
            str(where), additional_headers={"Cookie": cookie, "Origin": address}, compression=None
        )
        await line.recv()  # engine.io opens
        await line.send(CONNECT)
        return asyncio.create_task(self._look(line))

    async def _look(self, line: ClientConnection) -> None:
        async with line:
            async for frame in line:
                if frame == PING:
                    await line.send(PONG)
                elif isinstance(frame, str) and (done := DONE.search(frame)):
                    self.seen.append((time.monotonic(), int(done[1])))


async def open_all(viewers: list[Viewer], address: str, cookie: str) -> list["asyncio.Task[None]"]:
    some = asyncio.Semaphore(OPENED_AT_ONCE)

    async def one(viewer: Viewer, http: httpx.AsyncClient) -> "asyncio.Task[None]":
        async with some:
            return await viewer.open(address, cookie, http)

    headers = {"Cookie": cookie, "Accept": "text/html"}
    async with httpx.AsyncClient(headers=headers, timeout=60) as http:
        return list(await asyncio.gather(*(one(viewer, http) for viewer in viewers)))

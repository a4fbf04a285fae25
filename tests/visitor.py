"""A browser without a screen: keeps its cookies, sends its forms, follows nothing by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from types import TracebackType

import httpx
from nicegui import Client, app, core

from models.access import Person
from models.db import transaction
from services.access import sessions
from services.access.actor import Actor
from ui.pages import open_pages

ADDRESS = "http://shop.example"


class Visitor:
    """Somebody at our pages, with an empty cookie jar at first."""

    def __init__(self, address: str = ADDRESS) -> None:
        _guarded()
        self.address = address
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url=address, headers={"accept": "text/html"})

    async def __aenter__(self) -> "Visitor":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()

    async def looks_at(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def sends(self, path: str, *, origin: str | None = None, **typed: str) -> httpx.Response:
        """A form, from a page of ours unless `origin` says otherwise."""
        return await self.http.post(path, data=typed, headers={"origin": origin or self.address})


@asynccontextmanager
async def logged_in(actor: Actor) -> AsyncIterator[Visitor]:
    """This person's browser; NiceGUI builds its pages in this test's event loop."""
    async with transaction() as db:
        secret = await sessions.begin(db, await db.get_one(Person, actor.person_id))
    before, core.loop = core.loop, asyncio.get_running_loop()
    try:
        async with Visitor() as browser:
            browser.http.cookies.set("broadcaster", secret)
            yield browser
    finally:
        for client in list(Client.instances.values()):
            client.delete()
        core.loop = before


@cache
def _guarded() -> None:
    open_pages(production=False)

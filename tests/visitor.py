"""A browser without a screen: keeps its cookies, sends its forms, follows nothing by itself."""

from functools import cache
from types import TracebackType

import httpx
from nicegui import app

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


@cache
def _guarded() -> None:
    open_pages(production=False)

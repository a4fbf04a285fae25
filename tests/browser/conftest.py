"""A real Broadcaster, and real Chromium at a phone's size before it. One of each for a pytest process.

The address of the server is its own, the PostgreSQL under it is the other tests' one.
"""

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psycopg
import pytest
import pytest_asyncio
from playwright._impl._api_structures import SetCookieParam
from playwright.async_api import Browser, BrowserContext, async_playwright

from services.embedded import Servers
from tests.browser.line import Line, line_to
from tests.browser.phone import Phone
from tests.browser.steps import PASSWORD
from tests.chromium import chromium
from tests.conftest import beside
from tests.peers.whatsapp.process import PeerProcess
from tests.start.person import Started, started

HERE = Path(__file__).parent
PHONE = (360, 800)
ON_A_PHONE = "Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
DESK = (1280, 800)
WITH_WHATSAPP = ("-m", "tests.start.with_whatsapp")
NUMBERS = itertools.count(1)
ADDRESSES = itertools.cycle(range(1, 255))


@dataclass(frozen=True)
class Owner:
    """Somebody with a shop; the cookies are those of a browser that is logged in."""

    login: str
    cookies: dict[str, str]


@dataclass(frozen=True)
class Open:
    """A Broadcaster that runs."""

    address: str
    folder: Path
    started: Started

    def signs_up(self, name: str) -> Owner:
        """A new shop, without a browser."""
        login = f"{name.lower()}{next(NUMBERS)}@shop.example"
        form = {"name": name, "business": f"{name}'s shop", "login": login, "password": PASSWORD}
        return Owner(login, self._posts("/signup", form))

    def logs_in(self, login: str) -> dict[str, str]:
        """The cookies of one more browser."""
        return self._posts("/login", {"login": login, "password": PASSWORD})

    def visits_the_demo(self) -> dict[str, str]:
        """The cookies of somebody who opened the demo shop."""
        page = httpx.get(f"{self.address}/login").text
        shown = dict(re.findall(r'type="hidden" name="(login|password)" value="([^"]+)"', page))
        return self._posts("/login", shown)

    def _posts(self, path: str, form: dict[str, str]) -> dict[str, str]:
        elsewhere = f"10.1.0.{next(ADDRESSES)}"  # one address may not sign up shop after shop
        headers = {"origin": self.address, "x-forwarded-for": elsewhere}
        answer = httpx.post(f"{self.address}{path}", data=form, headers=headers)
        assert answer.status_code == 303, answer.text
        return dict(answer.cookies)


def as_cookies(cookies: dict[str, str], address: str) -> list[SetCookieParam]:
    """As a browser takes them."""
    return [{"name": name, "value": value, "url": address} for name, value in cookies.items()]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser lives in one event loop, so all these tests share theirs."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def whatsapp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PeerProcess]:
    """Everybody's phones, and WhatsApp between them."""
    peer = PeerProcess(tmp_path_factory.mktemp("whatsapp"))
    peer.start()
    yield peer
    peer.kill()


@pytest.fixture(scope="session")
def broadcaster(servers: Servers, whatsapp: PeerProcess) -> Iterator[Open]:
    with psycopg.connect(servers.database_url, autocommit=True) as db:
        db.execute("DROP DATABASE IF EXISTS browser WITH (FORCE)")
        db.execute("CREATE DATABASE browser")
    url = beside(servers.database_url, "browser")
    with TemporaryDirectory(prefix="broadcaster-browser-") as named:
        folder = Path(named)
        with started(folder, program=WITH_WHATSAPP, DATABASE_URL=url, PEER=whatsapp.address.as_json()) as one:
            one.reads("ready:")
            yield Open(f"http://localhost:{one.port}", folder, one)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chrome() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium())
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def line(broadcaster: Open) -> AsyncIterator[Line]:
    """To be asked for before `hand`, so that it outlives the phones on it."""
    async with line_to(broadcaster.address) as opened:
        yield opened
        opened.mend()


Hand = Callable[..., Awaitable[Phone]]


@pytest_asyncio.fixture(loop_scope="session")
async def hand(chrome: Browser, broadcaster: Open, request: pytest.FixtureRequest) -> AsyncIterator[Hand]:
    """Hands out phones: `await hand()` is nobody's yet, `await hand(cookies)` is logged in."""
    contexts: list[BrowserContext] = []
    phones: list[Phone] = []

    async def give(
        cookies: dict[str, str] | None = None,
        size: tuple[int, int] = PHONE,
        line: Line | None = None,
        mobile: bool = False,
    ) -> Phone:
        address = line.address if line else broadcaster.address
        context = await chrome.new_context(
            user_agent=ON_A_PHONE if mobile else None,
            viewport={"width": size[0], "height": size[1]},
            locale="en-IN",
            timezone_id="Asia/Kolkata",
            reduced_motion="reduce",  # what moves is looked at where it came to rest
            has_touch=size == PHONE,
        )
        contexts.append(context)
        await context.add_cookies(as_cookies(cookies or {}, address))
        phone = Phone(await context.new_page(), address)
        phones.append(phone)
        return phone

    said_before = len(broadcaster.started.complaints())
    yield give
    for number, phone in enumerate(phones):
        if not phone.page.is_closed():
            await phone.photographs(f"{request.node.name}-{number}")
    for context in contexts:
        await context.close()
    assert [trouble for phone in phones for trouble in phone.trouble] == []
    said = broadcaster.started.complaints()[said_before:]
    assert "Traceback" not in said, said

"""How much comes over the line, as Chromium counts it: headers, compression and all. It cannot creep."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import PHONE, Open
from tests.browser.phone import AT_WORK

KB = 1024
MOST_OF_A_LOGIN = 60 * KB
MOST_OF_A_FIRST_PAGE = 280 * KB
MOST_OF_A_PAGE = 10 * KB
# What each kind of page brings along, once for a year.
LASTING = ("/_nicegui/", "/static/")
PAGES = ("/", "/campaigns", "/contacts", "/contacts/new", "/templates", "/templates/new", "/senders")


@dataclass
class Counted:
    """A tab that counts. `came` are bytes by address; what was fetched ahead for a later page is apart."""

    page: Page
    address: str
    came: dict[str, int] = field(default_factory=dict)
    ahead: dict[str, int] = field(default_factory=dict)
    _asked: dict[str, tuple[str, bool]] = field(default_factory=dict)

    async def opens(self, path: str) -> int:
        """All that came for this page."""
        self.came.clear()
        await self.page.goto(self.address + path)
        await self.page.wait_for_function(AT_WORK)
        await self.page.wait_for_load_state("networkidle")
        return sum(self.came.values())

    def ask(self, event: dict[str, Any]) -> None:
        asked = {name.lower(): value for name, value in event["request"]["headers"].items()}
        ahead = asked.get("sec-purpose", asked.get("purpose")) == "prefetch" or event["type"] == "Prefetch"
        self._asked[event["requestId"]] = (event["request"]["url"].removeprefix(self.address), ahead)

    def end(self, event: dict[str, Any]) -> None:
        path, ahead = self._asked.get(event["requestId"], ("?", False))
        (self.ahead if ahead else self.came)[path] = event["encodedDataLength"]


@asynccontextmanager
async def counting(chrome: Browser, there: Open, cookies: dict[str, str]) -> AsyncIterator[Counted]:
    """A new phone with nothing kept. Without the worker behind pages, which the counters do not see."""
    context = await chrome.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, service_workers="block", locale="en-IN"
    )
    await context.add_cookies(
        [{"name": name, "value": value, "url": there.address} for name, value in cookies.items()]
    )
    page = await context.new_page()
    counted = Counted(page, there.address)
    network = await context.new_cdp_session(page)
    network.on("Network.requestWillBeSent", counted.ask)
    network.on("Network.loadingFinished", counted.end)
    await network.send("Network.enable")
    try:
        yield counted
    finally:
        await context.close()


async def packed(chrome: Browser, there: Open, cookies: dict[str, str], path: str) -> None:
    """Wait until everything of this page has been packed as small as it gets, as it is after the first
    visitor."""
    async with counting(chrome, there, cookies) as first:
        await first.opens(path)
        files = [name for name in (*first.came, *first.ahead) if name.startswith(LASTING)]
    async with httpx.AsyncClient(base_url=there.address) as http, asyncio.timeout(60):
        for name in files:
            while await _is_gzip(http, name):
                await asyncio.sleep(0.1)


async def _is_gzip(http: httpx.AsyncClient, name: str) -> bool:
    answer = await http.get(name, headers={"accept-encoding": "gzip, br"})
    return bool(answer.headers.get("content-encoding") == "gzip")


async def test_a_login_is_light(broadcaster: Open, chrome: Browser) -> None:
    async with counting(chrome, broadcaster, {}) as phone:
        assert await phone.opens("/login") < MOST_OF_A_LOGIN


async def test_the_first_page_is_light_enough_for_a_slow_line(broadcaster: Open, chrome: Browser) -> None:
    cookies = broadcaster.signs_up("Asha").cookies
    await packed(chrome, broadcaster, cookies, "/")
    async with counting(chrome, broadcaster, cookies) as phone:
        assert await phone.opens("/") < MOST_OF_A_FIRST_PAGE, phone.came


async def test_the_login_has_fetched_the_first_page_ahead(broadcaster: Open, chrome: Browser) -> None:
    cookies = broadcaster.signs_up("Asha").cookies
    async with counting(chrome, broadcaster, {}) as phone:
        await phone.opens("/login")
        await phone.page.context.add_cookies(
            [{"name": name, "value": value, "url": broadcaster.address} for name, value in cookies.items()]
        )
        came = await phone.opens("/")

    assert came < 20 * KB, phone.came


@pytest.mark.parametrize("path", PAGES)
async def test_every_later_page_is_almost_nothing(broadcaster: Open, chrome: Browser, path: str) -> None:
    async with counting(chrome, broadcaster, broadcaster.signs_up("Asha").cookies) as phone:
        await phone.opens(path)
        assert await phone.opens(path) < MOST_OF_A_PAGE, phone.came

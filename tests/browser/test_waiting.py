"""On a slow line a page is there as its own shape before it is itself, and a tap is answered at once."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Hand, Open
from tests.browser.phone import PATIENCE_MS
from ui.waiting import shape_of

BOXES = """(under) => ['.top h1', '.nav'].map((one) => {
    const { x, y, width, height } = document.querySelector(under + ' ' + one).getBoundingClientRect();
    return [x, y, one === '.nav' && width, height];
})"""

# The title, the place that is marked, and how many lines are drawn. A locator would wait for the next page.
WHEN_DRAWN = """() => new MutationObserver(() => {
    if (!document.body.classList.contains('going')) return;
    const all = (what) => [...document.querySelectorAll('.wait ' + what)].filter((one) => one.offsetWidth);
    const words = (what) => all(what).map((one) => one.innerText).join();
    drawn([words('h1'), words('a[aria-current] span'), String(all('.sk-row').length)]);
}).observe(document.body, { attributeFilter: ['class'] })"""


@asynccontextmanager
async def held_back(page: Page, address: str) -> AsyncIterator[None]:
    """Inside, nothing comes from this address; afterwards it does."""
    free = asyncio.Event()

    async def hold(route: Route) -> None:
        await free.wait()
        await route.continue_()

    await page.route(address, hold)
    yield
    free.set()


async def test_before_the_page_is_there_its_shape_is_and_nothing_jumps(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    async with held_back(phone.page, "**/static/nicegui.js"):
        await phone.page.goto(f"{broadcaster.address}/contacts", wait_until="commit")
        await expect(phone.page.get_by_role("heading", name="Contacts")).to_be_visible()
        await expect(phone.page.locator(".sk:visible")).to_have_count(len(shape_of("/contacts")))
        await expect(phone.page.get_by_role("link", name="Inbox")).to_be_visible()
        await phone.sees_no("ES modules")
        before = await phone.page.evaluate(BOXES, ".wait")

    await phone.settles()

    await expect(phone.page.locator(".wait")).to_be_hidden()
    assert await phone.page.evaluate(BOXES, "#app") == before


async def test_a_tap_is_answered_before_the_next_page_begins(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/contacts")
    drawn: asyncio.Future[list[str]] = asyncio.Future()
    await phone.page.expose_function("drawn", lambda seen: drawn.set_result(seen))
    await phone.page.evaluate(WHEN_DRAWN)
    async with held_back(phone.page, "**/campaigns"):
        await phone.page.get_by_role("link", name="Campaigns").click(no_wait_after=True)
        seen = await asyncio.wait_for(drawn, PATIENCE_MS / 1000)

    assert seen == ["Campaigns", "Campaigns", str(shape_of("/campaigns").count("row"))]
    await phone.is_at("/campaigns")
    await phone.sees("Tell your customers something.")


async def test_a_file_that_is_saved_leaves_the_page_where_it_is(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.page.clock.install()
    await phone.opens("/join")
    await phone.taps("Begin")
    await phone.downloads("English")

    await phone.page.clock.fast_forward(1000)

    await expect(phone.page.locator("body")).not_to_have_class(re.compile("going"))

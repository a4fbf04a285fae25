"""Every page, small and large, in three languages, light and dark: nothing sticks out, nobody is kept out."""

from importlib.resources import files
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from services.embedded import Servers
from services.i18n import LANGUAGES
from tests.browser.conftest import DESK, PHONE, Hand, Open, as_cookies
from tests.browser.every_page import FOR_STRANGERS, every_page
from tests.browser.phone import Phone
from tests.browser.world import furnish
from tests.conftest import beside

LAYOUT = (Path(__file__).parent / "layout.js").read_text()
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
# Without `preload`, which asks for our stylesheets once more and so shows the bar of a page that loads.
RUN_AXE = "(more) => axe.run(document, {resultTypes: ['violations'], preload: false, ...more})"
# Colours cost most of the time. Each size is looked at light and dark, and so is each language.
WORDS: dict[str, object] = {"rules": {"color-contrast": {"enabled": False}}}
COLOURS: dict[str, object] = {"runOnly": ["color-contrast"]}
DARK = {("en", PHONE), ("hi", DESK), ("mr", DESK)}
GRAVE = ("serious", "critical")
LEAST_PX = 40


@pytest.fixture(scope="session")
def demo(broadcaster: Open) -> dict[str, str]:
    """The cookies of somebody who looks around."""
    return broadcaster.visits_the_demo()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(broadcaster: Open, servers: Servers, chrome: Browser, demo: dict[str, str]) -> dict[str, str]:
    """What the blanks in the addresses stand for."""
    context = await chrome.new_context(locale="en-IN", viewport={"width": PHONE[0], "height": PHONE[1]})
    await context.add_cookies(as_cookies(demo, broadcaster.address))
    phone = Phone(await context.new_page(), broadcaster.address)
    try:
        return await furnish(phone, beside(servers.database_url, "browser"))
    finally:
        await phone.photographs("furnished")
        await context.close()


@pytest.mark.parametrize("page", every_page())
async def test_page(page: str, demo: dict[str, str], world: dict[str, str], hand: Hand) -> None:
    draft = {"campaign_id": world["draft"]} if page.endswith(("/edit", "/review")) else {}
    address = page.format(**{**world, **draft})
    phone = await hand(None if page in FOR_STRANGERS else demo)
    found: list[str] = []
    with phone.expecting("404" if page == "/nowhere" else "nothing"):
        for language in LANGUAGES:
            await phone.opens(f"/language?to={language}&next={quote(address)}")
            assert phone.path == address
            found += await stumbles(phone, language, _name(page))
    assert not found, "\n".join(found)


async def stumbles(phone: Phone, language: str, name: str) -> list[str]:
    found = await says_its_language(phone, language)
    for width, height in (DESK, PHONE):
        await phone.page.set_viewport_size({"width": width, "height": height})
        await phone.rests()
        told = await phone.page.evaluate(LAYOUT, LEAST_PX)
        told += await barriers(phone, "dark" if (language, (width, height)) in DARK else "light")
        found += [f"{width} {language} {one}" for one in told]
        if (width, height) == PHONE or language == "en":
            await phone.photographs(f"{name}-{width}-{language}")
    return found


async def says_its_language(phone: Phone, language: str) -> list[str]:
    """What a screen reader reads it with, and what the tab is called."""
    lang = str(await phone.page.evaluate("document.documentElement.lang"))
    title = await phone.page.title()
    told = [] if lang.partition("-")[0] == language else [f"{language} is said to be {lang!r}"]
    return told + ([] if title.strip() else [f"{language}: the tab has no name"])


async def barriers(phone: Phone, scheme: Literal["dark", "light"]) -> list[str]:
    """What keeps people out who see, hear or move differently."""
    if not await phone.page.evaluate("'axe' in window"):
        await phone.page.evaluate(AXE)
    found = await _looked_for(phone, WORDS)
    await phone.page.emulate_media(color_scheme=scheme)
    await phone.rests()
    found += [f"{scheme} {one}" for one in await _looked_for(phone, COLOURS)]
    await phone.page.emulate_media(color_scheme="light")
    return found


async def _looked_for(phone: Phone, more: dict[str, object]) -> list[str]:
    told = await phone.page.evaluate(RUN_AXE, more)
    return [
        f"{one['id']}: {node['html'][:150]}"
        for one in told["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def _name(page: str) -> str:
    return "page" + "".join(letter if letter.isalnum() else "-" for letter in page)

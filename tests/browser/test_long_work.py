"""Work that takes its time says so, with numbers, from the first tap on; a second tap does nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from playwright.async_api import expect

from services.embedded import Servers
from tests.browser.conftest import Hand, Open
from tests.browser.phone import Phone
from tests.browser.steps import pastes, writes_to_everybody
from tests.conftest import beside

PEOPLE = ["+919811100710", "+919811100720", "+919811100730"]


@contextmanager
def held(servers: Servers, row: str) -> Iterator[None]:
    """Inside, whoever wants to write this row has to wait."""
    with psycopg.connect(beside(servers.database_url, "browser")) as db:
        db.execute(f"SELECT 1 FROM {row} FOR NO KEY UPDATE")  # noqa: S608
        yield


async def says_meanwhile(phone: Phone, words: str) -> None:
    button = phone.page.get_by_role("button", name=words)
    await expect(button).to_be_visible()
    await expect(button).to_be_disabled()


async def test_a_list_that_is_saved(broadcaster: Open, servers: Servers, hand: Hand) -> None:
    asha = broadcaster.signs_up("Asha")
    phone = await hand(asha.cookies)
    await phone.opens("/contacts/import")
    await phone.types("Each line: name and number", "\n".join(f"Ravi {person}" for person in PEOPLE))
    await phone.taps("Check")
    await phone.is_at("/contacts/import/[0-9]+")
    await phone.taps("All these people agreed")
    mine = f"workspace WHERE id = (SELECT workspace_id FROM person WHERE login = '{asha.login}')"  # noqa: S608
    with held(servers, mine):
        await phone.taps("Add 3 people", times=2)
        await says_meanwhile(phone, "Saving 3 people …")

    await phone.sees("3 people were added.")


async def test_a_launch(broadcaster: Open, servers: Servers, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await pastes(phone, PEOPLE)
    await writes_to_everybody(phone, "Namaste!")
    with held(servers, f"campaign WHERE id = {phone.path.split('/')[2]}"):
        await phone.taps("Launch now", times=2)
        await says_meanwhile(phone, "Lining up 3 messages …")

    await phone.is_at("/campaigns/[0-9]+")
    await phone.sees("Finished on")


async def test_a_file_that_is_downloaded(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await pastes(phone, PEOPLE)
    await writes_to_everybody(phone, "Namaste!")
    await phone.taps("Launch now")
    await phone.is_at("/campaigns/[0-9]+")
    await phone.sees("Finished on")
    await phone.opens(f"{phone.path}/people")
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url))

    async with phone.page.expect_download():
        await phone.taps("Download as CSV", times=2)

    await phone.sees("3 people are in the file.")
    assert len([url for url in asked if ".csv" in url]) == 1
    await expect(phone.page.get_by_role("link", name="Download as CSV")).to_be_enabled()

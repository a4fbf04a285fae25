"""Who comes in, who does not, and in which language."""

from playwright.async_api import expect

from tests.browser.conftest import Hand, Open
from tests.browser.steps import PASSWORD


async def test_hindi_before_logging_in_and_after(broadcaster: Open, hand: Hand) -> None:
    asha = broadcaster.signs_up("Asha")
    phone = await hand()
    await phone.opens("/login")

    await phone.taps("हिन्दी")
    await phone.sees("पासवर्ड")
    await phone.types("मोबाइल नंबर या ईमेल", asha.login)
    await phone.types("पासवर्ड", PASSWORD)
    await phone.taps("लॉग इन करें")

    await phone.is_at("/")
    await phone.sees("संपर्क")
    await expect(phone.page.locator("html")).to_have_attribute("lang", "hi")


async def test_an_open_page_of_an_ended_session_stops_within_seconds(broadcaster: Open, hand: Hand) -> None:
    asha = broadcaster.signs_up("Asha")
    left_at_the_shop = await hand(asha.cookies)
    await left_at_the_shop.opens("/contacts")
    await left_at_the_shop.sees("Bring your customers.")

    at_home = await hand(broadcaster.logs_in(asha.login))
    await at_home.opens("/")
    await at_home.taps("More")
    await at_home.taps("Log out on every phone and computer")

    await left_at_the_shop.is_at("/login.*")
    await left_at_the_shop.opens("/contacts")
    await left_at_the_shop.is_at("/login.*")


async def test_a_stranger_finds_nothing(broadcaster: Open, hand: Hand) -> None:
    asha = await hand(broadcaster.signs_up("Asha").cookies)
    await asha.opens("/campaigns/new")
    await asha.is_at("/campaigns/[0-9]+/edit")
    campaign = asha.path.removesuffix("/edit")

    chitra = await hand(broadcaster.signs_up("Chitra").cookies)
    with chitra.expecting("404"):
        for page in ("", "/edit", "/review", "/people", "/people.csv"):
            assert await chitra.opens(f"{campaign}{page}") == 404
            await chitra.sees("This page is not there")

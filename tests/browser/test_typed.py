"""What was typed into a form survives a reload, and the page that came instead because there was no line."""

import pytest
from playwright.async_api import expect

from tests import files
from tests.browser.conftest import Hand, Open
from tests.browser.line import Line
from tests.browser.phone import Phone
from tests.browser.test_lost_line import NO_LINE


@pytest.fixture(params=["a reload", "no line"])
def way(request: pytest.FixtureRequest) -> str:
    """How the page comes to be built anew."""
    return str(request.param)


async def begins_anew(phone: Phone, line: Line, way: str) -> None:
    if way == "a reload":
        return await phone.reloads_the_page()
    await phone.page.evaluate("navigator.serviceWorker.ready.then((one) => one.active.state === 'activated')")
    line.cut()
    await phone.sees("The connection is lost")
    await phone.page.reload()
    await phone.sees("You are offline")
    line.mend()
    await phone.page.wait_for_selector(".page")
    await phone.settles()


async def test_a_new_template_in_two_languages_with_its_photo(
    broadcaster: Open, line: Line, hand: Hand, way: str
) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies, line=line)
    with phone.expecting(*NO_LINE):
        await phone.opens("/templates/new")
        await phone.types("Name of the template", "Our poster")
        await phone.types("Message (English)", "Laddus, {name|friend}")
        await phone.taps("हिन्दी")
        await phone.types("Message (हिन्दी)", "लड्डू")
        await phone.gives_file("diya.jpg", files.photo(300, 200))
        await phone.sees("diya.jpg")

        await begins_anew(phone, line, way)

        await phone.holds("Name of the template", "Our poster")
        await phone.holds("Message (English)", "Laddus, {name|friend}")
        await phone.sees("diya.jpg")
        await phone.taps("Save")
        await phone.is_at("/templates")
        await phone.taps("Our poster")
        await phone.is_at("/templates/[0-9]+")
        await phone.sees("diya.jpg")
        await phone.taps("हिन्दी")
        await phone.holds("Message (हिन्दी)", "लड्डू")


async def test_a_new_contact(broadcaster: Open, line: Line, hand: Hand, way: str) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies, line=line)
    with phone.expecting(*NO_LINE):
        await phone.opens("/contacts/new")
        await phone.types("Name", "Ravi Kumar")
        await phone.types("Mobile number", "98111 40010")
        await phone.types("Tags", "VIP, Pune")
        await phone.taps("This person agreed")

        await begins_anew(phone, line, way)

        await phone.holds("Name", "Ravi Kumar")
        await phone.holds("Mobile number", "98111 40010")
        await phone.holds("Tags", "VIP, Pune")
        await expect(phone.page.get_by_role("checkbox")).to_be_checked()
        await phone.taps("Add")
        await phone.is_at("/contacts/[0-9]+")


async def test_a_pasted_list_and_what_is_said_of_it(
    broadcaster: Open, line: Line, hand: Hand, way: str
) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies, line=line)
    with phone.expecting(*NO_LINE):
        await phone.opens("/contacts/import")
        await phone.types("Each line: name and number", "Ravi 98111 40010")

        await begins_anew(phone, line, way)

        await phone.holds("Each line: name and number", "Ravi 98111 40010")
        await phone.taps("Check")
        await phone.is_at("/contacts/import/[0-9]+")
        await phone.types("Tags for all of them", "Diwali")
        await phone.taps("All these people agreed")

        await begins_anew(phone, line, way)

        await phone.holds("Tags for all of them", "Diwali")
        await expect(phone.page.get_by_role("checkbox")).to_be_checked()
        await phone.taps("Add 1 person")
        await phone.sees("1 person was added.")


async def test_what_was_sent_does_not_come_back(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/templates/new")
    await phone.types("Name of the template", "Our poster")
    await phone.types("Message (English)", "Laddus")
    await phone.taps("Save")
    await phone.is_at("/templates")

    await phone.opens("/templates/new")

    await phone.holds("Name of the template", "")
    await phone.holds("Message (English)", "")


async def test_what_is_typed_on_one_phone_is_there_on_the_other(broadcaster: Open, hand: Hand) -> None:
    asha = broadcaster.signs_up("Asha")
    phone = await hand(asha.cookies)
    await phone.opens("/templates/new")
    await phone.types("Name of the template", "Our poster")
    await phone.types("Message (English)", "Laddus")

    other = await hand(broadcaster.logs_in(asha.login))
    # It is kept a moment after the last letter.
    while not await other.page.get_by_text("Here is what you typed before").count():
        await other.opens("/templates/new")
    await other.holds("Message (English)", "Laddus")
    await other.taps("Begin anew")
    await other.sees_no("Here is what you typed before")

    await other.holds("Name of the template", "")

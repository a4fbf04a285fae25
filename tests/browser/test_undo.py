"""Nobody is asked "are you sure?": it is done at once, and a tap takes it back."""

from tests.browser.conftest import Hand, Open
from tests.browser.steps import pastes, writes_to_everybody

PEOPLE = ["+919811100510", "+919811100520", "+919811100530"]


async def test_people_who_were_deleted_come_back(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await pastes(phone, PEOPLE)
    await phone.opens("/contacts")
    await phone.tap(phone.page.locator(".cl-box").first)
    await phone.taps("Select all 3")
    await phone.taps("Delete")
    await phone.sees("3 people deleted")
    await phone.taps("Undo")
    await phone.is_at("/contacts")
    await phone.sees("3 people")

    await phone.tap(phone.page.locator(".cl-who").first)
    await phone.is_at("/contacts/[0-9]+")
    address = phone.path
    await phone.taps("Delete this person")
    await phone.sees("“Ravi” was deleted.")
    await phone.taps("Undo")

    await phone.is_at(address)


async def test_a_cancel_is_taken_back_and_everybody_gets_it(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await pastes(phone, PEOPLE)
    await writes_to_everybody(phone, "Namaste!")
    await phone.taps("As slow as in life")
    await phone.taps("Launch now")
    await phone.is_at("/campaigns/[0-9]+")
    await phone.taps("Cancel")
    await phone.sees("For a few seconds you can still take that back.")
    await phone.taps("Undo")
    await phone.sees("Sent to 3 of 3 people")

    await phone.sees("Finished on")

"""A shopkeeper sets the rules of sending with a thumb: hours, how often, how much, which words stop."""

import json

from tests.browser.conftest import Hand, Open
from tests.browser.phone import Phone
from tests.browser.test_inbox import a_customer_writes


async def chooses(phone: Phone, label: str, choice: str) -> None:
    """Tap a list open, and the line in it."""
    await phone.page.get_by_role("combobox", name=label, exact=True).click()
    await phone.page.get_by_role("option", name=choice, exact=True).click()


async def shows(phone: Phone, label: str, choice: str) -> None:
    """This is chosen in that list."""
    box = phone.page.locator(".q-select", has=phone.page.get_by_role("combobox", name=label, exact=True))
    await box.get_by_text(choice).first.wait_for()


async def test_quiet_hours_and_how_often_are_chosen_and_stay(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/more")
    await phone.taps("Rules of sending")
    await phone.is_at("/settings")
    await chooses(phone, "From", "10:00 pm")
    await chooses(phone, "Until", "8:00 am")
    await chooses(phone, "To one person at most", "2 offers a week")
    await phone.taps("Save")
    await phone.sees("Saved")

    await phone.reloads_the_page()
    await shows(phone, "From", "10:00 pm")
    await shows(phone, "Until", "8:00 am")
    await shows(phone, "To one person at most", "2 offers a week")
    await phone.opens("/audit")
    await phone.sees("Asha changed the quiet hours or how often")
    await phone.sees("Quiet from 10:00 pm to 8:00 am · 2 offers a week")
    await phone.photographs("who-did-what")


async def test_how_much_a_number_may_send_has_bounds_and_loses_nothing(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/senders")
    await phone.taps("Limits and standing")
    await phone.is_at("/senders/[0-9]+/care")
    await phone.page.get_by_role("switch", name="Play the limits in rehearsals").click()
    await phone.types("Most messages a day", "5")
    await phone.types("Of these, to new people", "7")
    await phone.taps("Save")
    await phone.sees("Please choose a number from 10 to 2,000.")
    await phone.holds("Of these, to new people", "7")

    await phone.types("Most messages a day", "40")
    await phone.taps("Save")
    await phone.sees("0 of 40 messages sent, 0 of 7 to new people.")
    await phone.sees("How it stands with WhatsApp")
    await phone.photographs("limits")


async def test_a_word_of_ours_is_switched_off_and_one_of_theirs_taken_away(
    broadcaster: Open, hand: Hand
) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/words")
    await phone.types("What they write", "cancel")
    await phone.sees("Stops everything, at once.")
    await phone.taps("Words that always come with it")
    await phone.page.get_by_role("button", name="cancel", exact=True).click()
    await phone.page.locator('button[aria-pressed="false"]', has_text="cancel").wait_for()
    await phone.types("What they write", "Cancel!")
    await phone.sees("An ordinary message.")

    await phone.types("One more word", "bas karo")
    await phone.taps("Add")
    await phone.page.get_by_role("button", name="Remove bas karo").click()
    await phone.sees("None yet.")


async def test_whoever_wrote_takes_a_copy_home_and_is_forgotten(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await a_customer_writes(phone, "What do you know of me?")
    await phone.page.locator(".in-list a").click()
    await phone.is_at("/inbox/[0-9]+")
    await phone.taps("Their data")
    to_read = await (await phone.downloads("All about them, to read")).path()
    for_computers = await (await phone.downloads("For a computer (JSON)")).path()
    assert "What do you know of me?" in to_read.read_text()
    assert [line["text"] for line in json.loads(for_computers.read_bytes())["written"]] == [
        "What do you know of me?"
    ]
    await phone.photographs("their-data")
    await phone.taps("Erase this person")
    await phone.taps("Keep them")
    await phone.taps("Erase this person")
    await phone.taps("Erase for good")
    await phone.is_at("/inbox")
    await phone.sees("What people answer comes in here.")


async def test_a_contact_takes_a_copy_home_and_is_forgotten(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/contacts/new")
    await phone.types("Name", "Ravi")
    await phone.types("Mobile number", "9812300077")
    await phone.tap(phone.page.get_by_role("button", name="Add", exact=True))
    await phone.is_at("/contacts/[0-9]+")
    to_read = await (await phone.downloads("All about them, to read")).path()
    assert "98123 00077" in to_read.read_text()
    await phone.taps("Erase this person")
    await phone.taps("Erase for good")
    await phone.is_at("/contacts")
    await phone.sees_no("Ravi")
    await phone.opens("/audit")
    await phone.sees("Asha erased a person")
    await phone.sees("Asha downloaded everything about a person")


async def test_the_first_step_of_a_newcomer_is_to_say_what_the_shop_is_called(
    broadcaster: Open, hand: Hand
) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/")
    await phone.sees("Asha's shop · India Time · English")
    await phone.taps("Change")
    await phone.is_at("/business")
    await phone.types("Name of your business", "Asha's Sweets, Pune")
    await chooses(phone, "By which clock", "Nepal Time")
    await phone.photographs("your-business")
    await phone.taps("Save")
    await phone.sees("Saved")

    await phone.opens("/")
    await phone.sees("Asha's Sweets, Pune · Nepal Time · English")

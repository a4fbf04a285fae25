"""Writing and launching with a restless thumb: nothing typed is lost, nothing goes twice."""

import asyncio
from collections import Counter

from services.gateways.sandbox.ledger import read_ledger
from tests.browser.conftest import Hand, Open
from tests.browser.steps import pastes, writes_to_everybody

PEOPLE = ["+919811100010", "+919811100020", "+919811100030"]


async def test_a_double_tap_launches_once(broadcaster: Open, hand: Hand) -> None:
    """On two phones at that, which show the same check."""
    asha = broadcaster.signs_up("Asha")
    phone, other = await hand(asha.cookies), await hand(asha.cookies)
    await pastes(phone, PEOPLE)
    await writes_to_everybody(phone, "Namaste!")
    await other.opens(phone.path)

    await asyncio.gather(phone.taps("Launch now", times=2), other.taps("Launch now", times=2))
    for each in (phone, other):
        await each.is_at("/campaigns/[0-9]+")
        await each.sees("Sent to 3 of 3 people")
    await phone.sees("Finished on")

    reached = Counter(sent.phone for sent in read_ledger(broadcaster.folder / "sandbox"))
    assert {person: reached[person] for person in PEOPLE} == dict.fromkeys(PEOPLE, 1)


async def test_day_and_time_of_a_schedule_are_whole_on_a_small_phone(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await pastes(phone, PEOPLE)
    await writes_to_everybody(phone, "Namaste!")
    await phone.taps("Schedule")
    for label in ("Day", "Time"):
        field = phone.page.get_by_label(label, exact=True)
        await field.wait_for()
        await phone.rests()
        shown = await field.bounding_box()
        assert shown is not None
        assert shown["width"] >= 120, f"{label} is cut off"


async def test_in_a_list_the_words_look_as_they_will_on_whatsapp(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await pastes(phone, PEOPLE)
    await writes_to_everybody(phone, "*Fresh* laddus <today>")
    await phone.opens("/campaigns")
    await phone.sees("Fresh laddus <today>")
    await phone.sees_no("*Fresh*")


async def test_a_reload_while_writing_loses_nothing(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/campaigns/new")
    await phone.is_at("/campaigns/[0-9]+/edit")

    await phone.types("Name of the campaign", "Diwali")
    await phone.types("Message (English)", "Namaste {name|friend}, 20 % off laddus")
    await phone.reloads_the_page()

    await phone.holds("Name of the campaign", "Diwali")
    await phone.holds("Message (English)", "Namaste {name|friend}, 20 % off laddus")
    await phone.sees("20 % off laddus")

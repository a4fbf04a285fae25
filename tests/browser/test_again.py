"""Failed and unsure messages are sent again, one or all: told before what that risks, and free to say no.

The last digits of a number say what becomes of its message; what left is judged by the sandbox's ledger.
"""

import asyncio

import psycopg
from playwright.async_api import Locator, expect

from services.embedded import Servers
from services.gateways.sandbox.ledger import read_ledger
from services.i18n import LANGUAGES, words
from tests.browser.conftest import Hand, Open
from tests.browser.phone import PATIENCE_MS, Phone
from tests.browser.steps import pastes, writes_to_everybody
from tests.browser.test_every_page import LAYOUT, LEAST_PX
from tests.browser.test_rules import chooses
from tests.conftest import beside
from tests.shop import PATIENCE_S

MAY_BE_THERE = "may have arrived, or may still show up on the phone"
REFUSED = "WhatsApp may limit or stop your number"


async def launches(phone: Phone, *people: str, speed: str = "As fast as it can") -> str:
    """A campaign to these people; its page."""
    await pastes(phone, people)
    await writes_to_everybody(phone, "Namaste!")
    await phone.taps(speed)
    await phone.taps("Launch now")
    await phone.is_at("/campaigns/[0-9]+")
    return phone.path


def times_sent(broadcaster: Open, number: str) -> int:
    return [sent.phone for sent in read_ledger(broadcaster.folder / "sandbox")].count(number)


async def leaves(broadcaster: Open, number: str, times: int) -> None:
    """So often it has left for this number, soon, and not once more."""
    async with asyncio.timeout(PATIENCE_S):
        while times_sent(broadcaster, number) < times:
            await asyncio.sleep(0.1)
    assert times_sent(broadcaster, number) == times


def failed(phone: Phone) -> Locator:
    """How many, on the page of a campaign."""
    return phone.page.locator("a.lp-cell", has_text="Failed").locator("b")


async def answers(phone: Phone, answer: str, language: str = "en") -> None:
    """To the question, which is gone then."""
    await phone.tap(phone.page.locator(".q-dialog button", has_text=words(language)(answer)))
    await expect(phone.page.locator(".q-dialog")).to_have_count(0, timeout=PATIENCE_MS)


async def test_all_that_failed_is_sent_again_by_whoever_knows_the_risk(broadcaster: Open, hand: Hand) -> None:
    unreadable, no_new_chats, absent, ravi = (f"+919811120{end}" for end in ("400", "463", "404", "077"))
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await launches(phone, unreadable, no_new_chats, absent, ravi)

    await phone.taps("Send again to 3 failed")
    await phone.sees(f"1 of 3 messages {MAY_BE_THERE}")
    await phone.sees("WhatsApp refused 1 of 3 messages.")
    await phone.sees(REFUSED)
    await answers(phone, "Better not")
    await phone.reloads_the_page()
    await phone.sees("Finished on")
    await expect(failed(phone)).to_have_text("3")

    await phone.taps("Send again to 3 failed")
    await answers(phone, "Send again")
    await leaves(broadcaster, unreadable, 2)
    await phone.sees("Send again to 3 failed")
    assert [times_sent(broadcaster, one) for one in (no_new_chats, absent, ravi)] == [0, 0, 1]


async def test_the_question_has_its_place_on_a_small_screen(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    page = await launches(phone, *(f"+919811124{end}" for end in ("400", "463", "404")))
    await phone.sees("Send again to 3 failed")
    found: list[str] = []
    for language in LANGUAGES:
        await phone.opens(f"/language?to={language}&next={page}")
        await phone.tap(phone.page.locator(".thumb-bar button").first)
        await phone.sees(words(language)("Send again anyway?"))
        await phone.rests()
        await phone.photographs(f"send-again-{language}")
        found += [f"{language}: {one}" for one in await phone.page.evaluate(LAYOUT, LEAST_PX)]
        await answers(phone, "Better not", language)
    assert not found, "\n".join(found)


def person(phone: Phone, number: str) -> Locator:
    """Their line in the list."""
    return phone.page.locator(".pl li", has_text=f"{number[3:8]} {number[8:]}")


async def test_one_person_gets_it_again_from_whoever_knows_the_risk(broadcaster: Open, hand: Hand) -> None:
    unreadable, absent, unsure = (f"+919811121{end}" for end in ("400", "404", "501"))
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    campaign = await launches(phone, unreadable, absent, unsure)
    await phone.sees("Send again to 2 failed")
    await phone.sees("Send again to 1 not sure")

    await phone.opens(f"{campaign}/people?status=failed")
    again = person(phone, unreadable).get_by_role("button")
    await phone.tap(again)
    await phone.sees(f"This message {MAY_BE_THERE}. Then this person will get it twice.")
    await phone.photographs("send-again-to-one")
    await answers(phone, "Better not")
    await expect(again).to_be_visible()
    await phone.opens(f"{campaign}/people?status=unconfirmed")
    await phone.tap(person(phone, unsure).get_by_role("button"))
    await phone.sees(f"This message {MAY_BE_THERE}")
    await answers(phone, "Better not")
    await phone.opens(campaign)
    await phone.sees("Finished on")

    await phone.opens(f"{campaign}/people?status=failed")
    await phone.tap(again)
    await answers(phone, "Send again")
    await leaves(broadcaster, unreadable, 2)


async def pauses_after_the_first(phone: Phone, *people: str) -> None:
    """It has failed by then, and the others wait."""
    await launches(phone, *people, speed="As slow as in life")
    await expect(failed(phone)).not_to_have_text("0", timeout=PATIENCE_MS)
    assert await phone.tappable("Send again").count() == 0, "it would jump while the campaign runs"
    await phone.taps("Pause")
    await phone.sees("Paused. Nothing is sent until you resume.")


async def test_a_paused_campaign_sends_its_failed_again_once_it_goes_on(
    broadcaster: Open, hand: Hand
) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await pauses_after_the_first(phone, *(f"+919811{n}3463" for n in range(10, 30)))
    await phone.taps("Send again to")
    await phone.sees(REFUSED)
    await answers(phone, "Better not")
    await expect(failed(phone)).not_to_have_text("0")
    await phone.photographs("paused-with-failed")

    await phone.taps("Send again to")
    await answers(phone, "Send again")
    await expect(failed(phone)).to_have_text("0", timeout=PATIENCE_MS)
    await phone.sees("Paused. Nothing is sent until you resume.")


async def test_what_never_left_goes_again_without_a_question(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await pauses_after_the_first(phone, *(f"+919811{n}2404" for n in range(10, 30)))
    await phone.taps("Send again to")
    await expect(failed(phone)).to_have_text("0", timeout=PATIENCE_MS)
    await expect(phone.page.locator(".q-dialog")).to_have_count(0)


# A phone tells of a message that it cannot open.
UNREADABLE = (
    "UPDATE message SET status = 'failed', reason = 'unreadable' WHERE phone = %s RETURNING campaign_id"
)
COUNTED = "UPDATE campaign_count SET failed = failed + 1 WHERE campaign_id = %s"


async def test_what_came_up_while_the_question_stood_there_is_asked_too(
    broadcaster: Open, hand: Hand, servers: Servers
) -> None:
    no_new_chats, ravi = "+919811125463", "+919811125077"
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await launches(phone, no_new_chats, ravi)
    await phone.taps("Send again to 1 failed")
    await phone.sees("WhatsApp refused this message.")
    with psycopg.connect(beside(servers.database_url, "browser")) as db:
        (campaign,) = db.execute(UNREADABLE, [ravi]).fetchone() or ()
        db.execute(COUNTED, [campaign])

    await phone.tap(phone.page.locator(".q-dialog button", has_text="Send again"))
    await phone.sees(f"1 of 2 messages {MAY_BE_THERE}")
    await answers(phone, "Better not")
    assert times_sent(broadcaster, ravi) == 1


async def test_an_answer_goes_again_to_whoever_may_have_it_only_after_a_yes(
    broadcaster: Open, hand: Hand
) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/contacts/new")
    await phone.types("Name", "Ravi")
    await phone.types("Mobile number", "61123 45500")  # the line breaks after it has left
    await phone.taps("Add")
    await phone.is_at("/contacts/[0-9]+")
    await phone.opens("/inbox")
    await phone.page.get_by_text("Try it: a customer writes").click()
    await chooses(phone, "Who writes", "Ravi")
    await phone.types("What they write", "Price?")
    await phone.taps("Let them write")
    await phone.page.locator(".in-text", has_text="Price?").click()
    await phone.is_at("/inbox/[0-9]+")
    await phone.types("Your answer", "480 rupees")
    await phone.tap(phone.page.get_by_role("button", name="Send", exact=True))

    await phone.taps("Send again")
    await phone.sees(f"This message {MAY_BE_THERE}")
    await answers(phone, "Better not")
    await phone.reloads_the_page()
    await phone.sees("It may have arrived: ask before you send again.")
    assert times_sent(broadcaster, "+916112345500") == 1
    await phone.taps("Send again")
    await answers(phone, "Send again")
    await leaves(broadcaster, "+916112345500", 2)

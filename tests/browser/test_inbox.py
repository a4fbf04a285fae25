"""The inbox on two phones: who writes appears by itself, a restless thumb answers once, a tap opts out."""

import re

from services.gateways.sandbox.ledger import read_ledger
from tests.browser.conftest import Hand, Open
from tests.browser.phone import Phone

QUESTION = "Do you deliver to Kothrud?"
ANSWER = "Yes, until nine in the evening."


async def a_customer_writes(phone: Phone, text: str) -> None:
    await phone.opens("/inbox")
    await phone.page.get_by_text("Try it: a customer writes").click()
    await phone.types("What they write", text)
    await phone.taps("Let them write")
    await phone.page.locator(".in-text", has_text=text).first.wait_for()


async def test_a_customer_is_seen_at_once_and_answered_once(broadcaster: Open, hand: Hand) -> None:
    asha = broadcaster.signs_up("Asha")
    phone, other = await hand(asha.cookies), await hand(asha.cookies)
    await other.opens("/")
    await a_customer_writes(phone, QUESTION)
    await other.page.locator("#app .nav-new", has_text="1").wait_for()
    await other.opens("/campaigns")
    assert '<b class="nav-new' in await (await other.page.request.get(f"{other.address}/contacts")).text()

    await phone.page.locator(".in-text", has_text=QUESTION).click()
    await phone.is_at("/inbox/[0-9]+")
    await phone.types("Your answer", ANSWER)
    await phone.tap(phone.page.get_by_role("button", name="Send", exact=True), times=2)
    await phone.page.locator(".ch-note", has_text=re.compile("Sent|Delivered|Read")).wait_for()
    await phone.holds("Your answer", "")

    sent = [sent.text for sent in read_ledger(broadcaster.folder / "sandbox")]
    assert sent.count(ANSWER) == 1
    await other.page.locator("#app .nav-new").wait_for(state="detached")
    await phone.photographs("conversation")


async def test_a_no_in_free_words_is_one_tap(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await a_customer_writes(phone, "please mat bhejo ye sab")
    await phone.sees("May want to stop")
    await phone.photographs("inbox")

    await phone.page.locator(".in-list a").click()
    await phone.is_at("/inbox/[0-9]+")
    await phone.taps("Yes, send nothing more")
    await phone.sees("Asked you to stop: no campaign goes to this person any more.")


async def test_hi_joins_once_the_shop_asks_for_it(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/join")
    await phone.taps("Begin")
    await phone.sees("People can join")
    await phone.photographs("joining")
    await a_customer_writes(phone, "HI")
    await phone.types("What they write", "YES")
    await phone.taps("Let them write")
    await phone.page.locator(".in-text", has_text="YES").first.wait_for()

    await phone.page.locator(".in-list a").click()
    await phone.sees("Would you like to get news and offers from Asha's shop")
    await phone.sees("Thank you! Asha's shop will send you news and offers")
    await phone.opens("/contacts")
    await phone.sees("Agreed")


async def test_a_person_is_erased_for_good(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await a_customer_writes(phone, "Delete my number please")
    await phone.page.locator(".in-list a").click()
    await phone.is_at("/inbox/[0-9]+")
    await phone.taps("Their data")
    await phone.taps("Erase this person")
    await phone.taps("Erase for good")
    await phone.is_at("/inbox")
    await phone.sees("What people answer comes in here.")
    await phone.opens("/audit")
    await phone.sees("Asha erased a person")


async def test_a_word_of_the_shops_own_is_tried_out(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/words")
    await phone.types("What they write", "bas karo")
    await phone.sees("An ordinary message.")
    await phone.types("One more word", "Bas karo")
    await phone.taps("Add")
    await phone.page.get_by_role("button", name="Remove Bas karo").wait_for()

    await phone.types("What they write", "BAS KARO!! 🙏")
    await phone.sees("Stops everything, at once.")
    await phone.types("What they write", "mat bhejo")
    await phone.sees("Stops nothing by itself: the inbox asks you.")


async def test_the_poster_is_a_file_to_print(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/join")
    await phone.taps("Begin")
    await phone.sees("A sample, with a made-up number")

    for language in ("English", "हिन्दी", "मराठी"):
        made = await phone.downloads(language)
        path = await made.path()
        assert path.read_bytes().startswith(b"%PDF-1.4")

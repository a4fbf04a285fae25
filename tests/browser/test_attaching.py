"""A photo, PDF or video is added to a message on a phone, and seen as its readers will see it."""

import hashlib

import pytest

from services.gateways.sandbox.ledger import read_ledger
from services.templates.footer import FOOTER_TAKES
from services.templates.render import LONGEST
from tests import files
from tests.browser.conftest import Hand, Open
from tests.browser.phone import Phone
from tests.browser.steps import pastes, writes_to_everybody

REFUSED = "status of 422"  # Chromium's own word for it, on its console


async def composing(phone: Phone) -> None:
    await phone.opens("/campaigns/new")
    await phone.is_at("/campaigns/[0-9]+/edit")


async def test_a_photo_is_added_seen_kept_and_taken_away(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await composing(phone)

    await phone.gives_file("diya.jpg", files.photo(3000, 2000))
    await phone.sees("diya.jpg")
    picture = phone.page.locator(".bubble img")
    await picture.wait_for()
    await phone.page.wait_for_function("document.querySelector('.bubble img').naturalWidth === 480")
    await phone.sees("/ 986")  # what a caption may have, less the line that says how to stop
    await phone.sees("Saved")

    await phone.reloads_the_page()
    await phone.sees("diya.jpg")
    await phone.taps("Take away diya.jpg")
    await picture.wait_for(state="detached")
    await phone.sees(f"/ {LONGEST - FOOTER_TAKES:,}")
    await phone.reloads_the_page()
    await phone.sees("Add a photo, PDF or video")


async def test_a_large_photo_leaves_the_phone_small(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await composing(phone)
    large = files.noisy_photo()
    await phone.page.evaluate(
        "const send = XMLHttpRequest.prototype.send;"
        "XMLHttpRequest.prototype.send = function (body) {"
        " if (body?.size) window.sentBytes = body.size; return send.call(this, body) }; 0"
    )
    chooser = phone.page.locator("input[type=file]")
    await chooser.set_input_files({"name": "shop.jpg", "mimeType": "image/jpeg", "buffer": large})
    await phone.sees("shop.jpg")

    assert await phone.page.evaluate("window.sentBytes") < len(large) / 4


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (files.zipped(), "ZIP or an Office document"),
        (b"", "This file is empty."),
        (files.bomb(50_000, 50_000), "50,000 × 50,000 dots large"),
        (files.photo()[:9000], "This photo is damaged"),
        (b"just words", "This file cannot be sent."),
    ],
    ids=["zip", "nothing", "bomb", "damaged", "words"],
)
async def test_what_cannot_be_sent_is_told_at_once_and_nothing_typed_is_lost(
    broadcaster: Open, hand: Hand, content: bytes, says: str
) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await composing(phone)
    await phone.types("Message (English)", "Laddus!")
    with phone.expecting(REFUSED):
        await phone.gives_file("photo.jpg", content)
        await phone.sees(says)
        await phone.holds("Message (English)", "Laddus!")


async def test_a_pdf_goes_from_the_phone_to_everybody(broadcaster: Open, hand: Hand) -> None:
    people = ["+919811300010", "+919811300020"]
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await pastes(phone, people)
    await writes_to_everybody(phone, "Our new prices")
    await phone.page.go_back()
    await phone.is_at("/campaigns/[0-9]+/edit")
    await phone.gives_file("prices.pdf", files.pdf())
    await phone.sees("prices.pdf")
    await phone.taps("Check and send")
    await phone.is_at("/campaigns/[0-9]+/review")
    await phone.sees("prices.pdf")
    await phone.taps("Launch now")
    await phone.sees("Finished on")

    sha256 = hashlib.sha256(files.pdf()).hexdigest()
    sent = [one for one in read_ledger(broadcaster.folder / "sandbox") if one.phone in people]
    assert [(one.text.startswith("Our new prices"), one.media_sha256) for one in sent] == [(True, sha256)] * 2


async def test_a_template_brings_its_photo_along(broadcaster: Open, hand: Hand) -> None:
    phone = await hand(broadcaster.signs_up("Asha").cookies)
    await phone.opens("/templates/new")
    await phone.types("Name of the template", "Poster")
    await phone.gives_file("poster.png", files.photo(400, 300, "PNG"))
    await phone.sees("poster.jpg")
    await phone.taps("Save")
    await phone.is_at("/templates")

    await composing(phone)
    await phone.taps("From a template")
    await phone.tap(phone.page.get_by_text("Poster"))
    await phone.sees("poster.jpg")
    await phone.page.locator(".bubble img").wait_for()

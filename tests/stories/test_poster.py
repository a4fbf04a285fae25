"""The poster says in three languages how to join; its code opens the right chat."""

import re
import zlib

import pytest
import segno
from PIL import Image

from services.clock import now
from services.consent.stop_words import ShopWords
from services.contacts.join import Joining, change_joining, link
from services.i18n import words
from tests.conftest import House
from tests.shop import Shop, open_shop
from tests.visitor import logged_in
from ui.join.paper import HEIGHT, WIDTH, Paper, unknown_letters
from ui.join.poster import poster

PHONE = "+919876543210"


def picture(pdf: bytes) -> Image.Image:
    found = re.search(rb"/Width (\d+) /Height (\d+).*?/Length (\d+) >>\nstream\n", pdf, re.DOTALL)
    assert found is not None
    packed = pdf[found.end() : found.end() + int(found[3])]
    return Image.frombytes("RGB", (int(found[1]), int(found[2])), zlib.decompress(packed))


def edges(drawn: Image.Image) -> tuple[int, int, int, int]:
    found = drawn.getbbox()
    assert found is not None, "nothing was drawn"
    return found


def modules(image: Image.Image, link_in_it: str) -> list[list[bool]]:
    """What a reader sees of the code: the page's only pure black dots, sampled in their middles."""
    black = image.convert("L").point(lambda level: 255 if level == 0 else 0)
    left, top, right, _bottom = edges(black)
    across = len(list(segno.make(link_in_it, error="l").matrix))
    dot = (right - left) / across
    middles = [int((n + 0.5) * dot) for n in range(across)]
    return [[black.getpixel((left + x, top + y)) == 255 for x in middles] for y in middles]


@pytest.mark.parametrize("language", ["en", "hi", "mr"])
def test_the_code_on_the_poster_is_the_shops_link(language: str) -> None:
    _ = words(language)
    joining = Joining("HI", "श्री कृष्ण Sweets", now())
    made = poster(_, joining, PHONE)
    image = picture(made)

    assert made.startswith(b"%PDF-1.4")
    assert b"/MediaBox [0 0 595.28 841.89]" in made
    assert (image.width, image.height) == (WIDTH, HEIGHT)
    address = link(_, joining, PHONE)
    wanted = [[bool(dark) for dark in row] for row in segno.make(address, error="l").matrix]
    assert modules(image, address) == wanted


def test_devanagari_is_shaped_and_not_set_letter_by_letter() -> None:
    def width(text: str) -> int:
        paper = Paper("hi")
        paper.write(text, size=100, colour=(0, 0, 0))
        left, _top, right, _bottom = edges(paper.image.convert("L").point(lambda level: 255 - level))
        return right - left

    assert width("क्षत्रिय") < 0.8 * width("क\u200cष\u200cत\u200cर\u200cिय")
    assert width("व्हॉट्सअॅप") == width("व्हॉट्सॲप"), "one vowel, however it was typed"


def test_a_long_name_gets_smaller_and_stays_on_the_paper() -> None:
    paper = Paper("en")
    paper.write("Shri " * 30, size=120, colour=(0, 0, 0), lines=2)
    left, _top, right, _bottom = edges(paper.image.convert("L").point(lambda level: 255 - level))

    assert left >= 100
    assert right <= WIDTH - 100
    assert paper.y < 500


def test_letters_that_the_font_has_not_are_told() -> None:
    assert unknown_letters("Asha's मिठाई ₹ – ळ ऱ्या") == ""
    assert unknown_letters("ஆஷ 😀 Sweets") == "ஆஷ😀"


async def test_the_poster_is_the_shops_own(shop: Shop, house: House) -> None:
    path = f"/join/poster-hi.pdf?sender_id={shop.sender_id}"
    async with logged_in(shop.actor) as browser:
        assert (await browser.looks_at(path)).status_code == 404, "the shop does not ask for it"
        await change_joining(shop.actor, word="HI", on=True, shop_words=ShopWords())
        made = await browser.looks_at(path)
        assert made.headers["content-type"] == "application/pdf"
        assert (await browser.looks_at(path.replace("-hi", "-ta"))).status_code == 404
    async with (
        open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitras,
        logged_in(chitras.actor) as browser,
    ):
        assert (await browser.looks_at(path)).status_code == 404

"""A text is written once, in several languages, and everybody reads their own name in it."""

import pytest

from models.contact import Contact
from models.db import transaction
from services.errors import Invalid, NotFound
from services.templates.formatting import html_of
from services.templates.preview import offered_blanks, preview, somebody
from services.templates.render import (
    LONGEST,
    MissingBlank,
    length,
    needed,
    problems_of,
    render,
    with_fallback,
)
from services.templates.write import change, create, delete_template, find, listed
from tests.conftest import House
from tests.shop import Shop, open_shop

TEXTS = {"en": "Hello {name|friend}", "hi": "नमस्ते {name|दोस्त}", "mr": "नमस्कार {name|मित्रा}"}


def test_a_blank_is_filled_with_the_persons_own_value() -> None:
    assert render("Hello {name}, your bill is ₹{bill}.", {"name": "Ravi", "bill": "450"}) == (
        "Hello Ravi, your bill is ₹450."
    )


@pytest.mark.parametrize("typed", ["{name}", "{ Name }", "{NAME}", "{नाम}", "{नाव}"])
def test_a_blank_may_be_typed_carelessly(typed: str) -> None:
    assert render(f"Hello {typed}", {"name": "Meena"}) == "Hello Meena"


@pytest.mark.parametrize("value", ["", "   "])
def test_who_has_no_value_reads_the_fallback(value: str) -> None:
    assert render("नमस्ते {name| मित्र }!", {"name": value}) == "नमस्ते मित्र!"
    assert render("Hello{name|}!", {}) == "Hello!"


def test_a_hole_is_never_sent() -> None:
    with pytest.raises(MissingBlank):
        render("Hello {name}", {"name": " "})


def test_a_value_is_never_read_as_a_blank() -> None:
    assert render("Hello {name}", {"name": "{phone}", "phone": "secret"}) == "Hello {phone}"


@pytest.mark.parametrize(
    "text", ["Hello {name", "Hello {na{me}", "{{name}}", "Hello {name\n}", "{}", "{ |x}"]
)
def test_a_broken_blank_is_told_in_a_sentence(text: str) -> None:
    assert problems_of(text)


@pytest.mark.parametrize("text", ["Hello {name}", "Smile :} and }", "{city|}", "{last visit|long ago}"])
def test_a_sound_text_has_no_problems(text: str) -> None:
    assert problems_of(text) == []


def test_characters_are_counted_as_people_count_them() -> None:
    assert length("नमस्ते") == 3
    assert length("👨‍👩‍👧🇮🇳👍🏽") == 3
    assert problems_of("न" * LONGEST) == []
    assert problems_of("न" * (LONGEST + 1))


def test_only_a_blank_without_a_fallback_is_needed_of_everybody() -> None:
    assert needed(["Hi {name|friend} from {city}", "{name} {city|here}"]) == ["city", "name"]


def test_one_tap_gives_every_bare_blank_a_fallback() -> None:
    text = "Hi { Name }, {name|dear}, {city}"
    assert with_fallback(text, "name", "friend") == "Hi {Name|friend}, {name|dear}, {city}"


def test_a_bubble_shows_what_whatsapp_will_show_and_nothing_more() -> None:
    assert html_of("*Sale* _today_ ~₹500~ ```code```") == (
        "<b>Sale</b> <i>today</i> <s>₹500</s> <code>code</code>"
    )
    assert html_of("2*3*4 and snake_case_name * no *") == "2*3*4 and snake_case_name * no *"
    assert html_of("*<script>alert(1)</script>*") == "<b>&lt;script&gt;alert(1)&lt;/script&gt;</b>"


async def test_a_template_is_kept_in_three_languages(shop: Shop) -> None:
    made = await create(shop.actor, "Greeting", TEXTS)
    assert (await find(shop.actor, made)).texts == TEXTS

    await change(shop.actor, made, "  Short   greeting ", {"hi": "नमस्ते", "mr": " "})
    (kept,) = await listed(shop.actor)
    assert (kept.name, kept.texts) == ("Short greeting", {"hi": "नमस्ते"})

    await delete_template(shop.actor, made)
    assert await listed(shop.actor) == []


@pytest.mark.parametrize(
    ("name", "texts"), [("", TEXTS), ("Empty", {"en": " "}), ("Broken", {"en": "Hi {name"})]
)
async def test_a_template_that_could_not_be_sent_is_not_kept(
    shop: Shop, name: str, texts: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        await create(shop.actor, name, texts)
    assert await listed(shop.actor) == []


async def test_a_preview_is_what_a_real_person_will_read(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    assert await preview(shop.actor, TEXTS, ravi.id) == {
        "en": "Hello Ravi",
        "hi": "नमस्ते Ravi",
        "mr": "नमस्कार Ravi",
    }
    assert await preview(shop.actor, {"en": "Bill {bill}"}, meena.id) == {"en": "Bill [bill]"}
    assert await preview(shop.actor, TEXTS, None) == await preview(shop.actor, TEXTS, None)


async def test_the_preview_goes_from_person_to_person_and_round_again(shop: Shop) -> None:
    assert await somebody(shop.actor, "en") is None
    await shop.contacts("Ravi", "Meena")
    first = await somebody(shop.actor, "en")
    assert first is not None
    second = await somebody(shop.actor, "en", after=first.contact_id)
    assert second is not None
    again = await somebody(shop.actor, "en", after=second.contact_id)
    assert [first.name, second.name, again and again.name] == ["Meena", "Ravi", "Meena"]


async def test_the_blanks_that_the_shop_can_fill_are_offered(shop: Shop) -> None:
    ravi, _meena = await shop.contacts("Ravi", "Meena")
    async with transaction() as db:
        (await db.get_one(Contact, ravi.id)).fields = {"city": "Pune"}
    assert await offered_blanks(shop.actor) == ["name", "city"]


async def test_a_stranger_sees_and_touches_nothing(shop: Shop, house: House) -> None:
    made = await create(shop.actor, "Greeting", TEXTS)
    (ravi,) = await shop.contacts("Ravi")
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as other:
        assert await listed(other.actor) == []
        for attempt in (
            find(other.actor, made),
            change(other.actor, made, "Mine", TEXTS),
            delete_template(other.actor, made),
            preview(other.actor, TEXTS, ravi.id),
        ):
            with pytest.raises(NotFound):
                await attempt
    assert (await find(shop.actor, made)).texts == TEXTS

"""“Send HI to join”: the customer writes first, and their message is the yes, the proof and the beginning.

The cast: Asha owns the shop, Chitra owns another. Ravi is a contact; the stranger is none yet.
"""

from datetime import timedelta
from urllib.parse import unquote

import pytest
from sqlalchemy import text as sql

from models.db import transaction
from models.sender import Sender
from services.access.audit import Deed, entries
from services.analytics.chats import inbox as inbox_page
from services.clock import now
from services.consent.stop_words import ShopWords
from services.consent.suppress import is_suppressed
from services.contacts.find import Asked
from services.contacts.join import (
    INVITATION,
    NOTICE,
    QUESTION,
    Joining,
    change_joining,
    invitation,
    joining_of,
    link,
)
from services.contacts.person import PersonPage, person
from services.contacts.search import search
from services.errors import Invalid
from services.gateways.protocol import ReplyHeard
from services.i18n import words
from services.ops.erase import erase_contact
from services.sending import inbox
from services.sending.chats import answer
from tests.shop import Shop, open_shop

STRANGER = "+919811100077"
MADE_UP = "+916104020077"


async def asks(shop: Shop, word: str = "HI") -> Joining:
    """The shop has hung up its poster; its number is a real one."""
    async with transaction() as db:
        sender = Sender(
            workspace_id=shop.actor.workspace_id, channel="linked", name="Counter", phone="+919800000001"
        )
        db.add(sender)
    shop.sender_id = sender.id
    return await change_joining(shop.actor, word=word, on=True, shop_words=ShopWords())


async def found(shop: Shop, phone: str) -> PersonPage | None:
    people = (await search(shop.actor, Asked(search=phone))).people
    return await person(shop.actor, people[0].id) if people else None


def sentence(joining: Joining) -> str:
    """What the link has ready in the box."""
    return invitation(words("en"), joining)


async def answers(shop: Shop) -> list[str]:
    """What waits to leave, or has left, by itself."""
    async with transaction() as db:
        asked = sql(
            "SELECT m.blanks ->> 'answer' FROM message m JOIN campaign c ON c.id = m.campaign_id"
            " WHERE c.workspace_id = :workspace AND c.chat_id IS NOT NULL ORDER BY c.id"
        )
        return list(await db.scalars(asked, {"workspace": shop.actor.workspace_id}))


async def test_a_stranger_who_sends_what_the_link_has_ready_becomes_a_contact_who_agreed(shop: Shop) -> None:
    joining = await asks(shop)
    await shop.hears(from_=STRANGER, text=f" {sentence(joining)} 🙏")
    joined = await found(shop, STRANGER)

    assert joined is not None
    assert (joined.consent, joined.tags) == ("given", ["HI"])
    (word,) = joined.history
    assert (word.source, word.wording, word.by) == ("join", f" {sentence(joining)} 🙏", None)
    assert await answers(shop) == [words("en")(NOTICE, shop="Asha's shop")]


async def test_an_invitation_that_was_accepted_before_the_stop_does_not_undo_it(shop: Shop) -> None:
    """It was written to another number of the shop, which slept, and is heard only now."""
    joining = await asks(shop)
    await shop.hears(from_=STRANGER, text="STOP")
    earlier = ReplyHeard(shop.sender_id, STRANGER, sentence(joining), "late", now() - timedelta(hours=1))
    await inbox.take([earlier])
    async with transaction() as db:
        assert await is_suppressed(db, shop.actor.workspace_id, STRANGER)
    assert await found(shop, STRANGER) is None


# --- the bare word may be a greeting ---

THANKS, ASKED = (words("en")(told, shop="Asha's shop") for told in (NOTICE, QUESTION))


async def test_who_only_says_hi_is_asked_and_their_yes_counts(shop: Shop) -> None:
    await asks(shop)
    await shop.hears(from_=STRANGER, text="Hi!!")
    assert await found(shop, STRANGER) is None, "nobody has agreed yet"
    assert await answers(shop) == [ASKED]

    await shop.hears(from_=STRANGER, text="Yes please 🙏")
    joined = await found(shop, STRANGER)
    assert joined is not None
    assert (joined.consent, joined.tags) == ("given", ["HI"])
    assert [(word.source, word.wording) for word in joined.history] == [("join", f"{ASKED}\nYes please 🙏")]
    assert await answers(shop) == [ASKED, THANKS]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        *(
            (yes, True)
            for yes in ("YES", "yes.", "Yess", "haan ji", "हाँ", "हां", "हो", "होय", "ji haan", "Ok yes")
        ),
        *(
            (no, False)
            for no in ("no", "ok", "thanks", "Yes, what is the price?", "नहीं", "नको", "yes or no?", "🙏")
        ),
    ],
)
async def test_only_a_plain_yes_is_one(shop: Shop, said: str, meant: bool) -> None:
    await asks(shop)
    await shop.hears(from_=STRANGER, text="Hi")
    await shop.hears(from_=STRANGER, text=said)
    assert (await found(shop, STRANGER) is not None) is meant


async def test_a_yes_to_something_else_is_no_yes(shop: Shop) -> None:
    await asks(shop)
    await shop.hears(from_=STRANGER, text="YES")
    assert await found(shop, STRANGER) is None, "nobody had asked"
    await shop.hears(from_=STRANGER, text="Hi")
    await shop.hears(from_=STRANGER, text="Do you have laddu?")
    await shop.hears(from_=STRANGER, text="Yes")
    assert await found(shop, STRANGER) is None, "that answered themselves"


async def test_a_yes_to_what_the_shop_asked_meanwhile_is_no_yes(shop: Shop) -> None:
    await asks(shop)
    await shop.hears(from_=STRANGER, text="Hi")
    (line,) = (await inbox_page(shop.actor)).lines
    await answer(shop.actor, line.id, "Shall I keep a box for you?")
    await shop.hears(from_=STRANGER, text="Yes")
    assert await found(shop, STRANGER) is None


async def test_a_yes_to_a_message_that_came_meanwhile_is_no_yes(shop: Shop) -> None:
    await asks(shop)
    (ravi,) = await shop.contacts("Ravi", agreed=False)
    await shop.hears(from_=ravi, text="Hi")
    campaign = await shop.launched([ravi], kind="service")
    async with transaction() as db:  # a linked number is not played here
        reached = "UPDATE message SET status = 'read', accepted_at = now() WHERE campaign_id = :id"
        await db.execute(sql(reached), {"id": campaign})
    await shop.hears(from_=ravi, text="Yes")
    assert (await person(shop.actor, ravi.id)).consent == "unknown"


async def test_a_yes_after_days_is_an_answer_to_nothing(shop: Shop) -> None:
    await asks(shop)
    await shop.hears(from_=STRANGER, text="Hi")
    async with transaction() as db:
        await db.execute(sql("UPDATE chat SET join_asked_at = now() - interval '3 days'"))
    await shop.hears(from_=STRANGER, text="Yes")
    assert await found(shop, STRANGER) is None


async def test_nobody_is_asked_at_every_greeting(shop: Shop) -> None:
    await asks(shop)
    for _ in range(3):
        await shop.hears(from_=STRANGER, text="Hi")
    assert await answers(shop) == [ASKED]


async def test_who_has_agreed_is_not_asked_and_may_greet(shop: Shop) -> None:
    await asks(shop)
    (ravi,) = await shop.contacts("Ravi", agreed=True)
    await shop.hears(from_=ravi, text="Hi")
    assert await answers(shop) == []


async def test_they_are_asked_in_their_language_and_answered_in_it(shop: Shop) -> None:
    await asks(shop, word="नमस्ते")
    await shop.hears(from_=STRANGER, text="नमस्ते")
    await shop.hears(from_=STRANGER, text="YES")
    joined = await found(shop, STRANGER)
    assert joined is not None
    assert joined.language == "hi"
    assert await answers(shop) == [words("hi")(told, shop="Asha's shop") for told in (QUESTION, NOTICE)]


@pytest.mark.parametrize("language", ["en", "hi", "mr"])
async def test_the_posters_sentence_tells_the_language_of_the_notice(shop: Shop, language: str) -> None:
    joining = await asks(shop)
    _ = words(language)
    await shop.hears(from_=STRANGER, text=invitation(_, joining))
    joined = await found(shop, STRANGER)

    assert joined is not None
    assert joined.language == language
    assert await answers(shop) == [_(NOTICE, shop="Asha's shop")]


@pytest.mark.parametrize("language", ["en", "hi", "mr"])
def test_the_link_has_that_sentence_ready(language: str) -> None:
    joining = Joining("HI", "Asha's & Sons 100%")
    address, _, ready = link(words(language), joining, "+919876543210").partition("?text=")

    assert address == "https://wa.me/919876543210"
    assert unquote(ready) == words(language)(INVITATION, word="HI", shop="Asha's & Sons 100%")
    assert "&" not in ready


async def test_a_contact_who_joins_keeps_who_they_are(shop: Shop) -> None:
    joining = await asks(shop)
    (ravi,) = await shop.contacts("Ravi", agreed=False)
    await shop.hears(from_=ravi, text=sentence(joining))
    joined = await person(shop.actor, ravi.id)

    assert (joined.name, joined.consent, joined.tags) == ("Ravi", "given", ["HI"])


async def test_the_second_hi_is_only_a_greeting(shop: Shop) -> None:
    joining = await asks(shop)
    await shop.hears(from_=STRANGER, text=sentence(joining))
    await shop.hears(from_=STRANGER, text="hi")
    await shop.hears(from_=STRANGER, text=sentence(joining))

    assert len(await answers(shop)) == 1
    joined = await found(shop, STRANGER)
    assert joined is not None
    assert len(joined.history) == 1


@pytest.mark.parametrize("text", ["Hi, what is the price?", "high", "Hi there", "hello", "Can I say HI"])
async def test_a_sentence_with_the_word_in_it_is_no_yes(shop: Shop, text: str) -> None:
    await asks(shop)
    await shop.hears(from_=STRANGER, text=text)

    assert await found(shop, STRANGER) is None
    assert await answers(shop) == []


async def test_nobody_joins_while_the_shop_does_not_ask(shop: Shop) -> None:
    joining = await asks(shop)
    await change_joining(shop.actor, word="HI", on=False, shop_words=ShopWords())
    await shop.hears(from_=STRANGER, text="HI")
    await shop.hears(from_=STRANGER, text=sentence(joining))

    assert await found(shop, STRANGER) is None
    deeds = [entry.deed for entry in (await entries(shop.actor)).entries]
    assert deeds == [Deed.JOINING_CHANGED, Deed.JOINING_CHANGED]


async def test_a_greeting_does_not_lift_a_stop_but_the_sentence_does(shop: Shop) -> None:
    joining = await asks(shop)
    await shop.hears(from_=STRANGER, text="STOP")
    await shop.hears(from_=STRANGER, text="Hi")
    assert await suppressed(shop, STRANGER)
    (contact,) = await shop.contacts("Somebody", phones=[STRANGER])
    await erase_contact(shop.actor, contact.id)
    await shop.hears(from_=STRANGER, text="Hi")
    await shop.hears(from_=STRANGER, text="YES")
    assert await suppressed(shop, STRANGER), "not even after their history is erased"
    assert len(await answers(shop)) == 1, "the STOP is answered, and they are asked nothing"

    await shop.hears(from_=STRANGER, text=invitation(words("hi"), joining))
    assert not await suppressed(shop, STRANGER)


async def test_who_joined_can_stop_and_join_again(shop: Shop) -> None:
    joining = await asks(shop)
    for text in (sentence(joining), "STOP", sentence(joining)):
        await shop.hears(from_=STRANGER, text=text)
    joined = await found(shop, STRANGER)

    assert joined is not None
    assert [word.consent for word in joined.history] == ["given", "withdrawn", "given"]
    assert len(await answers(shop)) == 3


async def test_another_word_is_a_shops_choice(shop: Shop) -> None:
    await asks(shop, word="  sweets ")
    await shop.hears(from_=STRANGER, text="Hi")
    for text in ("SWEETS", "YES"):
        await shop.hears(from_=MADE_UP, text=text)

    assert await found(shop, STRANGER) is None
    joined = await found(shop, MADE_UP)
    assert joined is not None
    assert joined.tags == ["SWEETS"]


@pytest.mark.parametrize("word", ["", "🙏", "stop", "Start", "बंद", "w" * 30, "hi how are you"])
async def test_a_word_that_means_something_else_is_refused(shop: Shop, word: str) -> None:
    with pytest.raises(Invalid):
        await change_joining(shop.actor, word=word, on=True, shop_words=ShopWords())
    assert (await joining_of(shop.actor)).word == "HI"


async def test_in_a_rehearsal_made_up_people_join_and_nobody_else(shop: Shop) -> None:
    joining = await change_joining(shop.actor, word="HI", on=True, shop_words=ShopWords())
    await shop.hears(from_=STRANGER, text=sentence(joining))
    await shop.hears(from_=MADE_UP, text=sentence(joining))
    await shop.pump_dry()

    assert await found(shop, STRANGER) is None
    joined = await found(shop, MADE_UP)
    assert joined is not None
    assert joined.history[0].source == "rehearsal"
    assert [(sent.phone, sent.text) for sent in shop.ledger()] == [
        (MADE_UP, words("en")(NOTICE, shop="Asha's shop"))
    ]


async def test_who_joins_one_shop_has_not_joined_another(shop: Shop) -> None:
    joining = await asks(shop)
    await shop.hears(from_=STRANGER, text=sentence(joining))
    async with open_shop(shop.folder, "Chitra's shop", owner="Chitra") as chitras:
        assert await found(chitras, STRANGER) is None


async def suppressed(shop: Shop, phone: str) -> bool:
    async with transaction() as db:
        return await is_suppressed(db, shop.actor.workspace_id, phone)

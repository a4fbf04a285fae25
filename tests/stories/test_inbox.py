"""Replies are read, marked and answered one by one; an answer leaves at most once, and before campaigns.

The cast: Asha owns the shop, Chitra owns another. Ravi and Meena are contacts.
"""

import pytest
from sqlalchemy import text as sql

from models.db import transaction
from models.states import MessageStatus
from services.access.audit import Deed, entries
from services.analytics.campaign_list import campaign_page
from services.analytics.chat import PAGE as BUBBLES
from services.analytics.chat import conversation
from services.analytics.chats import PAGE, Pile, inbox, unread
from services.analytics.home import home
from services.campaigns.control import send_again
from services.clock import now
from services.consent.suppress import is_suppressed
from services.contacts.edit import delete, edit
from services.errors import Invalid, NotFound
from services.gateways.protocol import ReplyHeard
from services.sending import inbox as hearing
from services.sending.chats import AskedToStop, NotLinked, answer, decide, seen
from services.sending.rehearse import cast_of, somebody_new, writes
from tests.conftest import House
from tests.shop import Shop, Someone, open_shop
from tests.visitor import logged_in

STRANGER = "+919811100077"


async def chat_with(shop: Shop, someone: Someone | str) -> int:
    phone = someone if isinstance(someone, str) else someone.phone
    async with transaction() as db:
        asked = sql("SELECT id FROM chat WHERE workspace_id = :workspace AND phone = :phone")
        found: int = await db.scalar(asked, {"workspace": shop.actor.workspace_id, "phone": phone})
        return found


async def bubbles(shop: Shop, someone: Someone | str) -> list[str]:
    return [one.text for one in (await conversation(shop.actor, await chat_with(shop, someone))).said]


async def suppressed(shop: Shop, phone: str) -> bool:
    async with transaction() as db:
        return await is_suppressed(db, shop.actor.workspace_id, phone)


async def test_who_wrote_last_stands_first_with_what_they_wrote(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    for someone, text in ((ravi, "Price?"), (meena, "Ok"), (STRANGER, "Hello"), (ravi, "And tomorrow?")):
        await shop.hears(from_=someone, text=text)

    seen_now = await inbox(shop.actor)

    assert [(line.name or line.phone, line.last_text, line.unread) for line in seen_now.lines] == [
        ("Ravi", "And tomorrow?", 2),
        (STRANGER, "Hello", 1),
        ("Meena", "Ok", 1),
    ]
    assert (seen_now.found, seen_now.unread) == (3, 3)


async def test_what_came_in_one_second_stays_in_its_order(shop: Shop) -> None:
    at = now().replace(microsecond=0)  # WhatsApp's times have no finer part
    words = ["Hi", "Price of kaju katli?", "For Diwali"]
    heard = [ReplyHeard(shop.sender_id, STRANGER, text, f"in one second {text}", at) for text in words]
    await hearing.take(heard)

    said = (await conversation(shop.actor, await chat_with(shop, STRANGER))).said

    assert [one.text for one in said] == words


async def test_earlier_messages_lose_nothing_where_a_page_ends_within_a_second(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi", phones=["+919812300400"])  # who answers nothing by chance
    await shop.launched(to=[ravi])
    await shop.pump_dry()
    at = now().replace(microsecond=0)
    words = [f"Message {n}" for n in range(2 * BUBBLES + 7)]
    await hearing.take(
        [ReplyHeard(shop.sender_id, ravi.phone, text, f"in one second {text}", at) for text in words]
    )
    chat = await chat_with(shop, ravi.phone)
    async with transaction() as db:  # ours in that very second, too
        await db.execute(sql("UPDATE message SET accepted_at = :at"), {"at": at})

    page = await conversation(shop.actor, chat)
    pages = [page]
    while page.more:
        page = await conversation(shop.actor, chat, before=page.said[0].place)
        pages.insert(0, page)

    assert [one.text for page in pages for one in page.said] == [*words, "Hello Ravi"]
    assert [len(page.said) for page in pages] == [8, BUBBLES, BUBBLES]


async def test_what_was_sent_to_the_number_is_there_whichever_contact_had_it(
    shop: Shop, house: House
) -> None:
    ravi, asif = await shop.contacts("Ravi", "Asif")
    await shop.launched([ravi, asif], text="Before, {name}")
    await shop.pump_dry()
    await delete(shop.actor, [ravi.id])
    await shop.hears(from_=ravi, text="Who are you?")
    assert await bubbles(shop, ravi) == ["Before, Ravi", "Who are you?"]

    (again,) = await shop.contacts("Ravi ji", phones=[ravi.phone])
    await shop.launched([again], text="After, {name}")
    await shop.pump_dry()
    assert await bubbles(shop, ravi) == ["Before, Ravi", "Who are you?", "After, Ravi ji"]

    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitras:
        await chitras.hears(from_=ravi, text="Hello")
        assert await bubbles(chitras, ravi) == ["Hello"]


async def test_who_has_another_number_now_left_the_conversation_with_the_old_one(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.launched([ravi], text="Before, {name}")
    await shop.pump_dry()
    await edit(shop.actor, ravi.id, name="Ravi", phone="+919812300055", language=None, tags=[], fields={})
    await shop.hears(from_="+919812300055", text="My new number")
    await shop.hears(from_=ravi, text="Who is this?")
    assert await bubbles(shop, ravi) == ["Before, Ravi", "Who is this?"]
    assert await bubbles(shop, "+919812300055") == ["My new number"]


async def test_a_stop_counts_for_the_campaign_though_its_contact_was_deleted(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    campaign = await shop.launched([ravi])
    await shop.pump_dry()
    await delete(shop.actor, [ravi.id])
    await shop.hears(from_=ravi, text="STOP")
    async with transaction() as db:
        counted = sql("SELECT replied, opted_out FROM campaign_count WHERE campaign_id = :id")
        assert tuple((await db.execute(counted, {"id": campaign})).one()) == (1, 1)


async def test_a_stop_and_a_no_in_free_words_are_marked(shop: Shop) -> None:
    ravi, meena, asif = await shop.contacts("Ravi", "Meena", "Asif")
    await shop.hears(from_=ravi, text="STOP")
    await shop.hears(from_=meena, text="please mat bhejo ye sab")
    await shop.hears(from_=asif, text="please don't stop sending")

    seen_now = await inbox(shop.actor)
    marks = {line.name: (line.stopped, line.refusal) for line in seen_now.lines}

    assert marks == {"Ravi": (True, False), "Meena": (False, True), "Asif": (False, False)}
    assert seen_now.to_decide == 1
    assert [line.name for line in (await inbox(shop.actor, Pile.TO_DECIDE)).lines] == ["Meena"]
    assert not await suppressed(shop, meena.phone)


async def test_one_tap_opts_out_who_said_no_in_free_words(shop: Shop) -> None:
    (meena,) = await shop.contacts("Meena")
    await shop.hears(from_=meena, text="नको आता")
    await decide(shop.actor, await chat_with(shop, meena), stop=True)

    assert await suppressed(shop, meena.phone)
    assert (await inbox(shop.actor)).to_decide == 0
    assert [entry.deed for entry in (await entries(shop.actor)).entries] == [Deed.OPTED_OUT]


async def test_a_no_that_was_none_is_put_aside(shop: Shop) -> None:
    (meena,) = await shop.contacts("Meena")
    await shop.hears(from_=meena, text="not interested in the red one, the blue one?")
    await decide(shop.actor, await chat_with(shop, meena), stop=False)

    assert not await suppressed(shop, meena.phone)
    assert (await inbox(shop.actor)).to_decide == 0


async def test_what_was_read_is_not_counted_any_more(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    await shop.hears(from_=ravi, text="Price?")
    await shop.hears(from_=meena, text="Ok")
    await seen(shop.actor, await chat_with(shop, ravi))

    assert await unread(shop.actor.workspace_id) == 1
    assert [line.name for line in (await inbox(shop.actor, Pile.UNREAD)).lines] == ["Meena"]


async def test_a_long_inbox_has_pages(shop: Shop) -> None:
    people = await shop.people(PAGE + 3)
    for someone in people:
        await shop.hears(from_=someone, text="Ok")
    last = await inbox(shop.actor, page=99)

    assert (last.page, last.pages, len(last.lines)) == (2, 2, 3)
    assert last.lines[-1].name == people[0].name


async def test_an_answer_arrives_once_and_is_part_of_the_conversation(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.launched(to=[ravi], text="Hello {name}, new sweets!")
    await shop.pump_dry()
    await shop.hears(from_=ravi, text="Price of {laddu}?")
    chat = await chat_with(shop, ravi)
    await answer(shop.actor, chat, "  ₹480 a kilo, {name} :)\nToday only ")
    await shop.pump_dry()

    assert [sent.text for sent in shop.ledger()] == [
        "Hello Ravi, new sweets!",
        "₹480 a kilo, {name} :)\nToday only",
    ]
    said = (await conversation(shop.actor, chat)).said
    assert [(one.ours, one.text) for one in said if one.ours or one.text.startswith("Price of")] == [
        (True, "Hello Ravi, new sweets!"),
        (False, "Price of {laddu}?"),
        (True, "₹480 a kilo, {name} :)\nToday only"),
    ]
    assert said[-1].by == "Asha" or not said[-1].ours


async def test_an_answer_is_no_campaign_on_any_list(shop: Shop) -> None:
    await shop.hears(from_=STRANGER, text="Hello?")
    await answer(shop.actor, await chat_with(shop, STRANGER), "Hello!")
    await shop.pump_dry()

    assert shop.phones_reached() == [STRANGER]
    assert (await campaign_page(shop.actor)).campaigns == []
    assert (await home(shop.actor)).is_new


async def test_an_answer_goes_before_what_a_campaign_still_has_to_send(shop: Shop) -> None:
    people = await shop.people(30)
    await shop.launched(to=people[:-1])
    await shop.hears(from_=people[-1], text="Are you open?")
    await answer(shop.actor, await chat_with(shop, people[-1]), "Until nine.")
    await shop.pump_dry()

    assert shop.phones_reached()[0] == people[-1].phone


async def test_an_answer_overtakes_a_campaign_that_is_being_sent(shop: Shop) -> None:
    people = await shop.people(40)
    await shop.hears(from_=people[-1], text="Are you open?")
    chat = await chat_with(shop, people[-1])
    await shop.launched(to=people[:-1], rehearsal_speed=20)

    async def some_left() -> bool:
        return len(shop.ledger()) >= 3

    async with shop.engine():
        await shop.until(some_left)
        before = len(shop.ledger())
        await answer(shop.actor, chat, "Until nine.")
        await shop.until(shop.nothing_queued)

    place = [sent.text for sent in shop.ledger()].index("Until nine.")
    assert place <= before + 2, "at most the one on its way, and one whose mark was being made, go first"


async def test_who_said_stop_is_answered_only_after_a_question(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.hears(from_=ravi, text="STOP")
    await shop.hears(from_=ravi, text="But where is my order?")
    chat = await chat_with(shop, ravi)

    with pytest.raises(AskedToStop):
        await answer(shop.actor, chat, "On its way.")
    await answer(shop.actor, chat, "On its way.", though_stopped=True)
    await shop.pump_dry()

    assert [sent.text for sent in shop.ledger()][-1] == "On its way."
    assert await suppressed(shop, ravi.phone)
    assert [entry.deed for entry in (await entries(shop.actor)).entries] == [Deed.ANSWERED_AFTER_STOP]


async def test_a_stop_that_comes_before_the_answer_leaves_wins(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.hears(from_=ravi, text="Price?")
    await answer(shop.actor, await chat_with(shop, ravi), "₹480")
    await shop.hears(from_=ravi, text="STOP")
    await shop.pump_dry()

    assert [sent.text[:12] for sent in shop.ledger()] == ["You will not"]


@pytest.mark.parametrize("nothing", ["", "  \n ", "x" * 5000])
async def test_what_cannot_be_sent_is_told(shop: Shop, nothing: str) -> None:
    await shop.hears(from_=STRANGER, text="Hello?")
    with pytest.raises(Invalid):
        await answer(shop.actor, await chat_with(shop, STRANGER), nothing)


async def test_an_answer_that_would_wait_for_ever_is_not_taken(shop: Shop) -> None:
    await shop.hears(from_=STRANGER, text="Hello?")
    async with transaction() as db:
        await db.execute(
            sql("UPDATE sender SET status = 'logged_out' WHERE workspace_id = :w AND id = :id"),
            {"w": shop.actor.workspace_id, "id": shop.sender_id},
        )
    with pytest.raises(NotLinked):
        await answer(shop.actor, await chat_with(shop, STRANGER), "Hello!")


async def test_a_stranger_sees_and_answers_nobody(shop: Shop, house: House) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.hears(from_=ravi, text="Price?")
    chat = await chat_with(shop, ravi)
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitras:
        assert (await inbox(chitras.actor)).lines == []
        for forbidden in (
            conversation(chitras.actor, chat),
            answer(chitras.actor, chat, "Buy from me"),
            decide(chitras.actor, chat, stop=True),
        ):
            with pytest.raises(NotFound):
                await forbidden
        await seen(chitras.actor, chat)

    assert await unread(shop.actor.workspace_id) == 1


async def test_a_made_up_customer_can_be_played_and_a_real_one_cannot(shop: Shop) -> None:
    new = somebody_new()
    await writes(shop.actor, new, "Price?")
    await writes(shop.actor, new, "STOP")

    assert await suppressed(shop, new)
    assert [player.phone for player in await cast_of(shop.actor)] == [new]
    for phone in (STRANGER, "+91 61", ""):
        with pytest.raises(Invalid):
            await writes(shop.actor, phone, "STOP")
    with pytest.raises(Invalid):
        await writes(shop.actor, new, "  ")
    assert (await inbox(shop.actor)).found == 1


async def test_a_strangers_conversation_is_no_page(shop: Shop, house: House) -> None:
    await shop.hears(from_=STRANGER, text="Hello")
    chat = await chat_with(shop, STRANGER)
    async with (
        open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitras,
        logged_in(chitras.actor) as browser,
    ):
        assert (await browser.looks_at(f"/inbox/{chat}")).status_code == 404


async def test_an_answer_that_may_have_left_is_never_repeated_by_itself(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi", phones=["+919812300500"])
    await shop.hears(from_=ravi, text="Price?")
    chat = await chat_with(shop, ravi)
    campaign = await answer(shop.actor, chat, "₹480")
    await shop.pump_dry()

    (said,) = [one for one in (await conversation(shop.actor, chat)).said if one.ours]
    assert said.status in ("unconfirmed", "delivered", "read")
    assert len(shop.ledger()) == 1
    async with shop.engine():
        await shop.until(shop.nothing_queued)
    assert len(shop.ledger()) == 1
    with pytest.raises(NotFound):
        async with open_shop(shop.folder, "Chitra's shop", owner="Chitra") as chitras:
            await send_again(chitras.actor, campaign, [MessageStatus.UNCONFIRMED])


async def test_a_crowd_that_says_stop_is_answered_once_each(shop: Shop) -> None:
    people = await shop.people(12)
    for someone in people * 2:
        await shop.hears(from_=someone, text="STOP")
    async with transaction() as db:
        faster = sql("UPDATE campaign SET rehearsal_speed = 1000 WHERE workspace_id = :w")
        await db.execute(faster, {"w": shop.actor.workspace_id})
    await shop.pump_dry()

    assert sorted(shop.phones_reached()) == sorted(someone.phone for someone in people)

"""Somebody wrote, and a crash took the words: they may have been STOP, so nothing goes there until we know.

The cast: Asha owns the shop. Ravi and Meena are contacts.
"""

from models.db import transaction
from services.analytics.chat import conversation
from services.analytics.chats import Pile, inbox
from services.clock import now
from services.consent.suppress import is_suppressed
from services.gateways.protocol import ReplyHeard
from services.sending import inbox as hearing
from services.sending.chats import answer, decide
from tests.shop import Shop, Someone


def wrote(shop: Shop, someone: Someone, text: str, wa_id: str = "lost") -> ReplyHeard:
    return ReplyHeard(shop.sender_id, someone.phone, text, wa_id, now())


async def silent(shop: Shop, someone: Someone) -> bool:
    async with transaction() as db:
        return await is_suppressed(db, shop.actor.workspace_id, someone.phone)


async def chat_of(shop: Shop) -> int:
    (line,) = (await inbox(shop.actor, Pile.TO_DECIDE)).lines
    return line.id


async def test_nothing_goes_to_them_until_a_human_has_looked_at_the_phone(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    await hearing.take([wrote(shop, ravi, "")])

    await shop.launched(to=[ravi, meena])
    await shop.pump_dry()
    assert shop.campaign_reached() == [meena.phone]

    seen = await conversation(shop.actor, await chat_of(shop))
    assert (seen.held, seen.stopped, seen.refusal) == (True, False, True)
    await decide(shop.actor, seen.id, stop=False)
    assert not await silent(shop, ravi)


async def test_a_human_who_reads_a_stop_there_makes_it_one(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await hearing.take([wrote(shop, ravi, "")])
    await decide(shop.actor, await chat_of(shop), stop=True)
    assert await silent(shop, ravi)
    (line,) = (await inbox(shop.actor)).lines
    assert (line.stopped, line.refusal) == (True, False)


async def test_words_that_come_after_all_count(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    await hearing.take([wrote(shop, ravi, ""), wrote(shop, meena, "", "lost too")])
    await hearing.take([wrote(shop, ravi, "Price?"), wrote(shop, meena, "STOP", "lost too")])
    assert (await silent(shop, ravi), await silent(shop, meena)) == (False, True)
    lines = {line.phone: line for line in (await inbox(shop.actor)).lines}
    assert (lines[ravi.phone].last_text, lines[ravi.phone].refusal) == ("Price?", False)
    assert lines[meena.phone].stopped


async def test_what_was_heard_is_not_lost_by_being_told_again_without_words(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await hearing.take([wrote(shop, ravi, "Price?")])
    await hearing.take([wrote(shop, ravi, "")])
    assert not await silent(shop, ravi)
    (line,) = (await inbox(shop.actor)).lines
    assert line.last_text == "Price?"


async def test_a_person_who_said_stop_before_has_still_said_it(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await hearing.take([wrote(shop, ravi, "STOP", "first"), wrote(shop, ravi, "")])
    await decide(shop.actor, await chat_of(shop), stop=False)
    assert await silent(shop, ravi)


async def test_they_are_answered_by_hand_as_anybody(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await hearing.take([wrote(shop, ravi, "")])
    await answer(shop.actor, await chat_of(shop), "Please write once more")
    await shop.pump_dry()
    assert [sent.text for sent in shop.ledger()] == ["Please write once more"]


async def test_of_two_that_were_lost_the_words_of_one_do_not_free_them(shop: Shop) -> None:
    """The other one may have been the STOP."""
    (ravi,) = await shop.contacts("Ravi")
    await hearing.take([wrote(shop, ravi, "", "one"), wrote(shop, ravi, "", "two")])
    await hearing.take([wrote(shop, ravi, "Price?", "two")])
    assert await silent(shop, ravi)
    assert (await conversation(shop.actor, await chat_of(shop))).held
    await hearing.take([wrote(shop, ravi, "Hello", "one")])
    assert not await silent(shop, ravi)
    assert (await inbox(shop.actor, Pile.TO_DECIDE)).lines == []


async def test_what_a_human_has_looked_up_holds_nothing_back_later(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await hearing.take([wrote(shop, ravi, "", "one")])
    await decide(shop.actor, await chat_of(shop), stop=False)
    await hearing.take([wrote(shop, ravi, "", "two")])
    await hearing.take([wrote(shop, ravi, "Price?", "two")])
    assert not await silent(shop, ravi)

"""A person who says STOP never hears from us again, even in the middle of a campaign; START undoes it.

The cast: Asha owns the shop, Chitra owns another. Ravi and Meena are contacts.
"""

from datetime import timedelta

import pytest
from sqlalchemy import text as sql

from models.campaign import Campaign
from models.db import transaction
from models.states import Reason
from services.access.audit import Deed, entries
from services.campaigns.launch import launch
from services.campaigns.ready import EmptyAudience
from services.campaigns.review import review
from services.clock import now
from services.consent.stop_words import ShopWords
from services.consent.suppress import is_suppressed
from services.consent.words import change_words, words_of
from services.contacts.agree import asked_to_stop
from services.contacts.apply import apply
from services.errors import Invalid
from services.gateways.protocol import ReplyHeard
from services.i18n import words as words_in
from services.sending import inbox
from services.sending.inbox import STOPPED
from tests.conftest import House
from tests.lists import AGREEMENT, desk
from tests.midway import left_out_midway
from tests.shop import Shop, Someone, open_shop

STRANGER = "+919811100077"


async def consent(shop: Shop, someone: Someone) -> str:
    async with transaction() as db:
        asked = sql("SELECT consent FROM contact WHERE workspace_id = :workspace AND id = :id")
        found: str = await db.scalar(asked, {"workspace": shop.actor.workspace_id, "id": someone.id})
        return found


async def suppressed(shop: Shop, phone: str) -> bool:
    async with transaction() as db:
        return await is_suppressed(db, shop.actor.workspace_id, phone)


async def replies(shop: Shop) -> list[tuple[str, str, int | None, bool]]:
    async with transaction() as db:
        asked = sql(
            "SELECT phone, text, campaign_id, opt_out FROM reply WHERE workspace_id = :workspace ORDER BY id"
        )
        found = await db.execute(asked, {"workspace": shop.actor.workspace_id})
        return [(row[0], row[1], row[2], row[3]) for row in found]


async def test_stop_after_launch_still_counts(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    campaign = await shop.launched(to=[ravi, meena])

    await shop.hears(from_=ravi, text="बंद")
    await shop.pump_dry()

    assert shop.campaign_reached() == [meena.phone]
    assert await shop.status(campaign, ravi) == "skipped"
    assert await shop.reason(campaign, ravi) == "opted_out"


def wrote_at(shop: Shop, someone: Someone, text: str, minutes_ago: int) -> ReplyHeard:
    at = now() - timedelta(minutes=minutes_ago)
    return ReplyHeard(shop.sender_id, someone.phone, text, f"{text} {minutes_ago}", at)


async def test_a_start_that_is_older_than_the_stop_does_not_undo_it(shop: Shop) -> None:
    """They wrote it to another number of the shop, which slept: it is heard after the STOP."""
    (ravi,) = await shop.contacts("Ravi")
    await inbox.take([wrote_at(shop, ravi, "STOP", 5)])
    await inbox.take([wrote_at(shop, ravi, "START", 10)])
    assert await suppressed(shop, ravi.phone)
    assert await consent(shop, ravi) == "withdrawn"

    await inbox.take([wrote_at(shop, ravi, "START", 1)])
    assert not await suppressed(shop, ravi.phone)


async def test_a_start_that_is_older_than_what_the_shop_noted_does_not_undo_it(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await asked_to_stop(shop.actor, ravi.id)
    await inbox.take([wrote_at(shop, ravi, "START", 10)])
    assert await suppressed(shop, ravi.phone)


async def test_a_stop_that_is_heard_late_is_undone_by_the_start_after_it(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await inbox.take([wrote_at(shop, ravi, "STOP", 10)])
    await inbox.take([wrote_at(shop, ravi, "START", 5)])
    assert not await suppressed(shop, ravi.phone)


async def test_a_stop_in_mid_campaign_counts_for_what_was_read_a_minute_before(shop: Shop) -> None:
    assert await left_out_midway(shop, lambda late: shop.hears(from_=late, text="STOP")) == "opted_out"


async def test_a_list_does_not_bring_back_who_had_stopped_and_was_no_contact(
    shop: Shop, house: House
) -> None:
    await shop.hears(from_=STRANGER, text="STOP")
    async with desk(shop.actor, house.folder / "imports") as asha:
        preview = await asha.brings(f"Somebody,{STRANGER[3:]}\nMeena,9812300078\n")
        await apply(shop.actor, preview.id, agreement=AGREEMENT, tags="new")
    campaign = await shop.draft([])
    async with transaction() as db:
        (await db.get_one(Campaign, campaign)).audience = {"everyone": True}
    told = await review(shop.actor, campaign)
    assert told.reach == 1
    assert [(group.reason, [one.phone for one in group.first]) for group in told.left_out] == [
        (Reason.OPTED_OUT, [STRANGER])
    ]
    await launch(shop.actor, campaign)
    await shop.pump_dry()
    assert shop.campaign_reached() == ["+919812300078"]


async def test_stop_is_remembered_by_the_next_campaign(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.hears(from_=ravi, text="STOP")

    with pytest.raises(EmptyAudience):
        await shop.launched(to=[ravi])


async def test_stop_withdraws_the_consent_in_the_persons_own_words(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.hears(from_=ravi, text="कृपया बंद करा 🙏")

    assert await consent(shop, ravi) == "withdrawn"
    async with transaction() as db:
        asked = sql(
            "SELECT consent, wording, recorded_by FROM consent_record WHERE workspace_id = :workspace"
        )
        said = (await db.execute(asked, {"workspace": shop.actor.workspace_id})).one()
    assert tuple(said) == ("withdrawn", "कृपया बंद करा 🙏", None)


async def test_a_stranger_may_say_stop_too(shop: Shop) -> None:
    await shop.hears(from_=STRANGER, text="Stop")

    assert await suppressed(shop, STRANGER)
    assert await replies(shop) == [(STRANGER, "Stop", None, True)]


async def test_stop_in_one_shop_is_no_stop_in_another(shop: Shop, house: House) -> None:
    (ravi,) = await shop.contacts("Ravi")
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitras:
        await chitras.hears(from_=ravi, text="STOP")

    assert not await suppressed(shop, ravi.phone)
    assert await consent(shop, ravi) == "given"


async def test_start_undoes_a_stop(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.hears(from_=ravi, text="STOP")
    await shop.hears(from_=ravi, text="start please")

    await shop.launched(to=[ravi])
    await shop.pump_dry()
    assert shop.campaign_reached() == [ravi.phone]


async def test_a_stop_is_answered_once_with_how_to_undo_it_in_their_language(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    for someone, words in (
        (ravi, "STOP"),
        (ravi, "stop!!"),
        (meena, "मला नको"),
        (meena, "नको"),
        (meena, "बंद करा"),
    ):
        await shop.hears(from_=someone, text=words)
    await shop.hears(from_=STRANGER, text="रोको")
    await shop.pump_dry()

    told = {sent.phone: sent.text for sent in shop.ledger()}
    assert len(shop.ledger()) == 3
    assert "Asha's shop" in told[ravi.phone]
    assert "START" in told[ravi.phone]
    assert told[meena.phone] == words_in("mr")(STOPPED, shop="Asha's shop")
    assert told[STRANGER] == words_in("hi")(STOPPED, shop="Asha's shop")


async def test_a_start_that_undoes_a_stop_is_answered_too(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.hears(from_=ravi, text="START")
    await shop.hears(from_=ravi, text="STOP")
    await shop.pump_dry()
    await shop.hears(from_=ravi, text="START")
    await shop.pump_dry()

    assert [sent.text.split()[0] for sent in shop.ledger()] == ["You", "Welcome"]


async def test_a_word_of_the_shops_own_stops_and_one_of_ours_need_not(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    await change_words(shop.actor, more=["Bas karo"], off=["cancel"])

    await shop.hears(from_=ravi, text="BAS KARO!")
    await shop.hears(from_=meena, text="cancel")

    assert await suppressed(shop, ravi.phone)
    assert not await suppressed(shop, meena.phone)


@pytest.mark.parametrize("word", ["START", "HI", "hi!", "please", "haan", "हाँ", "x", "🙏", "w" * 60])
async def test_nobody_can_be_stopped_by_an_everyday_word(shop: Shop, word: str) -> None:
    with pytest.raises(Invalid):
        await change_words(shop.actor, more=[word], off=[])


async def test_the_words_of_a_shop_are_its_own_and_every_change_is_remembered(
    shop: Shop, house: House
) -> None:
    kept = await change_words(shop.actor, more=["bas", " BAS ", "stop"], off=["STOP", "cancel", "no such"])
    await change_words(shop.actor, more=["bas"], off=["cancel"])

    assert kept == ShopWords(more=("BAS",), off=("cancel",))
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitras:
        assert await words_of(chitras.actor) == ShopWords()
        assert (await entries(chitras.actor)).entries == []
    (entry, *_) = (await entries(shop.actor)).entries
    assert (entry.who, entry.deed) == ("Asha", Deed.WORDS_CHANGED)


async def test_start_from_somebody_who_never_stopped_is_no_consent(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi", agreed=False)
    await shop.hears(from_=ravi, text="START")

    assert await consent(shop, ravi) == "unknown"


async def test_a_sentence_with_stop_in_it_is_no_stop(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.hears(from_=ravi, text="please don't stop sending")

    assert not await suppressed(shop, ravi.phone)
    assert await replies(shop) == [(ravi.phone, "please don't stop sending", None, False)]


async def test_a_stop_told_twice_does_not_undo_the_start_between(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    stop = ReplyHeard(shop.sender_id, ravi.phone, "STOP", "once", now())
    await inbox.take([stop])
    await shop.hears(from_=ravi, text="START")
    await inbox.take([stop, stop])

    assert not await suppressed(shop, ravi.phone)
    assert len(await replies(shop)) == 2


async def test_what_was_written_first_is_obeyed_first(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    earlier, later = now() - timedelta(minutes=2), now()
    start = ReplyHeard(shop.sender_id, ravi.phone, "START", "b", later)
    stop = ReplyHeard(shop.sender_id, ravi.phone, "STOP", "a", earlier)
    await inbox.take([start, stop])

    assert not await suppressed(shop, ravi.phone)


async def test_an_answer_counts_once_for_the_latest_campaign_that_reached_the_person(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    old = await shop.launched(to=[ravi, meena])
    await shop.pump_dry()
    new = await shop.launched(to=[ravi])
    await shop.pump_dry()
    before = {campaign: (await shop.counts(campaign)).replied for campaign in (old, new)}

    await shop.hears(from_=ravi, text="Price?")
    await shop.hears(from_=ravi, text="Kitne ka hai?")

    assert await replied(shop, new, ravi)
    assert (await shop.counts(new)).replied == max(1, before[new])
    assert (await shop.counts(old)).replied == before[old]


async def test_an_answer_after_a_week_answers_no_campaign(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    await shop.launched(to=[ravi])
    await shop.pump_dry()
    late = ReplyHeard(shop.sender_id, ravi.phone, "Hello", "late", now() + timedelta(days=8))
    await inbox.take([late])

    assert (ravi.phone, "Hello", None, False) in await replies(shop)


async def test_the_person_who_always_says_stop_says_it_to_a_rehearsal(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi", phones=["+919812300111"])
    campaign = await shop.launched(to=[ravi])
    async with shop.engine():
        await shop.until(lambda: suppressed(shop, ravi.phone))

    assert (ravi.phone, "STOP", campaign, True) in await replies(shop)
    assert (await shop.counts(campaign)).replied == 1


async def test_unwritable_characters_are_no_reason_to_lose_a_reply(shop: Shop) -> None:
    await shop.hears(from_=STRANGER, text="na\0h\ud800i" + "!" * 9000)

    ((_, written, _, _),) = await replies(shop)
    assert written.startswith("nah?i!")


async def replied(shop: Shop, campaign_id: int, someone: Someone) -> bool:
    async with transaction() as db:
        asked = sql(
            "SELECT replied_at IS NOT NULL FROM message"
            " WHERE workspace_id = :workspace AND campaign_id = :id AND phone = :phone"
        )
        known = {"workspace": shop.actor.workspace_id, "id": campaign_id, "phone": someone.phone}
        return bool(await db.scalar(asked, known))

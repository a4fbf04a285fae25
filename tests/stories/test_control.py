"""A campaign can be paused, resumed, cancelled and sent again, and ends by itself; nothing is sent twice.

Asha owns the shop, Chitra is a stranger.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from models.campaign import Campaign
from models.db import transaction
from models.sender import Sender
from models.states import MessageStatus
from services.access.actor import Actor
from services.campaigns.control import cancel, pause, resume, send_again
from services.campaigns.finish import finish_dry
from services.campaigns.launch import launch
from services.errors import NotFound, WrongMoment
from tests.conftest import House
from tests.shop import Shop, open_shop

FAILED, UNCONFIRMED = MessageStatus.FAILED, MessageStatus.UNCONFIRMED


async def status_of(campaign_id: int) -> str:
    async with transaction() as db:
        return (await db.get_one(Campaign, campaign_id)).status


async def test_a_paused_campaign_keeps_its_place_and_goes_on_from_there(shop: Shop) -> None:
    people = await shop.people(4)
    campaign = await shop.launched(people)
    await pause(shop.actor, campaign)
    await shop.pump_dry()
    assert shop.ledger() == []

    await resume(shop.actor, campaign)
    await shop.pump_dry()
    assert sorted(shop.phones_reached()) == sorted(person.phone for person in people)


async def test_what_is_cancelled_never_leaves_and_every_row_says_why(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    campaign = await shop.launched([ravi, meena])

    assert await shop.cancels(campaign) == 2
    await shop.pump_dry()

    assert shop.ledger() == []
    assert await shop.reason(campaign, ravi) == "cancelled"
    told = await shop.counts(campaign)
    assert (told.total, told.queued, told.skipped) == (2, 0, 2)


async def test_a_message_on_its_way_at_the_cancel_is_left_to_its_own_end(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    campaign = await shop.launched([ravi, meena])
    await on_its_way(shop, campaign, ravi.phone)

    assert await shop.cancels(campaign) == 1
    assert await shop.status(campaign, ravi) == "queued"
    assert await shop.status(campaign, meena) == "skipped"

    # It turns out that it never left: nobody may send it now.
    await on_its_way(shop, campaign, None)
    await finish_dry()
    assert await shop.status(campaign, ravi) == "skipped"
    assert await status_of(campaign) == "cancelled"


async def test_it_finishes_when_nothing_is_left_and_not_before(shop: Shop) -> None:
    campaign = await shop.launched(await shop.people(3))
    assert await finish_dry() == 0
    await shop.pump_dry()

    finished = await asyncio.gather(*(finish_dry() for _ in range(3)))

    assert sum(finished) == 1
    assert await status_of(campaign) == "finished"


async def test_a_paused_campaign_is_not_finished_behind_ones_back(shop: Shop) -> None:
    campaign = await shop.launched(await shop.people(1))
    await shop.pump_dry()
    await pause(shop.actor, campaign)
    assert await finish_dry() == 0
    assert await status_of(campaign) == "paused"


async def test_failed_messages_are_sent_again_when_a_human_asks(shop: Shop) -> None:
    ravi, lost = await shop.contacts("Ravi", "Lost", phones=["+919812345677", "+919812340404"])
    campaign = await shop.launched([ravi, lost])
    await shop.pump_dry()
    await finish_dry()
    assert await shop.status(campaign, lost) == "failed"

    assert await send_again(shop.actor, campaign, [FAILED]) == 1
    assert await status_of(campaign) == "running"
    assert await finish_dry() == 0, "there is something to send again"
    await shop.pump_dry()
    await finish_dry()

    assert await status_of(campaign) == "finished"
    assert shop.phones_reached().count(ravi.phone) == 1, "who has it does not get it again"


async def test_only_what_was_asked_for_is_sent_again(shop: Shop) -> None:
    people = await shop.contacts("One", "Two", phones=["+919812340404", "+919812350404"])
    campaign = await shop.launched(people)
    await shop.pump_dry()

    with pytest.raises(WrongMoment):
        await send_again(shop.actor, campaign, [UNCONFIRMED])
    with pytest.raises(WrongMoment):
        await send_again(shop.actor, campaign, [MessageStatus.READ, MessageStatus.SKIPPED])
    one = await message_of(campaign, people[0].phone)
    assert await send_again(shop.actor, campaign, [FAILED], message_id=one) == 1
    assert sorted((await shop.statuses(campaign)).values()) == ["failed", "queued"]


async def test_two_taps_on_send_again_queue_each_message_once(shop: Shop) -> None:
    campaign = await shop.launched(await shop.contacts("Lost", phones=["+919812340404"]))
    await shop.pump_dry()
    await finish_dry()

    taps = [send_again(shop.actor, campaign, [FAILED]) for _ in range(3)]
    answers = await asyncio.gather(*taps, return_exceptions=True)

    assert [answer for answer in answers if not isinstance(answer, WrongMoment)] == [1]
    told = await shop.counts(campaign)
    assert (told.queued, told.failed) == (1, 0)


async def test_nothing_of_a_cancelled_campaign_is_sent_again(shop: Shop) -> None:
    lost, other = await shop.contacts("Lost", "Other", phones=["+919812340404", "+919812345677"])
    campaign = await shop.launched([lost, other])
    await shop.pump_dry()
    await shop.cancels(campaign)
    with pytest.raises(WrongMoment):
        await send_again(shop.actor, campaign, [FAILED])


Verb = Callable[[Actor, int], Awaitable[object]]


@pytest.mark.parametrize("verb", [pause, resume, cancel])
async def test_a_draft_cannot_be_controlled(shop: Shop, verb: Verb) -> None:
    campaign = await shop.draft(await shop.people(1))
    with pytest.raises(WrongMoment):
        await verb(shop.actor, campaign)
    assert await status_of(campaign) == "draft"


async def test_resuming_makes_no_second_set_of_messages(shop: Shop) -> None:
    campaign = await shop.launched(await shop.people(3))
    await pause(shop.actor, campaign)
    with pytest.raises(WrongMoment):
        await launch(shop.actor, campaign)
    await resume(shop.actor, campaign)
    assert (await shop.counts(campaign)).total == 3


@pytest.mark.parametrize("verb", [pause, resume, cancel])
async def test_a_stranger_controls_nothing(shop: Shop, house: House, verb: Verb) -> None:
    campaign = await shop.launched(await shop.people(1))
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as other:
        with pytest.raises(NotFound):
            await verb(other.actor, campaign)
        with pytest.raises(NotFound):
            await send_again(other.actor, campaign, [FAILED])
    assert await status_of(campaign) == "running"


async def message_of(campaign_id: int, phone: str) -> int:
    async with transaction() as db:
        asked = text("SELECT id FROM message WHERE campaign_id = :campaign AND phone = :phone")
        return int(await db.scalar(asked, {"campaign": campaign_id, "phone": phone}) or 0)


async def on_its_way(shop: Shop, campaign_id: int, phone: str | None) -> None:
    """Have the sender's in-flight mark on the message to `phone`, or on nothing."""
    message = None if phone is None else await message_of(campaign_id, phone)
    async with transaction() as db:
        sender = await db.get_one(Sender, shop.sender_id)
        sender.inflight_campaign = campaign_id if message else None
        sender.inflight_message = message
        sender.inflight_token = b"on its way" if message else None

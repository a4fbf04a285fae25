"""A cancel works at once and can be taken back for a few seconds; the server ends it, whoever looks.

Asha owns the shop, Chitra is a stranger.
"""

from datetime import datetime, timedelta

import pytest

from models.campaign import Campaign
from models.db import transaction
from services.campaigns.control import UNDO_FOR, TooLate, cancel, pause, undo_cancel
from services.campaigns.finish import end_cancelled, finish_dry
from services.campaigns.schedule import launch_due, schedule
from services.clock import now
from services.errors import NotFound
from tests.clock import Clock
from tests.conftest import House
from tests.shop import Shop, open_shop


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def test_nothing_leaves_from_the_tap_on_and_an_undo_sends_to_everybody_once(shop: Shop) -> None:
    people = await shop.people(3)
    campaign = await shop.launched(people)
    await cancel(shop.actor, campaign)
    await cancel(shop.actor, campaign)  # a second tap
    await shop.pump_dry()
    assert shop.ledger() == []

    await undo_cancel(shop.actor, campaign)
    await undo_cancel(shop.actor, campaign)
    await shop.pump_dry()

    assert sorted(shop.phones_reached()) == sorted(person.phone for person in people)
    assert (await shop.counts(campaign)).skipped == 0


async def test_the_server_ends_it_though_nobody_looks_any_more(shop: Shop, clock: Clock) -> None:
    campaign = await shop.launched(await shop.people(3))
    await cancel(shop.actor, campaign)
    assert await end_cancelled() == 0
    await finish_dry()
    assert await status_of(campaign) == "paused"

    clock.forward(UNDO_FOR + timedelta(hours=3))  # the machine was off meanwhile
    assert await end_cancelled() == 1

    assert await status_of(campaign) == "cancelled"
    assert (await shop.counts(campaign)).skipped == 3
    with pytest.raises(TooLate):
        await undo_cancel(shop.actor, campaign)


async def test_what_was_paused_before_is_paused_after_the_undo(shop: Shop) -> None:
    campaign = await shop.launched(await shop.people(1))
    await pause(shop.actor, campaign)
    await cancel(shop.actor, campaign)
    await undo_cancel(shop.actor, campaign)

    assert await status_of(campaign) == "paused"
    assert await end_cancelled() == 0


async def test_a_schedule_that_is_cancelled_does_not_start_within_the_time_for_the_undo(
    shop: Shop, clock: Clock
) -> None:
    campaign = await shop.draft(await shop.people(1))
    local = (now() + timedelta(hours=30)).replace(second=0, microsecond=0)
    at = await schedule(shop.actor, campaign, as_local(local))
    await cancel(shop.actor, campaign)
    clock.show(at + timedelta(seconds=1))

    assert await launch_due() == 0
    await end_cancelled()

    assert await status_of(campaign) == "cancelled"


async def test_a_stranger_undoes_nothing(shop: Shop, house: House) -> None:
    campaign = await shop.launched(await shop.people(1))
    await cancel(shop.actor, campaign)
    async with open_shop(house.folder, "Chitra's Saris", owner="Chitra") as other:
        with pytest.raises(NotFound):
            await undo_cancel(other.actor, campaign)


def as_local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


async def status_of(campaign_id: int) -> str:
    async with transaction() as db:
        return (await db.get_one(Campaign, campaign_id)).status

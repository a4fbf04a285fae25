"""A clock that is set back or forward by hours holds nothing up, and nobody hears twice."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from models.campaign import Campaign
from models.db import transaction
from models.states import CampaignStatus
from scheduler import clockwork
from scheduler.clockwork import Clockwork
from services.campaigns.control import cancel
from services.campaigns.finish import end_cancelled
from services.leases import Leases
from services.redis_link import redis
from services.sending import fleet, owning
from tests.conftest import House
from tests.shop import Shop


async def in_the_table(statement: str, **blanks: object) -> None:
    async with transaction() as db:
        await db.execute(text(statement), blanks)


async def is_cancelled(campaign: int) -> bool:
    async with transaction() as db:
        return (await db.get_one(Campaign, campaign)).status == CampaignStatus.CANCELLED


async def test_a_retry_that_was_put_off_by_a_wrong_clock_goes_out(shop: Shop) -> None:
    people = await shop.people(2)
    campaign = await shop.launched(people)
    await in_the_table(
        "UPDATE message SET due_at = now() + interval '3 hours', attempts = 1 WHERE campaign_id = :id",
        id=campaign,
    )

    await shop.pump_dry()

    assert sorted(shop.phones_reached()) == sorted(someone.phone for someone in people)


async def test_a_sender_waits_no_longer_than_its_pace_can_ask(shop: Shop) -> None:
    await shop.launched(await shop.people(2))
    await in_the_table("UPDATE sender SET next_send_at = now() + interval '5 hours'")

    async with shop.engine() as engine:

        async def owned() -> bool:
            return shop.sender_id in engine._owning.lanes

        await shop.until(owned)
        lane = engine._owning.lanes[shop.sender_id]
        assert lane.next_at < time.monotonic() + owning.LONGEST_GAP_S


async def test_a_cancel_becomes_final_though_the_clock_was_set_back(shop: Shop) -> None:
    """It could have been taken back "for a few seconds" for five hours."""
    campaign = await shop.launched(await shop.people(2))
    await cancel(shop.actor, campaign)
    await end_cancelled()
    assert not await is_cancelled(campaign)

    await in_the_table("UPDATE campaign SET cancel_at = cancel_at + interval '5 hours'")
    await end_cancelled()
    assert await is_cancelled(campaign)


async def test_duties_go_on_when_the_clock_is_set_back(
    shop: Shop, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour back, and the scheduler would wait for that hour again."""
    runs: list[float] = []

    async def duty() -> None:
        runs.append(time.monotonic())

    monkeypatch.setattr(clockwork, "DUTIES", {"hourly": (duty, timedelta(hours=1))})
    clock = Clockwork()
    clock.start()
    try:
        monkeypatch.setattr(clockwork, "_off_by", lambda: time.time() - 3600 - time.monotonic())

        async def has_run() -> bool:
            return bool(runs)

        await shop.until(has_run)
    finally:
        await clock.stop()


async def test_who_died_before_redis_clock_was_set_back_holds_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis would keep the dead one's lease and its name for as long as the clock was set back."""
    monkeypatch.setattr(owning, "LEASE_S", 2.0)
    await Leases("sender", "dead", 3_600_000).take([str(shop.sender_id)])
    await redis().zadd(fleet.WORKERS, {"dead": (time.time() + 3600) * 1000})
    people = await shop.people(2)
    await shop.launched(people)

    await shop.pump_dry()

    assert sorted(shop.phones_reached()) == sorted(someone.phone for someone in people)

"""Campaigns of long ago lose their people and keep their numbers; nothing that is alive is touched."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from sqlalchemy import text

from models.db import raw, transaction
from models.states import MessageStatus
from services.analytics.export import people_csv
from services.analytics.funnel import progress
from services.analytics.people import Asked, people_behind
from services.analytics.standing import Standing
from services.campaigns import control
from services.campaigns.control import send_again
from services.campaigns.finish import finish_dry
from services.campaigns.launch import launch
from services.sending.partitions import AHEAD, CAMPAIGNS, drop_old, forget_oldest, make_ahead, partitions
from tests.shop import Shop

Duty = Callable[[], Coroutine[Any, Any, object]]


async def later(days: int) -> None:
    """The world has moved on: what ended, ended `days` ago, and a thousand campaigns came after."""
    async with transaction() as db:
        await db.execute(
            text("UPDATE campaign SET finished_at = now() - make_interval(days => :days)"), {"days": days}
        )
        await db.execute(text(f"ALTER TABLE campaign ALTER COLUMN id RESTART WITH {CAMPAIGNS}"))


async def finished(shop: Shop) -> int:
    campaign = await shop.launched(to=await shop.people(3))
    await shop.pump_dry()
    async with transaction() as db:
        await db.execute(text("UPDATE campaign SET status = 'finished' WHERE id = :id"), {"id": campaign})
    return campaign


async def test_after_more_than_a_year_the_people_go_and_the_counters_stay(shop: Shop) -> None:
    old = await finished(shop)
    await later(days=500)
    young = await shop.launched(to=await shop.people(2))

    assert await drop_old() == ["message_p0"]

    assert await shop.statuses(old) == {}
    assert (await shop.counts(old)).total == 3
    assert len(await shop.statuses(young)) == 2


async def test_within_a_year_nothing_goes(shop: Shop) -> None:
    old = await finished(shop)
    await later(days=300)
    await shop.launched(to=await shop.people(1))

    assert await drop_old() == []
    assert len(await shop.statuses(old)) == 3


async def test_a_campaign_that_still_runs_keeps_its_neighbours(shop: Shop) -> None:
    await finished(shop)
    await shop.launched(to=await shop.people(1))
    await later(days=500)
    await shop.launched(to=await shop.people(1))

    assert await drop_old() == []


async def test_the_oldest_of_a_small_shop_leave_though_their_neighbours_stay(shop: Shop) -> None:
    """A thousand campaigns may take it years, and its people were told: a good year."""
    oldest = await finished(shop)
    await later(days=470)
    old = await finished(shop)
    running = await shop.launched(to=await shop.people(1))
    async with transaction() as db:
        ended = text("UPDATE campaign SET finished_at = now() - interval '450 days' WHERE id = :id")
        await db.execute(ended, {"id": old})

    assert await forget_oldest() == 1

    assert await shop.statuses(oldest) == {}
    assert (await shop.counts(oldest)).total == 3
    assert len(await shop.statuses(old)) == 3, "its partition may yet go as a whole"
    assert len(await shop.statuses(running)) == 1
    assert await forget_oldest() == 0


@pytest.mark.parametrize("duty", [forget_oldest, drop_old])
async def test_what_is_sent_again_in_that_very_moment_stays(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, duty: Duty
) -> None:
    """Asha has tapped, and what her tap does is not committed yet when the duty comes."""
    campaign = await shop.launched(to=await shop.contacts("Lost", phones=["+919812340404"]))
    await shop.pump_dry()
    await finish_dry()
    await later(days=500)
    await shop.launched(to=await shop.people(1))
    at_it: list[asyncio.Task[object]] = []

    async def duty_comes(*_: object) -> None:
        at_it.append(asyncio.create_task(duty()))
        await shop.until(lambda: waits_or_is_done(at_it[0]))

    monkeypatch.setattr(control, "tell", duty_comes)  # the last step before the commit
    assert await send_again(shop.actor, campaign, [MessageStatus.FAILED]) == 1
    await at_it[0]

    assert list((await shop.statuses(campaign)).values()) == ["queued"]
    assert (await shop.counts(campaign)).queued == 1


async def waits_or_is_done(task: asyncio.Task[object]) -> bool:
    async with raw() as db:
        asked = (
            b"SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return task.done() or await (await db.execute(asked)).fetchone() is not None


async def bounds() -> list[tuple[int, int]]:
    """Of each partition: its first campaign, and the first that is not in it any more."""
    async with raw() as db:
        return [(one.start, one.end) for one in await partitions(db)]


async def run_many(shop: Shop, campaigns: int, *, days_ago: int) -> None:
    """As a busy server did, that long ago."""
    many = """
        INSERT INTO campaign (workspace_id, created_by, sender_id, name, status, created_at, finished_at)
        SELECT workspace_id, created_by, sender_id, name, 'finished', at, at
          FROM campaign, generate_series(1, :campaigns), (SELECT now() - make_interval(days => :days) AS at) t
         WHERE id = :like
    """
    like = await shop.draft(await shop.people(1))
    async with transaction() as db:
        await db.execute(text(many), {"campaigns": campaigns, "days": days_ago, "like": like})


async def test_a_busy_server_has_a_partition_for_a_month_and_not_one_for_each_day(shop: Shop) -> None:
    await run_many(shop, 2500, days_ago=1)

    await make_ahead()

    assert await bounds() == [(0, 1000), (1000, 2000), (2000, 3000), (3000, 6000), (6000, 9000)]
    assert await make_ahead() == 0
    assert len(await shop.statuses(await shop.launched(to=await shop.people(2)))) == 2


async def test_where_campaigns_are_large_a_partition_has_fewer(shop: Shop) -> None:
    """Millions of messages in one would make each of them dearer."""
    await run_many(shop, 2500, days_ago=1)
    async with transaction() as db:
        await db.execute(
            text("INSERT INTO campaign_count (campaign_id, total) SELECT id, 1000 FROM campaign")
        )

    await make_ahead()

    assert await bounds() == [(0, 1000), (1000, 2000), (2000, 3000), (3000, 4000), (4000, 5000)]


async def test_a_quiet_server_goes_on_in_small_ones(shop: Shop) -> None:
    await run_many(shop, 2500, days_ago=40)

    await make_ahead()

    assert await bounds() == [(start, start + CAMPAIGNS) for start in range(0, 5000, CAMPAIGNS)]


async def test_a_large_partition_goes_as_a_whole_when_all_of_it_is_over(shop: Shop) -> None:
    await run_many(shop, 2500, days_ago=1)
    await make_ahead()
    await run_many(shop, 3500, days_ago=500)
    await later(days=500)

    assert await drop_old() == [f"message_p{number}" for number in range(4)]
    assert await make_ahead() == AHEAD
    assert await bounds() == [(6000, 9000), (9000, 12000), (12000, 15000)]


async def test_what_went_is_not_made_again(shop: Shop) -> None:
    await finished(shop)
    await later(days=500)
    await shop.launched(to=await shop.people(1))
    await drop_old()

    await make_ahead()

    assert await drop_old() == []


async def test_a_campaign_whose_people_are_gone_says_so_and_breaks_no_page(shop: Shop) -> None:
    old = await finished(shop)
    assert not (await people_behind(shop.actor, old, Asked(Standing.FAILED))).gone, "nobody failed"
    await later(days=500)
    await shop.launched(to=await shop.people(1))
    await drop_old()

    for asked in (Asked(), Asked(Standing.SENT), Asked(search="Person")):
        seen = await people_behind(shop.actor, old, asked)
        assert (seen.gone, seen.found, seen.people) == (True, 0, [])
    assert (await progress(shop.actor.workspace_id, old)).total == 3
    lines = b"".join([piece async for piece in await people_csv(shop.actor, old, Asked())])
    assert lines.count(b"\n") == 1


async def test_a_draft_of_long_ago_keeps_nobody_and_can_still_be_launched(shop: Shop) -> None:
    await finished(shop)
    people = await shop.people(2)
    draft = await shop.draft(people)
    await later(days=500)
    await shop.launched(to=await shop.people(1))
    assert await drop_old() == ["message_p0"]

    await launch(shop.actor, draft)

    assert len(await shop.statuses(draft)) == 2

"""Campaigns of long ago lose their people and keep their numbers; nothing that is alive is touched."""

from sqlalchemy import text

from models.db import transaction
from services.analytics.export import people_csv
from services.analytics.funnel import progress
from services.analytics.people import Asked, people_behind
from services.analytics.standing import Standing
from services.campaigns.launch import launch
from services.sending.partitions import CAMPAIGNS, drop_old, make_ahead
from tests.shop import Shop


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

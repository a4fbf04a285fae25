"""A disk is full: nothing is sent, nothing fails, the screen says why, and it goes on by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from models.db import transaction
from services.analytics.funnel import progress
from services.analytics.why import NO_ROOM
from services.ops.health import health
from services.sending.fleet import Trouble
from tests.shop import Shop

# What PostgreSQL says where its disk is full, at the first write of every flush.
FULL = [
    """
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
    END $$
    """,
    """
    CREATE TRIGGER no_room BEFORE UPDATE OF inflight_token ON sender
       FOR EACH ROW EXECUTE FUNCTION no_room()
    """,
]
ROOM = ["DROP TRIGGER no_room ON sender"]


async def in_the_database(statements: list[str]) -> None:
    async with transaction() as db:
        for statement in statements:
            await db.execute(text(statement))


async def says_so(shop: Shop, campaign: int) -> bool:
    why = (await progress(shop.actor.workspace_id, campaign)).why
    seen = await health()
    return why is not None and why.sentence == NO_ROOM and seen.trouble is Trouble.DISK and not seen.well


async def some_left(shop: Shop) -> bool:
    return len(shop.ledger()) >= 3


@asynccontextmanager
async def under_way(shop: Shop, people: int) -> AsyncIterator[tuple[int, list[str]]]:
    """A campaign that has begun, and everybody's numbers."""
    everybody = await shop.people(people)
    campaign = await shop.launched(everybody, rehearsal_speed=100)
    async with shop.engine():
        await shop.until(lambda: some_left(shop))
        yield campaign, sorted(someone.phone for someone in everybody)
        await shop.until(shop.nothing_queued)


async def test_the_database_has_no_room(shop: Shop) -> None:
    async with under_way(shop, 60) as (campaign, everybody):
        await in_the_database(FULL)
        await shop.until(lambda: says_so(shop, campaign))
        assert (await shop.counts(campaign)).failed == 0
        await in_the_database(ROOM)

    assert sorted(shop.phones_reached()) == everybody


async def test_a_gateway_has_no_room(shop: Shop) -> None:
    """No message's tries are used up while it cannot be written what leaves."""
    async with under_way(shop, 40) as (campaign, everybody):
        ledger = shop.folder / "sandbox" / f"{shop.sender_id}.jsonl"
        kept = ledger.rename(ledger.with_suffix(".kept"))
        ledger.symlink_to("/dev/full")
        await shop.until(lambda: says_so(shop, campaign))
        statuses = set((await shop.statuses(campaign)).values())
        assert statuses <= {"queued", "accepted", "delivered", "read"}
        kept.rename(ledger)

    assert sorted(shop.phones_reached()) == everybody

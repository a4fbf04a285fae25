"""Whoever waits is told why, in one true sentence: of a number, a process, the database or the clock.
Who does not suffer from it is told nothing.

The processes of a fleet are told of by their signs alone; tests/stories/test_fleet.py runs real ones.
"""

import asyncio
import errno
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from models.campaign import Campaign
from models.db import transaction
from models.sender import Sender
from scheduler import clockwork
from scheduler.clockwork import Clockwork
from scheduler.run_job import Turn, run_job
from services.analytics.funnel import progress
from services.consent.suppress import suppress
from services.gateways.protocol import Opened
from services.gateways.sandbox import Sandbox
from services.i18n import words
from services.leases import Leases
from services.ops.health import NEWS, health
from services.redis_link import redis
from services.sending.fleet import JUMP, JUMP_KEPT, Fleet, Trouble, tell_jump, workers
from tests.clock import Clock
from tests.shop import Shop
from tests.visitor import Visitor
from ui.told import told

EVENING = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)  # 11 pm in India
NO_ENGINE = "Waiting for the sending engine."
FINISHING = "Nobody is waiting any more. Finishing …"
SOON = "The next message is about to leave"
NO_OPENING = "Sandbox cannot be opened on the server right now."
NO_READING = "Nothing is sent from Sandbox, because of an error on our side."
NO_ROOM = "The server's disk is full."
NO_WRITING = "The database takes nothing new right now."


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def in_the_table(statement: str, **blanks: object) -> None:
    async with transaction() as db:
        await db.execute(text(statement), blanks)


async def said(shop: Shop, campaign: int) -> str:
    """What the campaign's page says, in English."""
    why = (await progress(shop.actor.workspace_id, campaign)).why
    if why is None:
        return ""
    facts = dict(why.facts) | {"sender": why.sender or "", "seconds": why.wait_s or 0}
    return told(words("en"), why.sentence, facts, "Asia/Kolkata")


def says(shop: Shop, campaign: int, begin: str) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return (await said(shop, campaign)).startswith(begin)

    return look


def health_tells(trouble: Trouble | None) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return (await health()).trouble is trouble

    return look


# --- a number ---


@pytest.mark.parametrize("trouble", [OSError(errno.EROFS, "read-only"), ValueError("a bug in the gateway")])
async def test_a_number_that_cannot_be_opened_says_so_and_goes_on_by_itself(
    shop: Shop, trouble: Exception
) -> None:
    """Its status stays "online", and nothing of it can leave."""
    broken = True

    class Stuck(Sandbox):
        async def open(self, sender: Opened) -> None:
            if broken:
                raise trouble
            await super().open(sender)

    campaign = await shop.launched(await shop.people(2))
    async with shop.engine(door=Stuck):
        await shop.until(says(shop, campaign, NO_OPENING))
        await shop.until(health_tells(Trouble.OPENING))
        seen = await health()
        assert (seen.well, seen.stand_still) == (False, False)

        broken = False
        await shop.until(shop.nothing_queued)
        await shop.until(health_tells(None))


async def test_a_campaign_that_cannot_be_read_says_so_and_goes_on_when_it_can(shop: Shop) -> None:
    campaign = await shop.launched(await shop.people(2))
    await in_the_table('UPDATE campaign SET texts = \'{"xx": ""}\' WHERE id = :id', id=campaign)
    async with shop.engine():
        await shop.until(says(shop, campaign, NO_READING))
        await shop.until(health_tells(Trouble.READING))

        await in_the_table('UPDATE campaign SET texts = \'{"en": "Hello"}\' WHERE id = :id', id=campaign)
        await shop.until(shop.nothing_queued)
        await shop.until(health_tells(None))


# --- the database ---

FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
END $$
"""
FROZEN = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'cannot execute UPDATE in a read-only transaction' USING ERRCODE = '25006';
END $$
"""


@pytest.mark.parametrize(
    ("broken", "sentence", "trouble"),
    [(FULL, NO_ROOM, Trouble.DISK), (FROZEN, NO_WRITING, Trouble.DATABASE)],
)
async def test_a_database_that_takes_no_new_owner_is_told_before_anything_was_flushed(
    shop: Shop, broken: str, sentence: str, trouble: Trouble
) -> None:
    await in_the_table(broken)
    await in_the_table(
        "CREATE TRIGGER no_room BEFORE UPDATE OF epoch ON sender FOR EACH ROW EXECUTE FUNCTION no_room()"
    )
    campaign = await shop.launched(await shop.people(2))
    async with shop.engine():
        await shop.until(says(shop, campaign, sentence))
        await shop.until(health_tells(trouble))

        await in_the_table("DROP TRIGGER no_room ON sender")
        await shop.until(shop.nothing_queued)
        await shop.until(health_tells(None))


async def test_a_database_that_does_not_take_who_is_left_out_is_told_too(shop: Shop) -> None:
    """Somebody said STOP meanwhile: that is written while the queue is read, before any flush."""
    (ravi,) = await shop.contacts("Ravi")
    campaign = await shop.launched([ravi])
    async with transaction() as db:
        await suppress(db, shop.actor.workspace_id, ravi.phone, source="typed")
    await in_the_table(FULL)
    await in_the_table(
        "CREATE TRIGGER no_room BEFORE UPDATE OF status ON message FOR EACH ROW EXECUTE FUNCTION no_room()"
    )
    async with shop.engine():
        await shop.until(says(shop, campaign, NO_ROOM))
        await shop.until(health_tells(Trouble.DISK))

        await in_the_table("DROP TRIGGER no_room ON message")
        await shop.until(shop.nothing_queued)
        await shop.until(health_tells(None))


async def test_nobody_promises_an_end_that_nobody_can_bring(shop: Shop) -> None:
    campaign = await shop.launched(await shop.people(2))
    await shop.pump_dry()
    await in_the_table(
        "UPDATE campaign SET status_at = now() - interval '1 hour' WHERE id = :id", id=campaign
    )

    assert (await said(shop, campaign)).startswith(NO_ENGINE)
    async with shop.engine():
        await shop.until(says(shop, campaign, FINISHING))


# --- one process of several ---


async def test_only_the_numbers_of_a_process_suffer_from_its_trouble(shop: Shop) -> None:
    sick, well = Fleet("sick", 60.0), Fleet("well", 60.0)
    await sick.sign_in(Trouble.DISK, {})
    await well.sign_in(None, {})
    for sender_id, owner in ((1, "sick"), (2, "well")):
        await Leases("sender", owner, 60_000).take([str(sender_id)])

    async def trouble(sender_id: int | None = None) -> Trouble | None:
        return (await workers(sender_id)).trouble

    assert [await trouble(1), await trouble(2), await trouble(3)] == [Trouble.DISK, None, None]
    assert await trouble() is Trouble.DISK
    assert not (await workers()).stand_still

    await well.sign_in(Trouble.DATABASE, {})  # now nobody is left who could take the third
    assert await trouble(3) is not None
    assert (await workers()).stand_still


async def test_a_number_that_one_could_not_open_and_another_sends_for_is_well(shop: Shop) -> None:
    sick, well = Fleet("sick", 60.0), Fleet("well", 60.0)
    await sick.sign_in(None, {1: Trouble.OPENING, 12: Trouble.READING})
    await well.sign_in(None, {})
    assert [(await workers(i)).trouble for i in (1, 12, 2)] == [Trouble.OPENING, Trouble.READING, None]

    await Leases("sender", "well", 60_000).take(["1"])
    assert (await workers(1)).trouble is None
    assert (await workers()).trouble is not None  # it is still to be mended

    await sick.sign_in(None, {})
    assert (await workers()).trouble is None


# --- the clock ---


async def test_a_clock_that_was_set_is_told_for_some_minutes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clockwork, "DUTIES", {})
    clock = Clockwork()
    clock.start()
    async with shop.engine(), Visitor() as visitor:
        try:
            await shop.until(health_tells(None))
            monkeypatch.setattr(clockwork, "_off_by", lambda: time.time() - 3 * 3600 - time.monotonic())

            async def is_told() -> bool:
                return (await health()).jump is not None

            await shop.until(is_told)
            page = await visitor.looks_at("/health")
            assert "jumped back by 3 hours" in page.text
            assert "Nothing is sent meanwhile" not in page.text
            assert (await visitor.looks_at("/healthz")).json()["clock_jumped_s"] == -3 * 3600

            await redis().pexpire(JUMP, JUMP_KEPT - NEWS)  # so long ago
            assert (await health()).jump is None
            assert "jumped" not in (await visitor.looks_at("/health")).text
        finally:
            await clock.stop()


async def test_a_clock_that_is_put_right_by_a_moment_is_no_news(shop: Shop) -> None:
    await tell_jump(3.0)
    assert (await health()).jump is None


async def quiet_at_night(shop: Shop) -> int:
    """A campaign of a number that does not send from 9 pm to 9 am."""
    async with transaction() as db:
        sender = await db.get_one(Sender, shop.sender_id)
        sender.plays_limits = True
        await db.execute(text("UPDATE workspace SET quiet_from = 1260, quiet_until = 540"))
    return await shop.launched(await shop.people(2))


async def test_quiet_hours_that_a_jump_brought_are_told_as_such(
    shop: Shop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await quiet_at_night(shop)
    clock.show(EVENING)
    await Fleet("somebody", 60.0).sign_in(None, {})
    assert (await said(shop, campaign)).startswith("Quiet hours: ")

    await tell_jump(3 * 3600)
    assert (await said(shop, campaign)).startswith(
        "The server's clock jumped forward by 3 hours. By this clock nothing is sent until tomorrow 9:00 am;"
    )
    clock.forward(timedelta(hours=-3))
    await tell_jump(-3 * 3600)  # it was put right
    assert await said(shop, campaign) == SOON


async def test_quiet_hours_that_came_by_themselves_are_not_put_down_to_a_jump(
    shop: Shop, clock: Clock
) -> None:
    """A laptop slept in the afternoon."""
    campaign = await quiet_at_night(shop)
    clock.show(EVENING)
    await Fleet("somebody", 60.0).sign_in(None, {})
    await tell_jump(3 * 3600)
    await redis().pexpire(JUMP, JUMP_KEPT - timedelta(hours=4))  # so long ago
    assert (await said(shop, campaign)).startswith("Quiet hours: ")


async def test_nobody_counts_down_to_what_the_engine_does_not_wait_for(shop: Shop) -> None:
    """The clock was set back by hours: what is in the table lies hours ahead, and is not believed."""
    campaign = await shop.launched(await shop.people(2))
    await Fleet("somebody", 60.0).sign_in(None, {})
    await in_the_table("UPDATE sender SET next_send_at = now() + interval '5 hours'")
    await in_the_table(
        "UPDATE message SET due_at = now() + interval '5 hours', attempts = 1 WHERE campaign_id = :id",
        id=campaign,
    )
    assert await said(shop, campaign) == SOON

    await in_the_table("UPDATE sender SET next_send_at = now() + interval '12 seconds'")
    assert (await said(shop, campaign)).startswith("Next message in 12 s")


async def test_what_lies_ahead_is_not_just_beginning(shop: Shop) -> None:
    campaign = await shop.launched(await shop.people(2))
    async with transaction() as db:
        row = await db.get_one(Campaign, campaign)
        row.status_at += timedelta(hours=5)
    assert (await said(shop, campaign)).startswith(NO_ENGINE)


# --- the duties ---


async def test_a_duty_is_done_once_in_the_whole_fleet(shop: Shop) -> None:
    runs: list[str] = []

    def by(name: str) -> Callable[[], Awaitable[None]]:
        async def duty() -> None:
            runs.append(name)

        return duty

    hourly = timedelta(hours=1)
    turns = {name: Turn(hourly) for name in ("one", "two", "three")}

    async def one_interval() -> None:
        for name, turn in turns.items():
            await run_job("sweep", by(name), turn)

    await one_interval()
    assert runs == ["one"]

    await in_the_table("UPDATE job_run SET started_at = started_at - interval '59 minutes'")
    await one_interval()
    assert runs == ["one", "one"]

    await run_job("sweep", by("one"), turns["one"])
    assert runs == ["one", "one", "one"]  # its own clock says when

    await in_the_table("UPDATE job_run SET started_at = started_at - interval '59 minutes'")
    await run_job("sweep", by("two"), turns["two"])  # the first one is gone
    await one_interval()
    assert runs == ["one", "one", "one", "two", "two"]


async def test_a_last_run_that_lies_ahead_stops_no_duty(shop: Shop) -> None:
    runs: list[int] = []

    async def duty() -> None:
        runs.append(1)

    await run_job("sweep", duty, Turn(timedelta(hours=1)))
    await in_the_table("UPDATE job_run SET started_at = started_at + interval '5 hours'")
    await run_job("sweep", duty, Turn(timedelta(hours=1)))
    assert len(runs) == 2


async def test_two_clockworks_do_what_one_would(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[float] = []

    async def duty() -> None:
        runs.append(time.monotonic())

    monkeypatch.setattr(clockwork, "DUTIES", {"often": (duty, timedelta(seconds=1))})
    clocks = [Clockwork(), Clockwork()]
    clocks[0].start()
    await asyncio.sleep(0.5)  # two processes never start in the same moment
    clocks[1].start()
    try:

        async def five_times() -> bool:
            return len(runs) >= 5

        await shop.until(five_times)
    finally:
        for clock in clocks:
            await clock.stop()
    assert runs[4] - runs[0] > 3.0  # four intervals; it was done in two

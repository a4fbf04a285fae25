"""Several sending processes share the numbers: evenly, without a gap when one leaves, and nobody hears twice.

The processes are engines inside this one; tests/chaos kills and freezes real ones.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import text

from models import db as database
from models.db import connect, transaction
from models.sender import Sender
from scheduler.run_job import run_job
from services.gateways.protocol import DoNotKnow, Knowledge, Opened
from services.gateways.sandbox import Sandbox
from services.gateways.sandbox.ledger import read_ledger
from services.leases import DUTY_MS
from services.live import end
from services.redis_link import redis
from services.sending import beat, flush, hot_moves, owning
from services.sending.engine import Engine
from services.sending.fleet import workers
from services.sending.lane import Lane, Mark, Record
from tests.shop import Shop, Someone

ARRIVED = {"accepted", "delivered", "read"}
FLUSHES = (hot_moves.ACCEPT, hot_moves.MARK, hot_moves.BOTH)


async def numbers(shop: Shop, how_many: int) -> list[int]:
    """More senders of the shop."""
    workspace = shop.actor.workspace_id
    more = [
        Sender(workspace_id=workspace, channel="sandbox", name=f"Number {n}", status="online")
        for n in range(how_many)
    ]
    async with transaction() as db:
        db.add_all(more)
    return [sender.id for sender in more]


def owned(engine: Engine) -> set[int]:
    return set(engine._owning.lanes)


def lanes(engine: Engine) -> list[Lane]:
    return list(engine._owning.lanes.values())


def reached(shop: Shop) -> list[str]:
    """By all of the shop's numbers."""
    return sorted(sent.phone for sent in read_ledger(shop.folder / "sandbox"))


def phones(people: Sequence[Someone]) -> list[str]:
    return sorted(someone.phone for someone in people)


async def epoch_of(sender_id: int) -> int:
    async with transaction() as db:
        return (await db.get_one(Sender, sender_id)).epoch


async def crash(engine: Engine) -> None:
    """As kill -9 does it: nothing is released, nothing is recorded, nobody is told."""
    sends = [task for beat in engine._beats for task in beat._sends.values()]
    await end([*engine._loops, *sends])


async def test_a_process_that_joins_gets_its_share(shop: Shop) -> None:
    for sender_id in await numbers(shop, 10):
        await shop.launched(await shop.people(3), sender_id=sender_id, rehearsal_speed=1)

    async with shop.engine() as first:

        async def all_owned() -> bool:
            return len(owned(first)) == 10

        await shop.until(all_owned)
        async with shop.engine() as second:

            async def shared() -> bool:
                return len(owned(first)) == 5 and len(owned(second)) == 5

            await shop.until(shared)
            assert not owned(first) & owned(second)


async def test_a_clean_stop_hands_everything_over(shop: Shop) -> None:
    people = []
    for sender_id in await numbers(shop, 6):
        some = await shop.people(4)
        people += some
        await shop.launched(some, sender_id=sender_id, rehearsal_speed=20)

    async with shop.engine() as stays:
        async with shop.engine() as leaves:

            async def shared() -> bool:
                return len(owned(stays)) == 3 and len(owned(leaves)) == 3

            await shop.until(shared)
        await shop.until(shop.nothing_queued)

    assert reached(shop) == phones(people)


async def test_the_wait_between_two_messages_survives_a_restart(shop: Shop) -> None:
    """A number that was about to wait waits, whoever owns it next."""
    await shop.launched(await shop.people(3), rehearsal_speed=1, pace="safe")

    async def one_left() -> bool:
        return len(shop.ledger()) == 1

    async with shop.engine():
        await shop.until(one_left)
    async with shop.engine() as next_owner:

        async def owns_it() -> bool:
            return shop.sender_id in owned(next_owner)

        await shop.until(owns_it)
        lane = next_owner._owning.lanes[shop.sender_id]
        assert lane.next_at > time.monotonic() + 1.0
    assert len(shop.ledger()) == 1


async def test_a_huge_campaign_does_not_delay_a_small_one_elsewhere(shop: Shop) -> None:
    (other_number,) = await numbers(shop, 1)
    await shop.launched(await shop.people(400))
    few = await shop.people(5)
    small = await shop.launched(few, sender_id=other_number)

    async with shop.engine():

        async def small_is_done() -> bool:
            return (await shop.counts(small)).queued == 0

        await shop.until(small_is_done)

    theirs = set(phones(few))
    done_at = max(sent.at for sent in read_ledger(shop.folder / "sandbox") if sent.phone in theirs)
    assert sum(sent.at < done_at for sent in shop.ledger()) < 400


async def test_who_finds_no_room_among_those_on_their_way_waits_and_holds_up_nobody(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five hundred slow sends at once, and the next is due: the whole process stood still, for ever."""
    monkeypatch.setattr(beat, "AT_ONCE", 1)
    leaving = asyncio.Event()
    arrives = asyncio.Event()

    class Slow(Sandbox):
        async def send(self, sender_id: int, message: Any) -> Any:
            leaving.set()
            await arrives.wait()
            return await super().send(sender_id, message)

    people = []
    for sender_id in await numbers(shop, 6):
        some = await shop.people(2)
        people += some
        await shop.launched(some, sender_id=sender_id)
    async with shop.engine(door=Slow) as engine:
        await leaving.wait()

        async def all_are_due() -> bool:
            return len(owned(engine)) == 6 and all(lane.alarmed or lane.busy for lane in lanes(engine))

        await shop.until(all_are_due)
        arrives.set()
        await shop.until(shop.nothing_queued)

    assert reached(shop) == phones(people)


async def test_they_are_spread_to_the_last_one(shop: Shop) -> None:
    for sender_id in await numbers(shop, 10):
        await shop.launched(await shop.people(2), sender_id=sender_id, rehearsal_speed=1)

    async with AsyncExitStack() as running:
        engines = [await running.enter_async_context(shop.engine()) for _ in range(3)]

        async def shared() -> bool:
            return sorted(len(owned(engine)) for engine in engines) == [3, 3, 4]

        await shop.until(shared)
        assert len(set.union(*(owned(engine) for engine in engines))) == 10


class Forgetful(Sandbox):
    """A door that does not know what an earlier owner had on its way."""

    async def recover(self, sender_id: int, tokens: Sequence[bytes]) -> list[Knowledge]:
        return [DoNotKnow() for _ in tokens]


@pytest.mark.parametrize("door", [Sandbox, Forgetful])
async def test_after_a_crash_another_takes_over_and_nobody_hears_twice(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, door: type[Sandbox]
) -> None:
    """And what nobody knows is said: each number has one message at most in doubt."""
    monkeypatch.setattr(owning, "LEASE_S", 2.0)
    people = []
    campaigns = []
    for sender_id in await numbers(shop, 6):
        some = await shop.people(6)
        people += some
        campaigns.append(await shop.launched(some, sender_id=sender_id, rehearsal_speed=10))

    async def half_left() -> bool:
        return len(reached(shop)) >= 12

    async with shop.engine(door=door), shop.engine(door=door) as dies:
        await shop.until(half_left)
        await crash(dies)
        await shop.until(shop.nothing_queued)

    assert len(set(reached(shop))) == len(reached(shop))
    for campaign in campaigns:
        statuses = await shop.statuses(campaign)
        doubtful = {phone for phone, status in statuses.items() if status == "unconfirmed"}
        assert len(doubtful) <= 1
        assert set(statuses) - doubtful <= set(reached(shop))


async def test_a_process_that_stops_takes_nothing_back_meanwhile(shop: Shop) -> None:
    """A message is still on its way, and the other numbers are somebody else's by then. Nobody takes the
    number that it leaves from: a clean stop leaves nothing in doubt."""
    slow, *others = await numbers(shop, 5)
    everybody = {i: await shop.people(3) for i in (slow, *others)}
    campaigns = {
        i: await shop.launched(people, sender_id=i, rehearsal_speed=50) for i, people in everybody.items()
    }
    leaving = asyncio.Event()
    arrives = asyncio.Event()

    class Slow(Sandbox):
        async def send(self, sender_id: int, message: Any) -> Any:
            if sender_id == slow:
                leaving.set()
                await arrives.wait()
            return await super().send(sender_id, message)

    async with AsyncExitStack() as running:
        first = shop.engine(door=Slow)
        await first.__aenter__()
        await leaving.wait()
        second = await running.enter_async_context(shop.engine())
        epoch = await epoch_of(slow)
        stopping = asyncio.create_task(first.__aexit__(None, None, None))

        async def others_are_done() -> bool:
            done = set(reached(shop))
            return all(set(phones(everybody[i])) <= done for i in others)

        await shop.until(others_are_done)
        assert not stopping.done()
        assert slow not in owned(second)
        assert await epoch_of(slow) == epoch
        assert (await workers()).alive == 1
        arrives.set()
        await stopping
        await shop.until(shop.nothing_queued)

    assert reached(shop) == phones([someone for people in everybody.values() for someone in people])
    assert {status for i in everybody for status in (await shop.statuses(campaigns[i])).values()} <= ARRIVED


@pytest.mark.parametrize("trouble", ["takes for ever", "is broken"])
async def test_a_number_that_cannot_be_opened_keeps_no_other_waiting(shop: Shop, trouble: str) -> None:
    bad, good = await numbers(shop, 2)
    await shop.launched(await shop.people(2), sender_id=bad)
    few = await shop.people(3)
    await shop.launched(few, sender_id=good)

    class Stuck(Sandbox):
        async def open(self, sender: Opened) -> None:
            if sender.sender_id == bad and trouble == "takes for ever":
                await asyncio.Event().wait()
            elif sender.sender_id == bad:
                raise ValueError("a bug in the gateway")
            await super().open(sender)

    async def reached_the_few() -> bool:
        return reached(shop) == phones(few)

    async with shop.engine(door=Stuck):
        await shop.until(reached_the_few)


async def test_a_campaign_that_cannot_be_read_starves_no_other(shop: Shop) -> None:
    """They are read together, a hundred numbers at once, whoever they belong to."""
    bad, *good = await numbers(shop, 20)
    broken = await shop.launched(await shop.people(2), sender_id=bad)
    few = []
    for sender_id in good:
        some = await shop.people(2)
        few += some
        await shop.launched(some, sender_id=sender_id)
    async with transaction() as db:
        await db.execute(text('UPDATE campaign SET texts = \'{"xx": ""}\' WHERE id = :id'), {"id": broken})

    async def reached_the_few() -> bool:
        return reached(shop) == phones(few)

    async with shop.engine():
        await shop.until(reached_the_few)
    assert (await shop.counts(broken)).queued == 2


async def test_a_commit_whose_end_nobody_knows_is_made_again_and_nobody_hears_twice(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line breaks right after the database has committed: every third time."""
    commits = 0

    class Treacherous:
        """A connection that loses its line."""

        def __init__(self, db: psycopg.AsyncConnection) -> None:
            self._db = db

        def __getattr__(self, name: str) -> Any:
            return getattr(self._db, name)

        async def execute(self, statement: bytes, *more: Any, **how: Any) -> Any:
            done = await self._db.execute(statement, *more, **how)
            if statement in FLUSHES and self._db.info.transaction_status == TransactionStatus.IDLE:
                self._committed()
            return done

        @asynccontextmanager
        async def transaction(self) -> AsyncIterator[None]:
            async with self._db.transaction():
                yield
            self._committed()

        def _committed(self) -> None:
            nonlocal commits
            commits += 1
            if commits % 3 == 0:
                raise psycopg.OperationalError("the connection is lost")

    async def treacherous() -> Treacherous:
        return Treacherous(await connect())

    monkeypatch.setattr(flush, "connect", treacherous)
    people = await shop.people(40)
    campaign = await shop.launched(people)

    await shop.pump_dry()

    assert reached(shop) == phones(people)
    assert (await shop.counts(campaign)).queued == 0
    assert commits > 6


async def test_a_number_is_kept_while_a_busy_database_takes_its_time_to_own_it(shop: Shop) -> None:
    """Thousands at once take a slow database longer than a lease lives."""
    await shop.launched(await shop.people(1))
    lease = f"lease:sender:{shop.sender_id}"

    async def is_leased() -> bool:
        return await redis().get(lease) is not None

    async def is_gone() -> bool:
        return not await is_leased()

    async with transaction() as busy:
        await busy.execute(text("SELECT id FROM sender WHERE id = :id FOR UPDATE"), {"id": shop.sender_id})
        async with shop.engine() as engine:
            await shop.until(is_leased)
            await redis().pexpire(lease, 1)
            await shop.until(is_gone)
            await shop.until(is_leased)  # again, though it is not owned yet
            assert not owned(engine)
            await busy.commit()
            await shop.until(shop.nothing_queued)

    assert len(shop.ledger()) == 1


async def test_who_was_late_goes_on_where_nobody_took_over(shop: Shop) -> None:
    """Redis forgets every lease: nothing is opened anew, for linked numbers that is a minute each."""
    opened: list[int] = []

    class Counting(Sandbox):
        async def open(self, sender: Opened) -> None:
            opened.append(sender.sender_id)
            await super().open(sender)

    many = await numbers(shop, 6)
    people = []
    for sender_id in many:
        some = await shop.people(4)
        people += some
        await shop.launched(some, sender_id=sender_id, rehearsal_speed=10)
    async with shop.engine(door=Counting) as engine:

        async def all_owned() -> bool:
            return owned(engine) == set(many)

        await shop.until(all_owned)
        at_first = dict(engine._owning.lanes)
        await redis().flushall()

        async def all_leased() -> bool:
            return len(await redis().keys("lease:sender:*")) == len(many)

        async def all_trusted() -> bool:
            return not engine._owning._regained

        await shop.until(all_leased)
        await shop.until(all_trusted)
        assert engine._owning.lanes == at_first
        await shop.until(shop.nothing_queued)

    assert sorted(opened) == sorted(many)
    assert reached(shop) == phones(people)


async def test_nothing_leaves_on_a_mark_whose_lease_ran_out_while_it_was_committed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process stood still between its commit and the send: somebody else may have the number by now."""
    people = await shop.people(3)
    campaign = await shop.launched(people, rehearsal_speed=50)
    commit = flush.Flush.commit
    too_late: list[bytes] = []

    async def stands_still(self: flush.Flush, records: Sequence[Record], marks: Sequence[Mark]) -> set[bytes]:
        tokens = await commit(self, records, marks)
        if marks and not too_late:
            too_late.extend(mark.claimed.token for mark in marks)
            for mark in marks:
                mark.lane.deadline = 0.0
        return tokens

    monkeypatch.setattr(flush.Flush, "commit", stands_still)
    await shop.pump_dry()

    assert too_late
    assert not set(too_late) & {sent.token for sent in shop.ledger()}
    assert reached(shop) == phones(people)
    async with transaction() as db:
        asked = text("SELECT DISTINCT attempts FROM message WHERE campaign_id = :id")
        assert (await db.scalars(asked, {"id": campaign})).all() == [1], "what was given back was not tried"


async def test_who_was_late_stands_back_where_somebody_took_over_and_left(shop: Shop) -> None:
    """The lease is nobody's again, but the one who had it may have dealt with our message: what we still
    have in hand of it is not sent, and we begin anew.
    """
    people = await shop.people(3)
    await shop.launched(people, rehearsal_speed=10)
    async with shop.engine() as engine:

        async def owns_it() -> bool:
            return shop.sender_id in owned(engine)

        await shop.until(owns_it)
        outlived = engine._owning.lanes[shop.sender_id]
        async with transaction() as db:
            await db.execute(
                text("UPDATE sender SET epoch = epoch + 1 WHERE id = :id"), {"id": shop.sender_id}
            )
        await redis().delete(f"lease:sender:{shop.sender_id}")

        async def begins_anew() -> bool:
            return engine._owning.lanes.get(shop.sender_id, outlived) is not outlived

        await shop.until(begins_anew)
        assert outlived.leaving
        await shop.until(shop.nothing_queued)

    assert reached(shop) == phones(people)


async def test_a_duty_is_done_by_one_process_at_a_time(shop: Shop) -> None:
    at_it = 0
    most = 0
    goes_on = asyncio.Event()

    async def duty() -> None:
        nonlocal at_it, most
        at_it += 1
        most = max(most, at_it)
        await goes_on.wait()
        at_it -= 1

    fleet = [asyncio.create_task(run_job("sweep", duty)) for _ in range(5)]
    idle, at_work = set[asyncio.Task[None]](), set(fleet)
    while len(idle) < 4:
        done, at_work = await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
        idle |= done
    goes_on.set()
    await asyncio.wait(at_work)
    assert most == 1


async def test_a_long_duty_keeps_its_lease_and_a_cut_one_blocks_nobody(shop: Shop) -> None:
    """A minute in which no campaign began or ended followed when Redis went away at the wrong moment."""
    left_ms = asyncio.Queue[int]()

    async def duty() -> None:
        while True:
            left_ms.put_nowait(await redis().pttl("lease:duty:sweep"))
            await asyncio.sleep(0.05)

    at_work = asyncio.create_task(run_job("sweep", duty))
    least = await left_ms.get()
    while (left := await left_ms.get()) <= least:
        least = left
    assert least < left <= DUTY_MS < 10_000
    await end([at_work])


async def test_a_line_to_the_database_that_is_cut_off_while_it_opens_is_closed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BY_INDEX", "SELECT pg_sleep(600)")

    async def lines() -> int:
        async with transaction() as db:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'"
            return int(await db.scalar(text(asked)))

    async def one_opens() -> bool:
        return await lines() == 1

    async def none_is_left() -> bool:
        return await lines() == 0

    opening = asyncio.create_task(connect())
    await shop.until(one_opens)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await shop.until(none_is_left)

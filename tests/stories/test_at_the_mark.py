"""What a number may send is decided at the very mark: what was read a minute ago may have grown since.

Asha's sandboxes play the limits here. Ravi is a contact; two campaigns want him in the same second.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise

import pytest
from psycopg import AsyncConnection

from models.access import Workspace
from models.db import connect, raw, transaction
from models.sender import Sender
from services.campaigns.control import pause, resume
from services.clock import now
from services.contacts.known import wrote
from services.gateways.protocol import ReceiptHeard, ReceiptKind
from services.gateways.sandbox.ledger import read_ledger
from services.senders.care import set_limits
from services.senders.limits import cap_after
from services.sending import hot_moves
from services.sending.budget import allowances
from services.sending.claims import feed
from services.sending.lane import Lane, Mark, Record
from tests.bench import stock
from tests.bench.at_once import AtOnce
from tests.shop import Shop, Someone
from tests.stories.test_limits import know, plays_limits, reached, somebody_waits, used_up


async def other_number(shop: Shop) -> int:
    """A second sandbox that plays the limits."""
    async with transaction() as db:
        sender = Sender(
            workspace_id=shop.actor.workspace_id,
            channel="sandbox",
            name="Second",
            status="online",
            plays_limits=True,
        )
        db.add(sender)
    return sender.id


async def once_a_week(shop: Shop) -> None:
    async with transaction() as db:
        (await db.get_one(Workspace, shop.actor.workspace_id)).most_a_week = 1


async def know_both(shop: Shop, ravi: Someone, second: int) -> None:
    async with transaction() as db:
        for sender_id in (shop.sender_id, second):
            await wrote(db, shop.actor.workspace_id, sender_id, ravi.phone, now())


async def claimed(shop: Shop, sender_id: int) -> Mark:
    """What the number read as its next message."""
    lane = Lane(sender_id, shop.actor.workspace_id, AtOnce(), epoch=0, deadline=0.0)
    async with raw() as db:
        await feed(db, [lane])
    return Mark(lane, lane.ready.popleft(), gap_s=0.0)


async def two_offers_to_ravi(shop: Shop) -> int:
    """One from each number of the shop, in a week that allows one; the other number."""
    await plays_limits(shop)
    await once_a_week(shop)
    (ravi,) = await shop.contacts("Ravi")
    second = await other_number(shop)
    await know_both(shop, ravi, second)
    await shop.launched([ravi])
    await shop.launched([ravi], sender_id=second)
    return second


@asynccontextmanager
async def worker() -> AsyncIterator[AsyncConnection]:
    """The connection of another process's flush."""
    db = await connect()
    try:
        yield db
    finally:
        await db.close()


async def test_two_workers_in_the_same_second_cannot_both_write_to_one_person(shop: Shop) -> None:
    second = await two_offers_to_ravi(shop)
    ours, theirs = await claimed(shop, shop.sender_id), await claimed(shop, second)

    async with worker() as one, worker() as two:
        async with one.transaction():
            assert await hot_moves.mark(one, [ours]) == {ours.claimed.token}

            async def mark() -> set[bytes]:
                async with two.transaction():
                    return await hot_moves.mark(two, [theirs])

            other = asyncio.create_task(mark())
            await shop.until(somebody_waits)
        assert await other == set(), "what is on its way counts, before anything is recorded"


async def test_nor_can_two_numbers_of_one_process(shop: Shop) -> None:
    second = await two_offers_to_ravi(shop)
    marks = [await claimed(shop, shop.sender_id), await claimed(shop, second)]
    async with worker() as db, db.transaction():
        assert len(await hot_moves.mark(db, marks)) == 1


async def test_who_could_not_be_written_to_gets_the_other_message_if_the_first_never_left(shop: Shop) -> None:
    second = await two_offers_to_ravi(shop)
    ours = await claimed(shop, shop.sender_id)
    async with worker() as db:
        async with db.transaction():
            await hot_moves.mark(db, [ours])
        with pytest.raises(IndexError):
            await claimed(shop, second)  # it waits, and is not left out for good
        one = ours.claimed
        refused = Record(one.campaign_id, one.message_id, one.token, "failed", ours.lane, reason="broken")
        async with db.transaction():
            await hot_moves.record(db, [refused])
        theirs = await claimed(shop, second)
        async with db.transaction():
            assert await hot_moves.mark(db, [theirs]) == {theirs.claimed.token}


async def test_two_engines_write_once_to_each_of_many(shop: Shop) -> None:
    await plays_limits(shop)
    await once_a_week(shop)
    people = await shop.people(12)
    second = await other_number(shop)
    async with transaction() as db:
        for sender_id in (shop.sender_id, second):
            for one in people:
                await wrote(db, shop.actor.workspace_id, sender_id, one.phone, now())
    await shop.launched(people)
    await shop.launched(people, sender_id=second)
    async with shop.engine(), shop.engine():
        await shop.until(shop.nothing_queued)
    reached_by = [sent.phone for sent in read_ledger(shop.folder / "sandbox")]
    assert sorted(reached_by) == sorted(one.phone for one in people)


async def test_a_cap_that_is_lowered_counts_for_what_was_read_already(shop: Shop) -> None:
    await plays_limits(shop, sent_today=20)
    friends = await shop.people(2)
    await know(shop, friends)
    await shop.launched(friends)
    mark = await claimed(shop, shop.sender_id)
    await set_limits(shop.actor, shop.sender_id, daily_cap=10, cold_per_day=20, plays_limits=True)
    await plays_limits(shop, sent_today=20)
    async with worker() as db, db.transaction():
        assert await hot_moves.mark(db, [mark]) == set()
    await plays_limits(shop, sent_today=9)
    async with worker() as db, db.transaction():
        assert await hot_moves.mark(db, [mark]) == {mark.claimed.token}


async def test_so_does_the_budget_of_new_people(shop: Shop) -> None:
    await plays_limits(shop)
    await shop.launched(await shop.people(1))
    mark = await claimed(shop, shop.sender_id)
    await plays_limits(shop, cold_today=20)
    async with worker() as db, db.transaction():
        assert await hot_moves.mark(db, [mark]) == set()


async def test_who_was_frozen_over_midnight_does_not_begin_yesterday_anew(shop: Shop) -> None:
    """Or all that left since would be forgotten."""
    await plays_limits(shop)
    later = now().date() + timedelta(days=2)
    async with worker() as frozen, worker() as awake:
        async with awake.transaction():
            await awake.execute(
                "UPDATE sender SET day = %s, sent_today = 30 WHERE id = %s", [later, shop.sender_id]
            )
            late = asyncio.create_task(allowances(frozen, [shop.sender_id]))
            await shop.until(somebody_waits)
        await late
    async with transaction() as db:
        found = await db.get_one(Sender, shop.sender_id)
        assert (found.day, found.sent_today) == (later, 30)


@pytest.mark.parametrize("days", [0, 1, 2, 3, 5, 8, 13, 20, 300])
async def test_the_law_knows_the_same_warm_up_as_the_screen(shop: Shop, days: int) -> None:
    cap = cap_after(days, 2000)
    await plays_limits(shop, clean_days=days, daily_cap=2000)
    friends = await shop.people(1)
    await know(shop, friends)
    await shop.launched(friends)
    mark = await claimed(shop, shop.sender_id)
    for sent_today, may in ((cap, False), (cap - 1, True)):
        await plays_limits(shop, sent_today=sent_today)
        async with worker() as db, db.transaction():
            assert bool(await hot_moves.mark(db, [mark])) is may


# --- who writes is new no more ---


async def test_who_writes_in_mid_campaign_is_known_at_once(shop: Shop) -> None:
    await plays_limits(shop, cold_per_day=1)
    people = await shop.people(5)
    campaign = await shop.launched(people)
    async with shop.engine():
        await shop.until(used_up(shop, 1))
        late = next(one for one in reversed(people) if one.phone not in shop.phones_reached())
        await shop.hears(late, "Do you have laddu?")
        await shop.until(reached(shop, 2))
        assert shop.phones_reached()[1] == late.phone, "before the others, whose day is over"
        await shop.until(used_up(shop, 2))
    assert len(shop.ledger()) == 2, "the others still wait for their day"
    async with transaction() as db:
        assert (await db.get_one(Sender, shop.sender_id)).cold_today == 1
    assert (await shop.counts(campaign)).queued == 3


async def test_who_writes_while_it_is_paused_is_known_when_it_goes_on(shop: Shop) -> None:
    await plays_limits(shop, cold_per_day=0)
    ravi, meena = await shop.contacts("Ravi", "Meena")
    campaign = await shop.launched([ravi, meena])
    await pause(shop.actor, campaign)
    await know(shop, [meena])
    await resume(shop.actor, campaign)
    async with shop.engine():
        await shop.until(used_up(shop, 1))
    assert shop.phones_reached() == [meena.phone]


async def test_who_reads_one_campaign_is_known_to_the_next_that_waits(shop: Shop) -> None:
    await plays_limits(shop, cold_per_day=1)
    ravi, meena = await shop.contacts("Ravi", "Meena")
    await shop.launched([ravi])
    waits = await shop.launched([meena, ravi])
    first = await claimed(shop, shop.sender_id)
    one = first.claimed
    taken = Record(one.campaign_id, one.message_id, one.token, "accepted", first.lane, wa_id="3EB0AA")
    async with worker() as db, db.transaction():
        assert await hot_moves.mark(db, [first]) == {one.token}
        await hot_moves.record(db, [taken])
        await hot_moves.store_receipts(db, [ReceiptHeard(shop.sender_id, "3EB0AA", ReceiptKind.READ, now())])
        await hot_moves.apply_receipts(db, newer_than="1 hour")
    assert (await claimed(shop, shop.sender_id)).claimed.outgoing.phone == ravi.phone, (
        "before Meena, who is new"
    )
    assert await shop.status(waits, meena) == "queued"


async def plans(statement: bytes) -> str:
    """How PostgreSQL goes about it once it has stopped to look at the values."""
    named: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"${named.setdefault(found[1] or str(len(named)), len(named) + 1)}"

    asked = re.sub(r"%(?:\((\w+)\))?s", number, statement.decode())
    async with worker() as db:
        told = await (await db.execute(f"EXPLAIN (GENERIC_PLAN) {asked}".encode())).fetchall()
    return "\n".join(row[0] for row in told)


HOT = {
    name: getattr(hot_moves, name)
    for name in ("ACCEPT", "MARK", "BOTH", "RECORD", "RECORD_LATE", "SKIP", "UNCONFIRM")
}


@pytest.mark.parametrize("name", HOT)
async def test_a_message_is_looked_up_by_itself_and_not_among_all_of_its_campaign(
    shop: Shop, name: str
) -> None:
    """Where campaigns used to be small, each mark read the whole of a large one: a hundred thousand rows."""
    senders = await stock.hire(shop.actor, 200)
    await stock.write(shop.actor, senders, each=20)
    for counted in (False, True):
        if counted:
            async with raw() as db:
                await db.execute("ANALYZE message")
        lookups = 0
        for line, after in pairwise((await plans(HOT[name])).splitlines()):
            if "Scan using message_p0_" in line:
                lookups += 1
                assert re.search(r"Index Cond: .*campaign_id = .* AND \(id = ", after), f"{line}\n{after}"
        assert lookups, "it looks for messages"


@pytest.mark.parametrize("name", ["ACCEPT", "MARK", "BOTH", "RECORD"])
async def test_a_number_is_looked_up_by_itself_where_nobody_has_counted_them_yet(
    shop: Shop, name: str
) -> None:
    """A fresh shop's thousand numbers: to compare each mark with each of them took eight times as long."""
    senders = await stock.hire(shop.actor, 500)
    await stock.write(shop.actor, senders, each=3)
    plan = await plans(HOT[name])
    by_itself = r"Index Scan using sender_pkey.*\n *Index Cond: \(id = [rw]\w*\.sender_id\)"
    assert re.search(by_itself, plan), plan
    assert "Scan using contact_listed" not in plan

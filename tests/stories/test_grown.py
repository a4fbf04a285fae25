"""What was quick on the shop's first day is quick when it has grown.

PostgreSQL keeps a statement that it sees again and again, and may keep to the way in which it did it while
the tables were empty. Asha's shop is a day old here, and then large; what is counted is the rows that were
read, never the time.
"""

import re
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from psycopg import AsyncConnection

from models.db import by_index, raw, transaction
from models.states import MessageStatus
from services.analytics.funnel import progress
from services.analytics.people import PAGE, Asked, blanks_of, next_people
from services.analytics.week import Behind, people_of_week
from services.campaigns.brakes import pull_brakes
from services.campaigns.finish import end_cancelled, finish_dry
from services.campaigns.risks import Danger, Risk, risks
from services.clock import now
from services.gateways.protocol import ReceiptHeard, ReceiptKind
from services.sending import hot_moves
from services.sending.claims import NEXT, feed
from services.sending.lane import Lane
from services.sending.running import AT_MOST
from tests.bench import stock
from tests.bench.at_once import AtOnce
from tests.shop import Shop
from tests.stories.test_limits import plays_limits

FIRST_DAYS = 15  # what is seen for the sixth time is kept, and its plan may be from the eleventh on
LARGE = 3000

# Of this very connection, lately.
READ = b"""
SELECT sum(seq_tup_read + COALESCE(idx_tup_fetch, 0))::int8 FROM pg_stat_xact_user_tables
 WHERE relname LIKE %s
"""
REACHED = b"""
UPDATE message SET status = 'accepted', accepted_at = now(), wa_id = 'W' || contact_id WHERE campaign_id = %s
"""


async def large_campaign(shop: Shop) -> int:
    """It has reached everybody."""
    (campaign_id,) = await stock.write(shop.actor, [shop.sender_id], each=LARGE)
    await stock.go([campaign_id])
    async with raw() as db:
        await db.execute(REACHED, [campaign_id])
    return campaign_id


async def rows_read(db: AsyncConnection, tables: str) -> int:
    return await stock.number(db, READ, tables)


async def read_by(story: Callable[[], Awaitable[object]], tables: str = "message_p%") -> int:
    """How many rows were read for it. Whatever comes alone has the pool's one connection."""
    async with raw() as db:
        await db.execute("SELECT pg_stat_force_next_flush()")  # what was before does not count
    await story()
    async with raw() as db:
        return await rows_read(db, tables)


async def phones_tell(shop: Shop, wa_ids: list[str]) -> int:
    """How many messages were read for these receipts."""
    async with raw() as db:
        await by_index(db)
        read = [ReceiptHeard(shop.sender_id, wa_id, ReceiptKind.READ, now()) for wa_id in wa_ids]
        await hot_moves.store_receipts(db, read)
        before = await rows_read(db, "message_p%")
        await hot_moves.apply_receipts(db, newer_than="1 hour")
        return await rows_read(db, "message_p%") - before


async def test_a_receipt_is_looked_up_by_itself(shop: Shop) -> None:
    """Each went through all that were told before it: seven seconds for a thousand of them."""
    for _ in range(FIRST_DAYS):
        await phones_tell(shop, ["of another phone"])
    await large_campaign(shop)
    assert await phones_tell(shop, [f"W{n}" for n in range(1, 101)]) < 100 * 5


async def test_who_looks_for_ended_campaigns_looks_at_each_once(shop: Shop) -> None:
    """Every second; nothing in the question changes, so that nothing else would have it thought over."""
    for _ in range(FIRST_DAYS):
        await finish_dry()
    campaigns = await stock.write(shop.actor, await stock.hire(shop.actor, 200), each=1)
    await stock.go(campaigns)
    assert await read_by(finish_dry, "campaign%") < 200 * 5


OVER = b"""
INSERT INTO campaign (workspace_id, created_by, sender_id, name, status, finished_at)
SELECT workspace_id, created_by, sender_id, name, 'finished', now()
  FROM campaign, generate_series(1, %s::bigint) WHERE id = %s
"""


@pytest.mark.parametrize(("duty", "over"), [(finish_dry, LARGE), (end_cancelled, 300)])
async def test_who_looks_for_cancels_and_what_they_left_looks_at_no_campaign_that_is_over(
    shop: Shop, duty: Callable[[], Awaitable[int]], over: int
) -> None:
    """Each answer in the inbox is one: of a busy server a thousand a day, looked through every second."""
    await duty()
    like = await shop.draft(await shop.people(1))
    async with raw() as db:
        await db.execute(OVER, [over, like])
    assert await read_by(duty, "campaign") < 50


# --- a few rows of a long list ---

# Half of it has arrived, and the other half waits; counted or not.
HALFWAY = b"""
UPDATE message SET status = 'delivered', accepted_at = now() - interval '1 hour', delivered_at = now()
 WHERE campaign_id = %s AND contact_id <= %s
"""
HALF_COUNTED = b"UPDATE campaign_count SET queued = %s, accepted = %s WHERE campaign_id = %s"


async def halfway(shop: Shop) -> int:
    """A large campaign that its number's limits count."""
    await plays_limits(shop)
    (campaign_id,) = await stock.write(shop.actor, [shop.sender_id], each=LARGE)
    await stock.go([campaign_id])
    async with raw() as db:
        await db.execute(HALFWAY, [campaign_id, LARGE // 2])
        await db.execute(HALF_COUNTED, [LARGE // 2, LARGE // 2, campaign_id])
    return campaign_id


COUNTED = pytest.mark.parametrize("counted", [False, True], ids=["not counted yet", "counted"])


async def count(counted: bool) -> None:
    if counted:
        async with raw() as db:
            await db.execute("ANALYZE")


@COUNTED
async def test_a_look_at_a_campaign_reads_what_it_shows(shop: Shop, counted: bool) -> None:
    """However many have been reached, and however many wait."""
    campaign_id = await halfway(shop)
    await count(counted)
    assert await read_by(partial(progress, shop.actor.workspace_id, campaign_id)) < 500


@COUNTED
async def test_the_brakes_read_the_latest_messages_only(shop: Shop, counted: bool) -> None:
    """Every two seconds, for each campaign that runs."""
    await halfway(shop)
    await count(counted)
    assert 200 <= await read_by(pull_brakes) < 1000


@COUNTED
async def test_the_week_reads_what_its_page_shows(shop: Shop, counted: bool) -> None:
    await large_campaign(shop)
    await count(counted)
    assert await read_by(partial(people_of_week, shop.actor, Behind.SENT, rehearsed=True)) < 500


@COUNTED
async def test_a_page_of_people_reads_what_it_shows(shop: Shop, counted: bool) -> None:
    """Or a file of all of them would read the whole campaign for each of its pieces."""
    campaign_id = await large_campaign(shop)
    await count(counted)
    anybody = Asked()

    async def page() -> None:
        async with transaction() as db:
            people = await next_people(db, blanks_of(shop.actor, campaign_id, anybody), anybody, most=PAGE)
            assert len(people) == PAGE

    assert await read_by(page) < 500


# The first ten of it came to nothing.
FAILED = b"""
UPDATE message SET status = 'failed', reason = 'unreadable' WHERE campaign_id = %s AND contact_id <= 10
"""
FAILED_COUNTED = b"UPDATE campaign_count SET failed = 10, accepted = total - 10 WHERE campaign_id = %s"


@COUNTED
async def test_what_sending_again_risks_is_read_off_the_few_that_failed(shop: Shop, counted: bool) -> None:
    """And off nothing at all, where nothing failed."""
    campaign_id = await large_campaign(shop)
    await count(counted)
    known = partial(risks, shop.actor, campaign_id, [MessageStatus.FAILED])
    assert await read_by(known) == 0
    async with raw() as db:
        await db.execute(FAILED, [campaign_id])
        await db.execute(FAILED_COUNTED, [campaign_id])
    await count(counted)
    assert await read_by(known) < 100
    assert await read_by(partial(known, message_id=1)) < 100
    assert await known() == [Risk(Danger.TWICE, 10, 10)]


@COUNTED
async def test_a_claim_reads_what_it_brings(shop: Shop, counted: bool) -> None:
    await halfway(shop)
    await count(counted)
    lane = Lane(shop.sender_id, shop.actor.workspace_id, AtOnce(), epoch=0, deadline=0.0)

    async def claim() -> None:
        async with raw() as db:
            await feed(db, [lane])

    assert await read_by(claim) <= AT_MOST
    assert lane.ready


async def test_a_claim_thinks_of_the_partitions_of_its_campaigns_only(shop: Shop) -> None:
    """Each answer in the inbox is a campaign, so that there may be hundreds: twenty milliseconds a claim."""
    campaign_id = await halfway(shop)
    async with raw() as db:
        stretch = [[campaign_id], [False], [True], [4], campaign_id, campaign_id]
        plan = await (await db.execute(b"EXPLAIN " + NEXT, stretch)).fetchall()
    assert set(re.findall(r"message_p\d+", str(plan))) == {"message_p0"}

"""The message table's partitions: each about a month of campaigns, made before they are needed.

Old campaigns leave as a whole partition, so claims never meet their remains. Each statement about messages
pays for every partition that there is: so a busy server makes larger ones, and has a dozen of them like any
other. But no larger than their indexes stay in memory: what is sent is written into them in no order. Where
a thousand campaigns take years, the oldest leave one by one.
"""

from datetime import timedelta
from typing import NamedTuple

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier, Literal

from models.db import by_index, raw

CAMPAIGNS = 1000  # a partition begins and ends at a multiple of it, and message_p7 begins at 7,000
LARGEST = 100  # thousands of campaigns
MESSAGES = 1_000_000  # about so many at most: two million cost each record a fifth more, ten million a half
AHEAD = 2  # partitions that are ready beyond the newest campaign
KEPT = timedelta(days=400)  # the law wants a year of logs
KEPT_APART = KEPT + timedelta(days=60)  # by then a partition of a month has gone as a whole

# Any number will do as long as nobody else in this database uses it.
LOCK = 5_417_002_027

PARTITIONS = r"""
SELECT c.relname, b.bounds[1]::bigint, b.bounds[2]::bigint
  FROM pg_inherits i
  JOIN pg_class c ON c.oid = i.inhrelid
 CROSS JOIN LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid), '''(\d+)''\D+''(\d+)''') AS b(bounds)
 WHERE i.inhparent = 'message'::regclass
 ORDER BY 2
"""
NEWEST = "SELECT COALESCE(max(id), 0) FROM campaign"
IN_A_MONTH = """
SELECT count(*), COALESCE(sum(n.total), 0)::bigint
  FROM campaign c LEFT JOIN campaign_count n ON n.campaign_id = c.id
 WHERE c.created_at > now() - interval '30 days'
"""
CREATE = SQL(
    "CREATE TABLE {name} (LIKE message INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)"
)
# Room for a message's few moves on its own page; a queue of 100,000 is worth an early vacuum.
STORAGE = SQL(
    "ALTER TABLE {name} SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05,"
    " autovacuum_analyze_scale_factor = 0.05)"
)
# ATTACH, not CREATE … PARTITION OF: it does not lock out those who are sending.
ATTACH = SQL("ALTER TABLE message ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({end})")
# As the DROP does.
KEEP_ALL_OUT = b"LOCK TABLE ONLY message IN ACCESS EXCLUSIVE MODE"

# A campaign in it that is alive or ended within the time that people may ask about it. A draft has no
# messages; should it be launched after years, have_room() makes the partition anew.
ALIVE = """
SELECT count(*) FROM campaign
 WHERE id >= %s AND id < %s
   AND (status NOT IN ('draft', 'finished', 'cancelled') OR finished_at > now() - %s)
"""
ENDED = "status IN ('finished', 'cancelled') AND finished_at <= now() - %s"
OVER = f"""
SELECT id FROM campaign c
 WHERE id >= %s AND {ENDED}
   AND EXISTS (SELECT 1 FROM message m WHERE m.campaign_id = c.id)
"""  # noqa: S608 - a constant
# Somebody may have sent some of it again since we looked. Held, so that nobody does until it is gone.
STILL_OVER = f"SELECT id FROM campaign WHERE id = %s AND {ENDED} FOR UPDATE SKIP LOCKED"  # noqa: S608
FORGET = b"DELETE FROM message WHERE campaign_id = %s"


class Partition(NamedTuple):
    """Of the campaigns from `start` to before `end`."""

    name: str
    start: int
    end: int


async def make_ahead() -> int:
    """Have a partition ready for every campaign that may soon exist; returns how many were made."""
    async with raw() as db:
        await db.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        newest, held = await _one(db, NEWEST), await partitions(db)
        ready = sum(one.start > newest for one in held)
        if ready >= AHEAD:
            return 0
        campaigns = await _a_month(db)
        start = max([newest // CAMPAIGNS * CAMPAIGNS, *(one.end for one in held)])
        made = 0
        while ready < AHEAD:
            await make(db, start, start + campaigns)
            ready += start > newest
            start += campaigns
            made += 1
        return made


async def _a_month(db: AsyncConnection) -> int:
    """So many campaigns, or fewer where they are large; as the bounds of partitions go."""
    row = await (await db.execute(IN_A_MONTH.encode())).fetchone()
    assert row is not None
    campaigns, messages = int(row[0]), int(row[1])
    if messages > MESSAGES:
        campaigns = campaigns * MESSAGES // messages
    return min(max(-(-campaigns // CAMPAIGNS), 1), LARGEST) * CAMPAIGNS


async def make(db: AsyncConnection, start: int, end: int) -> None:
    """A partition of the campaigns from `start` to before `end`, both multiples of CAMPAIGNS."""
    table = Identifier(f"message_p{start // CAMPAIGNS}")
    await db.execute(CREATE.format(name=table))
    await db.execute(STORAGE.format(name=table))
    await db.execute(ATTACH.format(name=table, start=Literal(start), end=Literal(end)))


async def have_room(db: AsyncConnection, campaign_id: int) -> None:
    """Have a partition for this campaign's messages: nearly always there is one."""
    if not await _has_room(db, campaign_id):
        await db.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if not await _has_room(db, campaign_id):  # somebody was faster
            start = campaign_id // CAMPAIGNS * CAMPAIGNS
            await make(db, start, start + CAMPAIGNS)


async def drop_old() -> list[str]:
    """Let go of the partitions whose campaigns ended long ago, all of them; their names.

    The campaigns, their texts and their counters stay; who was behind each number goes. Nothing that is
    alive is touched but for a moment's lock, and whoever holds the table longer makes this wait its turn.
    """
    async with raw() as db:
        await db.execute("SET LOCAL lock_timeout = '1s'")
        await db.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        newest = await _one(db, NEWEST)
        gone: list[str] = []
        for one in await partitions(db):
            if one.end <= newest and not await _alive(db, one):
                # Who is sending some of it again this moment has committed that when the lock is ours, and
                # is seen; who comes later waits, and finds nothing that could be sent.
                await db.execute(KEEP_ALL_OUT)
                if not await _alive(db, one):
                    await db.execute(SQL("DROP TABLE {name}").format(name=Identifier(one.name)))
                    gone.append(one.name)
        return gone


async def forget_oldest() -> int:
    """Let go of the messages of campaigns that ended longer ago still, where their partition has to stay for
    others; of how many campaigns."""
    async with raw() as db:
        held = await partitions(db)
        await by_index(db)  # a look for each campaign that is over, and never through all messages
        over = await db.execute(OVER, [held[0].start if held else 0, KEPT_APART])
        campaigns = [row[0] for row in await over.fetchall()]
    return sum([await _forget(campaign_id) for campaign_id in campaigns])


async def _forget(campaign_id: int) -> bool:
    async with raw() as db:
        held = await db.execute(STILL_OVER.encode(), [campaign_id, KEPT_APART])
        if await held.fetchone() is None:
            return False
        await db.execute(FORGET, [campaign_id])
        return True


async def partitions(db: AsyncConnection) -> list[Partition]:
    """All that there are, the oldest first."""
    return [Partition(*row) for row in await (await db.execute(PARTITIONS.encode())).fetchall()]


async def _alive(db: AsyncConnection, one: Partition) -> int:
    return await _one(db, ALIVE, one.start, one.end, KEPT)


async def _has_room(db: AsyncConnection, campaign_id: int) -> bool:
    return any(one.start <= campaign_id < one.end for one in await partitions(db))


async def _one(db: AsyncConnection, sql: str, *blanks: object) -> int:
    row = await (await db.execute(sql.encode(), blanks)).fetchone()
    assert row is not None
    return int(row[0])

"""The message table's partitions: one per thousand campaigns, made before they are needed.

Old campaigns leave as a whole partition, so claims never meet their remains.
"""

from datetime import timedelta

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier, Literal

from models.db import raw

CAMPAIGNS = 1000  # in one partition
AHEAD = 2  # partitions that are ready beyond the newest campaign
KEPT = timedelta(days=400)  # the law wants a year of logs

# Any number will do as long as nobody else in this database uses it.
LOCK = 5_417_002_027

EXISTS = "SELECT count(*) FROM pg_class WHERE relname = %s"
CREATE = SQL(
    "CREATE TABLE {name} (LIKE message INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)"
)
# Room for a message's few moves on its own page; a queue of 100,000 is worth an early vacuum.
STORAGE = SQL(
    "ALTER TABLE {name} SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05,"
    " autovacuum_analyze_scale_factor = 0.05)"
)
# It exists, and no campaign in it is alive or ended within the time that people may ask about it. A draft
# has no messages; should it be launched after years, have_room() makes the partition anew.
OVER = """
SELECT count(*) FROM pg_class
 WHERE relname = %s AND NOT EXISTS (
       SELECT 1 FROM campaign WHERE id >= %s AND id < %s
          AND (status NOT IN ('draft', 'finished', 'cancelled') OR finished_at > now() - %s))
"""
# ATTACH, not CREATE … PARTITION OF: it does not lock out those who are sending.
ATTACH = SQL("ALTER TABLE message ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({end})")


async def make_ahead() -> int:
    """Have a partition ready for every campaign that may soon exist; returns how many were made."""
    async with raw() as db:
        await db.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        newest = await _one(db, "SELECT COALESCE(max(id), 0) FROM campaign") // CAMPAIGNS
        return sum([await _have(db, number) for number in range(newest, newest + AHEAD + 1)])


async def have_room(db: AsyncConnection, campaign_id: int) -> None:
    """Have a partition for this campaign's messages: nearly always there is one."""
    number = campaign_id // CAMPAIGNS
    if not await _one(db, EXISTS, f"message_p{number}"):
        await db.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        await _have(db, number)


async def drop_old() -> list[str]:
    """Let go of the partitions whose campaigns ended long ago, all of them; their names.

    The campaigns, their texts and their counters stay; who was behind each number goes. Nothing that is
    alive is touched but for a moment's lock, and whoever holds the table longer makes this wait its turn.
    """
    async with raw() as db:
        await db.execute("SET LOCAL lock_timeout = '1s'")
        await db.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        newest = await _one(db, "SELECT COALESCE(max(id), 0) FROM campaign")
        gone: list[str] = []
        for number in range(newest // CAMPAIGNS):
            name = f"message_p{number}"
            if await _one(db, OVER, name, number * CAMPAIGNS, (number + 1) * CAMPAIGNS, KEPT):
                await db.execute(SQL("DROP TABLE {name}").format(name=Identifier(name)))
                gone.append(name)
        return gone


async def _have(db: AsyncConnection, number: int) -> bool:
    """Make a partition; whether there was none."""
    name = f"message_p{number}"
    if await _one(db, EXISTS, name):
        return False
    await _make(db, name, number * CAMPAIGNS)
    return True


async def _make(db: AsyncConnection, name: str, start: int) -> None:
    table = Identifier(name)
    await db.execute(CREATE.format(name=table))
    await db.execute(STORAGE.format(name=table))
    await db.execute(ATTACH.format(name=table, start=Literal(start), end=Literal(start + CAMPAIGNS)))


async def _one(db: AsyncConnection, sql: str, *blanks: object) -> int:
    row = await (await db.execute(sql.encode(), blanks)).fetchone()
    assert row is not None
    return int(row[0])

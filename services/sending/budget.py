"""What each sender may still send today, read with the claim; and its new day, begun once."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from services.clock import now
from services.senders.limits import (
    A_DAYS_WORK,
    FACTS,
    NO_LIMITS,
    Allowance,
    Limits,
    allowance,
    limits_of,
    today,
)

LIMITED = f"""
SELECT s.id, {FACTS}
  FROM sender s JOIN workspace w ON w.id = s.workspace_id
 WHERE s.id = ANY(%s) AND (s.channel <> 'sandbox' OR s.plays_limits)
""".encode()  # noqa: S608 - FACTS is a constant

# A day of work without trouble is a step of the warm-up. Whoever is second changes nothing, nor does who was
# frozen over midnight.
NEW_DAY = f"""
UPDATE sender s
   SET day = d.day, sent_today = 0, cold_today = 0,
       clean_days = s.clean_days + CASE WHEN s.sent_today >= {A_DAYS_WORK}
           AND (s.troubled_at IS NULL OR s.troubled_at < d.last_began) THEN 1 ELSE 0 END
  FROM unnest(%s::bigint[], %s::date[], %s::date[], %s::timestamptz[]) AS d (sender_id, day, last, last_began)
 WHERE s.id = d.sender_id AND s.day IS NOT DISTINCT FROM d.last
""".encode()  # noqa: S608 - a constant of our own


async def allowances(db: AsyncConnection, sender_ids: Sequence[int]) -> dict[int, Allowance]:
    """What each of these may do now; one statement for all of them."""
    at = now()
    found = await _limits(db, sender_ids)
    stale = {sender: one for sender, one in found.items() if one.day != today(one, at)}
    if stale:
        await _begin_day(db, stale, at)
        found |= await _limits(db, list(stale))
    return {sender: allowance(found[sender], at) if sender in found else NO_LIMITS for sender in sender_ids}


async def _limits(db: AsyncConnection, sender_ids: Sequence[int]) -> dict[int, Limits]:
    async with db.cursor(row_factory=dict_row) as cursor:
        rows = await (await cursor.execute(LIMITED, [list(sender_ids)])).fetchall()
    return {row["id"]: limits_of(row) for row in rows}


async def _begin_day(db: AsyncConnection, senders: dict[int, Limits], at: datetime) -> None:
    began = [
        None if one.day is None else datetime.combine(one.day, time.min, one.zone).astimezone(UTC)
        for one in senders.values()
    ]
    days = [today(one, at) for one in senders.values()]
    await db.execute(NEW_DAY, [list(senders), days, [one.day for one in senders.values()], began])

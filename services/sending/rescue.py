"""Messages whose owner is gone: their senders are woken, and the new owner asks the gateway (owning.py)."""

import psycopg

from models.db import raw
from services.live import publish

# Only where nobody sends for the sender anyway: a paused or cancelled campaign, a sender asleep. A mark is
# open until its message carries its token.
WAKE = b"""
UPDATE sender s SET awake_until = now() + interval '1 minute'
  FROM message m
 WHERE s.inflight_token IS NOT NULL AND s.inflight_at < now() - interval '2 minutes'
   AND (s.awake_until IS NULL OR s.awake_until < now())
   AND m.campaign_id = s.inflight_campaign AND m.id = s.inflight_message
   AND m.token IS DISTINCT FROM s.inflight_token
RETURNING s.id
"""


async def wake_abandoned() -> int:
    """Have an owner look after every sender with an open mark; how many were asleep."""
    async with raw() as db:
        woken: list[psycopg.rows.TupleRow] = await (await db.execute(WAKE)).fetchall()
    if woken:
        await publish(["senders"])
    return len(woken)

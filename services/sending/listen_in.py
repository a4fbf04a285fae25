"""Linked numbers that have nothing to send listen now and then: somebody may have written STOP.

WhatsApp keeps for a device that is away what people write, and ends the link of one that stays away.
"""

import psycopg

from models.db import raw
from services.live import publish

# A dozen at a time, those first that slept longest; one that cannot connect is not tried all the time.
WAKE = b"""
UPDATE sender SET awake_until = now() + interval '2 minutes'
 WHERE id IN (SELECT id FROM sender
               WHERE channel = 'linked' AND status IN ('online', 'offline')
                 AND (awake_until IS NULL OR awake_until < now() - interval '1 hour')
                 AND COALESCE(heard_at, status_at) < now() - interval '3 hours'
               ORDER BY awake_until NULLS FIRST LIMIT 12)
RETURNING id
"""


async def wake_silent() -> int:
    """A duty: have those connect that have heard nothing for hours; how many."""
    async with raw() as db:
        woken: list[psycopg.rows.TupleRow] = await (await db.execute(WAKE)).fetchall()
    if woken:
        await publish(["senders"])
    return len(woken)

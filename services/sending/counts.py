"""The counters of a campaign: one row, kept by services/sending/moves.py, read by every screen."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

COUNTS = text("""
SELECT total, queued, accepted, delivered, read, failed, skipped, unconfirmed, replied
  FROM campaign_count
 WHERE campaign_id = :campaign_id
""")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages are in each status right now (not "at least"), and how many people replied."""

    total: int = 0
    queued: int = 0
    accepted: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    skipped: int = 0
    unconfirmed: int = 0
    replied: int = 0


async def counts(db: AsyncSession, campaign_id: int) -> Counts:
    """All zero before the launch. The caller has made sure that the campaign is the actor's."""
    row = (await db.execute(COUNTS, {"campaign_id": campaign_id})).one_or_none()
    return Counts() if row is None else Counts(*row)

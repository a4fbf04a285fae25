"""Campaigns end by themselves when nothing is left to send."""

from sqlalchemy import text

from models.campaign import Campaign
from models.db import in_order, transaction
from models.states import OPEN, CampaignStatus, News
from services.campaigns.moves import move, tell
from services.clock import now
from services.notices.tell import tell as tell_phones
from services.sending.counts import counts
from services.sending.moves import skip_rest

DRY = text("""
SELECT c.id FROM campaign c JOIN campaign_count n ON n.campaign_id = c.id
 WHERE c.status = 'running' AND n.queued = 0
""")

# A message that was on its way at the cancel and never left is queued again: nobody may send it now.
LEFT_BEHIND = text("""
SELECT c.id FROM campaign c JOIN campaign_count n ON n.campaign_id = c.id
 WHERE c.status = 'cancelled' AND n.queued > 0
""")

# What lies further ahead than any cancel waits (and machines' clocks differ) was written before the clock was
# set back.
OVERDUE = "(cancel_at <= :now OR cancel_at > :now + interval '1 minute')"
CANCEL_DUE = text(f"SELECT id FROM campaign WHERE {OVERDUE}")  # noqa: S608 - a constant

# The time for an undo is over, and nobody has undone it since we looked.
HOLD_CANCELLED = text(
    f"SELECT id FROM campaign WHERE id = :id AND {OVERDUE} FOR UPDATE SKIP LOCKED"  # noqa: S608 - a constant
)

HOLD = text("SELECT id FROM campaign WHERE id = :id AND status = :status FOR UPDATE SKIP LOCKED")


async def finish_dry() -> int:
    """A duty: RUNNING campaigns without a queued message are FINISHED; how many.

    What a cancel had to leave, because it was on its way, is swept too.
    """
    async with transaction() as db:
        dry = list(await db.scalars(DRY))
        left_behind = list(await db.scalars(LEFT_BEHIND))
    finished = [await _finish(campaign_id) for campaign_id in dry]
    for campaign_id in left_behind:
        await _sweep(campaign_id)
    return sum(finished)


async def end_cancelled() -> int:
    """A duty: what was cancelled and not taken back is CANCELLED for good; how many."""
    async with transaction() as db:
        await in_order(db)  # each second, and each answer of years is a campaign
        due = list(await db.scalars(CANCEL_DUE, {"now": now()}))
    return sum([await _cancel(campaign_id) for campaign_id in due])


async def _cancel(campaign_id: int) -> bool:
    async with transaction() as db:
        if await db.scalar(HOLD_CANCELLED, {"id": campaign_id, "now": now()}) is None:
            return False
        campaign = await db.get_one(Campaign, campaign_id)
        await move(db, campaign, to=CampaignStatus.CANCELLED, out_of=OPEN)
        await skip_rest(db, campaign_id)
        return True


async def _finish(campaign_id: int) -> bool:
    async with transaction() as db:
        # Lock first and count after: whoever sends again holds the same lock until its messages count.
        if await db.scalar(HOLD, {"id": campaign_id, "status": CampaignStatus.RUNNING}) is None:
            return False
        if (await counts(db, campaign_id)).queued > 0:
            return False
        campaign = await db.get_one(Campaign, campaign_id)
        await move(db, campaign, to=CampaignStatus.FINISHED, out_of=(CampaignStatus.RUNNING,))
        if campaign.chat_id is None:  # an answer to one person is no news to whoever wrote it
            await tell_phones(
                db,
                campaign.workspace_id,
                News.FINISHED,
                path=f"/campaigns/{campaign_id}",
                campaign=campaign.name,
            )
        return True


async def _sweep(campaign_id: int) -> None:
    async with transaction() as db:
        if await db.scalar(HOLD, {"id": campaign_id, "status": CampaignStatus.CANCELLED}) is not None:
            await skip_rest(db, campaign_id)
            await tell(db, await db.get_one(Campaign, campaign_id))

"""The only file that writes campaign.status."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import bindparam

from models.campaign import Campaign
from models.states import CAMPAIGN_MOVES, CampaignStatus, sources
from services.errors import BroadcasterError, WrongMoment
from services.live import announce

MOVE = text("""
UPDATE campaign
   SET status = :to, status_at = now(), problem = :problem, facts = :facts,
       launched_at = CASE WHEN :to = 'running' THEN COALESCE(launched_at, now()) ELSE launched_at END,
       cancel_at = NULL, cancel_from = NULL,
       finished_at = CASE WHEN :to IN ('finished', 'cancelled') THEN now() END
 WHERE id = :id AND workspace_id = :workspace_id AND status = ANY(:sources)
RETURNING id
""").bindparams(bindparam("facts", type_=JSONB))


CANCEL_SOON = text("""
UPDATE campaign SET cancel_at = :at, cancel_from = :before WHERE id = :id AND workspace_id = :workspace_id
""")


async def move(
    db: AsyncSession,
    campaign: Campaign,
    *,
    to: CampaignStatus,
    out_of: Collection[CampaignStatus],
    why: BroadcasterError | None = None,
) -> None:
    """Make `to` of a campaign that is in one of `out_of`; its page, its list and its sender hear of it.

    Several roads lead to RUNNING, and only a launch may make messages: so each story names its own start.
    `why` is what the page will say of a held campaign.

    Raises:
        WrongMoment: its present status is another, or the table of moves forbids it.
    """
    allowed = set(sources(CAMPAIGN_MOVES, to)) & {status.value for status in out_of}
    asked = {
        "id": campaign.id,
        "workspace_id": campaign.workspace_id,
        "to": to.value,
        "sources": sorted(allowed),
        "problem": why.sentence if why else None,
        "facts": why.facts if why else {},
    }
    if await db.scalar(MOVE, asked) is None:
        raise WrongMoment(wanted=to.value)
    await db.refresh(campaign)
    await tell(db, campaign)


async def cancel_soon(db: AsyncSession, campaign: Campaign, at: datetime | None, before: str | None) -> None:
    """Let it be cancelled at this moment, out of `before`; or not any more. Any other move ends that."""
    asked = {"id": campaign.id, "workspace_id": campaign.workspace_id, "at": at, "before": before}
    await db.execute(CANCEL_SOON, asked)
    await db.refresh(campaign)
    await tell(db, campaign)


async def tell(db: AsyncSession, campaign: Campaign) -> None:
    """Announce that something about the campaign changed; the engine listens to its sender."""
    topics = [f"campaign:{campaign.id}", f"workspace:{campaign.workspace_id}"]
    if campaign.sender_id is not None:
        topics.append(f"sender:{campaign.sender_id}")
    await announce(db, *topics)

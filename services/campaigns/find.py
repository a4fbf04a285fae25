"""A campaign of the actor's workspace, or none."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.campaign import Campaign
from services.access.actor import Actor
from services.errors import NotFound


async def find_campaign(db: AsyncSession, actor: Actor, campaign_id: int, *, lock: bool = False) -> Campaign:
    """The campaign; with `lock`, nobody else changes it before the story ends.

    Raises:
        NotFound: no such campaign in the actor's workspace.
    """
    wanted = select(Campaign).where(
        Campaign.id == campaign_id,  # type: ignore[arg-type]
        Campaign.workspace_id == actor.workspace_id,  # type: ignore[arg-type]
    )
    campaign = await db.scalar(wanted.with_for_update() if lock else wanted)
    if campaign is None:
        raise NotFound
    return campaign

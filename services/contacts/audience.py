"""Who a campaign is for: everybody, or those with one of some tags."""

from typing import TypedDict

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


class Audience(TypedDict, total=False):
    """As campaign.audience keeps it; an empty one is nobody."""

    everyone: bool
    tags: list[str]


# The condition on `contact c`; its blanks come from `chosen`. One text for review and launch, so that
# who was counted is who is written to.
CHOSEN = "c.workspace_id = :workspace_id AND (:everyone OR c.tags && CAST(:tags AS text[]))"


def chosen(workspace_id: int, audience: Audience) -> dict[str, object]:
    """The blanks of CHOSEN."""
    return {
        "workspace_id": workspace_id,
        "everyone": bool(audience.get("everyone")),
        "tags": list(audience.get("tags", [])),
    }


HOLD_STILL = text("SELECT id FROM workspace WHERE id = :workspace_id FOR SHARE")


async def hold_still(db: AsyncSession, workspace_id: int) -> None:
    """Until this story ends nobody of the workspace is erased, nor comes in by an import: who is erased a
    moment later is found in what was made of the audience, and taken out of it.
    """
    await db.execute(HOLD_STILL, {"workspace_id": workspace_id})

"""The progress of a campaign, read once a tick for all who look at it, on whichever page."""

from services.analytics.funnel import Progress, progress, standing_still
from ui.live import Snapshots


async def _read(key: tuple[int, int]) -> Progress:
    workspace_id, campaign_id = key
    return await progress(workspace_id, campaign_id)


# Watched by (workspace's id, campaign's id): the workspace is in the key, so nobody sees another's.
PROGRESS: Snapshots[tuple[int, int], Progress] = Snapshots(
    _read, topic=lambda key: f"campaign:{key[1]}", away=standing_still
)

"""Something happened that a person wants to know even when no page of ours is open."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import News

# Where nobody asked for it, nothing is kept.
TELL = text("""
INSERT INTO notice (workspace_id, news, campaign, path)
SELECT :workspace_id, :news, :campaign, :path
 WHERE EXISTS (SELECT 1 FROM push_subscription WHERE workspace_id = :workspace_id)
""")


async def tell(db: AsyncSession, workspace_id: int, news: News, *, path: str, campaign: str = "") -> None:
    """Push it to the workspace's phones once `db`'s transaction has committed; `path` is what a tap opens."""
    told = {"workspace_id": workspace_id, "news": news.value, "campaign": campaign, "path": path}
    await db.execute(TELL, told)

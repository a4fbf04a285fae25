"""All campaigns of a workspace with their numbers, a page at a time."""

from dataclasses import dataclass

from sqlalchemy import text

from models.db import transaction
from services.access.actor import Actor
from services.analytics.home import BEGINS, Underway, underway

PAGE = 20

# What waits for somebody or is moving comes first, then the newest.
CAMPAIGNS = text(f"""
SELECT c.id, c.name, c.status, c.scheduled_at, c.problem, c.facts, s.channel = 'sandbox' AS rehearsal,
       {BEGINS} AS begins,
       coalesce(n.total, 0) AS total, coalesce(n.queued, 0) AS queued,
       coalesce(n.read, 0) AS read, coalesce(n.replied, 0) AS replied
  FROM campaign c
  LEFT JOIN campaign_count n ON n.campaign_id = c.id
  LEFT JOIN sender s ON s.id = c.sender_id AND s.workspace_id = c.workspace_id
 WHERE c.workspace_id = :workspace_id AND c.chat_id IS NULL
 ORDER BY c.status IN ('held', 'running', 'paused', 'scheduled') DESC, c.id DESC
 LIMIT :listed OFFSET :skipped
""")  # noqa: S608 - BEGINS is a constant


@dataclass(frozen=True, slots=True)
class CampaignPage:
    campaigns: list[Underway]
    page: int  # from 1
    more: bool  # there is another page


async def campaign_page(actor: Actor, page: int = 1) -> CampaignPage:
    """One page of the list; the one after the last is empty."""
    asked = {"workspace_id": actor.workspace_id, "listed": PAGE + 1, "skipped": (max(page, 1) - 1) * PAGE}
    async with transaction() as db:
        rows = (await db.execute(CAMPAIGNS, asked)).all()
    campaigns = [underway(row) for row in rows[:PAGE]]
    return CampaignPage(campaigns, max(page, 1), len(rows) > PAGE)

"""What the first page tells: what runs, what waits for a human, and what a newcomer has done so far."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from models.db import transaction
from models.states import CampaignStatus, SenderStatus
from services.access.actor import Actor

LISTED = 5  # campaigns


@dataclass(frozen=True, slots=True)
class Underway:
    """A campaign with its numbers. `done` of `total` messages are not queued any more."""

    id: int
    name: str
    status: CampaignStatus
    scheduled_at: datetime | None
    rehearsal: bool
    total: int
    done: int
    read: int
    replied: int
    braked: bool  # paused by itself: a human decides


@dataclass(frozen=True, slots=True)
class Troubled:
    """A sender that does not come back by itself."""

    id: int
    name: str
    status: SenderStatus


@dataclass(frozen=True, slots=True)
class Home:
    has_contacts: bool  # somebody agreed to hear from us
    has_templates: bool
    campaigns: list[Underway]
    held: list[Underway]
    senders: list[Troubled]

    @property
    def is_new(self) -> bool:
        return not self.campaigns and not self.held


async def home(actor: Actor) -> Home:
    """The workspace at a glance."""
    async with transaction() as db:
        workspace = {"workspace_id": actor.workspace_id}
        campaigns = [_underway(row) for row in await db.execute(CAMPAIGNS, {**workspace, "listed": LISTED})]
        troubled = await db.execute(SENDERS, workspace)
        senders = [Troubled(row.id, row.name, SenderStatus(row.status)) for row in troubled]
        begun = (await db.execute(BEGUN, workspace)).one()
    held = [campaign for campaign in campaigns if campaign.status == CampaignStatus.HELD]
    others = [campaign for campaign in campaigns if campaign not in held]
    return Home(begun.contacts, begun.templates, others, held, senders)


# What moves or waits comes first, then the newest.
CAMPAIGNS = text("""
SELECT c.id, c.name, c.status, c.scheduled_at, s.channel = 'sandbox' AS rehearsal,
       coalesce(n.total, 0) AS total, coalesce(n.queued, 0) AS queued,
       c.status = 'paused' AND c.problem IS NOT NULL AS braked,
       coalesce(n.read, 0) AS read, coalesce(n.replied, 0) AS replied
  FROM campaign c
  LEFT JOIN campaign_count n ON n.campaign_id = c.id
  LEFT JOIN sender s ON s.id = c.sender_id AND s.workspace_id = c.workspace_id
 WHERE c.workspace_id = :workspace_id AND c.chat_id IS NULL
 ORDER BY c.status IN ('held', 'running', 'paused', 'scheduled') DESC, c.id DESC
 LIMIT :listed
""")

SENDERS = text("""
SELECT id, name, status FROM sender
 WHERE workspace_id = :workspace_id AND status IN ('logged_out', 'banned', 'restricted')
 ORDER BY id
""")

BEGUN = text("""
SELECT EXISTS (SELECT 1 FROM contact WHERE workspace_id = :workspace_id AND consent = 'given') AS contacts,
       EXISTS (SELECT 1 FROM template WHERE workspace_id = :workspace_id) AS templates
""")


def _underway(row: Row[Any]) -> Underway:
    return Underway(
        id=row.id,
        name=row.name,
        status=CampaignStatus(row.status),
        scheduled_at=row.scheduled_at,
        rehearsal=bool(row.rehearsal),
        total=row.total,
        done=row.total - row.queued,
        read=row.read,
        replied=row.replied,
        braked=row.braked,
    )

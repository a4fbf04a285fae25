"""What the first page tells: what runs, what waits for a human, this week, and how far a newcomer is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from models.db import transaction
from models.states import CampaignStatus, SenderStatus
from services.access.actor import Actor

LISTED = 5  # campaigns


@dataclass(frozen=True, slots=True)
class Underway:
    """A campaign with its numbers. `done` of `total` messages are not queued any more.

    `problem` says why it waits for a human: a sentence's msgid, with its facts.
    """

    id: int
    name: str
    status: CampaignStatus
    scheduled_at: datetime | None
    rehearsal: bool
    total: int
    done: int
    read: int
    replied: int
    begins: Mapping[str, str] = field(default_factory=dict)  # how its text begins, by language
    problem: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def braked(self) -> bool:
        """It has paused by itself."""
        return self.status is CampaignStatus.PAUSED and self.problem is not None

    @property
    def waits_for_human(self) -> bool:
        return self.braked or self.status is CampaignStatus.HELD


@dataclass(frozen=True, slots=True)
class Week:
    """The people of the campaigns that were launched in the last seven days.

    Like Progress, `sent` counts those who read it, too. Rehearsals count while there is nothing else.
    """

    sent: int
    read: int
    replied: int
    stopped: int
    rehearsed: bool


@dataclass(frozen=True, slots=True)
class Troubled:
    """A sender that does not come back by itself."""

    id: int
    name: str
    status: SenderStatus


@dataclass(frozen=True, slots=True)
class Home:
    has_contacts: bool  # somebody agreed to hear from us
    has_number: bool  # a WhatsApp number is linked
    campaigns: list[Underway]
    held: list[Underway]  # those that wait for a human
    senders: list[Troubled]
    unread: int  # people whose answers nobody has read
    week: Week

    @property
    def is_new(self) -> bool:
        return not self.campaigns and not self.held

    @property
    def is_set_up(self) -> bool:
        """Nothing of the first steps is left to do."""
        return self.has_contacts and not self.is_new


async def home(actor: Actor) -> Home:
    """The workspace at a glance."""
    async with transaction() as db:
        workspace = {"workspace_id": actor.workspace_id}
        campaigns = [underway(row) for row in await db.execute(CAMPAIGNS, {**workspace, "listed": LISTED})]
        troubled = await db.execute(SENDERS, workspace)
        senders = [Troubled(row.id, row.name, SenderStatus(row.status)) for row in troubled]
        begun = (await db.execute(BEGUN, workspace)).one()
        week = _week((await db.execute(WEEK, workspace)).all())
    held = [campaign for campaign in campaigns if campaign.waits_for_human]
    others = [campaign for campaign in campaigns if campaign not in held]
    return Home(begun.contacts, begun.number, others, held, senders, begun.unread, week)


# Of `campaign c`: enough of each of its texts for a line of a list.
BEGINS = "(SELECT jsonb_object_agg(key, left(value, 120)) FROM jsonb_each_text(c.texts))"

# What moves or waits comes first, then the newest.
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
 LIMIT :listed
""")  # noqa: S608 - BEGINS is a constant

SENDERS = text("""
SELECT id, name, status FROM sender
 WHERE workspace_id = :workspace_id AND status IN ('logged_out', 'banned', 'restricted')
 ORDER BY id
""")

BEGUN = text("""
SELECT EXISTS (SELECT 1 FROM contact WHERE workspace_id = :workspace_id AND consent = 'given') AS contacts,
       EXISTS (SELECT 1 FROM sender WHERE workspace_id = :workspace_id AND channel <> 'sandbox') AS number,
       (SELECT count(*) FROM chat WHERE workspace_id = :workspace_id AND unread > 0) AS unread
""")

# Served by the index campaign_launched; a campaign has one row of counters.
WEEK = text("""
SELECT s.channel = 'sandbox' AS rehearsed, sum(n.accepted + n.delivered + n.read)::bigint AS sent,
       sum(n.read)::bigint AS read, sum(n.replied)::bigint AS replied, sum(n.opted_out)::bigint AS stopped
  FROM campaign c
  JOIN campaign_count n ON n.campaign_id = c.id
  JOIN sender s ON s.id = c.sender_id AND s.workspace_id = c.workspace_id
 WHERE c.workspace_id = :workspace_id AND c.launched_at > now() - interval '7 days' AND c.chat_id IS NULL
 GROUP BY 1 ORDER BY 1
""")


def _week(rows: Sequence[Row[Any]]) -> Week:
    """From one row for life and one for rehearsals, where there are such; life comes first."""
    for row in rows:
        return Week(row.sent, row.read, row.replied, row.stopped, row.rehearsed)
    return Week(0, 0, 0, 0, rehearsed=False)


def underway(row: Row[Any]) -> Underway:
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
        begins=row.begins or {},
        problem=row.problem,
        facts=row.facts,
    )

"""The numbers a workspace sends from: how each one stands and what it does today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text

from models.db import transaction
from models.states import Channel, OfflineWhy, SenderStatus
from services.access.actor import Actor
from services.clock import now
from services.errors import NotFound
from services.i18n import N_

# What to do about a sender that is not simply connected; the sandbox has no such troubles.
TROUBLES: Mapping[SenderStatus, str] = {
    SenderStatus.OFFLINE: N_("Not connected to WhatsApp just now. It comes back by itself."),
    SenderStatus.RESTRICTED: N_("WhatsApp does not let this number write to new people for a while."),
    SenderStatus.BANNED: N_("WhatsApp has stopped this number. Nothing is sent from it."),
    SenderStatus.LOGGED_OUT: N_("This number must be linked again before it can send. Its campaigns wait."),
}

NOT_BY_ITSELF: Mapping[str, str] = {
    OfflineWhy.REPLACED: N_(
        "Another program uses this number's link. Unlink it on the phone, and link it again here."
    ),
    OfflineWhy.OUTDATED: N_("WhatsApp wants a newer Broadcaster. Until it is upgraded, campaigns wait."),
    OfflineWhy.REFUSED: N_("WhatsApp turns the connection away. We try again; campaigns wait."),
}

STOPPED = (SenderStatus.RESTRICTED, SenderStatus.BANNED)

# Today's messages of a campaign that began today are in its counters; only those of older ones that are
# still moving are counted row by row.
SENDERS = text("""
SELECT s.id, s.name, s.channel, s.phone, s.status, s.next_send_at, s.heard_at, s.restricted_until,
       s.offline_why,
       COALESCE(w.waiting, 0) AS waiting, COALESCE(w.campaigns, '{}') AS campaigns,
       COALESCE(t.sent, 0) + COALESCE(o.sent, 0) AS sent_today
  FROM sender s
  LEFT JOIN LATERAL (
       SELECT sum(n.queued)::bigint AS waiting, array_agg(c.id) AS campaigns
         FROM campaign c JOIN campaign_count n ON n.campaign_id = c.id
        WHERE c.sender_id = s.id AND c.workspace_id = s.workspace_id AND c.status = 'running') w ON true
  LEFT JOIN LATERAL (
       SELECT sum(n.accepted + n.delivered + n.read)::bigint AS sent
         FROM campaign c JOIN campaign_count n ON n.campaign_id = c.id
        WHERE c.sender_id = s.id AND c.workspace_id = s.workspace_id AND c.launched_at >= :midnight) t ON true
  LEFT JOIN LATERAL (
       SELECT count(*) AS sent
         FROM campaign c JOIN message m ON m.campaign_id = c.id AND m.accepted_at >= :midnight
        WHERE c.sender_id = s.id AND c.workspace_id = s.workspace_id AND c.launched_at < :midnight
          AND (c.status = 'running' OR c.status_at >= :midnight)) o ON true
 WHERE s.workspace_id = :workspace_id
 ORDER BY s.id
""")


@dataclass(frozen=True, slots=True)
class SenderSeen:
    """A sender as its page shows it."""

    id: int
    name: str
    channel: Channel
    phone: str | None
    status: SenderStatus
    sent_today: int  # since midnight in the workspace's zone
    waiting: int  # messages of running campaigns
    campaigns: tuple[int, ...]  # those that run
    next_send_at: datetime | None  # where something waits
    heard_at: datetime | None  # WhatsApp's last sign of life
    offline_why: str | None  # an OfflineWhy, where it does not come back by itself
    until: datetime | None  # where WhatsApp stopped or restricted it: how long, if it said so

    @property
    def trouble(self) -> str | None:
        """A sentence's msgid, where somebody must know or do something."""
        if self.channel is Channel.SANDBOX:
            return None
        return NOT_BY_ITSELF.get(self.offline_why or "") or TROUBLES.get(self.status)


async def sender(actor: Actor, sender_id: int) -> SenderSeen:
    """Raises NotFound."""
    for seen in await senders(actor):
        if seen.id == sender_id:
            return seen
    raise NotFound(sender_id=sender_id)


async def senders(actor: Actor) -> list[SenderSeen]:
    """The workspace's senders, the oldest first."""
    here = now().astimezone(ZoneInfo(actor.timezone))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    async with transaction() as db:
        asked = {"workspace_id": actor.workspace_id, "midnight": midnight}
        rows = (await db.execute(SENDERS, asked)).all()
    return [
        SenderSeen(
            id=row.id,
            name=row.name,
            channel=Channel(row.channel),
            phone=row.phone,
            status=SenderStatus(row.status),
            sent_today=int(row.sent_today),
            waiting=int(row.waiting),
            campaigns=tuple(row.campaigns),
            next_send_at=row.next_send_at if row.waiting else None,
            heard_at=row.heard_at,
            offline_why=row.offline_why,
            until=row.restricted_until if row.status in STOPPED else None,
        )
        for row in rows
    ]

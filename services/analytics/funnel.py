"""How far a campaign is: the snapshot behind the live screen. Counters and a few rows, never count(*)."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.campaign import Campaign
from models.db import in_order, transaction
from models.pace import mean_gap_s
from models.sender import Sender
from models.states import DONE, CampaignStatus, Channel
from services.analytics.standing import IN_FLIGHT, Standing, standing_of
from services.analytics.why import CLOSED, NO_DATABASE, Engine, Why, why
from services.away import AWAY
from services.campaigns.forecast import Crowd, plan
from services.clock import now
from services.errors import NotFound
from services.senders.limits import Limits, limits_of_sender
from services.sending.counts import Counts, counts
from services.sending.fleet import Workers, workers

# Messages leave nearly in the order of their ids, so the latest news is just below the place where
# sending is now: the mark, or the first that waits. Reading that window costs the same in a campaign of
# a million; an index on status_at would cost every message. Only who became known meanwhile goes before
# their turn: looked at besides.
FIRST_WAITS = """(
    SELECT w.id FROM message w
     WHERE w.workspace_id = :workspace_id AND w.campaign_id = :campaign_id AND w.waits AND {part}
     ORDER BY w.id LIMIT 1)"""
SEEN = f"m.id, m.name, m.phone, m.status, m.status_at, m.replied_at, {IN_FLIGHT} AS sending"
LATEST = text(f"""
WITH mark AS (
    SELECT m.id, m.cold OR c.cold_from IS NULL OR m.id < c.cold_from AS in_turn
      FROM sender s
      JOIN campaign c ON c.id = s.inflight_campaign
      JOIN message m ON m.campaign_id = s.inflight_campaign AND m.id = s.inflight_message
     WHERE s.workspace_id = :workspace_id AND s.id = :sender_id AND s.inflight_campaign = :campaign_id),
here AS (
    SELECT GREATEST(first.id, (SELECT id FROM mark WHERE in_turn)) AS id
      FROM (SELECT LEAST({FIRST_WAITS.format(part="NOT w.cold")},
                         {FIRST_WAITS.format(part="w.cold")})) first(id)
     WHERE first.id IS NOT NULL),
recent AS (
    (SELECT {SEEN} FROM message m
      WHERE m.workspace_id = :workspace_id AND m.campaign_id = :campaign_id
        AND m.id <= COALESCE((SELECT id FROM here), 9223372036854775807)
        AND (m.status NOT IN ('queued', 'skipped') OR m.id = (SELECT id FROM here))
      ORDER BY m.id DESC LIMIT 40)
    UNION ALL
    SELECT {SEEN} FROM message m
     WHERE m.workspace_id = :workspace_id AND m.campaign_id = :campaign_id
       AND m.id = (SELECT id FROM mark WHERE NOT in_turn) AND m.id > (SELECT id FROM here))
SELECT id, name, phone, status, sending, replied_at IS NOT NULL AS replied,
       GREATEST(status_at, replied_at) AS at
  FROM recent
 WHERE sending OR status NOT IN ('queued', 'skipped')
 ORDER BY sending DESC, at DESC, id DESC LIMIT 10
""")  # noqa: S608 - IN_FLIGHT is a constant

# The sender's other campaigns take turns with this one: how many they are, and how many messages they
# can slip in before ours is through.
BESIDE = text("""
SELECT count(*), COALESCE(sum(LEAST(n.queued, :queued)), 0)::bigint
  FROM campaign c JOIN campaign_count n ON n.campaign_id = c.id
 WHERE c.workspace_id = :workspace_id AND c.sender_id = :sender_id AND c.status = 'running'
   AND c.id <> :campaign_id AND n.queued > 0 AND c.chat_id IS NULL
""")

# When the next of those that wait may go; a retry waits a while.
NEXT_DUE = text("""
SELECT min(COALESCE(first.due_at, now()))
  FROM (SELECT m.due_at FROM message m
         WHERE m.workspace_id = :workspace_id AND m.campaign_id = :campaign_id AND m.waits
         ORDER BY m.cold, m.id LIMIT 50) AS first
""")

# Whether somebody who knows the sender still waits, and how many new people do;
# beyond some thousand it makes no difference how many, they take months.
WAITING = text("""
SELECT EXISTS (SELECT 1 FROM message m
                WHERE m.workspace_id = :workspace_id AND m.campaign_id = :campaign_id AND m.waits
                  AND NOT m.cold),
       (SELECT count(*) FROM (
            SELECT 1 FROM message m
             WHERE m.workspace_id = :workspace_id AND m.campaign_id = :campaign_id AND m.waits
               AND m.cold LIMIT 3000) new)
""")

TELLS_WITHIN_S = 2.0  # Redis; the screen does not wait for it any longer


@dataclass(frozen=True, slots=True)
class Latest:
    """Somebody of whom there is news."""

    message_id: int
    name: str
    phone: str  # E.164
    standing: Standing
    at: datetime


@dataclass(frozen=True, slots=True)
class Flow:
    """How fast it goes, from the engine's own pace and the sender's limits."""

    gap_s: float | None  # mean seconds between two of this campaign's messages; None while it waits
    finish_at: datetime | None  # when the last will have left, if nothing comes in between; None: in a year


@dataclass(frozen=True, slots=True)
class Progress:
    """`accepted`, `delivered` and `read` mean "at least": accepted counts the delivered and the read too."""

    campaign_id: int
    name: str
    status: CampaignStatus
    total: int
    queued: int  # without the one that is being sent
    sending: int
    accepted: int
    delivered: int
    read: int
    replied: int
    failed: int
    unconfirmed: int
    skipped: int
    flow: Flow | None  # None when nothing moves
    why: Why | None
    latest: tuple[Latest, ...]
    scheduled_at: datetime | None
    launched_at: datetime | None
    finished_at: datetime | None
    sandbox: bool
    cancelling: bool  # cancelled, and it can still be taken back

    @property
    def meant(self) -> int:
        """Whom it is for: not those who were left out from the start, but those whom a cancel left out."""
        return self.total - (0 if self.status is CampaignStatus.CANCELLED else self.skipped)

    @property
    def done(self) -> int:
        """How many need nothing more from us."""
        return self.total - self.queued - self.sending


async def progress(workspace_id: int, campaign_id: int) -> Progress:
    """One look at the campaign; all its viewers share it.

    Raises:
        NotFound: no such campaign in this workspace.
    """
    async with transaction() as db:
        await in_order(db)
        campaign, sender = await _found(db, workspace_id, campaign_id)
        number = await counts(db, campaign_id)
        asked = {
            "workspace_id": workspace_id,
            "campaign_id": campaign_id,
            "sender_id": campaign.sender_id,
            "queued": number.queued,
        }
        latest = tuple(_latest(row) for row in await db.execute(LATEST, asked))
        next_due = await db.scalar(NEXT_DUE, asked) if number.queued else None
        others, slipped_in = (await db.execute(BESIDE, asked)).one()
        limits = await limits_of_sender(db, sender)
        crowd = await _crowd(db, campaign, limits, number.queued, slipped_in)
    running = campaign.status == CampaignStatus.RUNNING
    fleet = await _fleet(campaign.sender_id) if running else None
    engine = Engine(
        alive=fleet.alive > 0 if fleet else None,
        trouble=fleet.trouble if fleet else None,
        jump=fleet.jump if fleet else None,
        sending=any(each.standing is Standing.SENDING for each in latest),
        queued=number.queued,
        next_due=next_due,
        limits=limits,
        only_new=crowd.known == 0,
    )
    reason = why(campaign, sender, engine, now())
    moving = running and number.queued > 0 and not (reason is not None and reason.trouble)
    held_back = reason is not None and reason.sentence in CLOSED.values()
    flow = _flow(campaign, limits, crowd, None if held_back else others) if moving else None
    return _seen(campaign, sender, number, latest, reason, flow)


def standing_still(seen: Progress) -> Progress:
    """What was seen last, once the database is away."""
    if seen.status in DONE:
        return seen
    return replace(seen, why=Why(NO_DATABASE, trouble=True), flow=None)


async def _fleet(sender_id: int | None) -> Workers | None:
    """Whether anybody sends at all, and what keeps this sender from it; None where Redis cannot tell."""
    try:
        async with asyncio.timeout(TELLS_WITHIN_S):
            return await workers(sender_id)
    except AWAY:
        return None


async def _found(db: AsyncSession, workspace_id: int, campaign_id: int) -> tuple[Campaign, Sender | None]:
    campaign = await db.get(Campaign, campaign_id)
    if campaign is None or campaign.workspace_id != workspace_id:
        raise NotFound
    return campaign, await db.get(Sender, campaign.sender_id) if campaign.sender_id else None


async def _crowd(db: AsyncSession, campaign: Campaign, limits: Limits, queued: int, slipped_in: int) -> Crowd:
    """Who still waits. Only where new people are limited is it known who is new."""
    if campaign.cold_from is None or not limits.limited:
        return Crowd(queued, 0, slipped_in)
    asked = {"workspace_id": campaign.workspace_id, "campaign_id": campaign.id}
    known_wait, new = (await db.execute(WAITING, asked)).one()
    known = max(queued - new, 1) if known_wait else 0
    return Crowd(known, queued - known, slipped_in)


def _flow(campaign: Campaign, limits: Limits, crowd: Crowd, others: int | None) -> Flow:
    """With `others` campaigns in turn on the same sender; None while it may not send."""
    speed = campaign.rehearsal_speed
    gap_s = mean_gap_s(campaign.pace, speed)
    finish_at = plan(limits, crowd, campaign.pace, now(), speed).done_at
    return Flow(gap_s=None if others is None else gap_s * (others + 1), finish_at=finish_at)


def _latest(row: Any) -> Latest:
    standing = standing_of(row.status, sending=row.sending, replied=row.replied)
    return Latest(row.id, row.name, row.phone, standing, row.at)


def _seen(
    campaign: Campaign,
    sender: Sender | None,
    number: Counts,
    latest: tuple[Latest, ...],
    reason: Why | None,
    flow: Flow | None,
) -> Progress:
    sending = sum(each.standing is Standing.SENDING for each in latest)
    return Progress(
        campaign_id=campaign.id,
        name=campaign.name,
        status=CampaignStatus(campaign.status),
        total=number.total,
        queued=max(number.queued - sending, 0),
        sending=sending,
        accepted=number.accepted + number.delivered + number.read,
        delivered=number.delivered + number.read,
        read=number.read,
        replied=number.replied,
        failed=number.failed,
        unconfirmed=number.unconfirmed,
        skipped=number.skipped,
        flow=flow,
        why=reason,
        latest=latest,
        scheduled_at=campaign.scheduled_at,
        launched_at=campaign.launched_at,
        finished_at=campaign.finished_at,
        sandbox=sender is not None and sender.channel == Channel.SANDBOX,
        cancelling=campaign.cancel_at is not None,
    )

"""How a number stands with WhatsApp, as far as we can see; and its limits, for whoever changes them.

Every sign is something that happened. What WhatsApp does not tell (who blocks or reports a number) is
missing, and the page says so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from models.sender import Sender
from models.states import Channel, SenderStatus
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.clock import now
from services.errors import Invalid, NotFound
from services.i18n import N_
from services.live import announce
from services.senders.limits import COLD_PER_DAY, DAILY_CAP, Limits, cap_after, limits_of_sender, sent_so_far

LATELY = timedelta(days=7)
FEWEST = 50  # messages, before a share of them says anything
FEWEST_NEW = 10
USED_TO = 3  # clean days, after which a number is no beginner


class Level(StrEnum):
    CALM = "calm"
    WATCH = "watch"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that happened. `sentence` is a msgid, `facts` its blanks (`until`: ISO's form)."""

    level: Level
    sentence: str
    facts: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Care:
    """One sender and what is known of its standing; the most serious sign first."""

    sender: Sender
    limits: Limits
    signs: list[Sign]
    sent_today: int
    new_today: int

    @property
    def level(self) -> Level:
        return next((sign.level for sign in self.signs), Level.CALM)

    @property
    def next_cap(self) -> int:
        """Messages a day after one more day without trouble."""
        return cap_after(self.limits.clean_days + 1, self.limits.daily_cap)


# What became of the last month's campaigns; those of the last hour may still arrive.
RECENT = text("""
SELECT COALESCE(sum(n.accepted + n.delivered + n.read), 0)::bigint AS sent,
       COALESCE(sum(n.replied), 0)::bigint AS replied, COALESCE(sum(n.opted_out), 0)::bigint AS opted_out,
       COALESCE(sum(n.accepted + n.delivered + n.read) FILTER (WHERE c.finished_at < :hour_ago), 0)::bigint
           AS left_before,
       COALESCE(sum(n.delivered + n.read) FILTER (WHERE c.finished_at < :hour_ago), 0)::bigint AS arrived
  FROM campaign c JOIN campaign_count n ON n.campaign_id = c.id
 WHERE c.workspace_id = :workspace_id AND c.sender_id = :sender_id AND c.chat_id IS NULL
   AND c.launched_at > :month_ago
""")


async def care(actor: Actor, sender_id: int) -> Care:
    """Raises:
    NotFound: no such sender in the actor's workspace.
    """
    at = now()
    async with transaction() as db:
        sender = await _found(db, actor, sender_id)
        limits = await limits_of_sender(db, sender)
        asked = {"workspace_id": actor.workspace_id, "sender_id": sender_id}
        since = {"hour_ago": at - timedelta(hours=1), "month_ago": at - timedelta(days=30)}
        recent = (await db.execute(RECENT, {**asked, **since})).one()
    signs = [*_told(sender, at), *_counted(recent), *_new_people(sender), *_used_to(limits)]
    order = [Level.DANGER, Level.WATCH, Level.CALM]
    signs.sort(key=lambda sign: order.index(sign.level))
    sent, new = sent_so_far(limits, at)
    return Care(sender, limits, signs if limits.limited else [], sent, new)


async def set_limits(
    actor: Actor, sender_id: int, *, daily_cap: int, cold_per_day: int, plays_limits: bool
) -> None:
    """Counts from the next message on.

    Args:
        plays_limits: for a sandbox: whether a rehearsal is held back like life.

    Raises:
        NotFound: no such sender in the actor's workspace.
        Invalid: beyond the bounds.
    """
    _within(daily_cap, DAILY_CAP)
    _within(cold_per_day, COLD_PER_DAY)
    async with transaction() as db:
        sender = await _found(db, actor, sender_id)
        sender.daily_cap, sender.cold_per_day = daily_cap, cold_per_day
        if sender.channel == Channel.SANDBOX:
            sender.plays_limits = plays_limits
            if not plays_limits:  # what was only played is over
                sender.restricted_until, sender.restricted_why, sender.alarm = None, None, None
        await note(
            db,
            actor,
            Deed.LIMITS_CHANGED,
            sender=sender.name,
            daily_cap=daily_cap,
            cold_per_day=cold_per_day,
            plays_limits=sender.plays_limits,
        )
        await announce(db, f"sender:{sender_id}", f"workspace:{actor.workspace_id}")


def _within(value: int, bounds: tuple[int, int]) -> None:
    least, most = bounds
    if not least <= value <= most:
        raise Invalid(N_("Please choose a number from {least} to {most}."), least=least, most=most)


async def _found(db: AsyncSession, actor: Actor, sender_id: int) -> Sender:
    found: Sender | None = await db.scalar(
        select(Sender).where(
            Sender.id == sender_id,  # type: ignore[arg-type]
            Sender.workspace_id == actor.workspace_id,  # type: ignore[arg-type]
        )
    )
    if found is None:
        raise NotFound
    return found


def _told(sender: Sender, at: datetime) -> list[Sign]:
    """What WhatsApp itself said."""
    until = sender.restricted_until
    if sender.status == SenderStatus.BANNED:
        return [Sign(Level.DANGER, N_("WhatsApp has stopped this number."))]
    if until is not None and until > at:
        sentence = N_("WhatsApp lets it write to nobody new until {until}.")
        return [Sign(Level.DANGER, sentence, (("until", until.isoformat()),))]
    if sender.troubled_at is not None and sender.troubled_at > at - LATELY:
        sentence = N_("There was trouble since {since}: WhatsApp refused messages, or a campaign was paused.")
        return [Sign(Level.WATCH, sentence, (("since", sender.troubled_at.isoformat()),))]
    return []


def _counted(recent: Row[Any]) -> list[Sign]:
    """What the last month's people did."""
    signs = []
    if recent.sent >= FEWEST:
        share = 100 * recent.opted_out / recent.sent
        level = Level.DANGER if share > 2 else Level.WATCH if share > 1 else Level.CALM
        facts = (("count", recent.opted_out), ("sent", recent.sent))
        signs.append(Sign(level, N_("{count} of {sent} people said STOP in the last month."), facts))
        facts = (("count", recent.replied), ("sent", recent.sent))
        signs.append(Sign(Level.CALM, N_("{count} of {sent} people answered: the more, the better."), facts))
    if recent.left_before >= FEWEST and recent.arrived * 100 < 70 * recent.left_before:
        facts = (("count", recent.arrived), ("sent", recent.left_before))
        signs.append(Sign(Level.WATCH, N_("Only {count} of {sent} messages reached a phone."), facts))
    return signs


def _new_people(sender: Sender) -> list[Sign]:
    if sender.cold_total < FEWEST_NEW:
        return []
    facts = (("count", sender.cold_refused), ("sent", sender.cold_total))
    level = Level.WATCH if sender.cold_refused * 10 > sender.cold_total else Level.CALM
    return [Sign(level, N_("WhatsApp refused {count} of {sent} messages to new people."), facts)]


def _used_to(limits: Limits) -> list[Sign]:
    if limits.clean_days < USED_TO:
        sentence = N_("It is new to sending ({count} good days so far), so it goes slowly.")
        return [Sign(Level.WATCH, sentence, (("count", limits.clean_days),))]
    return [Sign(Level.CALM, N_("{count} days of sending without trouble."), (("count", limits.clean_days),))]

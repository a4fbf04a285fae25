"""When a campaign will be through, within its sender's limits, and how to say it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from models.pace import mean_gap_s
from services.i18n import Words
from services.senders.limits import A_DAYS_WORK, Closed, Limits, allowance, today

# How many times faster than life a rehearsal in the sandbox may run.
SPEEDS = (1, 10, 100, 1000)
FARTHEST = 370  # days that are looked ahead


@dataclass(frozen=True, slots=True)
class Crowd:
    """Messages that wait: to people who know the sender, and to new ones. `beside` are other campaigns'."""

    known: int
    new: int
    beside: int = 0

    @property
    def share(self) -> float:
        """Of what the sender sends meanwhile, so much is ours: campaigns take turns."""
        ours = self.known + self.new
        return ours / (ours + self.beside) if ours else 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """When the last of them will have left, if nothing goes wrong. None: later than FARTHEST, or never."""

    known_at: datetime | None
    new_at: datetime | None
    new_days: int  # days on which new people are written to

    @property
    def done_at(self) -> datetime | None:
        if self.known_at is None or self.new_at is None:
            return None
        return max(self.known_at, self.new_at)


def plan(limits: Limits, crowd: Crowd, pace: str, at: datetime, speed: int = 1) -> Plan:
    """Live through the coming days: those who know the sender first, each day as many as it allows.

    The warm-up goes on meanwhile. `speed` divides the gaps of a rehearsal.
    """
    gap = timedelta(seconds=mean_gap_s(pace, speed))
    if limits.limited:
        return _day_by_day(replace(limits, alarm=None), crowd, gap / crowd.share, at)
    known = crowd.known + crowd.beside
    return Plan(at + gap * max(known - 1, 0), at + gap * max(known + crowd.new - 1, 0), int(crowd.new > 0))


def _day_by_day(limits: Limits, crowd: Crowd, gap: timedelta, at: datetime) -> Plan:
    known, new = crowd.known, crowd.new
    known_at, new_at = at, at
    new_days: set[date] = set()
    end = at + timedelta(days=FARTHEST)
    while (known or new) and at < end:
        limits = _as_of(limits, at)
        may = allowance(limits, at)
        if may.room == 0 or may.closes_at is None or may.room is None or may.cold_room is None:
            if may.opens_at is None:
                break
            at = may.opens_at
            continue
        until = may.closes_at
        if new and may.cold_closed is Closed.RESTRICTED and may.cold_opens_at is not None:
            until = min(until, may.cold_opens_at)
        room = min(max(1, round(may.room * crowd.share)), int((until - at) / gap) + 1)
        to_known = min(known, room)
        to_new = min(new, room - to_known, may.cold_room)
        known, new = known - to_known, new - to_new
        if to_known:
            known_at = at + gap * (to_known - 1)
        if to_new:
            new_at = at + gap * (to_known + to_new - 1)
            new_days.add(today(limits, at))
        limits = _used(limits, crowd, to_known, to_new)
        at = until
    return Plan(None if known else known_at, None if new else new_at, len(new_days))


def _as_of(limits: Limits, at: datetime) -> Limits:
    """The sender's day as it begins: the last one was a step of the warm-up, if it was one of work."""
    day = today(limits, at)
    if limits.day == day:
        return limits
    step = int(limits.sent_today >= A_DAYS_WORK)
    return replace(limits, day=day, sent_today=0, cold_today=0, clean_days=limits.clean_days + step)


def _used(limits: Limits, crowd: Crowd, to_known: int, to_new: int) -> Limits:
    """Other campaigns use up their share of the day too."""
    sent = round((to_known + to_new) / crowd.share)
    return replace(limits, sent_today=limits.sent_today + sent, cold_today=limits.cold_today + to_new)


def in_words(_: Words, time: timedelta) -> str:
    """A duration as one says it: "about 3 hours 20 minutes". Two units at most, minutes by fives."""
    minutes = round(time.total_seconds() / 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes > 60:
        minutes = 5 * round(minutes / 5)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    said = [
        _.many("{count} day", "{count} days", days) if days else "",
        _.many("{count} hour", "{count} hours", hours) if hours else "",
        _.many("{count} minute", "{count} minutes", minutes) if minutes and not days else "",
    ]
    return _("about {time}", time=" ".join(unit for unit in said if unit))

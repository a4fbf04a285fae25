"""How much a sender may do, and when: daily cap, warm-up, new people a day, quiet hours.

All of it is worked out from what stands in the sender's and the workspace's rows, so every process and
every screen comes to the same answer, before and after a crash. A rehearsal has no limits, unless its
sandbox plays them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.sender import Sender

# The warm-up: a new number begins here, and each day of sending without trouble allows half as much again.
FIRST_DAY = 50
GROWTH = 1.5
ROUND = 5
STEPS = 20  # beyond, every cap has been reached
# What counts as a day of sending: fewer messages say nothing about how a number is liked.
A_DAYS_WORK = 10

WEEK = timedelta(days=7)  # so far back go the promotions that one person gets too many of

DAILY_CAP = (10, 2000)  # least and most that an admin may set
COLD_PER_DAY = (0, 50)
QUIET_FROM = (18 * 60, 23 * 60)  # minutes after midnight
QUIET_UNTIL = (6 * 60, 12 * 60)
MOST_A_WEEK = (1, 7)

# Columns of `sender s` and `workspace w`, in the order of Limits.
FACTS = """
(s.channel <> 'sandbox' OR s.plays_limits) AS limited, w.timezone, w.quiet_from, w.quiet_until,
s.daily_cap, s.cold_per_day, s.clean_days, s.day, s.sent_today, s.cold_today, s.restricted_until, s.alarm"""


class Closed(StrEnum):
    """Why nothing, or nobody new, may be written to."""

    QUIET_HOURS = "quiet_hours"
    DAILY_CAP = "daily_cap"
    ALARM = "alarm"  # for a moment: its campaigns are about to be paused
    COLD_BUDGET = "cold_budget"  # for new people alone, like the next
    RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class Limits:
    """A sender's limits and what has counted against them, as FACTS reads them."""

    limited: bool
    timezone: str = "Asia/Kolkata"
    quiet_from: int = 0  # minutes after midnight; equal ones are no quiet hours
    quiet_until: int = 0
    daily_cap: int = 0
    cold_per_day: int = 0
    clean_days: int = 0
    day: date | None = None
    sent_today: int = 0  # of `day`, whichever that was
    cold_today: int = 0
    restricted_until: datetime | None = None
    alarm: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def cap(self) -> int:
        """Messages a day at the present step of the warm-up."""
        return cap_after(self.clean_days, self.daily_cap)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a sender may do at a moment. `room` and `cold_room` are None where nothing limits them."""

    room: int | None = None
    cold_room: int | None = None
    closed: Closed | None = None  # nothing leaves …
    opens_at: datetime | None = None  # … until then
    cold_closed: Closed | None = None  # nobody new is written to …
    cold_opens_at: datetime | None = None  # … until then
    closes_at: datetime | None = None  # what was decided now holds no longer than this


NO_LIMITS = Allowance()


def limits_of(row: Mapping[Any, Any]) -> Limits:
    """From a row that has FACTS by their names."""
    return Limits(**{name: row[name] for name in Limits.__slots__})


OF_SENDER = text(f"""
SELECT {FACTS} FROM sender s JOIN workspace w ON w.id = s.workspace_id
 WHERE s.id = :id AND s.workspace_id = :workspace_id
""")  # noqa: S608 - a constant


async def limits_of_sender(db: AsyncSession, sender: Sender | None) -> Limits:
    """No limits where there is no sender yet."""
    if sender is None:
        return Limits(limited=False)
    asked = {"id": sender.id, "workspace_id": sender.workspace_id}
    return limits_of((await db.execute(OF_SENDER, asked)).mappings().one())


def cap_after(clean_days: int, daily_cap: int) -> int:
    """The warm-up: 50, 75, 110, 165, 250 … messages a day, never more than the sender's own cap."""
    steps = min(clean_days, STEPS)
    return min(daily_cap, ROUND * int(FIRST_DAY * GROWTH**steps / ROUND))


def allowance(limits: Limits, at: datetime) -> Allowance:
    """What the sender may do at `at`."""
    if not limits.limited:
        return NO_LIMITS
    if limits.alarm is not None:
        return Allowance(room=0, cold_room=0, closed=Closed.ALARM)
    if is_quiet(limits, at):
        return Allowance(room=0, cold_room=0, closed=Closed.QUIET_HOURS, opens_at=next_opening(limits, at))
    room, cold_room = left_today(limits, at)
    tomorrow = opening_of_tomorrow(limits, at)
    if room == 0:
        return Allowance(room=0, cold_room=0, closed=Closed.DAILY_CAP, opens_at=tomorrow)
    cold_closed, cold_opens_at = None, None
    if limits.restricted_until is not None and limits.restricted_until > at:
        cold_closed, cold_opens_at, cold_room = Closed.RESTRICTED, limits.restricted_until, 0
    elif cold_room == 0:
        cold_closed, cold_opens_at = Closed.COLD_BUDGET, tomorrow
    return Allowance(
        room=room,
        cold_room=cold_room,
        cold_closed=cold_closed,
        cold_opens_at=cold_opens_at,
        closes_at=closing(limits, at),
    )


def left_today(limits: Limits, at: datetime) -> tuple[int, int]:
    """How many messages, and how many to new people, the sender's day still has."""
    sent, cold = sent_so_far(limits, at)
    room = max(0, limits.cap - sent)
    return room, min(room, max(0, limits.cold_per_day - cold))


def sent_so_far(limits: Limits, at: datetime) -> tuple[int, int]:
    """How many messages, and how many to new people, left in the day of `at`: another day's count is none."""
    return (limits.sent_today, limits.cold_today) if limits.day == today(limits, at) else (0, 0)


def today(limits: Limits, at: datetime) -> date:
    """The day that the workspace's calendar shows."""
    return at.astimezone(limits.zone).date()


def is_quiet(limits: Limits, at: datetime) -> bool:
    here = at.astimezone(limits.zone)
    minute = here.hour * 60 + here.minute
    start, end = limits.quiet_from, limits.quiet_until
    return start <= minute < end if start <= end else minute >= start or minute < end


def next_opening(limits: Limits, at: datetime) -> datetime:
    """When the quiet hours that run at `at` end, in UTC."""
    return _next(limits, at, limits.quiet_until)


def closing(limits: Limits, at: datetime) -> datetime:
    """When the quiet hours or the next day begin, whichever comes first: then all is counted anew."""
    midnight = _next(limits, at, 0)
    if limits.quiet_from == limits.quiet_until:
        return midnight
    return min(midnight, _next(limits, at, limits.quiet_from))


def opening_of_tomorrow(limits: Limits, at: datetime) -> datetime:
    """When messages may leave on the next day."""
    midnight = _next(limits, at, 0)
    return next_opening(limits, midnight) if is_quiet(limits, midnight) else midnight


def _next(limits: Limits, at: datetime, minute: int) -> datetime:
    """The next moment after `at`, in UTC, when the workspace's clock shows `minute` after midnight.

    Days that lose an hour or have one twice included: the clock on the wall counts, not the hours between.
    """
    here = at.astimezone(limits.zone)
    for days in (0, 1, 2):
        day = here.date() + timedelta(days=days)
        shown = datetime.combine(day, time(minute // 60 % 24, minute % 60), tzinfo=limits.zone)
        moment = shown.astimezone(UTC)
        if moment > at:
            return moment
    raise ValueError("a day has a minute that never comes")

"""What some of the numbers may do in a day; whether they kept to it, kept.py tells.

Of ten numbers one has a daily cap and one a small budget of new people, both far below what is wanted of
them. The last two belong to a shop that writes to a person once a week, and both want the same people. It is
noon in these shops whenever a run begins: midnight and the quiet hours are far.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.access import Workspace
from models.db import transaction
from models.sender import Sender
from services.clock import now
from services.contacts.known import wrote
from services.senders.limits import STEPS
from tests.shop import Shop, Someone

TWO_WHO_WANT_THE_SAME = 2

# Whether `message m` of `sender s` may leave today, or waits for tomorrow. No warm-up has a say here.
MAY_LEAVE = """(NOT s.plays_limits
    OR s.sent_today < s.daily_cap AND (NOT m.cold OR s.cold_today < s.cold_per_day))"""


@dataclass(frozen=True)
class Part:
    """What a number plays: so many of its people know it, so many messages may leave, and its limits."""

    known: int
    leave: int
    limits: dict[str, Any] = field(default_factory=dict)


def part(place: int, each: int) -> Part:
    """Of the number at `place`, of which `each` messages are wanted."""
    if place % 10 == 0:
        cap = each * 2 // 5
        return Part(known=each, leave=cap, limits=_warmed_up(daily_cap=cap))
    if place % 10 == 5:
        known, new = each // 5, max(1, each // 10)
        return Part(known=known, leave=known + new, limits=_warmed_up(cold_per_day=new))
    return Part(known=0, leave=each)


def part_of_two(each: int) -> Part:
    """Of each of the two who want the same people: as many leave as the other leaves to it."""
    return Part(known=each, leave=each, limits=_warmed_up())


def _warmed_up(**limits: int) -> dict[str, Any]:
    """Old enough that nothing but these limits holds it back."""
    return {"plays_limits": True, "clean_days": STEPS, "daily_cap": 2000, **limits}


async def hire(shop: Shop, parts: Sequence[Part]) -> list[int]:
    """Numbers of the shop that play these parts."""
    workspace = shop.actor.workspace_id
    more = [
        Sender(workspace_id=workspace, channel="sandbox", name=f"Number {n}", status="online", **one.limits)
        for n, one in enumerate(parts)
    ]
    async with transaction() as db:
        db.add_all(more)
    return [sender.id for sender in more]


async def introduce(shop: Shop, sender_id: int, people: Sequence[Someone]) -> None:
    """These wrote to the number once: they are not new to it."""
    async with transaction() as db:
        for one in people:
            await wrote(db, shop.actor.workspace_id, sender_id, one.phone, now())


async def open_at_noon(shop: Shop, **limits: int) -> None:
    """It is between twelve and one in the shop, and its nights are quiet."""
    async with transaction() as db:
        workspace = await db.get_one(Workspace, shop.actor.workspace_id)
        workspace.timezone, workspace.quiet_from, workspace.quiet_until = _noon(now()), 21 * 60, 9 * 60
        for name, value in limits.items():
            setattr(workspace, name, value)


def _noon(at: datetime) -> str:
    """A zone where it is noon; the names have the sign the wrong way round."""
    return f"Etc/GMT{at.hour - 12:+d}"

"""Whether every number kept to its limits: by the ledger, which knows what left, and not by our counters.

A run is one day, and one week.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.rows import class_row

from services.gateways.sandbox.ledger import Sent, read_ledger

NUMBERS = b"""
SELECT s.id, s.workspace_id, s.plays_limits, s.daily_cap, s.cold_per_day, s.sent_today, s.cold_today, s.epoch,
       w.most_a_week
  FROM sender s JOIN workspace w ON w.id = s.workspace_id
"""
NEW_PEOPLE = b"SELECT sender_id, phone FROM message WHERE cold"


@dataclass(frozen=True)
class Number:
    """Its limits, what it has counted, and how many owners it had (`epoch`)."""

    id: int
    workspace_id: int
    plays_limits: bool
    daily_cap: int
    cold_per_day: int
    sent_today: int
    cold_today: int
    epoch: int
    most_a_week: int


@dataclass(frozen=True)
class Kept:
    """Messages that left `over` a limit, and numbers that `miscounted` what they sent."""

    over: int
    miscounted: int


def kept(database_url: str, sandbox: Path) -> Kept:
    with psycopg.connect(database_url) as db:
        numbers = db.cursor(row_factory=class_row(Number)).execute(NUMBERS).fetchall()
        new_people = set(db.execute(NEW_PEOPLE).fetchall())
    left = read_ledger(sandbox)
    sent = Counter(line.sender_id for line in left)
    new = Counter(line.sender_id for line in left if (line.sender_id, line.phone) in new_people)
    limited = [number for number in numbers if number.plays_limits]
    over = [sent[number.id] - number.daily_cap for number in limited]
    over += [new[number.id] - number.cold_per_day for number in limited]
    return Kept(
        over=sum(max(0, more) for more in over) + _too_often(limited, left),
        miscounted=sum(
            1
            for number in numbers
            if not _fits(number.sent_today, sent[number.id], number.epoch)
            or not _fits(number.cold_today, new[number.id], number.epoch)
        ),
    )


def _too_often(limited: list[Number], left: list[Sent]) -> int:
    """Offers to people whose week in that shop had no room for one more."""
    shops = {number.id: number for number in limited}
    heard = Counter(
        (shops[line.sender_id].workspace_id, line.phone) for line in left if line.sender_id in shops
    )
    may = {number.workspace_id: number.most_a_week for number in limited}
    return sum(max(0, times - may[shop]) for (shop, _), times in heard.items())


def _fits(counted: int, left: int, owners: int) -> bool:
    """Never less than left. More by one for each owner at most: a mark counts with its commit, and whose
    owner is lost between that and the ledger is unconfirmed, or comes back and counts again.
    """
    return left <= counted <= left + owners

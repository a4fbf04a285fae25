"""The verdict: what reached WhatsApp, by the peer's ledger, against what our tables say."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from services.gateways.linked.store import FILE
from tests.peers.whatsapp.ledger import Entry

ROWS = b"SELECT phone, status, reason FROM message"
DOUBTFUL = b"""
SELECT m.phone, s.id, s.phone, m.status_at, m.reason, m.wa_id
  FROM message m JOIN campaign c ON c.id = m.campaign_id JOIN sender s ON s.id = c.sender_id
 WHERE m.status = 'unconfirmed' ORDER BY m.status_at
"""
KNOWS = "SELECT 1 FROM whatsmeow_message_secrets WHERE message_id = ?"
LEFT = frozenset({"accepted", "delivered", "read"})


@dataclass(frozen=True)
class Verdict:
    """All but the first line's counts must be zero."""

    seed: int
    messages: int
    accidents: int
    unconfirmed: int  # nobody knows; only a human sends those again
    arrived_unconfirmed: int  # of those: they did arrive, and their phones have not said so yet
    duplicates: int  # people who got it more than once
    lost: int  # said to have left, and never did; or still waiting
    denied: int  # arrived, and said to be still queued, failed or skipped
    mixed_up: int  # from another number than the campaign's
    diary: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)  # each unconfirmed one, and all that is known of it

    @property
    def clean(self) -> bool:
        return not any((self.duplicates, self.lost, self.denied, self.mixed_up))


def judge(
    seed: int,
    database_url: str,
    ledger: Sequence[Entry],
    belongs: dict[str, str],
    diary: Sequence[str],
    stores: Path,
) -> Verdict:
    """Everybody has stopped. `belongs`: who should be written to by which number, digits only."""
    arrived = Counter(entry.to for entry in ledger if not entry.refused)
    with psycopg.connect(database_url) as db:
        rows = [(phone[1:], status) for phone, status, _ in db.execute(ROWS)]
        doubts = [_doubt(row, ledger, stores) for row in db.execute(DOUBTFUL)]
    doubtful = [phone for phone, status in rows if status == "unconfirmed"]
    return Verdict(
        seed=seed,
        messages=len(rows),
        accidents=len(diary),
        unconfirmed=len(doubtful),
        arrived_unconfirmed=sum(1 for phone in doubtful if arrived[phone]),
        duplicates=sum(times - 1 for times in arrived.values()),
        lost=sum(1 for phone, status in rows if status in {*LEFT, "queued"} and not arrived[phone]),
        denied=sum(1 for phone, status in rows if arrived[phone] and status not in {*LEFT, "unconfirmed"}),
        mixed_up=sum(1 for entry in ledger if belongs.get(entry.to) != entry.session),
        diary=list(diary),
        doubts=doubts,
    )


def _doubt(row: tuple[Any, ...], ledger: Sequence[Entry], stores: Path) -> str:
    """Who, by whom, since when, and what we know; what the number's store knows; what WhatsApp knows."""
    phone, sender_id, number, since, reason, wa_id = row
    there = [entry for entry in ledger if f"+{entry.to}" == phone and not entry.refused]
    knows = [f"it came {_at(e.time)} as {e.id}, its phone {_told(e)}" for e in there]
    return (
        f"{phone} from {number} (sender {sender_id}), in doubt since {_at(since.timestamp())}, {reason},"
        f" id {wa_id or 'not known'}; the store {_store_says(stores / str(sender_id), wa_id)};"
        f" WhatsApp: {' and '.join(knows) or 'it never came'}"
    )


def _at(unix_s: float) -> str:
    return datetime.fromtimestamp(unix_s, UTC).strftime("%H:%M:%S.%f")[:-3]


def _told(entry: Entry) -> str:
    return f"said so {_at(entry.delivered)}" if entry.delivered else "never said so"


def _store_says(folder: Path, wa_id: str | None) -> str:
    """Whether the number's own store has an attempt under this id: then it was about to leave."""
    if wa_id is None:
        return "did not know it"
    with closing(sqlite3.connect(folder / FILE)) as db:
        return "has it as handed over" if db.execute(KNOWS, (wa_id,)).fetchone() else "has no such id"

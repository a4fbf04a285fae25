"""The verdict: what reached WhatsApp, by the peer's ledger, against what our tables say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from tests.peers.whatsapp.ledger import Entry

ROWS = b"SELECT phone, status, reason FROM message"
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

    @property
    def clean(self) -> bool:
        return not any((self.duplicates, self.lost, self.denied, self.mixed_up))


def judge(
    seed: int, database_url: str, ledger: Sequence[Entry], belongs: dict[str, str], diary: Sequence[str]
) -> Verdict:
    """Everybody has stopped. `belongs`: who should be written to by which number, digits only."""
    arrived = Counter(entry.to for entry in ledger if not entry.refused)
    with psycopg.connect(database_url) as db:
        rows = [(phone[1:], status) for phone, status, _ in db.execute(ROWS)]
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
    )

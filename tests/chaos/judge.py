"""The verdict: what the sandbox's ledger says went out, against what our tables say."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from services.gateways.sandbox.ledger import read_ledger

ROWS = b"SELECT campaign_id, phone, status, reason, extract(epoch FROM status_at)::float8 FROM message"

NAMES = ("queued", "accepted", "delivered", "read", "failed", "skipped", "unconfirmed")
COUNTERS = f"SELECT campaign_id, {', '.join(NAMES)} FROM campaign_count".encode()  # noqa: S608
LEFT = frozenset({"accepted", "delivered", "read"})
# A fault's window ends when its last victim was taken over: a lease, a look, and some patience.
AFTERMATH_S = 30.0


@dataclass(frozen=True)
class Verdict:
    """Counts, all of which but `messages`, `unconfirmed` and `accidents` must be zero."""

    seed: int
    messages: int
    accidents: int
    unconfirmed: int
    duplicates: int  # sent more than once
    lost: int  # said to have left, and never did; or still waiting
    denied: int  # left, and said to be still queued, failed or skipped
    unexplained: int  # unconfirmed outside of every fault's window
    miscounted: int  # counters that differ from the rows
    diary: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        wrong = (self.duplicates, self.lost, self.denied, self.unexplained, self.miscounted)
        return not any(wrong)


def judge(seed: int, database_url: str, sandbox: Path, diary: list[tuple[float, str]]) -> Verdict:
    """Everybody has stopped; nothing moves any more."""
    sent = _sent(sandbox)
    with psycopg.connect(database_url) as db:
        rows = db.execute(ROWS).fetchall()
        counters = {row[0]: dict(zip(NAMES, row[1:], strict=True)) for row in db.execute(COUNTERS)}
    faults = [at for at, _ in diary]
    real: dict[int, Counter[str]] = {campaign: Counter() for campaign in counters}
    for campaign, _, status, *_ in rows:
        real[campaign][status] += 1
    doubtful = [(reason, at) for _, _, status, reason, at in rows if status == "unconfirmed"]
    return Verdict(
        seed=seed,
        messages=len(rows),
        accidents=len(diary) // 2,
        unconfirmed=len(doubtful),
        duplicates=sent_twice(sandbox),
        lost=sum(1 for _, phone, status, *_ in rows if status in {*LEFT, "queued"} and not sent[phone]),
        denied=sum(
            1 for _, phone, status, *_ in rows if sent[phone] and status not in {*LEFT, "unconfirmed"}
        ),
        unexplained=sum(
            1
            for reason, at in doubtful
            if reason != "stopped_midway" or not any(f - 1 <= at <= f + AFTERMATH_S for f in faults)
        ),
        miscounted=sum(
            1 for campaign, told in counters.items() for n in NAMES if told[n] != real[campaign][n]
        ),
        diary=[name for _, name in diary if not name.endswith("over")],
    )


def sent_twice(sandbox: Path) -> int:
    """How many messages went out that had gone out before."""
    return sum(times - 1 for times in _sent(sandbox).values())


def _sent(sandbox: Path) -> Counter[str]:
    return Counter(line.phone for line in read_ledger(sandbox))

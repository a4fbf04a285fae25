"""The verdict: what the sandbox's ledger says went out, against what our tables say."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from services.gateways.sandbox.ledger import read_ledger
from tests.chaos.kept import kept
from tests.chaos.limits import MAY_LEAVE

ROWS = f"""
SELECT m.campaign_id, m.sender_id, m.phone, m.status, m.reason, extract(epoch FROM m.status_at)::float8,
       {MAY_LEAVE}
  FROM message m JOIN sender s ON s.id = m.sender_id
""".encode()  # noqa: S608

NAMES = ("queued", "accepted", "delivered", "read", "failed", "skipped", "unconfirmed")
COUNTERS = f"SELECT campaign_id, {', '.join(NAMES)} FROM campaign_count".encode()  # noqa: S608
ENDED = b"SELECT id, status IN ('finished', 'cancelled') FROM campaign WHERE launched_at IS NOT NULL"
LEFT = frozenset({"accepted", "delivered", "read"})
# A fault's window ends when its last victim was taken over: a lease, a look, and some patience.
AFTERMATH_S = 30.0
NO_FAULT = "stop_worker"  # what was stopped in order leaves nothing that nobody knows


@dataclass(frozen=True)
class Verdict:
    """Counts, all of which but `messages`, `accidents`, `waiting` and `unconfirmed` must be zero."""

    seed: int
    messages: int
    accidents: int
    waiting: int  # for tomorrow: the number's day is used up
    unconfirmed: int
    duplicates: int  # sent more than once
    lost: int  # said to have left, and never did; or waiting for nothing; or spared an offer they never got
    denied: int  # left, and said to be still queued, failed or skipped
    unexplained: int  # unconfirmed outside of every fault's window; before the first, even for a moment
    unended: int  # campaigns that go on with nothing to send, or are over while somebody is queued
    miscounted: int  # counters that differ from the rows, or a number's from what it sent
    over_limit: int  # left beyond a number's cap, its budget of new people, or a person's week
    diary: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        wrong = (self.duplicates, self.lost, self.denied, self.unexplained, self.unended)
        return not any((*wrong, self.miscounted, self.over_limit))


@dataclass(frozen=True, slots=True)
class Row:
    """A message, as our tables have it."""

    campaign_id: int
    sender_id: int
    phone: str
    status: str
    reason: str | None
    at: float
    may_leave: bool  # today


def judge(
    seed: int, database_url: str, sandbox: Path, diary: list[tuple[float, str]], doubted: int
) -> Verdict:
    """Everybody has stopped; nothing moves any more. `doubted` were unconfirmed before anything broke."""
    sent = _sent(sandbox)
    with psycopg.connect(database_url) as db:
        rows = [Row(*row) for row in db.execute(ROWS)]
        counters = {row[0]: dict(zip(NAMES, row[1:], strict=True)) for row in db.execute(COUNTERS)}
        ended: dict[int, bool] = dict(db.execute(ENDED).fetchall())
    faults = [at for at, name in diary if not name.startswith(NO_FAULT)]
    real: dict[int, Counter[str]] = {campaign: Counter() for campaign in counters}
    for row in rows:
        real[row.campaign_id][row.status] += 1
    doubtful = [row for row in rows if row.status == "unconfirmed"]
    wrong = sum(1 for campaign, told in counters.items() for n in NAMES if told[n] != real[campaign][n])
    limits = kept(database_url, sandbox)
    return Verdict(
        seed=seed,
        messages=len(rows),
        accidents=len(diary) // 2,
        waiting=sum(1 for row in rows if row.status == "queued" and not row.may_leave),
        unconfirmed=len(doubtful),
        duplicates=sent_twice(sandbox),
        lost=_lost(rows, sent),
        denied=sum(
            1 for row in rows if sent[row.sender_id, row.phone] and row.status not in {*LEFT, "unconfirmed"}
        ),
        unexplained=doubted
        + sum(
            1
            for row in doubtful
            if row.reason != "stopped_midway" or not any(f - 1 <= row.at <= f + AFTERMATH_S for f in faults)
        ),
        unended=sum(1 for campaign, over in ended.items() if over == (real[campaign]["queued"] > 0)),
        miscounted=wrong + limits.miscounted,
        over_limit=limits.over,
        diary=[name for _, name in diary if not name.endswith("over")],
    )


def _lost(rows: list[Row], sent: Counter[tuple[int, str]]) -> int:
    """Nothing else leaves anybody out here than a week that is full: somebody else's offer has filled it."""
    heard = {row.phone for row in rows if row.status in {*LEFT, "unconfirmed"}}
    return sum(
        1
        for row in rows
        if not sent[row.sender_id, row.phone]
        and (
            row.status in LEFT
            or (row.status == "queued" and row.may_leave)
            or (row.status == "skipped" and row.phone not in heard)
        )
    )


def sent_twice(sandbox: Path) -> int:
    """How many messages went out that had gone out before."""
    return sum(times - 1 for times in _sent(sandbox).values())


def _sent(sandbox: Path) -> Counter[tuple[int, str]]:
    """By number and person: no number has two messages for one."""
    return Counter((line.sender_id, line.phone) for line in read_ledger(sandbox))

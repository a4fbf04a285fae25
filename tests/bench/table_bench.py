"""Claim, mark and record where 10 million messages lie about, and one million, against 100 thousand.

Three databases of one server: the same 1,000 senders with the same new campaigns, beside an older past of
another size, a million messages in a partition as the product makes them. What is timed is the engine's
own SQL, with nothing around it.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median

import psycopg

from models import migrate
from models.db import connect, raw
from services.access.actor import Actor
from services.embedded import Servers
from services.sending import hot_moves
from services.sending.claims import feed
from services.sending.lane import Lane, Mark, Record
from services.sending.partitions import CAMPAIGNS, MESSAGES, make
from tests.bench import stock
from tests.bench.at_once import AtOnce
from tests.bench.engine_bench import NO_GAPS
from tests.bench.figure import Figure
from tests.bench.ground import lasting_servers, pools
from tests.conftest import beside

SMALL = 100_000
SIZES = {SMALL: "small", 1_000_000: "middle", 10_000_000: "large"}  # messages, and the database they are in
A_CAMPAIGN = 1000  # messages in each campaign of the past
ROUNDS = 5
SENDERS = 1000
TURNS = 20  # messages of a sender in a round
AT_MOST = 1.5

PAST = b"""
INSERT INTO message (campaign_id, workspace_id, sender_id, contact_id, phone, phone_hash, name, blanks,
                     status, token, wa_id, accepted_at)
SELECT c.id, c.workspace_id, c.sender_id, n, '+91' || (9000000000 + n), sha256(int8send(n)), 'Ravi',
       '{"name": "Ravi", "city": "Pune"}', 'accepted', sha256(int8send(c.id * 1000000 + n)),
       '3EB0' || upper(left(encode(sha256(int8send(c.id * 1000000 + n)), 'hex'), 18)), now()
  FROM campaign c, generate_series(1, %s::bigint) n
 WHERE c.id = ANY(%s)
"""


async def measure() -> list[Figure]:
    took: dict[int, dict[str, list[float]]] = {size: defaultdict(list) for size in SIZES}
    with lasting_servers() as (servers, _):
        shops = {size: await _past(servers, size) for size in SIZES}
        for _ in range(ROUNDS):
            for size, (actor, senders) in shops.items():
                async with pools(beside(servers.database_url, SIZES[size]), servers.redis_url):
                    for step, us in (await _round(servers, actor, senders)).items():
                        took[size][step].append(us)
    return [
        _figure(step, size, median(took[size][step]), median(took[SMALL][step]))
        for size in SIZES
        for step in took[size]
        if size != SMALL
    ]


def _figure(step: str, size: int, large: float, small: float) -> Figure:
    name = f"{step} among {size:,} messages, us each, against {SMALL:,}"
    return Figure(name, large, small, large / small, f"{AT_MOST} times or less", large <= AT_MOST * small)


async def _past(servers: Servers, size: int) -> tuple[Actor, Sequence[int]]:
    url = beside(servers.database_url, SIZES[size])
    with psycopg.connect(servers.database_url, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {SIZES[size]}".encode())
    migrate.upgrade(url)
    async with pools(url, servers.redis_url):
        actor = await stock.open_workspace()
        senders = await stock.hire(actor, SENDERS)
        async with raw() as db:
            for start, end in _partitions(size // A_CAMPAIGN):
                await make(db, start, end)
        for start in range(0, size // A_CAMPAIGN, SENDERS):
            some = senders[: size // A_CAMPAIGN - start]
            campaigns = await stock.write(actor, some, each=0)
            async with raw() as db:
                await db.execute(PAST, [A_CAMPAIGN, campaigns])
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("VACUUM ANALYZE message")
    return actor, senders


def _partitions(past: int) -> Iterator[tuple[int, int]]:
    """So full as they get; the new campaigns come into the last of them."""
    full = MESSAGES // A_CAMPAIGN
    newest = (past + ROUNDS * SENDERS) // CAMPAIGNS * CAMPAIGNS + CAMPAIGNS
    starts = range(0, max(past - full, 0) + 1, full)
    yield from zip(starts, [*starts[1:], newest], strict=True)


async def _round(servers: Servers, actor: Actor, senders: Sequence[int]) -> dict[str, float]:
    """Microseconds a message of each step."""
    campaigns = await stock.write(actor, senders, each=TURNS, speed=NO_GAPS)
    async with raw() as db:
        await db.execute(stock.GO, [campaigns])
    _calm(servers)
    lanes = [Lane(sender_id, actor.workspace_id, AtOnce(), epoch=0, deadline=0.0) for sender_id in senders]
    took: dict[str, float] = defaultdict(float)
    async with raw() as db:
        with _timed(took, "claim"):
            await feed(db, lanes)
    db = await connect()
    try:
        for _ in range(TURNS):
            marks = [Mark(lane, lane.ready.popleft(), 0.0) for lane in lanes]
            records = [_accepted(mark) for mark in marks]
            with _timed(took, "mark"):
                _, tokens = await hot_moves.flush_plain(db, [], marks)
            assert len(tokens) == len(marks)
            with _timed(took, "record"):
                told, _ = await hot_moves.flush_plain(db, records, [])
            assert len(told) == len(records)
    finally:
        await db.close()
    await stock.finish(campaigns)
    return {step: seconds / (SENDERS * TURNS) * 1e6 for step, seconds in took.items()}


def _accepted(mark: Mark) -> Record:
    claimed = mark.claimed
    wa_id = f"3EB0{claimed.token[:8].hex().upper()}"
    return Record(claimed.campaign_id, claimed.message_id, claimed.token, "accepted", mark.lane, wa_id=wa_id)


@contextmanager
def _timed(took: dict[str, float], step: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    took[step] += time.perf_counter() - begun


def _calm(servers: Servers) -> None:
    """Nobody pays for what was written before his turn."""
    assert servers.postgres is not None
    with psycopg.connect(servers.postgres.admin_url, autocommit=True) as admin:
        admin.execute("CHECKPOINT")

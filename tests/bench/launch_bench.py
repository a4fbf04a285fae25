"""The Launch tap for 100 thousand and for a million people, against filling a Bull 4 queue with addBulk.

Ours reads the audience, leaves out whom the law leaves out, and freezes everybody's values, in one
transaction. The peer only adds jobs that it has in memory already.
"""

import asyncio
import gc
import time
from dataclasses import dataclass
from statistics import median

import psutil
import psycopg

from models.campaign import Campaign
from models.db import raw, transaction
from services.access.actor import Actor
from services.campaigns.launch import launch
from services.embedded import Servers
from services.redis_link import redis
from tests.bench import bull, stock
from tests.bench.figure import Figure
from tests.bench.ground import lasting_servers, pools
from tests.bench.import_bench import watch

ROUNDS = 5
EXTRA_MB = 50.0
LAG_MS = 50.0

PEOPLE = b"""
INSERT INTO contact (workspace_id, phone, phone_hash, name, fields, tags, consent)
SELECT %s, '+91' || (7000000000 + n), sha256(int8send(n)), 'Ravi', '{"city": "Pune"}',
       CASE WHEN n <= 100000 THEN ARRAY['some'] ELSE '{}' END, 'given'
  FROM generate_series(1, %s::bigint) n
"""
AUDIENCES: dict[int, dict[str, object]] = {100_000: {"tags": ["some"]}, 1_000_000: {"everyone": True}}


@dataclass(frozen=True, slots=True)
class Launch:
    """What one launch took."""

    seconds: float
    extra_mb: float
    lag_ms: float


async def measure() -> list[Figure]:
    bull.install()
    with lasting_servers() as (servers, _):
        async with pools(servers.database_url, servers.redis_url):
            actor = await stock.open_workspace()
            (sender_id,) = await stock.hire(actor, 1)
            async with raw() as db:
                await db.execute(PEOPLE, [actor.workspace_id, max(AUDIENCES)])
            _tidy(servers)
            return [
                figure
                for people in AUDIENCES
                for figure in await _compared(servers, actor, sender_id, people)
            ]


async def _compared(servers: Servers, actor: Actor, sender_id: int, people: int) -> list[Figure]:
    ours: list[Launch] = []
    peers: list[bull.Told] = []
    for _ in range(ROUNDS):
        ours.append(await _launch(actor, sender_id, people))
        peers.append(await bull.run(servers, "launch", people))
        await redis().flushall(asynchronous=True)
        _tidy(servers)
    seconds, peer_s = median(one.seconds for one in ours), median(one.seconds for one in peers)
    extra, peer_mb = max(one.extra_mb for one in ours), max(one.rss_mb for one in peers)
    lag = median(one.lag_ms for one in ours)
    many = f"launch of {people:,}"
    return [
        Figure(f"{many}, s", seconds, peer_s, peer_s / seconds, "5 times faster", peer_s >= 5 * seconds),
        Figure(
            f"{many}: extra memory, MB",
            extra,
            peer_mb,
            peer_mb / max(extra, 1),
            "50 or less",
            extra <= EXTRA_MB,
        ),
        Figure(f"{many}: event loop lag p99, ms", lag, 0, 0, f"under {LAG_MS:g}", lag < LAG_MS),
    ]


async def _launch(actor: Actor, sender_id: int, people: int) -> Launch:
    async with transaction() as db:
        campaign = Campaign(
            workspace_id=actor.workspace_id,
            created_by=actor.person_id,
            name="Diwali",
            sender_id=sender_id,
            texts={"en": stock.TEXT},
            audience=AUDIENCES[people],
        )
        db.add(campaign)
    gc.collect()
    here, lags = psutil.Process(), list[float]()
    before = most = here.memory_info().rss
    watching = asyncio.create_task(watch(lags))
    begun = time.perf_counter()
    launching = asyncio.create_task(launch(actor, campaign.id))
    while not launching.done():
        await asyncio.wait({launching}, timeout=0.02)
        most = max(most, here.memory_info().rss)
    seconds = time.perf_counter() - begun
    watching.cancel()
    assert launching.result().queued == people
    return Launch(seconds, (most - before) / 1e6, sorted(lags)[int(len(lags) * 0.99)])


def _tidy(servers: Servers) -> None:
    """The last launch's messages are gone, and nobody pays for what was written before his turn."""
    assert servers.postgres is not None
    with psycopg.connect(servers.database_url) as db:
        db.execute("TRUNCATE message, campaign_count")
        db.execute("ANALYZE contact")
    with psycopg.connect(servers.postgres.admin_url, autocommit=True) as admin:
        admin.execute("CHECKPOINT")

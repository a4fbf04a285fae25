"""One seed: a fleet sends to many while everything around it breaks, and then the ledger is read."""

import asyncio
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

from models.db import close_pool, open_pool, transaction
from models.sender import Sender
from services.consent.hashing import use_key
from services.embedded import Servers
from services.redis_link import close_redis, open_redis
from services.sending.partitions import make_ahead
from tests.chaos.judge import Verdict, judge
from tests.chaos.world import World
from tests.shop import Shop, open_shop

SENDERS = 50
ACCIDENT_S = 5.0  # what one takes, roughly
GAP_S = 3.5  # between two messages, at the clock's own speed
PATIENCE_S = 120.0

UNDONE = b"""
SELECT (SELECT count(*) FROM message m JOIN campaign c ON c.id = m.campaign_id
         WHERE m.status = 'queued' AND c.status = 'running')
     + (SELECT count(*) FROM sender s JOIN message m
            ON m.campaign_id = s.inflight_campaign AND m.id = s.inflight_message
         WHERE m.token IS DISTINCT FROM s.inflight_token AND s.inflight_token IS NOT NULL)
"""


async def run(
    servers: Servers,
    database_url: str,
    folder: Path,
    seed: int,
    *,
    messages: int = 5000,
    accidents: int = 12,
    sabotage: str | None = None,
    only: Sequence[str] = (),
) -> Verdict:
    """Send `messages` over 50 numbers with three workers and `accidents` (`only` some kinds), then judge.

    The pace is such that the last message leaves when the last accident is over.
    """
    world = World(servers, database_url, folder / "sandbox", seed, sabotage, only)
    speed = max(1, round(GAP_S * messages / SENDERS / (accidents * ACCIDENT_S)))
    await _prepare(world, folder, messages, speed)
    with world.working():
        for _ in range(accidents):
            await asyncio.sleep(world.chance.uniform(0.2, 2.0))
            await world.accident()
        # rivals may hold one another up for ever; by then what goes twice has gone
        await _until_done(world, PATIENCE_S if sabotage is None else 25.0)
        for worker in world.workers:
            worker.terminate()
        for worker in world.workers:
            await asyncio.to_thread(worker.wait)
    return judge(seed, database_url, world.sandbox, world.diary)


async def _prepare(world: World, folder: Path, messages: int, speed: int) -> None:
    use_key(b"the key of a test, 32 bytes long")
    open_pool(world.database_url)
    open_redis(world.servers.redis_url)
    try:
        await make_ahead()
        async with open_shop(folder, "Asha's shop", owner="Asha") as shop:
            people = await shop.people(messages)
            senders = await _numbers(shop)
            each = messages // SENDERS
            for place, sender_id in enumerate(senders):
                to = people[place * each : (place + 1) * each]
                await shop.launched(to, sender_id=sender_id, rehearsal_speed=speed)
    finally:
        await close_redis()
        await close_pool()


async def _numbers(shop: Shop) -> list[int]:
    workspace = shop.actor.workspace_id
    more = [
        Sender(workspace_id=workspace, channel="sandbox", name=f"Number {n}", status="online")
        for n in range(SENDERS)
    ]
    async with transaction() as db:
        db.add_all(more)
    return [sender.id for sender in more]


async def _until_done(world: World, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        with psycopg.connect(world.database_url) as db:
            row = db.execute(UNDONE).fetchone()
        if row == (0,):
            return
    for worker in world.workers:
        worker.send_signal(signal.SIGUSR1)
    await asyncio.sleep(1)

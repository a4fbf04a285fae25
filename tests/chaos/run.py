"""One seed: a fleet sends to many while everything around it breaks, and then the ledger is read."""

import asyncio
import signal
import time
from pathlib import Path

import psycopg

from models.db import close_pool, open_pool, transaction
from models.sender import Sender
from services.embedded import Servers
from services.key import use_key
from services.redis_link import close_redis, open_redis
from services.sending.partitions import make_ahead
from tests.chaos.judge import Verdict, judge, sent_twice
from tests.chaos.worker import GUARDS
from tests.chaos.world import World
from tests.shop import Shop, open_shop

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
    numbers: int = 50,
    accidents: int = 12,
    sabotage: str | None = None,
) -> Verdict:
    """Send `messages` over `numbers` with three workers and `accidents`, then judge.

    The pace is such that the last message leaves when the last accident is over.
    """
    world = World(servers, database_url, folder / "sandbox", seed, sabotage)
    speed = max(1, round(GAP_S * messages / numbers / (ACCIDENT_S * max(accidents, 1))))
    await _prepare(world, folder, messages, numbers, speed)
    with world.working():
        for _ in range(accidents):
            await asyncio.sleep(world.chance.uniform(0.2, 2.0))
            await world.accident()
        await _until_done(world)
        for worker in world.workers:
            worker.terminate()
        for worker in world.workers:
            await asyncio.to_thread(worker.wait)
    return judge(seed, database_url, world.sandbox, world.diary)


async def _prepare(world: World, folder: Path, messages: int, numbers: int, speed: int) -> None:
    use_key(b"the key of a test, 32 bytes long")
    open_pool(world.database_url)
    open_redis(world.servers.redis_url)
    try:
        await make_ahead()
        async with open_shop(folder, "Asha's shop", owner="Asha") as shop:
            people = await shop.people(messages)
            senders = await _numbers(shop, numbers)
            each = messages // numbers
            for place, sender_id in enumerate(senders):
                to = people[place * each : (place + 1) * each]
                await shop.launched(to, sender_id=sender_id, rehearsal_speed=speed)
    finally:
        await close_redis()
        await close_pool()


async def _numbers(shop: Shop, how_many: int) -> list[int]:
    workspace = shop.actor.workspace_id
    more = [
        Sender(workspace_id=workspace, channel="sandbox", name=f"Number {n}", status="online")
        for n in range(how_many)
    ]
    async with transaction() as db:
        db.add_all(more)
    return [sender.id for sender in more]


async def _until_done(world: World) -> None:
    """Until nothing is left to send; or, where the proof shall fail, until it has."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        if world.sabotage in GUARDS and sent_twice(world.sandbox):
            return
        with psycopg.connect(world.database_url) as db:
            row = db.execute(UNDONE).fetchone()
        if row == (0,):
            return
    if world.sabotage is None:
        for worker in world.workers:
            worker.send_signal(signal.SIGUSR1)
        await asyncio.sleep(1)

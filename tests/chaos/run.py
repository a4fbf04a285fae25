"""One seed: a fleet sends to many while everything around it breaks, and then the ledger is read."""

import asyncio
import signal
import time
from pathlib import Path

import psycopg

from models.db import close_pool, open_pool
from services.embedded import Servers
from services.key import use_key
from services.redis_link import close_redis, open_redis
from services.sending.partitions import make_ahead
from tests.chaos.judge import Verdict, judge, sent_twice
from tests.chaos.kept import kept
from tests.chaos.limits import (
    MAY_LEAVE,
    TWO_WHO_WANT_THE_SAME,
    Part,
    hire,
    introduce,
    open_at_noon,
    part,
    part_of_two,
)
from tests.chaos.worker import GUARDS, OF_LIMITS
from tests.chaos.world import World
from tests.shop import Shop, Someone, open_shop

ACCIDENT_S = 5.0  # what one takes, roughly
GAP_S = 3.5  # between two messages, at the clock's own speed
PATIENCE_S = 120.0

# Who waits for tomorrow, because the number's day is used up, is not waited for; a campaign's end is.
UNDONE = f"""
SELECT (SELECT count(*) FROM message m JOIN campaign c ON c.id = m.campaign_id
          JOIN sender s ON s.id = m.sender_id
         WHERE m.status = 'queued' AND c.status = 'running' AND {MAY_LEAVE})
     + (SELECT count(*) FROM sender s JOIN message m
            ON m.campaign_id = s.inflight_campaign AND m.id = s.inflight_message
         WHERE m.token IS DISTINCT FROM s.inflight_token AND s.inflight_token IS NOT NULL)
     + (SELECT count(*) FROM campaign c
         WHERE c.status = 'running'
           AND NOT EXISTS (SELECT 1 FROM message m WHERE m.campaign_id = c.id AND m.status = 'queued'))
""".encode()  # noqa: S608


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

    The pace is such that the last message that may leave does so when the last accident is over.
    """
    world = World(servers, database_url, folder / "sandbox", seed, sabotage)
    await _prepare(world, folder, messages // numbers, numbers, ACCIDENT_S * max(accidents, 1))
    with world.working():
        if accidents:
            await world.stop_in_calm()
        for _ in range(accidents - 1):
            await asyncio.sleep(world.chance.uniform(0.2, 2.0))
            await world.accident()
        await _until_done(world)
        for worker in world.workers:
            worker.terminate()
        for worker in world.workers:
            await asyncio.to_thread(worker.wait)
    return judge(seed, database_url, world.sandbox, world.diary, len(world.doubted))


async def _prepare(world: World, folder: Path, each: int, numbers: int, lasts_s: float) -> None:
    use_key(b"the key of a test, 32 bytes long")
    open_pool(world.database_url)
    open_redis(world.servers.redis_url)
    parts = [part(place, each) for place in range(numbers - TWO_WHO_WANT_THE_SAME)]
    try:
        await make_ahead()
        async with open_shop(folder, "Asha's shop", owner="Asha") as shop:
            await open_at_noon(shop)
            people = await shop.people(each * len(parts))
            senders = await hire(shop, parts)
            for place, (one, sender_id) in enumerate(zip(parts, senders, strict=True)):
                await _launch(shop, one, sender_id, people[place * each : (place + 1) * each], lasts_s)
        async with open_shop(folder, "Chitra's shop", owner="Chitra") as shop:
            await open_at_noon(shop, most_a_week=1)
            people = await shop.people(each)
            one = part_of_two(each)
            for sender_id in await hire(shop, [one] * TWO_WHO_WANT_THE_SAME):
                await _launch(shop, one, sender_id, people, lasts_s)
    finally:
        await close_redis()
        await close_pool()


async def _launch(shop: Shop, one: Part, sender_id: int, people: list[Someone], lasts_s: float) -> None:
    await introduce(shop, sender_id, people[: one.known])
    speed = max(1, round(GAP_S * one.leave / lasts_s))
    await shop.launched(people, sender_id=sender_id, rehearsal_speed=speed)


async def _until_done(world: World) -> None:
    """Until nothing is left to send; or, where the proof shall fail, until it has."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        if world.sabotage in GUARDS:
            if _has_failed(world):
                return
            continue
        with psycopg.connect(world.database_url) as db:
            row = db.execute(UNDONE).fetchone()
        if row == (0,):
            return
    if world.sabotage is None:
        for worker in world.workers:
            worker.send_signal(signal.SIGUSR1)
        await asyncio.sleep(1)


def _has_failed(world: World) -> bool:
    """Whether what the missing guard is there for has happened."""
    if world.sabotage in OF_LIMITS:
        return kept(world.database_url, world.sandbox).over > 0
    return sent_twice(world.sandbox) > 0

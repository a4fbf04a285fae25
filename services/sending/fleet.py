"""The sending processes that are alive, as Redis knows them."""

import time

from services.redis_link import redis

WORKERS = "workers"  # a sorted set: process → until when, in seconds since 1970
TTL_S = 8.0


async def say_alive(process: str) -> int:
    """Sign in for a while; returns how many are signed in."""
    now = time.time()
    async with redis().pipeline(transaction=True) as asked:
        asked.zadd(WORKERS, {process: now + TTL_S})
        asked.zremrangebyscore(WORKERS, 0, now)
        asked.zcard(WORKERS)
        *_, alive = await asked.execute()
    return int(alive)


async def say_goodbye(process: str) -> None:
    await redis().zrem(WORKERS, process)


async def alive() -> int:
    """How many processes send right now."""
    return int(await redis().zcount(WORKERS, time.time(), "+inf"))

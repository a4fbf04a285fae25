"""Announcements: "this topic changed", told after the commit, heard by every process.

An announcement carries no data; who hears it reads the truth from PostgreSQL. So a lost one costs a
little time (listeners also look by themselves), never a wrong number. Topics: "campaign:7", "workspace:1",
"import:3", "sender:2", "session:<hex>".
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from redis.asyncio.client import PubSub
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import after_commit
from services.redis_link import redis

CHANNEL = "live"
QUIET_S = 10.0  # then we ask whether anybody is still at the other end …
ANSWERS_S = 5.0  # … and wait so long for a word
log = logging.getLogger(__name__)


async def announce(db: AsyncSession, *topics: str) -> None:
    """Say that `topics` changed, once `db`'s transaction has committed."""

    async def tell() -> None:
        await publish(topics)

    after_commit(db, tell)


async def publish(topics: Iterable[str]) -> None:
    """Say so now: the change is committed. Redis away costs liveness, not truth, so it is only logged."""
    try:
        await redis().publish(CHANNEL, " ".join(topics))
    except (RedisError, OSError) as e:
        log.warning("nobody was told of a change: %s", e)


async def listen(hear: Callable[[frozenset[str]], Awaitable[None]]) -> None:
    """Give every announcement's topics to `hear`, for ever; reconnects by itself. Cancel it to end.

    Each time the subscription stands, the first and after a loss, `hear` is given no topic at all: some may
    have been missed, so look for yourself.
    """
    while True:
        try:
            async with redis().pubsub() as subscription:
                await subscription.subscribe(CHANNEL)
                while True:
                    said = await _said(subscription)
                    if said["type"] != "pong":
                        await hear(_topics(said))
        except (RedisError, OSError) as e:
            log.warning("not hearing changes: %s", e)
            await asyncio.sleep(1)


async def _said(subscription: PubSub) -> dict[str, Any]:
    """What is said next. A line that died without a word (a cable, a firewall that forgot it) is silent for
    ever, as is one on which nothing happens: who is alive answers.
    """
    said: dict[str, Any] | None = await subscription.get_message(timeout=QUIET_S)
    if said is None:
        await subscription.ping()
        said = await subscription.get_message(timeout=ANSWERS_S)
    if said is None:
        raise ConnectionError("nobody answers at the other end")
    return said


def _topics(said: dict[str, Any]) -> frozenset[str]:
    return (
        frozenset(said["data"].decode(errors="replace").split()) if said["type"] == "message" else frozenset()
    )


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks that listen until they are gone: redis-py can swallow a cancel while it connects."""
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _gone, left = await asyncio.wait(left, timeout=0.5)

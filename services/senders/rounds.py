"""One loop for what is done for senders beside the engine: a look when somebody asks, and now and then."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from services.away import AWAY
from services.live import end, listen
from services.watched import watched

LOOK_S = 2.0  # between two looks of its own: an announcement can get lost
log = logging.getLogger(__name__)


class Rounds:
    """`look` is called when `topic` is announced (True), and every two seconds (False).

    What it raises when PostgreSQL or Redis is away goes into the log, after `in_vain`; the next tries again.
    """

    def __init__(self, topic: str, look: Callable[[bool], Awaitable[None]], in_vain: str) -> None:
        self._topic = topic
        self._look = look
        self._in_vain = in_vain
        self._news = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        loops = (partial(listen, self._hear), self._run)
        self._loops = [asyncio.create_task(watched(loop)) for loop in loops]

    async def stop(self) -> None:
        await end(self._loops)

    async def _hear(self, topics: frozenset[str]) -> None:
        if not topics or self._topic in topics:
            self._news.set()

    async def _run(self) -> None:
        while True:
            asked = self._news.is_set()
            self._news.clear()
            try:
                await self._look(asked)
            except AWAY as e:
                log.warning("%s: %s", self._in_vain, e)
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._news.wait()
            except TimeoutError:
                pass

"""Many things that are due some day, on one heap with one task."""

import asyncio
import heapq
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T")

# What falls due within this time is told together.
TOGETHER_S = 0.02

log = logging.getLogger(__name__)


class Timer(Generic[T]):
    """Gives things to `tell` once their time has come, in order. A task for each would cost far more."""

    def __init__(self, tell: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        self._tell = tell
        self._heap: list[tuple[float, int, T]] = []
        self._number = count()  # two things due at once are not compared
        self._sooner = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def at(self, unix_s: float, thing: T) -> None:
        """Have `thing` told at that Unix time; at once where it has passed."""
        entry = (unix_s, next(self._number), thing)
        heapq.heappush(self._heap, entry)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
            self._task.add_done_callback(_complain)
        elif self._heap[0] is entry:
            self._sooner.set()

    async def aclose(self) -> None:
        """Tell nothing more."""
        self._heap.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            await self._until_due()
            due: list[T] = []
            now = time.time()
            while self._heap and self._heap[0][0] <= now:
                due.append(heapq.heappop(self._heap)[2])
            if due:
                await self._tell(due)
            await asyncio.sleep(TOGETHER_S)

    async def _until_due(self) -> None:
        self._sooner.clear()
        wait_s = self._heap[0][0] - time.time() if self._heap else None
        if wait_s is None or wait_s > 0:
            try:
                async with asyncio.timeout(wait_s):  # wait_for of Python 3.11 can swallow a cancel
                    await self._sooner.wait()
            except TimeoutError:
                return


def _complain(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (trouble := task.exception()):
        log.error("the sandbox's people have stopped answering", exc_info=trouble)

"""What happens by itself, and how often. All state is in PostgreSQL: a missed beat costs only time.

In memory, in every process, without a job store: two processes on one job store fire nearly everything
twice, and a locked job table freezes the event loop. run_job lets one process of the fleet do each duty.
"""

import asyncio
import logging
import time
from datetime import timedelta
from typing import cast

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from scheduler.jobs import (
    empty_bin,
    end_bans,
    finish_campaigns,
    launch_due,
    listen_in,
    make_partitions,
    prune,
    pull_brakes,
    push_notices,
    refuse_abandoned_imports,
    rescue,
)
from scheduler.run_job import Job, Turn, run_job
from services.away import AWAY
from services.clock import now
from services.sending.fleet import tell_jump

LOOK_S = 1.0  # between two looks at the wall clock
JUMP_S = 2.0  # it was set by more than this
ENDS_WITHIN_S = 3.0  # a duty that takes longer is cut off by a stop, and done again
log = logging.getLogger(__name__)

DUTIES: dict[str, tuple[Job, timedelta]] = {
    "launch_due": (launch_due.run, timedelta(seconds=2)),
    "finish_campaigns": (finish_campaigns.run, timedelta(seconds=1)),
    "push_notices": (push_notices.run, timedelta(seconds=2)),
    "pull_brakes": (pull_brakes.run, timedelta(seconds=2)),
    "end_bans": (end_bans.run, timedelta(seconds=30)),
    "rescue": (rescue.run, timedelta(seconds=10)),
    "listen_in": (listen_in.run, timedelta(minutes=5)),
    "empty_bin": (empty_bin.run, timedelta(minutes=1)),
    "refuse_abandoned_imports": (refuse_abandoned_imports.run, timedelta(minutes=1)),
    "make_partitions": (make_partitions.run, timedelta(minutes=1)),
    "prune": (prune.run, timedelta(hours=6)),
}


class Clockwork:
    """All duties wound up; start() it inside the event loop."""

    def __init__(self) -> None:
        self._clock = AsyncIOScheduler(timezone="UTC")
        self._watch: asyncio.Task[None] | None = None
        self._at_it: set[asyncio.Task[None]] = set()
        self._jump_s: float | None = None  # the clock was set by so much, and Redis does not know it yet
        for name, (job, every) in DUTIES.items():
            self._clock.add_job(
                self._run,
                "interval",
                args=(name, job, Turn(every)),
                seconds=every.total_seconds(),
                id=name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )

    def start(self) -> None:
        self._clock.start()
        self._watch = asyncio.create_task(self._mind_jumps(_off_by()))

    async def stop(self) -> None:
        """Begin no duty any more; who is at one may end it."""
        if self._watch is not None:
            self._watch.cancel()
        self._clock.pause()
        if self._at_it:
            await asyncio.wait(self._at_it, timeout=ENDS_WITHIN_S)
        self._clock.shutdown(wait=False)

    async def _run(self, name: str, job: Job, turn: Turn) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._at_it.add(task)
        try:
            await run_job(name, job, turn)
        finally:
            self._at_it.remove(task)

    async def _mind_jumps(self, before: float) -> None:
        """A wall clock that is set back by an hour would have every duty wait for that hour again."""
        while True:
            await asyncio.sleep(LOOK_S)
            by_s = _off_by() - before
            if abs(by_s) > JUMP_S:
                log.warning("the clock was set by %.0f s: all duties begin anew", by_s)
                before += by_s
                self._jump_s = by_s
                for duty in self._clock.get_jobs():
                    duty.modify(next_run_time=now())
            if self._jump_s is not None:
                await self._tell_jump(self._jump_s)

    async def _tell_jump(self, by_s: float) -> None:
        """Pages of other processes say it; where Redis is away, with the next look."""
        try:
            await tell_jump(by_s)
        except AWAY as e:
            log.warning("nobody was told that the clock was set: %s", e)
        else:
            self._jump_s = None


def _off_by() -> float:
    """Where the wall clock stands, beside one that nobody can set."""
    return time.time() - time.monotonic()

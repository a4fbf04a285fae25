"""Every duty passes here: once in the whole fleet and interval, timed, its end written down."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from models.db import transaction
from services.away import AWAY
from services.leases import held

Job = Callable[[], Awaitable[object]]
LONGEST_S = 50.0  # a duty that waits for ever would never run again
NEARLY = 0.9  # of an interval: whoever comes a little early does not make two of one
log = logging.getLogger(__name__)

# All by the database's clock: those of several machines differ.
WRITE_DOWN = text("""
INSERT INTO job_run (job, runs, started_at, finished_at, problem)
VALUES (:job, 1, now() - :took_s * interval '1 second', now(), :problem)
ON CONFLICT (job) DO UPDATE
   SET runs = job_run.runs + 1, started_at = EXCLUDED.started_at, finished_at = EXCLUDED.finished_at,
       problem = EXCLUDED.problem
RETURNING started_at
""")

LAST = text("SELECT started_at, now() - started_at FROM job_run WHERE job = :job")


@dataclass
class Turn:
    """How often a duty is to be done in the whole fleet, and when this process last did it."""

    every: timedelta
    last: datetime | None = None


async def run_job(name: str, job: Job, turn: Turn | None = None) -> None:
    """Run `job` unless another process is at it, or was in this interval. Its errors end here: logged,
    written down, tried again at the next interval.
    """
    try:
        async with held(name) as ours:
            if ours and not (turn and await _done_elsewhere(name, turn)):
                started_at = await _run(name, job)
                if turn:
                    turn.last = started_at
    except AWAY as e:
        log.warning("the duty %s waits: %s", name, e)


async def _done_elsewhere(name: str, turn: Turn) -> bool:
    """Whether another process began it less than an interval ago: whoever did it first goes on doing it, and
    is missed for less than two intervals. What lies ahead was written down before the clock was set back.
    """
    async with transaction() as db:
        last = (await db.execute(LAST, {"job": name})).one_or_none()
    if last is None or last[0] == turn.last:
        return False
    ago: timedelta = last[1]
    return timedelta(0) <= ago < NEARLY * turn.every


async def _run(name: str, job: Job) -> datetime:
    """When it began."""
    began = time.monotonic()
    problem = None
    try:
        async with asyncio.timeout(LONGEST_S) as patience:
            await job()
    except AWAY:
        if not patience.expired():
            raise
        log.error("the duty %s hangs", name)
        problem = f"It was cut off after {LONGEST_S:g} seconds."
    except Exception as e:  # one broken duty must not take the clock with it
        log.exception("the duty %s broke", name)
        problem = f"{type(e).__name__}: {e}"[:500]
    async with transaction() as db:
        asked = {"job": name, "took_s": time.monotonic() - began, "problem": problem}
        started_at: datetime = (await db.execute(WRITE_DOWN, asked)).scalar_one()
    return started_at

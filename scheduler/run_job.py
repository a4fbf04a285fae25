"""Every duty passes here: one process of the fleet at a time, timed, its end written down."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import text

from models.db import transaction
from services.away import AWAY
from services.clock import now
from services.leases import held

Job = Callable[[], Awaitable[object]]
LONGEST_S = 50.0  # a duty that waits for ever would never run again
log = logging.getLogger(__name__)

WRITE_DOWN = text("""
INSERT INTO job_run (job, runs, started_at, finished_at, problem)
VALUES (:job, 1, :started_at, now(), :problem)
ON CONFLICT (job) DO UPDATE
   SET runs = job_run.runs + 1, started_at = EXCLUDED.started_at, finished_at = EXCLUDED.finished_at,
       problem = EXCLUDED.problem
""")


async def run_job(name: str, job: Job) -> None:
    """Run `job` unless another process is at it. Its errors end here: logged, written down, tried again
    at the next interval.
    """
    try:
        async with held(name) as ours:
            if ours:
                await _run(name, job)
    except AWAY as e:
        log.warning("the duty %s waits: %s", name, e)


async def _run(name: str, job: Job) -> None:
    started_at = now()
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
        await db.execute(WRITE_DOWN, {"job": name, "started_at": started_at, "problem": problem})

"""What happens by itself, and how often. All state is in PostgreSQL: a missed beat costs only time.

In memory, in every process, without a job store: two processes on one job store fire nearly everything
twice, and a locked job table freezes the event loop. run_job lets one process of the fleet do each duty.
"""

from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from scheduler.jobs import (
    finish_campaigns,
    launch_due,
    make_partitions,
    prune,
    push_notices,
    refuse_abandoned_imports,
    rescue,
)
from scheduler.run_job import Job, run_job

DUTIES: dict[str, tuple[Job, timedelta]] = {
    "launch_due": (launch_due.run, timedelta(seconds=2)),
    "finish_campaigns": (finish_campaigns.run, timedelta(seconds=1)),
    "push_notices": (push_notices.run, timedelta(seconds=2)),
    "rescue": (rescue.run, timedelta(seconds=10)),
    "refuse_abandoned_imports": (refuse_abandoned_imports.run, timedelta(minutes=1)),
    "make_partitions": (make_partitions.run, timedelta(minutes=10)),
    "prune": (prune.run, timedelta(hours=6)),
}


def clockwork() -> AsyncIOScheduler:
    """The clock with all duties wound up; start() it inside the event loop."""
    clock = AsyncIOScheduler(timezone="UTC")
    for name, (job, every) in DUTIES.items():
        clock.add_job(
            run_job,
            "interval",
            args=(name, job),
            seconds=every.total_seconds(),
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    return clock

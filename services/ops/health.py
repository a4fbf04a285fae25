"""Is it well? What everything stands on, asked for at most two seconds; nothing in it is a customer's."""

import asyncio
import shutil
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text

from models.db import transaction
from services.away import AWAY
from services.clock import now
from services.sending.fleet import Jump, Trouble, workers

T = TypeVar("T")

PATIENCE_S = 2.0
ROOM_BYTES = 200_000_000
# A duty is late after five of its intervals, and the minute that one run of it may take.
INTERVALS = 5
A_RUN = timedelta(minutes=1)
# A clock that was set is news for so long, if by more than what nobody would notice.
NEWS = timedelta(minutes=5)
NOTICED = timedelta(seconds=10)

DUTIES = text("SELECT job, finished_at, problem FROM job_run")


@dataclass(frozen=True, slots=True)
class Health:
    database: bool  # it answers
    redis: bool  # it answers
    sending: int | None  # how many processes send; None while Redis cannot tell
    trouble: Trouble | None  # what keeps one of them from it, or one of their numbers
    stand_still: bool  # it keeps all of them
    late: tuple[str, ...]  # duties that have not come round for long, or broke the last time
    room: bool  # on the disk of the data folder
    jump: Jump | None  # the clock was set a moment ago

    @property
    def well(self) -> bool:
        there = self.database and self.redis and bool(self.sending) and self.room
        return there and not self.trouble and not self.late and not self.jump


@dataclass
class Watched:
    """What main.py hands over at the start: the floors above know the duties, and the settings the folder."""

    folder: Path = Path()
    duties: Mapping[str, timedelta] = field(default_factory=dict)  # each with its interval
    since: datetime = field(default_factory=now)
    look: "asyncio.Task[Health] | None" = None


_watched = Watched()


def watch_over(folder: Path, duties: Mapping[str, timedelta]) -> None:
    """From now on expect these duties at their intervals, and room where `folder` is."""
    _watched.folder, _watched.duties, _watched.since = folder, duties, now()


async def health() -> Health:
    """How it is right now, in two seconds at the most. Never raises because something is away.

    All who ask at the same time share one look, so that nobody can wear the database out with questions.
    """
    look = _watched.look
    if look is None or look.done() or look.get_loop() is not asyncio.get_running_loop():
        look = _watched.look = asyncio.create_task(_look())
    return await asyncio.shield(look)


async def _look() -> Health:
    late, fleet, free = await asyncio.gather(
        _soon(_late()), _soon(workers()), _soon(asyncio.to_thread(_free_bytes, _watched.folder))
    )
    return Health(
        database=late is not None,
        redis=fleet is not None,
        sending=fleet.alive if fleet else None,
        trouble=fleet.trouble if fleet else None,
        stand_still=fleet.stand_still if fleet else True,
        late=late or (),
        room=free is not None and free >= ROOM_BYTES,
        jump=_news(fleet.jump) if fleet else None,
    )


def _news(jump: Jump | None) -> Jump | None:
    """It goes away by itself: what it holds up is told where it is held up."""
    return jump if jump and abs(jump.by) > NOTICED and now() - jump.at < NEWS else None


async def _late() -> tuple[str, ...]:
    """After a start each duty has its time anew."""
    async with transaction() as db:
        rows = {row.job: row for row in await db.execute(DUTIES)}
    late = []
    for job, every in _watched.duties.items():
        row = rows.get(job)
        last = max(row.finished_at, _watched.since) if row else _watched.since
        if now() - last > INTERVALS * every + A_RUN or (row and row.problem):
            late.append(job)
    return tuple(sorted(late))


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


async def _soon(asked: Coroutine[Any, Any, T]) -> T | None:
    """The answer; None where there is none in time.

    Who is late is cancelled, but not waited for: to cancel a query means to ask its server once more.
    """
    task = asyncio.create_task(asked)
    done, _too_late = await asyncio.wait({task}, timeout=PATIENCE_S)
    if not done:
        task.cancel()
        return None
    try:
        return task.result()
    except AWAY:
        return None

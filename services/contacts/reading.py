"""Files being read in the background, a few at a time, and the folder where they wait."""

import asyncio
from pathlib import Path

from services.contacts import unreadable
from services.contacts.carry import Job, read, refuse
from services.contacts.unreadable import Unreadable

AT_ONCE = 2  # files being read in this process
WAIT_S = 20.0  # for a turn; less than import_duties allows a file without a reader


class Reading:
    """The readers of this process, and the folder where files wait for them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, job: Job) -> None:
        """Read in the background; the import's status tells how it ended."""
        task = asyncio.create_task(self._in_turn(job), name=f"import {job.import_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Wait until nothing is being read."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """Read no more; what was being read is refused by the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _in_turn(self, job: Job) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                await self._turns.acquire()
        except TimeoutError:
            return await refuse(job, Unreadable(unreadable.BUSY))
        try:
            await read(job)
        finally:
            self._turns.release()


_reading: Reading | None = None


def open_reading(folder: Path) -> None:
    """Keep uploaded files in `folder` and read them there; on the event loop, once per process."""
    global _reading
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _reading = Reading(folder)


async def close_reading() -> None:
    global _reading
    if _reading is not None:
        await _reading.stop()
        _reading = None


def reading() -> Reading:
    if _reading is None:
        raise RuntimeError("open_reading() comes first")
    return _reading

"""The sandbox's file work, away from the event loop: what comes together is written in one hop."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from services.gateways.sandbox.ledger import Fenced, Ledger, Line

T = TypeVar("T")

# A paused process may hold a file's lock; nobody else's file has to wait for that.
AGAIN_AFTER_S = 0.01
GIVE_UP_AFTER_S = 5.0


class Scribe:
    """Writes to ledgers. One hop to the thread costs more than the write itself, so writes share hops."""

    def __init__(self) -> None:
        # One thread for the short writes, one for reading whole files.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sandbox-writes")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="sandbox-reads")
        self._waiting: list[tuple[Ledger, Sequence[Line], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._closed = False

    async def write(self, ledger: Ledger, lines: Sequence[Line]) -> None:
        """Add lines to a ledger. Raises Fenced or OSError; then the last of them is not there."""
        await self._patiently(lambda: self._write_once(ledger, lines))

    async def read(self, work: Callable[[], T]) -> T:
        """Run `work`, which may read a long file. Raises what it raises."""
        loop = asyncio.get_running_loop()
        return await self._patiently(lambda: loop.run_in_executor(self._reader, work))

    async def aclose(self) -> None:
        """Finish what was begun; later writes raise OSError."""
        self._closed = True
        if self._writing is not None:
            await self._writing
        for pool in (self._writer, self._reader):
            await asyncio.to_thread(pool.shutdown)

    async def _patiently(self, attempt: Callable[[], asyncio.Future[T]]) -> T:
        """Ask again while another process holds the lock."""
        give_up = asyncio.get_running_loop().time() + GIVE_UP_AFTER_S
        while True:
            try:
                return await attempt()
            except BlockingIOError:
                if asyncio.get_running_loop().time() > give_up:
                    raise
                await asyncio.sleep(AGAIN_AFTER_S)

    def _write_once(self, ledger: Ledger, lines: Sequence[Line]) -> asyncio.Future[None]:
        if self._closed:
            raise OSError("the sandbox is closed")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((ledger, lines, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return done

    async def _write_all(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            work = [(ledger, lines) for ledger, lines, _ in batch]
            troubles = await loop.run_in_executor(self._writer, _written, work)
            for (_, _, done), trouble in zip(batch, troubles, strict=True):
                if done.cancelled():
                    continue
                if trouble is None:
                    done.set_result(None)
                else:
                    done.set_exception(trouble)
        self._writing = None


def _written(batch: list[tuple[Ledger, Sequence[Line]]]) -> list[Exception | None]:
    troubles: list[Exception | None] = []
    for ledger, lines in batch:
        try:
            ledger.write(lines)
        except (Fenced, OSError) as trouble:
            troubles.append(trouble)
        else:
            troubles.append(None)
    return troubles

"""At most twice a second: the first poke is answered at once, the last one never lost."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from services.away import DATABASE_AWAY

TWICE_A_SECOND_S = 0.5
log = logging.getLogger(__name__)


async def rest() -> None:
    """The pause after each round."""
    await asyncio.sleep(TWICE_A_SECOND_S)


class Beat:
    """Runs `turn` when poked. Pokes during a round, or the rest after it, make one more round together.

    So a hundred announcements in a second cost two rounds, and the last round began after the last of
    them: what it read is the final state. Rounds never overlap. A round that raises is logged, and the
    next one runs.
    """

    def __init__(
        self, turn: Callable[[], Awaitable[None]], *, rest: Callable[[], Awaitable[None]] = rest
    ) -> None:
        self._turn = turn
        self._rest = rest
        self._poked = False
        self._rounds: asyncio.Task[None] | None = None
        self._round: asyncio.Task[None] | None = None

    def poke(self) -> None:
        """Something changed. Returns at once."""
        self._poked = True
        if self._rounds is None:
            self._rounds = asyncio.create_task(self._go_on())

    def stop(self) -> None:
        """Nobody looks any more: end the round that runs, and begin none."""
        self._poked = False
        for task in (self._rounds, self._round):
            if task is not None:
                task.cancel()

    async def _go_on(self) -> None:
        try:
            while self._poked:
                self._poked = False
                self._round = asyncio.create_task(self._one_round())
                await asyncio.wait({self._round})
                self._tell_trouble(self._round)
                await self._rest()
        finally:
            self._rounds = self._round = None

    async def _one_round(self) -> None:
        await self._turn()

    @staticmethod
    def _tell_trouble(done: asyncio.Task[None]) -> None:
        if done.cancelled() or (trouble := done.exception()) is None:
            return
        if isinstance(trouble, DATABASE_AWAY):
            log.warning("a live page waits for the database: %s", trouble)
        else:
            log.error("a live page could not be refreshed", exc_info=trouble)

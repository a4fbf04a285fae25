"""The one transaction of a process, at most every 20 ms: records, counters, then marks. Nothing is sent
before it has committed."""

import asyncio
import logging
from collections.abc import Sequence

from psycopg import AsyncConnection

from models.db import connect
from services.away import AWAY, PATIENCE_S
from services.sending import hot_moves
from services.sending.lane import Mark, Record

LONGEST_WAIT_S = 2.0
log = logging.getLogger(__name__)


class Flush:
    """Owns the connection that commits for all senders of this process."""

    def __init__(self) -> None:
        self._db: AsyncConnection | None = None
        self.trouble: str | None = None  # why nothing commits right now; for the health page

    async def commit(self, records: Sequence[Record], marks: Sequence[Mark]) -> set[bytes]:
        """Commit all of it and return the tokens that may be sent.

        PostgreSQL away, or gone in the middle of a commit: the same flush again, with the same tokens,
        until it is known to be committed. That is safe (each statement is idempotent by its tokens),
        and nothing else is: whoever sends on an unknown commit sends twice one day.
        """
        wait_s = 0.05
        while True:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    tokens = await self._once(records, marks)
            except AWAY as e:
                self.trouble = type(e).__name__
                log.warning("the flush waits for the database: %s", e)
                await self.close()
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            else:
                self.trouble = None
                return tokens

    async def close(self) -> None:
        if self._db is not None:
            await self._db.close()
            self._db = None

    async def _once(self, records: Sequence[Record], marks: Sequence[Mark]) -> set[bytes]:
        if self._db is None:
            self._db = await connect()
        async with self._db.transaction():
            if records:
                await hot_moves.record(self._db, records)
            return await hot_moves.mark(self._db, marks) if marks else set()

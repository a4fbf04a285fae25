"""The one transaction of a process, at most every 20 ms: records, counters, then marks. Nothing is sent
before it has committed."""

import asyncio
import logging
import time
from collections.abc import Sequence

from psycopg import AsyncConnection

from models.db import connect
from services.away import AWAY, PATIENCE_S, is_disk_full
from services.sending import hot_moves
from services.sending.fleet import Trouble
from services.sending.hot_moves import are_plain
from services.sending.lane import Mark, Record

FIRST_WAIT_S, LONGEST_WAIT_S = 0.05, 2.0
PLANNED_S = 1.0  # how long PostgreSQL keeps to one way of doing it: tables grow by a launch in a moment
log = logging.getLogger(__name__)


class Flush:
    """Owns the connection that commits for all senders of this process."""

    def __init__(self) -> None:
        self._db: AsyncConnection | None = None
        self._planned_at = 0.0
        self.trouble: Trouble | None = None  # why nothing commits right now

    async def commit(self, records: Sequence[Record], marks: Sequence[Mark]) -> set[bytes]:
        """Commit all of it and return the tokens that may be sent.

        PostgreSQL away, or gone in the middle of a commit: the same flush again, with the same tokens,
        until it is known to be committed. That is safe (each statement is idempotent by its tokens),
        and nothing else is: whoever sends on an unknown commit sends twice one day.
        """
        wait_s = FIRST_WAIT_S
        plain = are_plain(records, marks)
        while True:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    tokens = await (self._plain if plain else self._once)(records, marks)
            except AWAY as e:
                if wait_s > FIRST_WAIT_S:  # two who stood in each other's way are no trouble
                    self.trouble = Trouble.DISK if is_disk_full(e) else Trouble.DATABASE
                log.warning("the flush waits for the database: %s", e)
                await self.close()
                plain = False  # what was recorded, if it was, looks late by now
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            else:
                self.trouble = None
                return tokens

    async def close(self) -> None:
        if self._db is not None:
            await self._db.close()
            self._db = None

    async def _plain(self, records: Sequence[Record], marks: Sequence[Mark]) -> set[bytes]:
        """A transaction of one statement, as nearly all are: nobody waits for anybody in its midst."""
        db = await self._connected()
        recorded, tokens = await hot_moves.flush_plain(db, records, marks)
        if late := [record for record in records if record.token not in recorded]:
            await hot_moves.record_late(db, late)
        return tokens

    async def _once(self, records: Sequence[Record], marks: Sequence[Mark]) -> set[bytes]:
        db = await self._connected()
        async with db.transaction():
            if records:
                await hot_moves.record(db, records)
            return await hot_moves.mark(db, marks) if marks else set()

    async def _connected(self) -> AsyncConnection:
        if self._db is None:
            self._db = await connect()
        if (at := time.monotonic()) > self._planned_at + PLANNED_S:
            await self._db.execute(b"DISCARD PLANS")
            self._planned_at = at
        return self._db

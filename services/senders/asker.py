"""Asks WhatsApp which numbers are on it: a few at a time, with pauses, by the senders that are open here."""

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import text

from models.db import transaction
from services.away import AWAY
from services.clock import now
from services.contacts import known
from services.live import announce, end, listen
from services.watched import watched

QUESTIONS_TOPIC = "questions"
BATCH = 20
PAUSE_S = (8.0, 15.0)  # between two batches of one sender
LOOK_S = 2.0
LONGEST_S = 600.0
log = logging.getLogger(__name__)

# An hour later nobody looks at that review any more.
FORGET = text("DELETE FROM number_question WHERE asked_at < now() - interval '1 hour'")
SENDERS = text("SELECT DISTINCT sender_id FROM number_question")
NEXT = text("""
SELECT workspace_id, phone FROM number_question
 WHERE sender_id = :sender_id ORDER BY asked_at, phone LIMIT :batch
""")
ANSWERED = text("""
DELETE FROM number_question WHERE workspace_id = :workspace_id AND phone = ANY(:phones)
""")


class Answers(Protocol):
    """What a gateway knows of numbers: services/gateways/protocol.py."""

    async def on_whatsapp(self, sender_id: int, phones: Sequence[str]) -> dict[str, bool]: ...

    async def trusted(self, sender_id: int, phones: Sequence[str]) -> set[str]: ...


def asked_topic(workspace_id: int) -> str:
    """What is announced when WhatsApp has answered."""
    return f"asked:{workspace_id}"


class Asker:
    """start() begins to ask; stop() leaves the rest for later."""

    def __init__(self, gateway: Answers, pause_s: tuple[float, float] = PAUSE_S) -> None:
        self._gateway = gateway
        self._pause_s = pause_s
        self._next_at: dict[int, float] = {}
        self._in_vain: dict[int, int] = {}  # attempts in a row
        self._loops: list[asyncio.Task[None]] = []
        self._news = asyncio.Event()

    async def start(self) -> None:
        self._loops = [asyncio.create_task(listen(self._hear)), asyncio.create_task(watched(self._run))]

    async def stop(self) -> None:
        await end(self._loops)

    async def _hear(self, topics: frozenset[str]) -> None:
        if not topics or QUESTIONS_TOPIC in topics:
            self._news.set()

    async def _run(self) -> None:
        while True:
            self._news.clear()
            try:
                await self._look()
            except AWAY as e:
                log.warning("nobody can be asked about numbers now: %s", e)
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._news.wait()
            except TimeoutError:
                pass

    async def _look(self) -> None:
        async with transaction() as db:
            await db.execute(FORGET)
            senders = (await db.scalars(SENDERS)).all()
        due = [sender_id for sender_id in senders if time.monotonic() >= self._next_at.get(sender_id, 0.0)]
        for sender_id in due:
            self._next_at[sender_id] = time.monotonic() + random.uniform(*self._pause_s)
            try:
                await self._ask(sender_id)
            except OSError:  # it is not open here (yet), or nobody answers: then less and less often
                self._in_vain[sender_id] = self._in_vain.get(sender_id, 0) + 1
                self._next_at[sender_id] = time.monotonic() + min(1.5 ** self._in_vain[sender_id], LONGEST_S)
            else:
                self._in_vain.pop(sender_id, None)

    async def _ask(self, sender_id: int) -> None:
        """One batch. Raises OSError: the sender is not open here."""
        async with transaction() as db:
            rows = (await db.execute(NEXT, {"sender_id": sender_id, "batch": BATCH})).all()
        if not rows:
            return
        workspace_id, phones = rows[0].workspace_id, [row.phone for row in rows]
        answers = await self._gateway.on_whatsapp(sender_id, phones)
        friends = await self._gateway.trusted(sender_id, phones)
        at = now()
        async with transaction() as db:
            await known.on_whatsapp(db, workspace_id, answers, at)
            await known.trusted(db, workspace_id, sender_id, dict.fromkeys(friends, at))
            await db.execute(ANSWERED, {"workspace_id": workspace_id, "phones": phones})
            await announce(db, asked_topic(workspace_id))

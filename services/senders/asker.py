"""Asks WhatsApp which numbers are on it: a few at a time, with pauses, by the senders that are open here."""

import random
import time
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import text

from models.db import transaction
from models.states import Channel
from services.clock import now
from services.contacts import known
from services.live import announce
from services.senders.rounds import Rounds

QUESTIONS_TOPIC = "questions"
BATCH = 20
PAUSE_S = (8.0, 15.0)  # between two batches of one sender
LONGEST_S = 600.0

# An hour later nobody looks at that review any more.
FORGET = text("DELETE FROM number_question WHERE asked_at < now() - interval '1 hour'")
SENDERS = text("SELECT DISTINCT sender_id FROM number_question")
NEXT = text("""
SELECT q.workspace_id, q.phone, s.channel
  FROM number_question q JOIN sender s ON s.id = q.sender_id
 WHERE q.sender_id = :sender_id ORDER BY q.asked_at, q.phone
 LIMIT (SELECT CASE channel WHEN 'sandbox' THEN 1000 ELSE :batch END FROM sender WHERE id = :sender_id)
""")
ANSWERED = text("""
DELETE FROM number_question WHERE workspace_id = :workspace_id AND phone = ANY(:phones)
""")


class Answers(Protocol):
    """What a gateway knows of numbers: services/gateways/protocol.py."""

    async def on_whatsapp(self, sender_id: int, phones: Sequence[str]) -> dict[str, bool]: ...


def asked_topic(workspace_id: int) -> str:
    """What is announced when WhatsApp has answered."""
    return f"asked:{workspace_id}"


class Asker:
    """start() begins to ask; stop() leaves the rest for later. `sandbox` plays the answers of rehearsals."""

    def __init__(self, gateway: Answers, sandbox: Answers, pause_s: tuple[float, float] = PAUSE_S) -> None:
        self._gateway = gateway
        self._sandbox = sandbox
        self._pause_s = pause_s
        self._next_at: dict[int, float] = {}
        self._in_vain: dict[int, int] = {}  # attempts in a row
        self._rounds = Rounds(QUESTIONS_TOPIC, self._look, "nobody can be asked about numbers now")

    async def start(self) -> None:
        self._rounds.start()

    async def stop(self) -> None:
        await self._rounds.stop()

    async def _look(self, _asked: bool) -> None:
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
        workspace_id, played = rows[0].workspace_id, rows[0].channel == Channel.SANDBOX
        phones = [row.phone for row in rows]
        answers = await (self._sandbox if played else self._gateway).on_whatsapp(sender_id, phones)
        at = now()
        async with transaction() as db:
            if played:
                await known.played(db, workspace_id, sender_id, answers, at)
            else:
                await known.on_whatsapp(db, workspace_id, answers, at)
            await db.execute(ANSWERED, {"workspace_id": workspace_id, "phones": phones})
            await announce(db, asked_topic(workspace_id))

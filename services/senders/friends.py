"""Who knows a linked number, by WhatsApp's own tokens: read out of its store, so that an audience tells known
people from new ones. Nobody is asked for it; 100,000 tokens are one look into a file and one statement.
"""

import time
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import text

from models.db import transaction
from services.contacts import known
from services.live import announce
from services.senders.asker import asked_topic
from services.senders.rounds import Rounds

FRIENDS_TOPIC = "friends"
EVERY_S = 20.0  # what came meanwhile, while a sender is open here
NEVER = datetime.fromtimestamp(0, UTC)
AT_ONCE = 5000  # tokens in one transaction: reviews and marks read the same table

# Whoever reviews a campaign wakes its sender.
AWAKE = text("""
SELECT id, workspace_id FROM sender
 WHERE channel = 'linked' AND status <> 'logged_out' AND awake_until > now()
""")


class Tokens(Protocol):
    """What a gateway remembers of a sender: services/gateways/protocol.py."""

    async def trusted(self, sender_id: int) -> dict[str, datetime]: ...


class Friends:
    """start() begins to read; stop() ends it."""

    def __init__(self, gateway: Tokens) -> None:
        self._gateway = gateway
        self._next_at: dict[int, float] = {}
        self._seen: dict[int, tuple[int, datetime]] = {}
        self._rounds = Rounds(FRIENDS_TOPIC, self._look, "nobody's tokens can be noted now")

    async def start(self) -> None:
        self._rounds.start()

    async def stop(self) -> None:
        await self._rounds.stop()

    async def _look(self, asked: bool) -> None:
        """`asked`: somebody looks at an audience now, whose contacts may be new."""
        async with transaction() as db:
            awake = (await db.execute(AWAKE)).all()
        for sender_id, workspace_id in awake:
            if asked or time.monotonic() >= self._next_at.get(sender_id, 0.0):
                self._next_at[sender_id] = time.monotonic() + EVERY_S
                await self._read(workspace_id, sender_id, asked)

    async def _read(self, workspace_id: int, sender_id: int, asked: bool) -> None:
        tokens = await self._gateway.trusted(sender_id)
        seen = len(tokens), max(tokens.values(), default=NEVER)
        if not asked and self._seen.get(sender_id) == seen:
            return
        told = list(tokens.items())
        for start in range(0, len(told), AT_ONCE):
            async with transaction() as db:
                await known.trusted(db, workspace_id, sender_id, dict(told[start : start + AT_ONCE]))
                await announce(db, asked_topic(workspace_id))
        self._seen[sender_id] = seen

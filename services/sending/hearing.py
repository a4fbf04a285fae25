"""What gateways tell: receipts, replies and link states, gathered and stored ten times a second.

Nothing that was heard is forgotten while PostgreSQL is away: it waits here, in memory, and its channel tells
again what a crash took with it.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from models.db import by_index, raw
from models.states import SenderStatus
from services.away import AWAY, PATIENCE_S
from services.gateways.protocol import Event, LinkChanged, ReceiptHeard, ReplyHeard
from services.live import publish
from services.senders.moves import link_changed
from services.sending import hot_moves, inbox
from services.sending.lane import storable

WINDOW_S = 0.1
REPLIES_AT_ONCE = 20
EARLY_S = 1.0  # how often receipts that came before their record are looked at again …
LATELY = "15 seconds"  # … if they came this lately; a record is not often later
ALL_S = 30.0  # how often the others are
ALL = "1 hour"
log = logging.getLogger(__name__)


class Hearing:
    """The listener that is handed to every gateway."""

    def __init__(self) -> None:
        self._receipts: list[ReceiptHeard] = []
        self._replies: list[ReplyHeard] = []
        self._links: list[LinkChanged] = []
        self._something = asyncio.Event()
        self._early_at = self._all_at = 0.0
        self._ended = False
        self._stored = asyncio.Event()  # all that was heard, a moment ago
        self.on_link: Callable[[int, bool], None] = lambda sender_id, online: None

    def hear(self, event: Event) -> None:
        match event:
            case ReceiptHeard() if storable(event.wa_id):
                self._receipts.append(event)
            case ReceiptHeard():
                event.kept()
            case ReplyHeard():
                self._replies.append(event)
            case LinkChanged():
                self._links.append(event)
                if not _may_send(event):
                    self.on_link(event.sender_id, False)
        self._something.set()

    async def run(self) -> None:
        """Store and apply what is heard until `end`."""
        while not self._ended:
            await self._something_or_early()
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self.store()
            except AWAY as e:
                log.warning("what phones tell waits for the database: %s", e)
                await asyncio.sleep(0.5)
                self._something.set()  # it is still to be stored, though nobody may say anything more

    async def stored(self) -> None:
        """All that people wrote so far is stored: a STOP that came while its sender slept counts by then."""
        while self._replies:
            self._stored.clear()
            await self._stored.wait()

    def end(self) -> None:
        self._ended = True
        self._something.set()

    async def store(self) -> None:
        """Store all that was heard so far; on an error nothing is lost and the caller tries again."""
        self._something.clear()
        await self._store_receipts()
        await self._store_replies()
        while self._links:
            await link_changed(self._links[0])
            self._may_send(self._links.pop(0))
        self._stored.set()

    async def _store_receipts(self) -> None:
        heard = self._receipts[:]
        all_of_them = time.monotonic() >= self._all_at
        async with raw() as db:
            await by_index(db)
            if heard:
                await hot_moves.store_receipts(db, heard)
            changed = await hot_moves.apply_receipts(db, newer_than=ALL if all_of_them else LATELY)
        _kept(heard)
        del self._receipts[: len(heard)]
        self._early_at = time.monotonic() + EARLY_S
        if all_of_them:
            self._all_at = time.monotonic() + ALL_S
        if changed:
            await publish(f"campaign:{campaign_id}" for campaign_id in changed)

    async def _store_replies(self) -> None:
        """A few at a time: what is done is not asked again when a crowd writes or the database goes away."""
        while self._replies:
            self._replies.sort(key=lambda reply: reply.at)
            heard = self._replies[:REPLIES_AT_ONCE]
            await inbox.take(heard)
            _kept(heard)
            del self._replies[: len(heard)]

    def _may_send(self, link: LinkChanged) -> None:
        """Only now: what came before it was connected is stored, and among that may be a STOP."""
        if _may_send(link) and not any(later.sender_id == link.sender_id for later in self._links):
            self.on_link(link.sender_id, True)

    async def _something_or_early(self) -> None:
        wait_s = max(0.0, self._early_at - time.monotonic())
        try:
            async with asyncio.timeout(wait_s or None):  # wait_for of Python 3.11 can swallow a cancel
                await self._something.wait()
        except TimeoutError:
            return
        await asyncio.sleep(WINDOW_S)


def _may_send(link: LinkChanged) -> bool:
    """A restricted number still writes to people who know it."""
    return link.status in (SenderStatus.ONLINE, SenderStatus.RESTRICTED)


def _kept(heard: Sequence[ReceiptHeard] | Sequence[ReplyHeard]) -> None:
    for event in heard:
        event.kept()

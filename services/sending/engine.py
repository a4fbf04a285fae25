"""The engine of one process: hungry senders are fed, due ones are marked in one flush, marked ones sent.

At most once, whatever breaks: a message leaves only after its sender's mark with its own token has been
committed, only under the newest epoch, and only before the lease's deadline (services/sending/owning.py).
"""

import asyncio
import heapq
import logging
import os
import socket
import time
from collections.abc import Awaitable, Callable
from itertools import count, islice
from secrets import token_hex

from models.db import raw
from services.away import AWAY, PATIENCE_S
from services.clock import now
from services.gateways.registry import Gateways
from services.live import end, listen, publish
from services.sending.claims import feed
from services.sending.flush import Flush
from services.sending.hearing import Hearing
from services.sending.lane import Lane, Mark, Record
from services.sending.owning import Owning
from services.sending.pump import give_back, send

WINDOW_S = 0.02  # one flush at most this often; the price of fifty messages or of five thousand
TELL_S = 0.1  # between two announcements of what was recorded
LOOK_S = 1.0  # between two rounds of owning
AT_ONCE = 1000  # sends in progress; waiting costs nothing and is not counted
MARKED_AT_ONCE = 500  # in one flush: while it commits, what the one before has marked is sent
LONGEST_SEND_S = 100.0  # gateways have shorter deadlines of their own
FED_AT_ONCE = 100  # lanes in one claim: thousands of texts at once would keep the pages waiting
log = logging.getLogger(__name__)


class Engine:
    """start() begins to send for its share of the senders; stop() drains and leaves the rest queued."""

    def __init__(self, gateways: Gateways, hearing: Hearing) -> None:
        self.process = f"{socket.gethostname()}:{os.getpid()}:{token_hex(3)}"
        self._gateways = gateways
        self._hearing = hearing
        self._hearing.on_link = self._link_changed
        self._owning = Owning(self.process, gateways, self._arrived)
        self._flush = Flush()
        self._due: list[tuple[float, int, Lane]] = []  # a heap over all senders: the one timer
        self._order = count()
        self._records: list[Record] = []
        self._hungry: dict[int, Lane] = {}
        self._sends: dict[Lane, asyncio.Task[None]] = {}  # the oldest first
        self._flushed_at = 0.0
        self._work = asyncio.Event()  # something to flush, or an earlier alarm
        self._appetite = asyncio.Event()  # somebody is hungry
        self._news = asyncio.Event()  # a sender has new work
        self._change = asyncio.Event()  # a campaign's counters moved
        self._changed: set[int] = set()
        self._draining = False
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        loops = (self._beat, self._feed, self._tell, self._keep, self._own, self._listen, self._hearing.run)
        for loop in loops:
            self._loops.append(asyncio.create_task(_watched(loop), name=loop.__name__))

    async def stop(self, timeout_s: float = 8.0) -> None:
        """Mark nothing more, wait for what is on its way, record it, give everything back.

        What is still on its way after `timeout_s` stays marked: the next owner finds out or says so.
        """
        self._draining = True
        self._owning.let_go(list(self._owning.lanes.values()))
        self._work.set()
        deadline = time.monotonic() + timeout_s
        while (self._sends or self._records) and time.monotonic() < deadline:
            await asyncio.sleep(WINDOW_S)
        self._hearing.end()
        await end(self._loops)
        try:
            async with asyncio.timeout(2):
                await self._hearing.store()
                await self._owning.close_left()
                await self._owning.goodbye()
                await publish(["senders", *(f"campaign:{campaign_id}" for campaign_id in self._changed)])
        except (*AWAY, TimeoutError) as e:
            log.warning("the last words were not stored: %s", e)
        await self._gateways.aclose()
        await self._flush.close()

    @property
    def trouble(self) -> str | None:
        """Why nothing can be committed right now; None when all is well."""
        return self._flush.trouble

    # --- the beat: one timer, one flush ---

    async def _beat(self) -> None:
        while True:
            await self._rest()
            marks = self._take_due()
            records, self._records = self._records, []
            if not marks and not records:
                continue
            self._flushed_at = time.monotonic()
            tokens = await self._flush.commit(records, marks)
            self._after_marks(marks, tokens)
            self._after_records(records)
            self._told({r.campaign_id for r in records})

    async def _rest(self) -> None:
        """Until there is something to do, and a window at least since the last flush began."""
        early_s = self._flushed_at + WINDOW_S - time.monotonic()
        if early_s > 0:
            await asyncio.sleep(early_s)
        if self._records:
            return
        self._work.clear()
        wait_s = None if not self._due else max(0.0, self._due[0][0] - time.monotonic())
        if wait_s == 0.0:
            return
        try:
            # not wait_for: in Python 3.11 it can swallow a cancel that comes together with the event
            async with asyncio.timeout(wait_s):
                await self._work.wait()
        except TimeoutError:
            return

    def _take_due(self) -> list[Mark]:
        at = time.monotonic()
        moment = now().timestamp()
        marks: list[Mark] = []
        room = min(MARKED_AT_ONCE, AT_ONCE - len(self._sends))
        while self._due and self._due[0][0] <= at and len(marks) < room:
            _, _, lane = heapq.heappop(self._due)
            lane.alarmed = False
            if self._draining or not lane.may_mark(at):
                continue
            claimed = lane.ready.popleft()
            gap_s = claimed.gap.draw_s()
            lane.busy = True
            lane.next_at = at + gap_s
            marks.append(Mark(lane, claimed, moment + gap_s))
        return marks

    def _after_marks(self, marks: list[Mark], tokens: set[bytes]) -> None:
        at = time.monotonic()
        for mark in marks:
            lane, claimed = mark.lane, mark.claimed
            if claimed.token not in tokens:
                # paused, cancelled, opted out, or not ours any more: what was read is stale
                lane.busy = False
                lane.ready.clear()
                lane.next_at = at
                lane.look_again_at = at + 0.2
            elif at >= lane.deadline:
                lane.busy, lane.unrecorded = False, True
                self._records.append(give_back(lane, claimed))
            else:
                lane.last_campaign = claimed.campaign_id
                lane.sent_at = at
                self._sends[lane] = asyncio.create_task(self._send(mark))

    async def _send(self, mark: Mark) -> None:
        lane = mark.lane
        record = await send(lane, mark.claimed)
        del self._sends[lane]
        self._records.append(record)
        # its record and its next mark may share a flush
        lane.unrecorded = True
        lane.busy = False
        if lane.ready:
            self._set_alarm(lane)
        self._work.set()

    def _after_records(self, records: list[Record]) -> None:
        at = time.monotonic()
        for record in records:
            lane = record.lane
            lane.unrecorded = False
            if not lane.busy and not lane.ready and not lane.leaving:
                self._make_hungry(lane, at)

    def _cut_off(self) -> None:
        """One look a second costs less than a timer for each message."""
        too_early = time.monotonic() - LONGEST_SEND_S
        for lane, task in self._sends.items():
            if lane.sent_at > too_early:
                break
            lane.cut_off = True
            task.cancel()

    # --- telling ---

    def _told(self, campaigns: set[int]) -> None:
        if campaigns:
            self._changed |= campaigns
            self._change.set()

    async def _tell(self) -> None:
        """Beside the beat: who watches can wait a moment; nobody else has to wait for Redis."""
        while True:
            await self._change.wait()
            self._change.clear()
            changed, self._changed = self._changed, set()
            await publish(f"campaign:{campaign_id}" for campaign_id in changed)
            await asyncio.sleep(TELL_S)

    # --- feeding ---

    async def _feed(self) -> None:
        while True:
            await self._appetite.wait()
            self._appetite.clear()
            while self._hungry:
                await self._feed_some(self._next_hungry())
            await asyncio.sleep(WINDOW_S)

    def _next_hungry(self) -> list[Lane]:
        """A few who are still hungry. Who has something left might mark it while we read."""
        few = [self._hungry.pop(sender_id) for sender_id in list(islice(self._hungry, FED_AT_ONCE))]
        return [lane for lane in few if lane.settled and not lane.ready and not lane.leaving]

    async def _feed_some(self, lanes: list[Lane]) -> None:
        if not lanes:
            return
        try:
            async with asyncio.timeout(PATIENCE_S), raw() as db:
                left_out = await feed(db, lanes)
        except AWAY as e:
            log.warning("nobody could be fed: %s", e)
            for lane in lanes:
                lane.look_again_at = time.monotonic() + LOOK_S
            return
        at = time.monotonic()
        for lane in lanes:
            if lane.ready:
                self._set_alarm(lane)
            else:
                lane.look_again_at = at + LOOK_S
        self._told(left_out)

    def _make_hungry(self, lane: Lane, at: float) -> None:
        if at >= lane.look_again_at:
            self._hungry[lane.sender_id] = lane
            self._appetite.set()

    def _set_alarm(self, lane: Lane) -> None:
        heapq.heappush(self._due, (lane.next_at, next(self._order), lane))
        lane.alarmed = True
        self._work.set()

    # --- owning ---

    def _arrived(self, lane: Lane) -> None:
        self._make_hungry(lane, time.monotonic())

    async def _keep(self) -> None:
        while True:
            try:
                await self._owning.keep()
            except AWAY as e:
                log.warning("the leases could not be renewed: %s", e)
            self._cut_off()
            await asyncio.sleep(LOOK_S)

    async def _own(self) -> None:
        while True:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._owning.look()
            except AWAY as e:
                log.warning("the senders could not be shared out: %s", e)
            self._rouse()
            await self._news_or(LOOK_S)

    def _rouse(self) -> None:
        """Lanes that wait for nothing any more: out of messages, or their alarm rang while the lease had
        run out or the phone was offline.
        """
        at = time.monotonic()
        for lane in self._owning.lanes.values():
            if lane.ready and not lane.busy and not lane.alarmed:
                self._set_alarm(lane)
            elif lane.settled and not lane.ready:
                self._make_hungry(lane, at)

    async def _news_or(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(wait_s):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()
        await asyncio.sleep(WINDOW_S)

    async def _listen(self) -> None:
        async def hear(topics: frozenset[str]) -> None:
            for topic in topics:
                kind, _, number = topic.partition(":")
                if kind == "sender" and number.isdigit():
                    self._look_at(int(number))
                if kind in ("sender", "senders"):
                    self._news.set()

        await listen(hear)

    def _look_at(self, sender_id: int) -> None:
        """A campaign of this sender was launched, resumed or paused: read its queue afresh."""
        lane = self._owning.lanes.get(sender_id)
        if lane is not None and not lane.busy:
            lane.ready.clear()
            lane.look_again_at = 0.0

    def _link_changed(self, sender_id: int, online: bool) -> None:
        lane = self._owning.lanes.get(sender_id)
        if lane is not None:
            lane.online = online
            self._news.set()


async def _watched(loop: Callable[[], Awaitable[None]]) -> None:
    """An error in a loop of the engine is our bug: told loudly, and the loop goes on."""
    while True:
        try:
            return await loop()
        except Exception:  # a dead loop would stop every sender in silence
            log.exception("%s broke and starts again", getattr(loop, "__name__", loop))
            await asyncio.sleep(1)

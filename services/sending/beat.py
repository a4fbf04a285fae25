"""The heart of sending: due ones are marked in a flush, marked ones are sent, the outcome is recorded.

One timer over all its senders, one connection, one transaction at a time. A process has a few of these, so
that one can prepare and send while another's transaction commits; a sender always belongs to the same one,
for the record of a message has to commit with the next mark, or before it.
"""

import asyncio
import heapq
import time
from collections.abc import Callable, Sequence
from itertools import count

from models.pace import BEAT_S
from services.clock import now
from services.live import end
from services.sending.fleet import Trouble
from services.sending.flush import Flush
from services.sending.lane import Lane, Mark, Record
from services.sending.pump import give_back, send

WINDOW_S = BEAT_S  # one flush at most this often, at the price of fifty messages …
FULL = 100  # … unless so many wait to be recorded
AT_ONCE = 500  # sends in progress; waiting costs nothing and is not counted
LONGEST_SEND_S = 100.0  # gateways have shorter deadlines of their own
STALE_S = 0.2  # a lane whose mark was not made looks again after this


class Beat:
    """Sends for the lanes whose alarm is set. `recorded` is told what was committed."""

    def __init__(self, recorded: Callable[[Sequence[Record]], None]) -> None:
        self._recorded = recorded
        self._flush = Flush()
        self._due: list[tuple[float, int, Lane]] = []  # a heap: the one timer
        self._order = count()
        self._records: list[Record] = []
        self._sends: dict[Lane, asyncio.Task[None]] = {}  # the oldest first
        self._idle: list[tuple[asyncio.Task[None], asyncio.Future[Mark]]] = []
        self._flushed_at = 0.0
        self._flushing = False
        self._work = asyncio.Event()  # something to flush, or an earlier alarm
        self._full = asyncio.Event()  # so much to flush that it is worth its price
        self._draining = False

    async def run(self) -> None:
        while True:
            await self._rest()
            marks = self._take_due()
            records, self._records = self._records, []
            self._full.clear()
            if not marks and not records:
                continue
            tokens = await self._commit(records, marks)
            for record in records:
                record.lane.unrecorded = False
            self._after_marks(marks, tokens)
            self._recorded(records)
            await asyncio.sleep(0)  # what may be sent is on its way before the next flush is thought of

    async def _commit(self, records: list[Record], marks: list[Mark]) -> set[bytes]:
        self._flushed_at = time.monotonic()
        self._flushing = True
        committed = False
        try:
            tokens = await self._flush.commit(records, marks)
            committed = True
            return tokens
        finally:
            self._flushing = False
            if not committed:  # a bug of ours, or the end: nothing is sent, and nothing is forgotten
                self._records = records + self._records
                self._after_marks(marks, set())

    def set_alarm(self, lane: Lane) -> None:
        """Have the lane's next message sent when its time has come."""
        heapq.heappush(self._due, (lane.next_at, next(self._order), lane))
        lane.alarmed = True
        self._work.set()

    def drain(self) -> None:
        """Mark nothing more."""
        self._draining = True
        self._work.set()

    @property
    def settled(self) -> bool:
        """Nothing on its way, and nothing left to record."""
        return not (self._sends or self._records or self._flushing)

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing can be committed right now; None when all is well."""
        return self._flush.trouble

    def cut_off(self) -> None:
        """End what takes too long. One look a second costs less than a timer for each message."""
        too_early = time.monotonic() - LONGEST_SEND_S
        for lane, task in self._sends.items():
            if lane.sent_at > too_early:
                break
            lane.cut_off = True
            task.cancel()

    async def close(self) -> None:
        await end([task for task, _ in self._idle])
        await self._flush.close()

    async def _rest(self) -> None:
        """Until there is something to do, and a window at least since the last flush began, or much to do."""
        early_s = self._flushed_at + WINDOW_S - time.monotonic()
        if early_s > 0:
            await _set_or(self._full, early_s)
        if self._records:
            return
        self._work.clear()
        wait_s = self._due[0][0] - time.monotonic() if self._due and self._room() else None
        if wait_s is None or wait_s > 0:
            await _set_or(self._work, wait_s)

    def _room(self) -> int:
        """How many more may be on their way. Where there is none, the end of a send is waited for."""
        return AT_ONCE - len(self._sends)

    def _take_due(self) -> list[Mark]:
        at, moment = time.monotonic(), now().timestamp()
        marks: list[Mark] = []
        room = self._room()
        while self._due and self._due[0][0] <= at and len(marks) < room:
            _, _, lane = heapq.heappop(self._due)
            lane.alarmed = False
            if lane.closes_at <= moment:
                lane.ready.clear()  # quiet hours began, or another day: read anew with the next look
            if self._draining or not lane.may_mark(at):
                continue
            claimed = lane.ready.popleft()
            gap_s = claimed.gap.draw_s()
            lane.busy = True
            lane.next_at = at + gap_s
            marks.append(Mark(lane, claimed, gap_s))
        return marks

    def _after_marks(self, marks: list[Mark], tokens: set[bytes]) -> None:
        at, moment = time.monotonic(), now().timestamp()
        all_may = len(tokens) == len(marks)
        for mark in marks:
            lane, claimed = mark.lane, mark.claimed
            in_time = at < lane.deadline and moment < lane.closes_at
            if in_time and (all_may or claimed.token in tokens):
                lane.last_campaign = claimed.campaign_id
                lane.sent_at = at
                self._sends[lane] = self._send_off(mark)
                continue
            # paused, cancelled, opted out, not ours any more, or the quiet hours began while the flush waited
            # for the database: what was read is stale. If the mark was made, it is taken back by its token.
            lane.busy, lane.unrecorded = False, True
            lane.ready.clear()
            lane.next_at = at
            lane.look_again_at = at + STALE_S
            self._records.append(give_back(lane, claimed))

    def _send_off(self, mark: Mark) -> asyncio.Task[None]:
        """By somebody who has just sent another, if there is one: a new task costs as much as the send."""
        if not self._idle:
            return asyncio.create_task(self._keep_sending(mark))
        task, next_mark = self._idle.pop()
        next_mark.set_result(mark)
        return task

    async def _keep_sending(self, mark: Mark) -> None:
        me = asyncio.current_task()
        assert me is not None
        loop = asyncio.get_running_loop()
        while True:
            lane = mark.lane
            record = await send(lane, mark.claimed)
            del self._sends[lane]
            self._records.append(record)
            if len(self._records) >= FULL:
                self._full.set()
            # its record and its next mark may share a flush
            lane.unrecorded = True
            lane.busy = False
            if lane.ready:
                self.set_alarm(lane)
            else:
                self._work.set()
            next_mark: asyncio.Future[Mark] = loop.create_future()
            self._idle.append((me, next_mark))
            mark = await next_mark


async def _set_or(event: asyncio.Event, wait_s: float | None) -> None:
    """Until it is set, or this long."""
    try:
        # not wait_for: in Python 3.11 it can swallow a cancel that comes together with the event
        async with asyncio.timeout(wait_s):
            await event.wait()
    except TimeoutError:
        return

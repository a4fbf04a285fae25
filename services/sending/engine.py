"""The engine of one process: it owns senders, feeds the hungry, and two beats send for them.

At most once, whatever breaks: a message leaves only after its sender's mark with its own token has been
committed, only under the newest epoch, and only before the lease's deadline (services/sending/owning.py).
"""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Coroutine, Sequence
from itertools import islice
from secrets import token_hex
from typing import Any

from redis.exceptions import RedisError

from models.db import raw
from services.away import AWAY, PATIENCE_S
from services.gateways.protocol import Lack
from services.gateways.registry import Gateways
from services.live import end, listen, publish
from services.sending.beat import Beat
from services.sending.claims import feed
from services.sending.failures import FRESH_S, Failures, trouble_of
from services.sending.fleet import Trouble
from services.sending.hearing import Hearing
from services.sending.lane import Lane, Record
from services.sending.owning import Owning
from services.watched import watched

BEATS = 2  # the one prepares and sends while the other's transaction commits
WINDOW_S = 0.02  # who asks within it is answered together
TELL_S = 0.1  # between two announcements of what was recorded
LOOK_S = 1.0  # between two rounds of owning
CLOSED_LOOK_S = 10.0  # a thousand numbers in their quiet hours are not asked every second
LAST_STEP_S = 3.0  # each step of a stop that needs PostgreSQL or Redis
FEEDING, SHARING = "feeding", "sharing"
FED_AT_ONCE = 100  # lanes in one claim: thousands of texts at once would keep the pages waiting
log = logging.getLogger(__name__)


class Engine:
    """start() begins to send for its share of the senders; stop() drains and leaves the rest queued."""

    def __init__(self, gateways: Gateways, hearing: Hearing) -> None:
        self.process = f"{socket.gethostname()}:{os.getpid()}:{token_hex(3)}"
        self._gateways = gateways
        self._hearing = hearing
        self._hearing.on_link = self._link_changed
        self._owning = Owning(self.process, gateways, self._arrived, hearing.stored, lambda: self.trouble)
        self._beats = [Beat(self._recorded) for _ in range(BEATS)]
        self._failures: Failures[str] = Failures()  # what cannot be done for any sender
        self._hungry: dict[int, Lane] = {}
        self._appetite = asyncio.Event()  # somebody is hungry
        self._news = asyncio.Event()  # a sender has new work
        self._change = asyncio.Event()  # a campaign's counters moved
        self._changed: set[int] = set()
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        loops = (self._feed, self._tell, self._keep, self._own, self._listen, self._hearing.run)
        for loop in (*(beat.run for beat in self._beats), *loops):
            self._loops.append(asyncio.create_task(watched(loop), name=loop.__qualname__))

    async def stop(self, timeout_s: float = 8.0) -> None:
        """Mark nothing more, wait for what is on its way, record it, give everything back.

        What is still on its way after `timeout_s` stays marked: the next owner finds out or says so.
        """
        for beat in self._beats:
            beat.drain()
        await _or_say("others were not told of the end", self._owning.end())
        deadline = time.monotonic() + timeout_s
        while not all(beat.settled for beat in self._beats) and time.monotonic() < deadline:
            await self._hand_over()
            await asyncio.sleep(WINDOW_S)
        self._hearing.end()
        await end(self._loops)
        await self._hand_over()
        await _or_say("the last words were not stored", self._hearing.store())
        await _or_say("the senders are not given back", self._owning.goodbye())
        await publish(["senders", *(f"campaign:{campaign_id}" for campaign_id in self._changed)])
        await self._gateways.aclose()
        for beat in self._beats:
            await beat.close()

    async def _hand_over(self) -> None:
        """Whatever has come to its end is for others, at once."""

        async def close() -> None:
            if await self._owning.close_left():
                await publish(["senders"])

        await _or_say("the senders are not given back", close())

    @property
    def trouble(self) -> Trouble | None:
        """What keeps this process from sending anything; None when all is well."""
        troubles = [beat.trouble for beat in self._beats if beat.trouble]
        if troubles := [*troubles, *self._failures.now().values()]:
            return troubles[0]
        lanes = self._owning.lanes.values()
        full = self._owning.disk_full or any(lane.lacks is Lack.DISK for lane in lanes)
        return Trouble.DISK if full else None

    def _failed(self, step: str, error: BaseException) -> None:
        """Of Redis nothing needs to be told: whoever asks sees that it is away."""
        if not isinstance(error, RedisError):
            trouble = trouble_of(error, Trouble.DATABASE)
            self._failures.note(step, trouble, fresh_s=PATIENCE_S + FRESH_S)

    # --- what was recorded ---

    def _recorded(self, records: Sequence[Record]) -> None:
        at = time.monotonic()
        for record in records:
            lane = record.lane
            if lane.settled and not lane.ready and not lane.leaving:
                self._make_hungry(lane, at)
        self._told({record.campaign_id for record in records})

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
        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE_S), raw() as db:
                left_out = await feed(db, lanes)
        except AWAY as e:
            self._failed(FEEDING, e)
            log.warning("nobody could be fed: %s", e)
            _look_later(lanes, LOOK_S)
        except Exception:  # a campaign that cannot be read must not starve the others
            if len(lanes) == 1:
                log.exception("sender %s could not be fed", lanes[0].sender_id)
                self._owning.failures.note(
                    lanes[0].sender_id, Trouble.READING, fresh_s=2 * CLOSED_LOOK_S, at_once=True
                )
                _look_later(lanes, CLOSED_LOOK_S)
            else:
                for lane in lanes:
                    await self._feed_some([lane])
        else:
            self._failures.works(FEEDING)
            self._fed(lanes, began)
            self._told(left_out)

    def _fed(self, lanes: list[Lane], began: float) -> None:
        at = time.monotonic()
        for lane in lanes:
            self._owning.failures.works(lane.sender_id)
            if lane.news_at > began:  # what was read meanwhile may lack it
                lane.ready.clear()
                self._make_hungry(lane, at)
            elif lane.ready:
                self._beat_of(lane).set_alarm(lane)
            else:
                lane.look_again_at = at + (CLOSED_LOOK_S if lane.closed else LOOK_S)

    def _make_hungry(self, lane: Lane, at: float) -> None:
        if at >= lane.look_again_at:
            self._hungry[lane.sender_id] = lane
            self._appetite.set()

    def _beat_of(self, lane: Lane) -> Beat:
        return self._beats[lane.sender_id % len(self._beats)]

    # --- owning ---

    def _arrived(self, lane: Lane) -> None:
        self._make_hungry(lane, time.monotonic())

    async def _keep(self) -> None:
        while True:
            try:
                await self._owning.keep()
            except AWAY as e:
                log.warning("the leases could not be renewed: %s", e)
            for beat in self._beats:
                beat.cut_off()
            await asyncio.sleep(LOOK_S)

    async def _own(self) -> None:
        while True:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await self._owning.look()
            except AWAY as e:
                self._failed(SHARING, e)
                log.warning("the senders could not be shared out: %s", e)
            else:
                self._failures.works(SHARING)
            self._rouse()
            await self._news_or(LOOK_S)

    def _rouse(self) -> None:
        """Lanes that wait for nothing any more: out of messages, or their alarm rang while the lease had
        run out or the phone was offline.
        """
        at = time.monotonic()
        for lane in self._owning.lanes.values():
            if lane.ready and not lane.busy and not lane.alarmed:
                self._beat_of(lane).set_alarm(lane)
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
        """A campaign of this sender was launched, resumed or paused, or somebody is answered: read afresh."""
        lane = self._owning.lanes.get(sender_id)
        if lane is not None:
            lane.ready.clear()
            lane.news_at = time.monotonic()
            lane.look_again_at = 0.0

    def _link_changed(self, sender_id: int, online: bool) -> None:
        self._owning.link_changed(sender_id, online)
        self._news.set()


def _look_later(lanes: list[Lane], wait_s: float) -> None:
    for lane in lanes:
        lane.look_again_at = time.monotonic() + wait_s


async def _or_say(otherwise: str, step: Coroutine[Any, Any, object]) -> None:
    """Take a step of the end; where PostgreSQL or Redis is away, go on with the next."""
    try:
        async with asyncio.timeout(LAST_STEP_S):
            await step
    except AWAY as e:
        log.warning("%s: %s", otherwise, e)

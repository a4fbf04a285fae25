"""One linked number at work in a child: connected, or on its way there, until it is closed.

neonize's client is never repaired: whatever ends a connection for good ends the client too, and another one
is made on the same store, later and later where that does not help.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from neonize._binder import gocode
from neonize.aioze.client import NewAClient
from neonize.aioze.events import MessageEv, ReceiptEv

from models.states import SenderStatus
from services.gateways.linked import wire
from services.gateways.linked.adapter import Calls, Gate
from services.gateways.linked.hearing import Ear
from services.gateways.linked.journal import Journal
from services.gateways.linked.line import End, Line
from services.gateways.linked.owner import Hold
from services.gateways.linked.porter import Porter
from services.gateways.linked.signs import Signs
from services.gateways.linked.voice import Voice

STOP_S = 5.0
STARTS_S = 1.0  # to have changed Go's maps; then calls of others may go on
COMES_UP_S = 10.0  # nobody else starts or stops meanwhile
AGAIN_S = (1.0, 3.0, 10.0, 30.0, 60.0, 300.0)  # between two clients that came to nothing
log = logging.getLogger(__name__)


class Session:
    """start() begins it, stop() ends it. `store` is its name for neonize; what happens is told to `tell`."""

    def __init__(
        self,
        asked: wire.Open,
        store: str,
        hold: Hold,
        journal: Journal,
        gate: Gate,
        tell: Callable[[wire.Message], None],
    ) -> None:
        self.hold = hold
        self.journal = journal
        self.line = Line(asked.sender_id, tell)
        self.voice = Voice(self.line, hold)
        self._ear = Ear(asked.sender_id, journal, tell, self.voice.phone_of)
        self._signs = Signs(self.line, self._ear, asked.phone)
        self._store = store
        self._gate = gate
        self._life: asyncio.Task[None] | None = None

    async def start(self, patience_s: float) -> None:
        """Returns once it is connected, once it is clear why not, or after `patience_s`."""
        self._ear.start()
        self._life = asyncio.create_task(self._live())
        try:
            async with asyncio.timeout(patience_s):
                await self.line.settled.wait()
        except TimeoutError:
            self.line.say(SenderStatus.OFFLINE, "not connected yet")

    async def stop(self) -> None:
        """Let what is on its way arrive, for a while; afterwards nothing can leave."""
        self.line.closing = True
        await self.voice.finish()
        if self._life is not None:
            self.line.finish(End(SenderStatus.OFFLINE, "closed"))
            await asyncio.wait([self._life])
        await self._ear.close()

    async def _live(self) -> None:
        """One client after the other until it is closed, or there is nothing to try."""
        line, failures = self.line, 0
        while not line.closing:
            began = time.monotonic()
            end = await self._one_client()
            if line.closing:
                return
            line.say(end.status, end.detail, end.until, end.code)
            line.settled.set()
            if end.again_s is None:
                line.over = True
                return
            failures = 0 if time.monotonic() - began > AGAIN_S[-1] else failures + 1
            wait_s = max(end.again_s, AGAIN_S[min(failures, len(AGAIN_S)) - 1] if failures else 0.0)
            await asyncio.wait([line.begin()], timeout=wait_s)

    async def _one_client(self) -> End:
        line, ended = self.line, self.line.begin()
        client = self._new_client()
        async with self._gate.alone():
            connecting = await client.connect()
            connecting.add_done_callback(self._watch)
            line.client = client
            up = asyncio.create_task(line.up.wait())
            either: list[asyncio.Future[Any]] = [up, ended]
            await asyncio.wait(either, timeout=STARTS_S, return_when=asyncio.FIRST_COMPLETED)
            self._gate.let_calls_in()
            await asyncio.wait(either, timeout=COMES_UP_S, return_when=asyncio.FIRST_COMPLETED)
            up.cancel()
        end = await ended
        line.up.clear()
        await self._stop_client(client, connecting)
        return end

    async def _stop_client(self, client: Any, connecting: "asyncio.Task[Any]") -> None:
        """Through the gate, and before the last reference goes: neonize's finalizer knows no gate."""
        async with self._gate.alone():
            stopping = asyncio.create_task(client.stop())
            done, _ = await asyncio.wait([stopping], timeout=STOP_S)
        if done:
            self.line.stopped.set()
        else:
            log.error("sender %s does not stop", self.line.sender_id)
        await asyncio.wait([connecting], timeout=STOP_S)

    def _new_client(self) -> Any:
        client = NewAClient(self._store, uuid=uuid4().hex)  # a uuid of its own for each object
        client._NewAClient__client = Calls(self._gate, gocode, Porter(self.journal, self._rings))
        for event, handler in self._signs.handlers.items():
            client.event(event)(self._guarded(client, handler))
        for event in (MessageEv, ReceiptEv):  # they are asked for, and go to the porter
            client.event(event)(self._guarded(client, self._nothing))
        client.qr(self._guarded(client, self._signs.asks_for_pairing))
        return client

    def _rings(self, number: int) -> None:
        self.line.alive()
        self._ear.ring(number)

    async def _nothing(self, _event: Any) -> None:
        """The porter has it."""

    def _guarded(
        self, client: Any, handler: Callable[[Any], Awaitable[None]]
    ) -> Callable[[Any, Any], Awaitable[None]]:
        """neonize forgets what a handler raises; and an old client's last words are not this one's."""

        async def handle(_client: Any, event: Any) -> None:
            try:
                if client is self.line.client:
                    await handler(event)
            except Exception:  # or the event would be lost without a word
                log.exception("sender %s could not take in what WhatsApp told", self.line.sender_id)

        return handle

    def _watch(self, connecting: "asyncio.Task[Any]") -> None:
        """neonize's events end with this task: where it fails, nobody would hear anything any more."""
        trouble = None if connecting.cancelled() else connecting.exception()
        self.line.finish(End(SenderStatus.OFFLINE, str(trouble or "the connection ended"), again_s=0.0))

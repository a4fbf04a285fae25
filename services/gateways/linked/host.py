"""A child process that runs the sessions of up to twenty linked numbers: `python -m … host <socket>`.

It lives as long as the process at the other end of the socket; neonize is loaded only here. Everything it
prints is neonize's noise or ours, and goes into the parent's log.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil

from services.gateways.linked import child, owner, wire
from services.gateways.linked.journal import Journal
from services.gateways.linked.outcome import NOT_CONNECTED
from services.gateways.linked.store import store_name

LOOK_S = 0.05  # at who is asked for by a newer owner
BEAT_S = 5.0
CONNECTS_S = 6.0  # an opening waits so long for WhatsApp; later it comes up by itself
log = logging.getLogger(__name__)


class Host:
    """The sessions of this process."""

    def __init__(self, wired: wire.Wire, folder: Path) -> None:
        from services.gateways.linked.adapter import Gate

        self._wire = wired
        self._folder = folder
        self._gate = Gate()
        self._sessions: dict[int, Any] = {}
        self._in_turn: dict[int, asyncio.Lock] = {}
        self._answers: set[asyncio.Task[None]] = set()
        self._doors: dict[type, Callable[[Any], Awaitable[wire.Answer]]] = {
            wire.Open: self._open,
            wire.Close: self._close,
            wire.Send: self._send,
            wire.Ask: self._ask,
            wire.Unlink: self._unlink,
        }

    async def run(self) -> None:
        """Until the parent is gone, or says goodbye by closing the socket."""
        jobs = [asyncio.create_task(job()) for job in (self._beat, self._look)]
        async for message in self._wire.messages():
            if isinstance(message, wire.Kept):
                self._kept(message)
                continue
            answer = asyncio.create_task(self._answer(message))
            self._answers.add(answer)
            answer.add_done_callback(self._answers.discard)
        await asyncio.gather(*(self._let_go(sender_id) for sender_id in list(self._sessions)))
        await asyncio.gather(*self._answers)
        for job in jobs:
            job.cancel()

    async def _answer(self, asked: Any) -> None:
        try:
            answer = await self._doors[type(asked)](asked)
        except Exception as e:  # an answer that never comes would hold the engine for ever
            log.exception("%s broke", type(asked).__name__)
            answer = wire.Failed(asked.call, f"{type(e).__name__}: {e}")
        self._wire.send(answer)
        await self._wire.flush()

    # --- one sender ---

    async def _open(self, asked: wire.Open) -> wire.Answer:
        from services.gateways.linked.session import Session

        async with self._turn(asked.sender_id):
            await self._drop(asked.sender_id)
            try:
                hold = await owner.take(self._folder, asked.sender_id, asked.epoch)
            except OSError as e:
                return wire.Done(asked.call, trouble=str(e))
            store = store_name(self._folder / str(asked.sender_id))
            journal = await asyncio.to_thread(Journal, self._folder, asked.sender_id)
            session = Session(asked, store, hold, journal, self._gate, self._wire.send)
            self._sessions[asked.sender_id] = session
            await session.start(CONNECTS_S)
            return wire.Done(asked.call)

    async def _close(self, asked: wire.Close) -> wire.Answer:
        await self._let_go(asked.sender_id)
        return wire.Done(asked.call)

    async def _send(self, asked: wire.Send) -> wire.Answer:
        session = self._sessions.get(asked.sender_id)
        if session is None:
            return wire.Failed(asked.call, NOT_CONNECTED)
        answer: wire.Answer = await session.voice.send(asked)
        return answer

    async def _ask(self, asked: wire.Ask) -> wire.Answer:
        session = self._sessions.get(asked.sender_id)
        if session is None:
            return wire.Failed(asked.call, "the sender is not open")
        answer: wire.Answer = await session.voice.ask(asked)
        return answer

    async def _unlink(self, asked: wire.Unlink) -> wire.Answer:
        session = self._sessions.get(asked.sender_id)
        if session is None:
            return wire.Failed(asked.call, "the sender is not open")
        answer: wire.Answer = await session.voice.unlink(asked)
        return answer

    def _kept(self, told: wire.Kept) -> None:
        session = self._sessions.get(told.sender_id)
        if session is not None:
            session.journal.kept(told.number)

    async def _let_go(self, sender_id: int) -> None:
        async with self._turn(sender_id):
            await self._drop(sender_id)

    async def _drop(self, sender_id: int) -> None:
        session = self._sessions.pop(sender_id, None)
        if session is not None:
            await session.stop()
            session.journal.close()
            session.hold.close()

    def _turn(self, sender_id: int) -> asyncio.Lock:
        return self._in_turn.setdefault(sender_id, asyncio.Lock())

    # --- by itself ---

    async def _look(self) -> None:
        """Let go of whoever a newer owner asks for."""
        while True:
            for sender_id, epoch in owner.wanted(self._folder).items():
                session = self._sessions.get(sender_id)
                if session is not None and epoch > session.hold.owner.epoch:
                    await self._let_go(sender_id)
                    self._wire.send(wire.Taken(sender_id))
            await asyncio.sleep(LOOK_S)

    async def _beat(self) -> None:
        me = psutil.Process()
        while True:
            heard = {str(sender_id): one.line.heard_at for sender_id, one in self._sessions.items()}
            memory_mb = me.memory_info().rss / 1e6
            self._wire.send(wire.Alive(memory_mb, me.num_fds(), me.num_threads(), heard))
            await asyncio.sleep(BEAT_S)


async def main(socket: int, folder: Path) -> None:
    wired = await child.wire_to_parent(socket)
    if trouble := child.load_library():
        wired.send(wire.Ready(trouble))
    else:
        wired.send(wire.Ready())
        await Host(wired, folder).run()
    await wired.flush()


def run(words: list[str]) -> None:
    child.prepare()
    asyncio.run(main(int(words[0]), Path(words[1])))
    os._exit(0)  # nobody waits for threads of Go


if __name__ == "__main__":
    run(sys.argv[1:])

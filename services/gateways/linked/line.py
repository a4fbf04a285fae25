"""How one session's connection stands: what its parts share, and what our parent is told of it."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models.states import SenderStatus
from services.gateways.linked import wire


@dataclass(frozen=True, slots=True)
class End:
    """Why a client is of no use any more. `again_s`: None where only a human, or time, can help."""

    status: SenderStatus
    detail: str
    again_s: float | None = None
    until: float | None = None
    code: str = ""


class Line:
    """`client` is neonize's, another one after each end."""

    def __init__(self, sender_id: int, tell: Callable[[wire.Message], None]) -> None:
        self.sender_id = sender_id
        self.client: Any = None
        self.heard_at = 0.0  # when WhatsApp last gave a sign; Unix seconds
        self.up = asyncio.Event()
        self.settled = asyncio.Event()  # it is up, or it is known why not
        self.stopped = asyncio.Event()  # the last client's connection is closed
        self.missed_told = asyncio.Event()  # what came while there was no connection
        self.closing = False
        self.over = False  # only a human, or time, can help
        self.ended: asyncio.Future[End] | None = None
        self._tell = tell
        self._told: SenderStatus | None = None

    def begin(self) -> "asyncio.Future[End]":
        """A new client, or a rest between two; how it ends."""
        self.ended = asyncio.get_running_loop().create_future()
        self.missed_told.clear()
        return self.ended

    def finish(self, end: End) -> None:
        self.up.clear()
        if self.ended is not None and not self.ended.done():
            self.ended.set_result(end)

    @property
    def lasts(self) -> bool:
        return self.ended is not None and not self.ended.done()

    def alive(self) -> None:
        self.heard_at = time.time()

    def came_up(self) -> None:
        if self.lasts:
            self.alive()
            self.up.set()
            self.say(SenderStatus.ONLINE)
            self.settled.set()

    def went_down(self, detail: str) -> None:
        self.up.clear()
        self.say(SenderStatus.OFFLINE, detail)

    def say(self, status: SenderStatus, detail: str = "", until: float | None = None, code: str = "") -> None:
        if status is self._told is SenderStatus.OFFLINE and not code:
            return
        self._told = status
        self._tell(wire.Link(self.sender_id, status.value, time.time(), detail, until, code))

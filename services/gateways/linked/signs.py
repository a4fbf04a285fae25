"""What WhatsApp says of the connection itself, and what that means for a session."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from neonize.aioze.events import (
    ClientOutdatedEv,
    ConnectedEv,
    ConnectFailureEv,
    DisconnectedEv,
    KeepAliveRestoredEv,
    KeepAliveTimeoutEv,
    LoggedOutEv,
    OfflineSyncCompletedEv,
    StreamReplacedEv,
    TemporaryBanEv,
)

from models.states import OfflineWhy, SenderStatus
from services.gateways.linked.hearing import Ear
from services.gateways.linked.line import End, Line

CATCHES_UP_S = 5.0  # nothing is sent before it has heard what it missed: somebody may have said STOP
REPLACED_S = 600.0  # whoever took our place may be there on purpose
OUTDATED_S = 3600.0  # only a newer library helps
REFUSED_S = 30.0
# WhatsApp's own numbers for the reasons of a ban, by neonize's
BANS = {1: "101", 2: "102", 3: "103", 4: "104", 5: "106"}
log = logging.getLogger(__name__)

Handler = Callable[[Any], Awaitable[None]]


class Signs:
    """One session's; `phone` is whose login it must be."""

    def __init__(self, line: Line, ear: Ear, phone: str) -> None:
        self._line = line
        self._ear = ear
        self._phone = phone

    @property
    def handlers(self) -> Mapping[Any, Handler]:
        return {
            ConnectedEv: self._connected,
            DisconnectedEv: self._disconnected,
            KeepAliveTimeoutEv: self._silent,
            KeepAliveRestoredEv: self._restored,
            OfflineSyncCompletedEv: self._caught_up,
            LoggedOutEv: self._logged_out,
            TemporaryBanEv: self._banned,
            StreamReplacedEv: self._replaced,
            ClientOutdatedEv: self._outdated,
            ConnectFailureEv: self._refused,
        }

    async def asks_for_pairing(self, _event: Any) -> None:
        self._line.finish(End(SenderStatus.LOGGED_OUT, "there is no login in the store"))

    async def _connected(self, _event: Any) -> None:
        line = self._line
        line.alive()
        if line.client.me is not None and f"+{line.client.me.JID.User}" != self._phone:
            line.finish(End(SenderStatus.LOGGED_OUT, "the login in the store is of another number"))
            return
        try:
            async with asyncio.timeout(CATCHES_UP_S):
                await line.missed_told.wait()
                await self._ear.missed()
        except TimeoutError:
            log.warning("sender %s goes on without having heard all it missed", line.sender_id)
        line.came_up()

    async def _restored(self, _event: Any) -> None:
        self._line.came_up()

    async def _caught_up(self, _event: Any) -> None:
        """A STOP that came while we slept has come by now."""
        self._line.alive()
        self._line.missed_told.set()

    async def _disconnected(self, _event: Any) -> None:
        self._line.missed_told.clear()
        self._line.went_down("the connection dropped")

    async def _silent(self, _event: Any) -> None:
        self._line.went_down("WhatsApp does not answer")

    async def _logged_out(self, event: Any) -> None:
        self._line.finish(End(SenderStatus.LOGGED_OUT, f"logged out ({event.Reason})"))

    async def _banned(self, event: Any) -> None:
        until, code = time.time() + event.Expire, BANS.get(event.Code, str(event.Code))
        self._line.finish(End(SenderStatus.BANNED, f"temporary ban {code}", until=until, code=code))

    async def _replaced(self, _event: Any) -> None:
        self._offline("another program uses this login", REPLACED_S, OfflineWhy.REPLACED)

    async def _outdated(self, _event: Any) -> None:
        self._offline("WhatsApp wants a newer library", OUTDATED_S, OfflineWhy.OUTDATED)

    async def _refused(self, event: Any) -> None:
        detail = f"WhatsApp refuses the connection ({event.Reason} {event.Message})"
        self._offline(detail, REFUSED_S, OfflineWhy.REFUSED)

    def _offline(self, detail: str, again_s: float, code: OfflineWhy) -> None:
        self._line.finish(End(SenderStatus.OFFLINE, detail, again_s, code=code))

"""A child process that links one number and ends: `python -m … pairer <socket> <store> [<phone>]`.

It shows QR codes, and where a phone number is given also a code of eight letters for it; on the same
connection, so that either may be used. A pairing under way can be neither cancelled nor cleaned up within a
process, so the process is thrown away.
"""

import asyncio
import ctypes
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from services.gateways.linked import child, wire
from services.gateways.linked.store import store_name

FIRST_QR_S, NEXT_QR_S = 60.0, 20.0  # as WhatsApp's own screens show them
LASTS_S = 150.0  # before WhatsApp hangs up, of which neonize would not tell us
SETTLES_S = 1.0  # for what WhatsApp tells a new device first
BRAND = "Broadcaster"  # as the phone lists it
# What neonize's hidden callback says; it has no events for these.
LOGIN_ENDS = {"passkey": "passkey", "outdated": "outdated", "timeout": "timed_out"}
log = logging.getLogger(__name__)


class Pairer:
    """One attempt. `ended` is set by whatever ends it without a link."""

    def __init__(self, wired: wire.Wire, folder: Path, phone: str) -> None:
        from neonize._binder import gocode
        from neonize.aioze.client import NewAClient
        from neonize.aioze.events import ConnectedEv, PairStatusEv
        from neonize.proto.waCompanionReg.WAWebProtobufsCompanionReg_pb2 import DeviceProps

        from services.gateways.linked.adapter import Calls, Gate

        self._wire = wired
        self._phone = phone
        self._until = time.monotonic() + LASTS_S
        self._codes = 0
        self._linked = asyncio.Event()
        self.ended: asyncio.Future[wire.Ended] = asyncio.get_running_loop().create_future()
        props = DeviceProps(os=BRAND, platformType=DeviceProps.CHROME)
        self._client: Any = NewAClient(store_name(folder), props=props, uuid=uuid4().hex)
        self._client._NewAClient__client = Calls(Gate(), gocode)
        self._client._NewAClient__onLoginStatus = self._login_ended
        self._client.qr(self._qr)
        self._client.event(PairStatusEv)(self._pair_status)
        self._client.event(ConnectedEv)(self._connected)

    async def run(self) -> wire.Paired | wire.Ended:
        connecting = await self._client.connect()
        connecting.add_done_callback(self._connection_ended)
        linked = asyncio.create_task(self._linked.wait())
        ends: list[asyncio.Future[Any]] = [linked, self.ended]
        await asyncio.wait(ends, timeout=LASTS_S, return_when=asyncio.FIRST_COMPLETED)
        if not self._linked.is_set():
            return self.ended.result() if self.ended.done() else wire.Ended("timed_out")
        await asyncio.sleep(SETTLES_S)
        me = await self._client.get_me()
        return wire.Paired(f"+{me.JID.User}", me.LID.User, me.BussinessName or me.PushName)

    async def undo(self) -> None:
        """It was not meant to be this number: the phone's list shall not keep us."""
        from neonize.exc import NeonizeError

        try:
            async with asyncio.timeout(10):
                await self._client.logout()
        except (NeonizeError, TimeoutError) as e:
            log.error("the wrong number could not be unlinked again: %s", e)

    # --- what WhatsApp tells ---

    async def _qr(self, _client: Any, code: bytes) -> None:
        if self.ended.done():
            return
        lasts_s = FIRST_QR_S if self._codes == 0 else NEXT_QR_S
        self._codes += 1
        self._wire.send(wire.Code("qr", code.decode(), min(lasts_s, self._left_s())))
        if self._codes == 1 and self._phone:
            await self._ask_for_letters()

    async def _ask_for_letters(self) -> None:
        from neonize.exc import PairPhoneError
        from neonize.utils.enum import ClientName, ClientType

        try:
            letters = await self._client.PairPhone(self._phone, True, ClientName.LINUX, ClientType.CHROME)
        except PairPhoneError as e:
            _set(self.ended, wire.Ended(_why(str(e)), str(e)))
        else:
            self._wire.send(wire.Code("letters", letters, self._left_s()))

    async def _pair_status(self, _client: Any, event: Any) -> None:
        if event.Error:
            _set(self.ended, wire.Ended("refused", event.Error))

    async def _connected(self, _client: Any, _event: Any) -> None:
        self._linked.set()

    def _login_ended(self, _uuid: int, status: int) -> None:
        """Called by Go, in a thread of its own, when it shows no more QR codes."""
        said = ctypes.string_at(status).decode()
        if said != "success":
            why = next((why for word, why in LOGIN_ENDS.items() if word in said), "refused")
            self.ended.get_loop().call_soon_threadsafe(_set, self.ended, wire.Ended(why, said))

    def _connection_ended(self, connecting: "asyncio.Task[Any]") -> None:
        trouble = None if connecting.cancelled() else connecting.exception()
        if trouble is not None:
            _set(self.ended, wire.Ended("not_reached", str(trouble)))

    def _left_s(self) -> float:
        return max(0.0, self._until - time.monotonic())


def _why(text: str) -> str:
    """What a refusal to give letters means."""
    if "too short" in text or "international" in text or "400" in text:
        return "wrong_number"
    if "429" in text or "rate" in text:
        return "too_often"
    return "refused"


def _set(ended: "asyncio.Future[wire.Ended]", why: wire.Ended) -> None:
    if not ended.done():
        ended.set_result(why)


async def main(socket: int, folder: Path, phone: str) -> None:
    wired = await child.wire_to_parent(socket)
    if trouble := child.load_library():
        wired.send(wire.Ready(trouble))
        await wired.flush()
        return
    wired.send(wire.Ready())
    pairer = Pairer(wired, folder, phone)
    hung_up = asyncio.create_task(_undo_or_hang_up(wired, pairer))
    pairing = asyncio.create_task(pairer.run())
    await asyncio.wait([hung_up, pairing], return_when=asyncio.FIRST_COMPLETED)
    if pairing.done():
        wired.send(pairing.result())
        await wired.flush()
        await hung_up


async def _undo_or_hang_up(wired: wire.Wire, pairer: Pairer) -> None:
    """The parent has the last word: it hangs up when all is well, or when nobody waits any more."""
    async for asked in wired.messages():
        if isinstance(asked, wire.Unlink):
            await pairer.undo()
            wired.send(wire.Done(asked.call))
            await wired.flush()


def run(words: list[str]) -> None:
    child.prepare()
    asyncio.run(main(int(words[0]), Path(words[1]), words[2]))
    os._exit(0)


if __name__ == "__main__":
    run(sys.argv[1:])

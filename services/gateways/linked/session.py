"""One linked number at work in a child: connected, or on its way there, until it is closed.

neonize's client is never repaired: whatever ends a connection for good ends the client too, and another one
is made on the same store, later and later where that does not help.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from neonize._binder import gocode
from neonize.aioze.client import NewAClient
from neonize.aioze.events import (
    ClientOutdatedEv,
    ConnectedEv,
    ConnectFailureEv,
    DisconnectedEv,
    KeepAliveRestoredEv,
    KeepAliveTimeoutEv,
    LoggedOutEv,
    MessageEv,
    OfflineSyncCompletedEv,
    ReceiptEv,
    StreamReplacedEv,
    TemporaryBanEv,
)
from neonize.exc import NeonizeError, UploadError
from neonize.utils.jid import build_jid

from models.states import OfflineWhy, SenderStatus
from services.gateways.linked import wire
from services.gateways.linked.adapter import Calls, Gate
from services.gateways.linked.content import File, FileGone, Uploads, text_message
from services.gateways.linked.hearing import Ear
from services.gateways.linked.outcome import CLOSED, NOT_CONNECTED, OWN_DEADLINE, STALE_ADDRESS
from services.gateways.linked.owner import Hold

SEND_S = 90.0  # whatsmeow gives up after 75 s, and in one case never
WAITS_S = 5.0  # for a connection that dropped a moment ago
LOOK_S = 0.02
ASK_S = 20.0
STOP_S = 5.0
FINISH_S = 1.5  # what is on its way when a session is closed; the engine has waited already
STARTS_S = 1.0  # to have changed Go's maps; then calls of others may go on
CATCHES_UP_S = 5.0  # nothing is sent before it has heard what it missed: somebody may have said STOP
COMES_UP_S = 10.0  # nobody else starts or stops meanwhile
AGAIN_S = (1.0, 3.0, 10.0, 30.0, 60.0, 300.0)  # between two clients that came to nothing
REPLACED_S = 600.0  # whoever took our place may be there on purpose
OUTDATED_S = 3600.0  # only a newer library helps
# WhatsApp's own numbers for the reasons of a ban, by neonize's
BANS = {1: "101", 2: "102", 3: "103", 4: "104", 5: "106"}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class End:
    """Why a client is of no use any more. `again_s`: None where only a human, or time, can help."""

    status: SenderStatus
    detail: str
    again_s: float | None = None
    until: float | None = None
    code: str = ""


class Session:
    """start() begins it, stop() ends it. `store` is its name for neonize; what happens is told to `tell`."""

    def __init__(
        self, asked: wire.Open, store: str, hold: Hold, gate: Gate, tell: Callable[[wire.Message], None]
    ) -> None:
        self.sender_id = asked.sender_id
        self._phone = asked.phone
        self.hold = hold
        self.heard_at = 0.0  # when WhatsApp last gave a sign; Unix seconds
        self._store = store
        self._gate = gate
        self._tell = tell
        self._ear = Ear(asked.sender_id, tell, self._phone_of)
        self._uploads = Uploads()
        self._client: Any = None
        self._up = asyncio.Event()
        self._settled = asyncio.Event()  # it is up, or it is known why not
        self._end: asyncio.Future[End] | None = None
        self._missed_told = asyncio.Event()  # what came while there was no connection
        self._stopped = asyncio.Event()  # the last client's connection is closed
        self._closing = False
        self._on_its_way = 0
        self._nothing_on_its_way = asyncio.Event()
        self._nothing_on_its_way.set()
        self._life: asyncio.Task[None] | None = None
        self._told: SenderStatus | None = None

    # --- life ---

    async def start(self, patience_s: float) -> None:
        """Returns once it is connected, once it is clear why not, or after `patience_s`."""
        self._life = asyncio.create_task(self._live())
        try:
            async with asyncio.timeout(patience_s):
                await self._settled.wait()
        except TimeoutError:
            self._say(SenderStatus.OFFLINE, "not connected yet")

    async def stop(self) -> None:
        """Let what is on its way arrive, for a while; afterwards nothing can leave."""
        self._closing = True
        try:
            async with asyncio.timeout(FINISH_S):
                await self._nothing_on_its_way.wait()
        except TimeoutError:
            log.warning("sender %s is closed while a message is on its way", self.sender_id)
        if self._life is not None:
            self._finish(End(SenderStatus.OFFLINE, "closed"))
            await asyncio.wait([self._life])
        self._ear.close()

    async def _live(self) -> None:
        """One client after the other until it is closed, or there is nothing to try."""
        failures = 0
        while not self._closing:
            began = time.monotonic()
            end = await self._one_client()
            if self._closing:
                return
            self._say(end.status, end.detail, end.until, end.code)
            self._settled.set()
            if end.again_s is None:
                return
            failures = 0 if time.monotonic() - began > AGAIN_S[-1] else failures + 1
            wait_s = max(end.again_s, AGAIN_S[min(failures, len(AGAIN_S)) - 1] if failures else 0.0)
            await self._rest(wait_s)

    async def _rest(self, wait_s: float) -> None:
        self._end = asyncio.get_running_loop().create_future()
        await asyncio.wait([self._end], timeout=wait_s)

    async def _one_client(self) -> End:
        self._end = ended = asyncio.get_running_loop().create_future()
        self._missed_told.clear()
        client = self._new_client()
        async with self._gate.alone():
            connecting = await client.connect()
            connecting.add_done_callback(self._watch)
            self._client = client
            up = asyncio.create_task(self._up.wait())
            await asyncio.wait([up, ended], timeout=STARTS_S, return_when=asyncio.FIRST_COMPLETED)
            self._gate.let_calls_in()
            await asyncio.wait([up, ended], timeout=COMES_UP_S, return_when=asyncio.FIRST_COMPLETED)
            up.cancel()
        end: End = await ended
        self._up.clear()
        await self._stop_client(client, connecting)
        return end

    async def _stop_client(self, client: Any, connecting: "asyncio.Task[Any]") -> None:
        """Through the gate, and before the last reference goes: neonize's finalizer knows no gate."""
        async with self._gate.alone():
            stopping = asyncio.create_task(client.stop())
            done, _ = await asyncio.wait([stopping], timeout=STOP_S)
        if done:
            self._stopped.set()
        else:
            log.error("sender %s does not stop", self.sender_id)
        await asyncio.wait([connecting], timeout=STOP_S)

    def _new_client(self) -> Any:
        client = NewAClient(self._store, uuid=uuid4().hex)  # a uuid of its own for each object
        client._NewAClient__client = Calls(self._gate, gocode)
        handlers: dict[Any, Callable[[Any], Awaitable[None]]] = {
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
            ReceiptEv: self._receipt,
            MessageEv: self._message,
        }
        for event, handler in handlers.items():
            client.event(event)(self._guarded(client, handler))
        client.qr(self._guarded(client, self._asks_for_pairing))
        return client

    def _guarded(
        self, client: Any, handler: Callable[[Any], Awaitable[None]]
    ) -> Callable[[Any, Any], Awaitable[None]]:
        """neonize forgets what a handler raises; and an old client's last words are not this one's."""

        async def handle(_client: Any, event: Any) -> None:
            try:
                if client is self._client:
                    await handler(event)
            except Exception:  # or the event would be lost without a word
                log.exception("sender %s could not take in what WhatsApp told", self.sender_id)

        return handle

    def _watch(self, connecting: "asyncio.Task[Any]") -> None:
        """neonize's events end with this task: where it fails, nobody would hear anything any more."""
        trouble = None if connecting.cancelled() else connecting.exception()
        self._finish(End(SenderStatus.OFFLINE, str(trouble or "the connection ended"), again_s=0.0))

    def _finish(self, end: End) -> None:
        self._up.clear()
        if self._end is not None and not self._end.done():
            self._end.set_result(end)

    # --- what WhatsApp tells ---

    async def _connected(self, _event: Any) -> None:
        await self._alive(_event)
        if self._client.me is not None and f"+{self._client.me.JID.User}" != self._phone:
            self._finish(End(SenderStatus.LOGGED_OUT, "the login in the store is of another number"))
            return
        if not self._missed_told.is_set():
            try:
                async with asyncio.timeout(CATCHES_UP_S):
                    await self._missed_told.wait()
            except TimeoutError:
                log.warning("sender %s goes on without having heard all it missed", self.sender_id)
        await self._restored(_event)

    async def _restored(self, _event: Any) -> None:
        if self._end is not None and not self._end.done():
            await self._alive(_event)
            self._up.set()
            self._say(SenderStatus.ONLINE)
            self._settled.set()

    async def _caught_up(self, event: Any) -> None:
        """A STOP that came while we slept has been told by now."""
        await self._alive(event)
        self._missed_told.set()

    async def _disconnected(self, _event: Any) -> None:
        self._up.clear()
        self._missed_told.clear()
        self._say(SenderStatus.OFFLINE, "the connection dropped")

    async def _silent(self, _event: Any) -> None:
        self._up.clear()
        self._say(SenderStatus.OFFLINE, "WhatsApp does not answer")

    async def _alive(self, _event: Any) -> None:
        self.heard_at = time.time()

    async def _logged_out(self, event: Any) -> None:
        self._finish(End(SenderStatus.LOGGED_OUT, f"logged out ({event.Reason})"))

    async def _banned(self, event: Any) -> None:
        until = time.time() + event.Expire
        code = BANS.get(event.Code, str(event.Code))
        self._finish(End(SenderStatus.BANNED, f"temporary ban {code}", until=until, code=code))

    async def _replaced(self, _event: Any) -> None:
        again = End(
            SenderStatus.OFFLINE, "another program uses this login", REPLACED_S, code=OfflineWhy.REPLACED
        )
        self._finish(again)

    async def _outdated(self, _event: Any) -> None:
        again = End(
            SenderStatus.OFFLINE, "WhatsApp wants a newer library", OUTDATED_S, code=OfflineWhy.OUTDATED
        )
        self._finish(again)

    async def _refused(self, event: Any) -> None:
        detail = f"WhatsApp refuses the connection ({event.Reason} {event.Message})"
        self._finish(End(SenderStatus.OFFLINE, detail, again_s=30.0, code=OfflineWhy.REFUSED))

    async def _receipt(self, event: Any) -> None:
        await self._alive(event)
        self._ear.receipt(event)

    async def _message(self, event: Any) -> None:
        await self._alive(event)
        await self._ear.message(event)

    async def _asks_for_pairing(self, _event: Any) -> None:
        self._finish(End(SenderStatus.LOGGED_OUT, "there is no login in the store"))

    def _say(
        self, status: SenderStatus, detail: str = "", until: float | None = None, code: str = ""
    ) -> None:
        if status is self._told is SenderStatus.OFFLINE and not code:
            return
        self._told = status
        self._tell(wire.Link(self.sender_id, status.value, time.time(), detail, until, code))

    # --- what we ask ---

    async def send(self, asked: wire.Send) -> wire.Answer:
        if not await self._comes_up():
            return wire.Failed(asked.call, NOT_CONNECTED)
        self._on_its_way += 1
        self._nothing_on_its_way.clear()
        try:
            return await self._send(asked)
        finally:
            self._on_its_way -= 1
            if not self._on_its_way:
                self._nothing_on_its_way.set()

    async def _send(self, asked: wire.Send) -> wire.Answer:
        await asyncio.to_thread(self.hold.trust)
        try:
            async with asyncio.timeout(SEND_S):
                message = await self._compose(asked)
                message.messageContextInfo.messageSecret = bytes.fromhex(asked.token)
                sent = await self._hand_over(asked.phone, message)
        except (FileGone, UploadError, OSError) as e:
            if isinstance(e, TimeoutError):
                return await self._gave_up(asked)
            return wire.Failed(asked.call, f"not sent: {e}")
        except NeonizeError as e:
            return wire.Failed(asked.call, str(e))
        self.heard_at = time.time()
        return wire.Sent(asked.call, sent)

    async def _comes_up(self) -> bool:
        """A connection that just dropped is mostly back at once."""
        try:
            async with asyncio.timeout(WAITS_S):
                while not (self._up.is_set() or self._closing or self._over):
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            return False
        return self._up.is_set() and not self._closing

    @property
    def _over(self) -> bool:
        return self._life is None or self._life.done()

    async def _compose(self, asked: wire.Send) -> Any:
        if asked.media is None:
            return text_message(asked.text)
        return await self._uploads.message(self._client, File(**asked.media), asked.text)

    async def _hand_over(self, phone: str, message: Any) -> str:
        """Once more where WhatsApp says that the address is stale: asking who is there renews it."""
        jid = build_jid(phone.removeprefix("+"))
        try:
            sent = await self._client.send_message(jid, message)
        except NeonizeError as e:
            if not str(e).startswith(STALE_ADDRESS):
                raise
            await self._client.is_on_whatsapp(phone)
            sent = await self._client.send_message(jid, message)
        return str(sent.ID)

    async def _gave_up(self, asked: wire.Send) -> wire.Answer:
        """The call may hang for ever, and every later one behind it: only another client helps."""
        self._stopped.clear()
        self._finish(End(SenderStatus.OFFLINE, "a message got no answer", again_s=0.0))
        try:
            async with asyncio.timeout(STOP_S):
                await self._stopped.wait()
        except TimeoutError:
            return wire.Failed(asked.call, OWN_DEADLINE)
        return wire.Failed(asked.call, CLOSED)

    async def _phone_of(self, lid: Any) -> str | None:
        """The number behind a LID, where the store has met them."""
        try:
            phone = await self._client.get_pn_from_lid(lid)
        except NeonizeError:
            return None
        return phone.User or None

    async def ask(self, asked: wire.Ask) -> wire.Answer:
        if not self._up.is_set():
            return wire.Failed(asked.call, "the number is not connected")
        try:
            async with asyncio.timeout(ASK_S):
                rows = await self._client.is_on_whatsapp(*asked.phones)
        except (NeonizeError, TimeoutError) as e:
            return wire.Failed(asked.call, str(e) or "no answer")
        found = {f"+{row.Query.partition('@')[0].lstrip('+')}": bool(row.IsIn) for row in rows}
        return wire.There(asked.call, {phone: found[phone] for phone in asked.phones if phone in found})

    async def unlink(self, asked: wire.Unlink) -> wire.Answer:
        if not self._up.is_set():
            return wire.Failed(asked.call, "the number is not connected")
        try:
            async with asyncio.timeout(ASK_S):
                await self._client.logout()
        except (NeonizeError, TimeoutError) as e:
            return wire.Failed(asked.call, str(e) or "no answer")
        self._finish(End(SenderStatus.LOGGED_OUT, "unlinked here"))
        return wire.Done(asked.call)

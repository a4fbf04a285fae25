"""What a session asks of WhatsApp for us: send this, who is there, end the link."""

import asyncio
import logging
from typing import Any

from neonize.exc import NeonizeError, UploadError
from neonize.utils.jid import build_jid

from models.states import SenderStatus
from services.gateways.linked import wire
from services.gateways.linked.content import File, FileGone, Uploads, text_message
from services.gateways.linked.line import End, Line
from services.gateways.linked.outcome import CLOSED, NOT_CONNECTED, OWN_DEADLINE, STALE_ADDRESS
from services.gateways.linked.owner import Hold

SEND_S = 90.0  # whatsmeow gives up after 75 s, and in one case never
WAITS_S = 5.0  # for a connection that dropped a moment ago
LOOK_S = 0.02
ASK_S = 20.0
STOP_S = 5.0
FINISH_S = 1.5  # what is on its way when a session is closed; the engine has waited already
log = logging.getLogger(__name__)


class Voice:
    """One session's. `hold` says that the store is ours."""

    def __init__(self, line: Line, hold: Hold) -> None:
        self._line = line
        self._hold = hold
        self._uploads = Uploads()
        self._on_its_way = 0
        self._nothing_on_its_way = asyncio.Event()
        self._nothing_on_its_way.set()

    async def finish(self) -> None:
        """Let what is on its way arrive, for a while."""
        try:
            async with asyncio.timeout(FINISH_S):
                await self._nothing_on_its_way.wait()
        except TimeoutError:
            log.warning("sender %s is closed while a message is on its way", self._line.sender_id)

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

    async def ask(self, asked: wire.Ask) -> wire.Answer:
        if not self._line.up.is_set():
            return wire.Failed(asked.call, NOT_CONNECTED)
        try:
            async with asyncio.timeout(ASK_S):
                rows = await self._line.client.is_on_whatsapp(*asked.phones)
        except (NeonizeError, TimeoutError) as e:
            return wire.Failed(asked.call, str(e) or "no answer")
        found = {f"+{row.Query.partition('@')[0].lstrip('+')}": bool(row.IsIn) for row in rows}
        return wire.There(asked.call, {phone: found[phone] for phone in asked.phones if phone in found})

    async def unlink(self, asked: wire.Unlink) -> wire.Answer:
        if not self._line.up.is_set():
            return wire.Failed(asked.call, NOT_CONNECTED)
        try:
            async with asyncio.timeout(ASK_S):
                await self._line.client.logout()
        except (NeonizeError, TimeoutError) as e:
            return wire.Failed(asked.call, str(e) or "no answer")
        self._line.finish(End(SenderStatus.LOGGED_OUT, "unlinked here"))
        return wire.Done(asked.call)

    async def phone_of(self, lid: Any) -> str | None:
        """The number behind a LID, where the store has met them."""
        if self._line.client is None:  # it waits for its turn to start
            return None
        try:
            phone = await self._line.client.get_pn_from_lid(lid)
        except NeonizeError:
            return None
        return phone.User or None

    async def _send(self, asked: wire.Send) -> wire.Answer:
        await asyncio.to_thread(self._hold.trust)
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
        self._line.alive()
        return wire.Sent(asked.call, sent)

    async def _comes_up(self) -> bool:
        """A connection that just dropped is mostly back at once."""
        line = self._line
        try:
            async with asyncio.timeout(WAITS_S):
                while not (line.up.is_set() or line.closing or line.over):
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            return False
        return line.up.is_set() and not line.closing

    async def _compose(self, asked: wire.Send) -> Any:
        if asked.media is None:
            return text_message(asked.text)
        return await self._uploads.message(self._line.client, File(**asked.media), asked.text)

    async def _hand_over(self, phone: str, message: Any) -> str:
        """Once more where WhatsApp says that the address is stale: asking who is there renews it."""
        jid, client = build_jid(phone.removeprefix("+")), self._line.client
        try:
            sent = await client.send_message(jid, message)
        except NeonizeError as e:
            if not str(e).startswith(STALE_ADDRESS):
                raise
            await client.is_on_whatsapp(phone)
            sent = await client.send_message(jid, message)
        return str(sent.ID)

    async def _gave_up(self, asked: wire.Send) -> wire.Answer:
        """The call may hang for ever, and every later one behind it: only another client helps."""
        self._line.stopped.clear()
        self._line.finish(End(SenderStatus.OFFLINE, "a message got no answer", again_s=0.0))
        try:
            async with asyncio.timeout(STOP_S):
                await self._line.stopped.wait()
        except TimeoutError:
            return wire.Failed(asked.call, OWN_DEADLINE)
        return wire.Failed(asked.call, CLOSED)

"""The sandbox as the engine sees it: one more gateway. What it does is told in the room's docstring."""

import asyncio
import logging
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from models.states import Channel, Reason, SenderStatus
from services.gateways.protocol import (
    Accepted,
    Event,
    Knowledge,
    Lack,
    Left,
    LinkChanged,
    Listener,
    NeverLeft,
    NotSent,
    Opened,
    Outcome,
    Outgoing,
    ReceiptHeard,
    ReceiptKind,
    Refused,
    ReplyHeard,
    Unknown,
)
from services.gateways.sandbox.ledger import Fenced, Ledger, Line, Sent
from services.gateways.sandbox.people import STRANGERS, Deed, Ending, Reaction, ending
from services.gateways.sandbox.scribe import Scribe
from services.gateways.sandbox.timer import Timer

log = logging.getLogger(__name__)

# A round trip to WhatsApp, at the clock's own speed. The message leaves in its middle.
THERE_S = BACK_S = 0.15

REFUSALS: dict[Ending | None, Reason] = {
    Ending.NOT_ON_WHATSAPP: Reason.NOT_ON_WHATSAPP,
    Ending.NEW_CHATS_REFUSED: Reason.NEW_CHATS_REFUSED,
}


@dataclass(eq=False, slots=True)
class _Open:
    """A sender in our hands; another opening is another one of these."""

    sender: Opened
    ledger: Ledger
    stumbled: set[str] = field(default_factory=set)
    strangers: int = 0  # of the ending …464, written to since it was opened


@dataclass(frozen=True, slots=True)
class _Due:
    """A reaction that waits for its time."""

    to: _Open
    sent: Sent
    reaction: Reaction


class Sandbox:
    """Sends nothing, plays everything. Ledgers live in `folder`; what happens is told to `listener`."""

    channel = Channel.SANDBOX

    def __init__(self, folder: Path, listener: Listener) -> None:
        self._folder = folder
        self._listener = listener
        self._open: dict[int, _Open] = {}
        self._scribe = Scribe()
        self._timer: Timer[_Due] = Timer(self._tell)

    async def open(self, sender: Opened) -> None:
        """As the contract says. Raises OSError also where a newer owner is there already."""
        self._open.pop(sender.sender_id, None)
        try:
            ledger = await self._scribe.read(
                lambda: Ledger.take(self._folder, sender.sender_id, sender.epoch)
            )
        except Fenced as e:
            raise OSError(str(e)) from e
        opened = _Open(sender, ledger, ledger.stumbled)
        self._open[sender.sender_id] = opened
        self._hear(LinkChanged(sender.sender_id, SenderStatus.ONLINE, datetime.now(UTC)))
        for sent in ledger.unsettled:
            self._await_next(opened, sent)
        ledger.unsettled = []

    async def close(self, sender_id: int) -> None:
        self._open.pop(sender_id, None)

    async def send(self, sender_id: int, message: Outgoing) -> Outcome:
        opened = self._open.get(sender_id)
        if opened is None:
            return NotSent("the sender is not open", Lack.CONNECTION)
        await asyncio.sleep(THERE_S / message.speedup)
        if ending(message.phone) is Ending.BREAKS_BEFORE_LEAVING:
            return Unknown(Reason.BROKE_MIDWAY)
        try:
            outcome = await self._send(opened, message)
        except Fenced:
            return NotSent("another process took over", Lack.CONNECTION)
        except OSError as e:
            return NotSent(f"the ledger cannot be written: {e}", Lack.DISK)
        await asyncio.sleep(BACK_S / message.speedup)
        return outcome

    async def recover(self, sender_id: int, tokens: Sequence[bytes]) -> list[Knowledge]:
        ledger = self._open[sender_id].ledger
        found = await self._scribe.read(lambda: ledger.find(tokens))
        return [NeverLeft() if wa_id is None else Left(wa_id) for wa_id in found]

    async def on_whatsapp(self, sender_id: int, phones: Sequence[str]) -> dict[str, bool]:
        if sender_id not in self._open:
            raise ConnectionError("the sender is not open")
        await asyncio.sleep(THERE_S)
        return {phone: ending(phone) is not Ending.NOT_ON_WHATSAPP for phone in phones}

    async def trusted(self, sender_id: int) -> dict[str, datetime]:
        return {}  # its people are made up by the message: there is no list of them

    async def aclose(self) -> None:
        self._open.clear()
        await self._timer.aclose()
        await self._scribe.aclose()

    async def _send(self, opened: _Open, message: Outgoing) -> Outcome:
        end = ending(message.phone)
        if reason := _refusal(opened, end):
            await self._turn_away(opened, message, "refused", reason.value)
            return Refused(reason)
        if why := await _trouble(opened, message, end):
            opened.stumbled.add(message.phone)
            await self._turn_away(opened, message, "not_sent", why)
            return NotSent(why)
        sent = _leaving(opened, message)
        await self._scribe.write(opened.ledger, [_sent_line(sent)])
        opened.stumbled.discard(message.phone)
        self._await_next(opened, sent)
        if end is Ending.BREAKS_AFTER_LEAVING:
            return Unknown(Reason.BROKE_MIDWAY, sent.wa_id)
        return Accepted(sent.wa_id)

    async def _turn_away(self, opened: _Open, message: Outgoing, outcome: str, why: str) -> None:
        line: Line = {
            "k": outcome,
            "token": message.token.hex(),
            "phone": message.phone,
            "why": why,
            "at": time.time(),
        }
        await self._scribe.write(opened.ledger, [line])

    def _await_next(self, opened: _Open, sent: Sent) -> None:
        """Only a message's next reaction waits on the timer, so that a large rehearsal stays small."""
        for reaction in sent.reactions():
            if reaction.deed not in sent.told:
                self._timer.at(sent.at + reaction.after_s, _Due(opened, sent, reaction))
                return

    async def _tell(self, due: Sequence[_Due]) -> None:
        """Write what happened, then say it; who is not open any more hears it at the next opening."""
        by_sender: dict[int, list[_Due]] = {}
        for one in due:
            if self._open.get(one.sent.sender_id) is one.to:
                by_sender.setdefault(one.sent.sender_id, []).append(one)
        await asyncio.gather(*(self._tell_of(batch[0].to, batch) for batch in by_sender.values()))

    async def _tell_of(self, opened: _Open, batch: list[_Due]) -> None:
        try:
            await self._scribe.write(opened.ledger, [_told_line(one) for one in batch])
        except Fenced:
            return  # the new owner tells it
        except OSError as e:
            log.warning("the sandbox's ledger cannot be written, so this will be told twice: %s", e)
        for one in batch:
            if self._open.get(one.sent.sender_id) is opened:
                self._hear(_event(one))
                one.sent.told[one.reaction.deed] = time.time()
                self._await_next(opened, one.sent)

    def _hear(self, event: Event) -> None:
        self._listener.hear(event)


def _refusal(opened: _Open, end: Ending | None) -> Reason | None:
    if end is Ending.NEW_CHATS_REFUSED_LATER:
        opened.strangers += 1
        return Reason.NEW_CHATS_REFUSED if opened.strangers > STRANGERS else None
    return REFUSALS.get(end)


async def _trouble(opened: _Open, message: Outgoing, end: Ending | None) -> str:
    """Why it cannot leave now; empty where it can."""
    if end is Ending.NEVER_SENT:
        return "this number is never sent to"
    if end is Ending.SENT_AT_SECOND_TRY and message.phone not in opened.stumbled:
        return "the first attempt is not sent"
    if message.media and not await asyncio.to_thread(message.media.path.is_file):
        return "the file to send is gone"
    return ""


def _leaving(opened: _Open, message: Outgoing) -> Sent:
    return Sent(
        sender_id=opened.sender.sender_id,
        epoch=opened.sender.epoch,
        token=message.token,
        phone=message.phone,
        text=message.text,
        wa_id=f"SANDBOX{secrets.token_hex(10).upper()}",
        at=time.time(),
        pid=os.getpid(),
        speedup=message.speedup,
        media_sha256=message.media.sha256.hex() if message.media else None,
        media_name=message.media.name if message.media else None,
    )


def _sent_line(sent: Sent) -> Line:
    names = ("epoch", "phone", "text", "wa_id", "at", "pid", "speedup", "media_sha256", "media_name")
    return {"k": "sent", "token": sent.token.hex(), **{name: getattr(sent, name) for name in names}}


def _told_line(one: _Due) -> Line:
    line: Line = {"k": one.reaction.deed.value, "wa_id": one.sent.wa_id, "at": time.time()}
    return {**line, "text": one.reaction.text} if one.reaction.deed is Deed.REPLIED else line


def _event(one: _Due) -> Event:
    sent, reaction = one.sent, one.reaction
    at = datetime.fromtimestamp(sent.at + reaction.after_s, UTC)
    if reaction.deed is Deed.REPLIED:
        return ReplyHeard(sent.sender_id, sent.phone, reaction.text, f"{sent.wa_id}-REPLY", at)
    return ReceiptHeard(sent.sender_id, sent.wa_id, ReceiptKind(reaction.deed.value), at)

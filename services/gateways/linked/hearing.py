"""What WhatsApp tells a session, in our words: receipts, and what people write.

A receipt finds its message by id alone. A person's number is what WhatsApp says it is, or what the store
knows of their LID; it is never guessed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from services.gateways.linked import wire
from services.gateways.linked.content import words_of
from services.gateways.protocol import ReceiptKind

# A phone that cannot open a message asks for it again, and mostly gets it: told only if it did not.
ASKS_AGAIN_S = 10.0
PEOPLE = "s.whatsapp.net"
LID = "lid"
KINDS = {1: ReceiptKind.DELIVERED, 4: ReceiptKind.READ, 6: ReceiptKind.READ}  # 6: played
RETRY = 3
log = logging.getLogger(__name__)


class Ear:
    """One session's. `tell` takes what is to be told; `phone_of` knows the number behind a LID, or not."""

    def __init__(
        self,
        sender_id: int,
        tell: Callable[[wire.Message], None],
        phone_of: Callable[[Any], Awaitable[str | None]],
    ) -> None:
        self._sender_id = sender_id
        self._tell = tell
        self._phone_of = phone_of
        self._asked_again: dict[str, tuple[asyncio.TimerHandle, float]] = {}

    def receipt(self, event: Any) -> None:
        source = event.MessageSource
        if source.IsFromMe or source.IsGroup:
            return
        at = _seconds(event.Timestamp)
        for wa_id in event.MessageIDs:
            if event.Type == RETRY:
                self._may_be_unreadable(wa_id, at)
            elif kind := KINDS.get(event.Type):
                self._readable_after_all(wa_id)
                self._tell(wire.Receipt(self._sender_id, wa_id, kind.value, at))

    async def message(self, event: Any) -> None:
        source = event.Info.MessageSource
        if source.IsFromMe or source.IsGroup or source.Chat.Server not in (PEOPLE, LID):
            return
        words = words_of(event.Message)
        if not words:
            return
        phone = await self._phone(source)
        if phone is None:
            log.error(
                "sender %s heard from %s@lid, whose number is not known", self._sender_id, source.Sender.User
            )
            return
        at = _seconds(event.Info.Timestamp)
        self._tell(wire.Reply(self._sender_id, phone, words, event.Info.ID, at))

    def close(self) -> None:
        """Tell now what was waited with."""
        for wa_id in list(self._asked_again):
            self._unreadable(wa_id)

    async def _phone(self, source: Any) -> str | None:
        for jid in (source.Sender, source.SenderAlt):
            if jid.Server == PEOPLE and jid.User:
                return f"+{jid.User}"
        phone = await self._phone_of(source.Sender)
        return None if phone is None else f"+{phone}"

    def _may_be_unreadable(self, wa_id: str, at: float) -> None:
        if wa_id not in self._asked_again:
            later = asyncio.get_running_loop().call_later(ASKS_AGAIN_S, self._unreadable, wa_id)
            self._asked_again[wa_id] = later, at

    def _readable_after_all(self, wa_id: str) -> None:
        if waiting := self._asked_again.pop(wa_id, None):
            waiting[0].cancel()

    def _unreadable(self, wa_id: str) -> None:
        timer, at = self._asked_again.pop(wa_id)
        timer.cancel()
        self._tell(wire.Receipt(self._sender_id, wa_id, ReceiptKind.UNREADABLE.value, at))


def _seconds(moment: int) -> float:
    """neonize gives some of its times in milliseconds."""
    return moment / 1000 if moment > 10**11 else float(moment)

"""What WhatsApp tells a session, in our words: receipts, and what people write.

A receipt finds its message by id alone. A person's number is what WhatsApp says it is, or what the store
knows of their LID; it is never guessed. All of it stands in the journal first, until our parent has it.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from neonize.aioze.events import MessageEv, ReceiptEv
from neonize.utils.jid import build_jid

from services.gateways.linked import wire
from services.gateways.linked.content import words_of
from services.gateways.linked.journal import Journal
from services.gateways.linked.porter import MESSAGE
from services.gateways.linked.stanzas import RECEIPTS, Came
from services.gateways.protocol import ReceiptKind

# A phone that cannot open a message asks for it again, and mostly gets it: told only if it did not.
ASKS_AGAIN_S = 10.0
# Words that we could not open are asked for again, too: so long we wait for them.
WORDLESS_S = 60.0
LOOK_S = 5.0
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
        journal: Journal,
        tell: Callable[[wire.Message], None],
        phone_of: Callable[[Any], Awaitable[str | None]],
    ) -> None:
        self._sender_id = sender_id
        self._journal = journal
        self._tell = tell
        self._phone_of = phone_of
        self._began = time.time()
        self._asked_again: dict[str, tuple[asyncio.TimerHandle, float, int]] = {}
        self._waiting: asyncio.Queue[int] = asyncio.Queue()
        self._told: set[int] = set()  # what came without words, and was told so
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begins with what an earlier session heard, and our parent does not have for good."""
        for number in self._journal.events():
            self.ring(number)
        self._loops = [asyncio.create_task(self._listen()), asyncio.create_task(self._look())]

    async def close(self) -> None:
        """Tell now what was waited with."""
        await self.caught_up()
        for loop in self._loops:
            loop.cancel()
        for wa_id in list(self._asked_again):
            self._unreadable(wa_id)

    def ring(self, number: int) -> None:
        """There is something new in the journal."""
        self._waiting.put_nowait(number)

    async def caught_up(self) -> None:
        """All that the journal had is told."""
        await self._waiting.join()

    async def missed(self) -> None:
        """WhatsApp has told again what was not acknowledged: what came to an earlier session and was not in
        that, is lost. So nothing is sent before our parent knows of it.
        """
        await self.caught_up()
        await self._without_words(self._began)

    # --- one after the other ---

    async def _listen(self) -> None:
        while True:
            number = await self._waiting.get()
            try:
                await self._one(number)
            except Exception:  # it stays in the journal: the next session tries again
                log.exception("sender %s could not take in what WhatsApp told", self._sender_id)
            finally:
                self._waiting.task_done()

    async def _one(self, number: int) -> None:
        event = self._journal.events().get(number)
        if event is None:
            return
        if event.code == MESSAGE:
            await self._message(MessageEv.FromString(event.data), number)
        else:
            self._receipt(ReceiptEv.FromString(event.data), number)

    def _receipt(self, event: Any, number: int) -> None:
        source, kind = event.MessageSource, KINDS.get(event.Type)
        if source.IsFromMe or source.IsGroup or not (kind or event.Type == RETRY):
            self._journal.kept(number)
            return
        self._receipts(list(event.MessageIDs), kind, _seconds(event.Timestamp), number)

    def _receipts(self, wa_ids: list[str], kind: ReceiptKind | None, at: float, number: int) -> None:
        """`kind` None: a phone asks for them again."""
        for wa_id in wa_ids:
            last = number if wa_id == wa_ids[-1] else 0
            if kind is None:
                self._may_be_unreadable(wa_id, at, last)
            else:
                self._readable_after_all(wa_id)
                self._tell(wire.Receipt(self._sender_id, wa_id, kind.value, at, last))

    async def _message(self, event: Any, number: int) -> None:
        source = event.Info.MessageSource
        from_a_person = not source.IsFromMe and not source.IsGroup and source.Chat.Server in (PEOPLE, LID)
        words = words_of(event.Message) if from_a_person else ""
        if not words:
            self._journal.kept(number)
            return
        phone = await self._phone(source)
        if phone is not None:
            at = _seconds(event.Info.Timestamp)
            self._tell(wire.Reply(self._sender_id, phone, words, event.Info.ID, at, number))

    async def _phone(self, source: Any) -> str | None:
        for jid in (source.Sender, source.SenderAlt):
            if jid.Server == PEOPLE and jid.User:
                return f"+{jid.User}"
        return await self._known(source.Sender)

    async def _known(self, lid: Any) -> str | None:
        """Whose number is not known stays in the journal: a later session may know it."""
        phone = await self._phone_of(lid)
        if phone is None:
            log.error("sender %s heard from %s@lid, whose number is not known", self._sender_id, lid.User)
        return None if phone is None else f"+{phone}"

    # --- what no phone could read ---

    def _may_be_unreadable(self, wa_id: str, at: float, number: int) -> None:
        if wa_id in self._asked_again:
            self._journal.kept(number)
            return
        later = asyncio.get_running_loop().call_later(ASKS_AGAIN_S, self._unreadable, wa_id)
        self._asked_again[wa_id] = later, at, number

    def _readable_after_all(self, wa_id: str) -> None:
        if waiting := self._asked_again.pop(wa_id, None):
            waiting[0].cancel()
            self._journal.kept(waiting[2])

    def _unreadable(self, wa_id: str) -> None:
        timer, at, number = self._asked_again.pop(wa_id)
        timer.cancel()
        self._tell(wire.Receipt(self._sender_id, wa_id, ReceiptKind.UNREADABLE.value, at, number))

    # --- what we could not read ---

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self._without_words(time.time() - WORDLESS_S)
            except Exception:  # it is looked at again: one of the next may be a STOP
                log.exception("sender %s could not tell whose words were lost", self._sender_id)

    async def _without_words(self, before: float) -> None:
        """What came and was never opened: a receipt says all by itself, a message only whose it is."""
        lost: Mapping[int, Came] = self._journal.without_words(before)
        for number, came in lost.items():
            if number in self._told:
                continue
            if came.tag == "receipt":
                self._told.add(number)
                self._receipts(came.ids, KINDS.get(RECEIPTS[came.type]), came.at, number)
            elif phone := came.phone or await self._known(build_jid(came.sender.partition("@")[0], LID)):
                self._told.add(number)
                log.error("sender %s knows that %s wrote, and not what", self._sender_id, phone)
                self._tell(wire.Reply(self._sender_id, phone, "", came.id, came.at, number))


def _seconds(moment: int) -> float:
    """neonize gives some of its times in milliseconds."""
    return moment / 1000 if moment > 10**11 else float(moment)

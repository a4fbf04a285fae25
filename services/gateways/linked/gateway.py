"""A linked number as the engine sees it: one more gateway. The work is done in child processes (hosts.py)."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from models.states import Channel, Reason, SenderStatus
from services.gateways.linked import goodbye, pairing, wire
from services.gateways.linked.hosts import Host, Hosts, Launcher
from services.gateways.linked.memory import Memory
from services.gateways.linked.pairing import PairingEvent
from services.gateways.linked.store import AnothersStore, NotLinked
from services.gateways.protocol import (
    Accepted,
    Event,
    Knowledge,
    Lack,
    LinkChanged,
    Listener,
    Media,
    NotSent,
    Opened,
    Outcome,
    Outgoing,
    ReceiptHeard,
    ReceiptKind,
    ReplyHeard,
    Unknown,
)

CARE_S = 2.0  # between two looks at the children
OPEN_S = 30.0  # it may have to start a child, and to wait for an older owner
MOVES_S = 5.0  # a send waits so long for its sender to have a child again
AGAIN_S = (0.2, 2.0, 5.0, 15.0, 30.0)  # between two attempts to bring a sender back
log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Open:
    """A sender in our hands; another opening is another one of these."""

    sender: Opened
    host: Host
    moving: asyncio.Lock  # held while it changes children


class Linked:
    """Stores live in `folder`; what happens is told to `listener`."""

    channel = Channel.LINKED

    def __init__(self, folder: Path, listener: Listener, launcher: Launcher | None = None) -> None:
        self._folder = folder
        self._listener = listener
        self._launcher = launcher or Launcher()
        self._memory = Memory(folder)
        self._hosts = Hosts(self._launcher, folder, self._told, self._ended)
        self._open: dict[int, _Open] = {}
        self._retiring: set[Host] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._care: asyncio.Task[None] | None = None
        self._closing = False

    # --- the contract ---

    async def open(self, sender: Opened) -> None:
        """As the contract says. A number whose link has ended is told of as LOGGED_OUT, and raises too."""
        if self._care is None:
            self._care = asyncio.create_task(self._take_care())
        self._open.pop(sender.sender_id, None)
        await self._check(sender)
        try:
            async with asyncio.timeout(OPEN_S):
                opened = await self._seated(sender)
        except TimeoutError:
            raise ConnectionError("the sender could not be opened in time") from None
        self._open[sender.sender_id] = opened

    async def close(self, sender_id: int) -> None:
        opened = self._open.pop(sender_id, None)
        if opened is not None:
            await self._leave(opened.host, sender_id)

    async def send(self, sender_id: int, message: Outgoing) -> Outcome:
        opened = self._open.get(sender_id)
        if opened is None:
            return NotSent("the sender is not open", Lack.CONNECTION)
        try:
            async with asyncio.timeout(MOVES_S):
                await opened.moving.acquire()
        except TimeoutError:
            return NotSent("its child process is being replaced", Lack.CONNECTION)
        try:
            answer = await opened.host.ask(lambda call: _asked_to_send(call, sender_id, message))
        except ConnectionError:
            return await asyncio.to_thread(self._memory.without_child, sender_id, message.token)
        finally:
            opened.moving.release()
        match answer:
            case wire.Sent(_, wa_id):
                return Accepted(wa_id)
            case wire.Failed(_, text):
                return await asyncio.to_thread(self._memory.explained, sender_id, message.token, text)
        return Unknown(Reason.BROKE_MIDWAY)

    async def recover(self, sender_id: int, tokens: Sequence[bytes]) -> list[Knowledge]:
        return await asyncio.to_thread(self._memory.known, sender_id, tokens)

    async def on_whatsapp(self, sender_id: int, phones: Sequence[str]) -> dict[str, bool]:
        if not phones:
            return {}
        opened = self._open.get(sender_id)
        if opened is None:
            raise ConnectionError("the sender is not open")
        answer = await opened.host.ask(lambda call: wire.Ask(call, sender_id, list(phones)))
        if isinstance(answer, wire.There):
            return answer.answers
        raise ConnectionError(answer.text if isinstance(answer, wire.Failed) else "no answer")

    async def trusted(self, sender_id: int) -> dict[str, datetime]:
        return await asyncio.to_thread(self._memory.trusted, sender_id)

    async def aclose(self) -> None:
        self._closing = True
        self._open.clear()
        if self._care is not None:
            self._care.cancel()
            await asyncio.wait([self._care])
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._hosts.aclose()

    # --- what the contract does not ask for ---

    def pair(
        self, *, phone: str | None = None, expected: str | None = None
    ) -> AsyncGenerator[PairingEvent, None]:
        """Link a number: see pairing.py for how to listen, and `adopt` for what comes after.

        Args:
            phone: show a code to type for this E.164 number, beside the QR codes.
            expected: refuse any other E.164 number, and undo its link.
        """
        return pairing.pair(self._launcher, self._folder, phone, expected)

    async def adopt(self, ticket: str, sender_id: int) -> None:
        """Give what was paired to a sender, which is connected again from then on when it is needed.

        Raises:
            FileNotFoundError: there is no such ticket (any more).
            OSError: another process uses the sender's older store and does not let go.
        """
        await self.close(sender_id)
        old = await pairing.adopt(self._folder, ticket, sender_id)
        self._say(sender_id, SenderStatus.ONLINE, "linked")
        if old is not None:
            self._keep(goodbye.farewell(self._launcher, old))

    async def discard(self, ticket: str) -> None:
        """What was paired is nobody's: the phone unlinks it again."""
        old = await asyncio.to_thread(goodbye.put_aside, self._folder / ticket)
        self._keep(goodbye.farewell(self._launcher, old))

    async def say_goodbyes(self) -> None:
        """Beside all else, end the links whose end a stop or a crash has cut short."""
        unused = pairing.PREFIX, pairing.FORGOTTEN_S
        for old in await asyncio.to_thread(goodbye.waiting, self._folder, *unused):
            self._keep(goodbye.farewell(self._launcher, old))

    async def unlink(self, sender_id: int) -> None:
        """End the link on WhatsApp's side too, through an open sender.

        Raises:
            OSError: nobody answers; it can still be ended on the phone.
        """
        opened = self._open.get(sender_id)
        if opened is None:
            raise ConnectionError("the sender is not open")
        answer = await opened.host.ask(lambda call: wire.Unlink(call, sender_id))
        if isinstance(answer, wire.Failed):
            raise ConnectionError(answer.text)

    def heard_at(self, sender_id: int) -> datetime | None:
        """When WhatsApp last gave a sign to this sender: its last proof of life."""
        opened = self._open.get(sender_id)
        unix_s = opened.host.alive.heard_at.get(str(sender_id)) if opened else None
        return datetime.fromtimestamp(unix_s, UTC) if unix_s else None

    # --- children ---

    async def _seated(self, sender: Opened) -> _Open:
        host = await self._hosts.seat(sender.sender_id)
        phone = sender.phone or ""
        try:
            answer = await host.ask(lambda call: wire.Open(call, sender.sender_id, sender.epoch, phone))
        except asyncio.CancelledError:
            self._keep(self._leave(host, sender.sender_id))
            raise
        trouble = answer.trouble if isinstance(answer, wire.Done) else "it broke"
        if trouble:
            host.senders.discard(sender.sender_id)
            raise ConnectionError(trouble)
        return _Open(sender, host, asyncio.Lock())

    async def _check(self, sender: Opened) -> None:
        """Nobody resumes another's account. Raises OSError."""
        try:
            await asyncio.to_thread(self._memory.check, sender.sender_id, sender.phone)
        except (NotLinked, AnothersStore) as e:
            self._say(sender.sender_id, SenderStatus.LOGGED_OUT, str(e))
            raise ConnectionError(str(e)) from None

    async def _leave(self, host: Host, sender_id: int) -> None:
        host.senders.discard(sender_id)
        try:
            await host.ask(lambda call: wire.Close(call, sender_id))
        except ConnectionError:
            return  # its child is gone, and so is it

    def _ended(self, host: Host) -> None:
        """A child is gone: its senders come back in another."""
        for opened in [one for one in self._open.values() if one.host is host]:
            self._say(opened.sender.sender_id, SenderStatus.OFFLINE, "its process ended")
            self._keep(self._bring_back(opened))

    async def _bring_back(self, opened: _Open) -> None:
        """Seat it again under the same epoch, for as long as it is ours."""
        sender = opened.sender
        async with opened.moving:
            for wait_s in chain(AGAIN_S, repeat(AGAIN_S[-1])):
                if self._closing or self._open.get(sender.sender_id) is not opened:
                    return
                try:
                    opened.host = (await self._seated(sender)).host
                except OSError as e:
                    log.warning("sender %s is not back yet: %s", sender.sender_id, e)
                    await asyncio.sleep(wait_s)
                else:
                    return

    async def _take_care(self) -> None:
        while True:
            await asyncio.sleep(CARE_S)
            for host in list(self._hosts.all):
                if host.hangs:
                    log.error("child %s of WhatsApp hangs and is killed", host.pid)
                    host.kill()
                elif host.worn and host not in self._retiring:
                    self._retiring.add(host)
                    self._keep(self._retire(host))

    async def _retire(self, host: Host) -> None:
        """Its senders move between two messages, each once, one after the other; then it goes. What does not
        succeed is tried again."""
        try:
            for opened in [one for one in self._open.values() if one.host is host]:
                async with opened.moving:
                    await self._leave(host, opened.sender.sender_id)
                    if self._open.get(opened.sender.sender_id) is opened:
                        opened.host = (await self._seated(opened.sender)).host
            if not host.senders:
                await host.leave()
        except OSError as e:
            log.warning("child %s is not relieved yet: %s", host.pid, e)
        finally:
            self._retiring.discard(host)

    # --- what is told ---

    def _told(self, host: Host, news: wire.News) -> None:
        match news:
            case wire.Receipt(sender_id, wa_id, kind, at, number):
                kept = partial(host.say_kept, sender_id, number)
                self._hear(ReceiptHeard(sender_id, wa_id, ReceiptKind(kind), _moment(at), kept))
            case wire.Reply(sender_id, phone, text, wa_id, at, number):
                kept = partial(host.say_kept, sender_id, number)
                self._hear(ReplyHeard(sender_id, phone, text, wa_id, _moment(at), kept))
            case wire.Link(sender_id, status, at, detail, until, code):
                ends = None if until is None else _moment(until)
                self._hear(LinkChanged(sender_id, SenderStatus(status), _moment(at), detail, ends, code))
            case wire.Taken(sender_id):
                host.senders.discard(sender_id)
                if (opened := self._open.get(sender_id)) and opened.host is host:
                    del self._open[sender_id]

    def _say(self, sender_id: int, status: SenderStatus, detail: str) -> None:
        self._hear(LinkChanged(sender_id, status, datetime.now(UTC), detail))

    def _hear(self, event: Event) -> None:
        if not self._closing:
            self._listener.hear(event)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _asked_to_send(call: int, sender_id: int, message: Outgoing) -> wire.Send:
    media = None if message.media is None else _spelled(message.media)
    return wire.Send(call, sender_id, message.phone, message.text, message.token.hex(), media)


def _spelled(media: Media) -> dict[str, str]:
    return {
        "kind": media.kind.value,
        "path": str(media.path.absolute()),
        "name": media.name,
        "mime": media.mime,
        "sha256": media.sha256.hex(),
    }


def _moment(unix_s: float) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)

"""Linking a number: what happens meanwhile, as a stream of typed events for a screen to show.

    async with aclosing(gateway.pair(phone="+91…")) as events:
        async for event in events: …        # ShowQr, ShowLetters, …; the last one is PairedAs or NotPaired

Leaving the block cancels it: the child process is killed, and nothing stays. What was paired waits under its
ticket until `gateway.adopt(ticket, sender_id)` makes it that sender's store.
"""

import asyncio
import logging
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from secrets import token_hex

from services.gateways.linked import goodbye, owner, wire
from services.gateways.linked.hosts import Launcher, end, relay

PREFIX = "pairing-"
STARTS_S = 30.0
UNDO_S = 12.0
FORGOTTEN_S = 3600.0  # a ticket that nobody used
log = logging.getLogger(__name__)


class Why(StrEnum):
    """Why no link came of it."""

    WRONG_NUMBER = "wrong_number"  # WhatsApp gives no code for this number
    ANOTHER_NUMBER = "another_number"  # it was linked with another phone than expected, and undone
    TOO_OFTEN = "too_often"  # WhatsApp wants us to wait before the next attempt
    TIMED_OUT = "timed_out"  # nobody used the codes in time
    PASSKEY = "passkey"  # this account links only with a passkey, which we cannot show
    REFUSED = "refused"  # WhatsApp said no
    OUTDATED = "outdated"  # WhatsApp wants a newer library
    NOT_REACHED = "not_reached"  # no connection to WhatsApp
    NOT_HERE = "not_here"  # this machine cannot link: `detail` says what is missing


@dataclass(frozen=True, slots=True)
class ShowQr:
    """Draw this as a QR code; another one follows at `until`, or the end."""

    text: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ShowLetters:
    """To be typed into the phone: "CS6D-MXVK". The QR codes go on beside it."""

    letters: str
    until: datetime


@dataclass(frozen=True, slots=True)
class PairedAs:
    """It is linked: `phone` as E.164, `name` as the shop calls itself on WhatsApp, if it does."""

    phone: str
    lid: str
    name: str
    ticket: str


@dataclass(frozen=True, slots=True)
class NotPaired:
    """`detail` is for the log; where `why` is ANOTHER_NUMBER it is that number."""

    why: Why
    detail: str = ""


PairingEvent = ShowQr | ShowLetters | PairedAs | NotPaired


async def pair(
    launcher: Launcher, folder: Path, phone: str | None, expected: str | None
) -> AsyncGenerator[PairingEvent, None]:
    """One attempt, of 150 s at most. See the module."""
    ticket = f"{PREFIX}{token_hex(8)}"
    store = folder / ticket
    store.mkdir(mode=0o700, parents=True)
    kept = False
    try:
        process, wired = await launcher.start("pairer", str(store), (phone or "").removeprefix("+"))
        talking = asyncio.create_task(relay(process))
        try:
            async for event in _events(wired, ticket, expected):
                kept = isinstance(event, PairedAs)
                if kept:
                    await _goodbye(process, wired)
                yield event
        finally:
            await end(process, wired, talking)
    finally:
        if not kept:
            await asyncio.to_thread(shutil.rmtree, store, ignore_errors=True)


async def _events(wired: wire.Wire, ticket: str, expected: str | None) -> AsyncIterator[PairingEvent]:
    messages = wired.messages()
    async for message in messages:
        match message:
            case wire.Ready(trouble) if trouble:
                yield NotPaired(Why.NOT_HERE, trouble)
                return
            case wire.Code(kind, text, lasts_s):
                until = datetime.now(UTC) + timedelta(seconds=lasts_s)
                yield ShowQr(text, until) if kind == "qr" else ShowLetters(text, until)
            case wire.Paired(phone, lid, name) if expected in (None, phone):
                yield PairedAs(phone, lid, name, ticket)
                return
            case wire.Paired(phone):
                wired.send(wire.Unlink(0, 0))
                await _undone(messages)
                yield NotPaired(Why.ANOTHER_NUMBER, phone)
                return
            case wire.Ended(why, text):
                yield NotPaired(Why(why), text)
                return
    yield NotPaired(Why.NOT_HERE, "the child process for linking ended")


async def _undone(messages: AsyncIterator[wire.Message]) -> None:
    try:
        async with asyncio.timeout(UNDO_S):
            await anext(messages, None)
    except TimeoutError:
        log.error("a wrong number may still be linked: its owner can end that on the phone")


async def _goodbye(process: asyncio.subprocess.Process, wired: wire.Wire) -> None:
    """The child lets go of the store before anybody else opens it."""
    wired.say_goodbye()
    try:
        async with asyncio.timeout(STARTS_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def adopt(folder: Path, ticket: str, sender_id: int) -> Path | None:
    """Make what was paired under `ticket` the store of this sender; the folder of its older one, if any: for
    goodbye.py.

    Raises:
        FileNotFoundError: there is no such ticket (any more).
        OSError: the older store is in use by a process that does not let go.
    """
    new = folder / ticket
    if not ticket.startswith(PREFIX) or not new.is_dir():
        raise FileNotFoundError(f"nothing was paired under {ticket}")
    hold = await owner.borrow(folder, sender_id)
    try:
        return await asyncio.to_thread(_replace, folder / str(sender_id), new)
    finally:
        hold.close()


def _replace(store: Path, new: Path) -> Path | None:
    old = goodbye.put_aside(store) if store.exists() else None
    new.rename(store)
    return old

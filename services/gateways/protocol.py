"""The contract between the engine and WhatsApp: what a gateway takes, answers and tells.

One suite (tests/gateways/contract.py) holds every gateway to it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from models.states import Channel, Reason, SenderStatus
from models.states import MediaKind as MediaKind


@dataclass(frozen=True, slots=True)
class Media:
    """A file to send with the text as its caption. A gateway uploads it once per sender and reuses it."""

    kind: MediaKind
    path: Path
    name: str  # what the recipient sees: "price-list.pdf"
    mime: str
    sha256: bytes


class Outgoing(NamedTuple):
    """One message on its way out. A frozen dataclass would take five times as long to make."""

    phone: str  # E.164: "+919876543210"
    text: str  # already in the reader's language
    token: bytes  # 32 bytes of this attempt; the gateway ties them to the message before it leaves
    media: Media | None = None
    speedup: int = 1  # the sandbox's people answer this many times faster than life


# --- the four outcomes of send(); anything raised means Unknown ---


@dataclass(frozen=True, slots=True)
class Accepted:
    """WhatsApp's server took it; `wa_id` is its id, unique within the sender."""

    wa_id: str


class Lack(StrEnum):
    """What keeps a sender from sending anything at all, whoever the message is for."""

    CONNECTION = "connection"
    DISK = "disk"  # is full, or cannot be written


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing left this machine: safe to try again. `lacks`: it was not this message's fault, so the
    sender waits and none of the message's tries is used up.
    """

    why: str = ""
    lacks: Lack | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """WhatsApp said no, for good."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have left. `wa_id` where the gateway knows it, so that late receipts can match."""

    reason: Reason = Reason.BROKE_MIDWAY
    wa_id: str | None = None


Outcome = Accepted | NotSent | Refused | Unknown


# --- the three answers of recover() ---


@dataclass(frozen=True, slots=True)
class NeverLeft:
    """It was not handed over, and after open() it cannot be any more: safe to send again."""


@dataclass(frozen=True, slots=True)
class Left:
    """It was handed over under this id; whether it arrived, receipts will tell."""

    wa_id: str


@dataclass(frozen=True, slots=True)
class DoNotKnow:
    """Nothing here remembers."""


Knowledge = NeverLeft | Left | DoNotKnow


# --- what a gateway tells by itself ---


class ReceiptKind(StrEnum):
    DELIVERED = "delivered"
    READ = "read"
    UNREADABLE = "unreadable"  # the phone could not decrypt it, and nothing better came


def _nobody_asks() -> None:
    """This channel does not want to know."""


@dataclass(frozen=True, slots=True)
class ReceiptHeard:
    """A phone has it, or showed it. May come before send() returns, twice, and in any order."""

    sender_id: int
    wa_id: str
    kind: ReceiptKind
    at: datetime
    kept: Callable[[], None] = field(default=_nobody_asks, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ReplyHeard:
    """Somebody wrote to a sender. May come twice; (sender_id, wa_id) names it.

    `text` is empty where only that they wrote is known: it was lost on its way through a crash. It may still
    come, under the same name.
    """

    sender_id: int
    phone: str  # E.164
    text: str
    wa_id: str
    at: datetime
    kept: Callable[[], None] = field(default=_nobody_asks, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """A sender's connection is in another state; `detail` is for the log.

    Where WhatsApp stopped or restricted the number, `until` says when it may go on, and `code` why, as
    WhatsApp calls it: "101". Where it is OFFLINE and waiting alone may not help, `code` is an OfflineWhy.
    """

    sender_id: int
    status: SenderStatus
    at: datetime
    detail: str = ""
    until: datetime | None = None
    code: str = ""


Event = ReceiptHeard | ReplyHeard | LinkChanged


class Listener(Protocol):
    """Handed to a gateway at its birth, so that it never calls up.

    Who has written a receipt or a reply down for good calls its `kept`: until then it may be told again.
    """

    def hear(self, event: Event) -> None:
        """Take an event; returns at once and never raises. Called on the event loop."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A sender as its gateway needs to know it."""

    sender_id: int
    epoch: int
    phone: str | None = None  # E.164; whoever it is linked as must be this number, or it is not opened
    settings: dict[str, object] = field(default_factory=dict)


class Gateway(Protocol):
    """One way to WhatsApp. All of it is async and blocks nobody."""

    channel: Channel

    async def open(self, sender: Opened) -> None:
        """Take the sender over. Once this has returned, no message of an older epoch can leave:
        a send that an older owner had begun is in recover()'s answer or never happens.

        Receipts and replies that came while nobody listened are told again.

        Raises:
            OSError: it cannot be reached now; the engine tries again later.
        """

    async def close(self, sender_id: int) -> None:
        """Let go of the sender; a clean end, with nothing on its way. Never raises."""

    async def send(self, sender_id: int, message: Outgoing) -> Outcome:
        """Send one message. The caller has at most one on its way per sender."""

    async def recover(self, sender_id: int, tokens: Sequence[bytes]) -> list[Knowledge]:
        """What became of attempts that an earlier owner had begun; after open(). In `tokens`' order."""

    async def on_whatsapp(self, sender_id: int, phones: Sequence[str]) -> dict[str, bool]:
        """Which of these E.164 numbers are on WhatsApp, asked through an open sender; who is not in the
        answer is not known. WhatsApp watches who asks for many: a few dozen at a time, and only about
        people who are to be written to.

        Raises:
            OSError: nobody can be asked now, for instance because the sender is not open here.
        """

    async def trusted(self, sender_id: int) -> dict[str, datetime]:
        """All E.164 numbers whose owners know the sender, as far as this gateway remembers, and since when:
        WhatsApp gave it a fresh token for a chat with them. To others it may refuse a new chat (463).
        Nobody is asked; works for a sender that is not open too.
        """

    async def aclose(self) -> None:
        """The process ends: let go of everything within 10 s."""

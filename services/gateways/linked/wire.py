"""What our process and its children say to each other: small typed messages over a socket of this machine.

A message is four bytes of length (big endian) and its fields as JSON, with its type's name under "is".
Fields are what JSON knows; bytes travel as hex, times as Unix seconds.
"""

import asyncio
import struct
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field

import orjson

LONGEST = 16 * 1024 * 1024  # bytes; a text has 4,096 characters, a question a few dozen numbers
HEAD = struct.Struct(">I")

# --- we ask a child; `call` numbers the question and its answer ---


@dataclass(frozen=True, slots=True)
class Open:
    """Answered by Done once it is connected, or once it is clear that it is not."""

    call: int
    sender_id: int
    epoch: int
    phone: str


@dataclass(frozen=True, slots=True)
class Close:
    """Answered by Done when nothing of it is on its way any more."""

    call: int
    sender_id: int


@dataclass(frozen=True, slots=True)
class Send:
    """Answered by Sent or Failed. `media` is what media.File says of itself."""

    call: int
    sender_id: int
    phone: str
    text: str
    token: str
    media: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Who of these is on WhatsApp? Answered by There or Failed."""

    call: int
    sender_id: int
    phones: list[str]


@dataclass(frozen=True, slots=True)
class Unlink:
    """End the link on WhatsApp's side too. Answered by Done or Failed."""

    call: int
    sender_id: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What was told under this number is written down for good. Not answered."""

    sender_id: int
    number: int


# --- a child answers ---


@dataclass(frozen=True, slots=True)
class Done:
    """`trouble` says why it could not be."""

    call: int
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    call: int
    wa_id: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not go as asked; `text` is what neonize said."""

    call: int
    text: str


@dataclass(frozen=True, slots=True)
class There:
    call: int
    answers: dict[str, bool]


# --- a child tells by itself ---


@dataclass(frozen=True, slots=True)
class Ready:
    """The library is loaded; `trouble` says why not, and the child ends."""

    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """`number`: to be named in Kept; 0 where another one of these will be."""

    sender_id: int
    wa_id: str
    kind: str
    at: float
    number: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """`text` is empty where only that somebody wrote is known."""

    sender_id: int
    phone: str
    text: str
    wa_id: str
    at: float
    number: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A session's state; `until` and `code` where WhatsApp named them."""

    sender_id: int
    status: str
    at: float
    detail: str = ""
    until: float | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """Another owner has the sender now: nothing of it can be sent here any more."""

    sender_id: int


@dataclass(frozen=True, slots=True)
class Alive:
    """A heartbeat: the child's size, and for each sender when WhatsApp last gave a sign (Unix seconds)."""

    memory_mb: float
    files: int
    threads: int
    heard_at: dict[str, float] = field(default_factory=dict)


# --- a child that pairs tells ---


@dataclass(frozen=True, slots=True)
class Code:
    """Something to show: a QR code's text, or eight letters to type. `lasts_s` until the next or the end."""

    kind: str  # qr | letters
    text: str
    lasts_s: float


@dataclass(frozen=True, slots=True)
class Paired:
    phone: str
    lid: str
    name: str


@dataclass(frozen=True, slots=True)
class Ended:
    """No link came of it. `why` is a member of pairing.Why, `text` what neonize said."""

    why: str
    text: str = ""


Question = Open | Close | Send | Ask | Unlink
Answer = Done | Sent | Failed | There
News = Ready | Receipt | Reply | Link | Taken | Alive | Code | Paired | Ended
Message = Question | Answer | News | Kept

TYPES: dict[str, type[Message]] = {
    one.__name__: one
    for one in (
        *(Open, Close, Send, Ask, Unlink, Kept, Done, Sent, Failed, There),
        *(Ready, Receipt, Reply, Link, Taken, Alive, Code, Paired, Ended),
    )
}


def spelled(message: Message) -> bytes:
    """The message as it travels."""
    body = orjson.dumps({"is": type(message).__name__, **asdict(message)})
    return HEAD.pack(len(body)) + body


def understood(body: bytes) -> Message:
    fields = orjson.loads(body)
    return TYPES[fields.pop("is")](**fields)


class Wire:
    """One end of the socket. What is sent to an end that is gone, or after our goodbye, is lost; `messages`
    ends where the other end is gone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._goodbye = False

    def send(self, message: Message) -> None:
        if not (self._goodbye or self._writer.is_closing()):
            self._writer.write(spelled(message))

    async def messages(self) -> AsyncIterator[Message]:
        """Until the other end is gone."""
        while True:
            try:
                (length,) = HEAD.unpack(await self._reader.readexactly(HEAD.size))
                if length > LONGEST:
                    return
                body = await self._reader.readexactly(length)
            except (asyncio.IncompleteReadError, OSError):
                return
            yield understood(body)

    async def flush(self) -> None:
        """Wait until all that was sent has left this process, or the other end is gone."""
        try:
            await self._writer.drain()
        except OSError:
            return

    def say_goodbye(self) -> None:
        """Send nothing more, and go on listening: the other end may finish what it is at."""
        if not (self._goodbye or self._writer.is_closing()):
            self._writer.write_eof()
        self._goodbye = True

    def close(self) -> None:
        self._writer.close()

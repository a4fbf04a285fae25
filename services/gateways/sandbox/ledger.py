"""What really went out: one append-only file of JSON lines per sender, for all processes, through crashes.

    {"k": "epoch", "epoch": 3, "from": 0, …}     an owner took the sender over
    {"k": "sent", "token": …, "wa_id": …, …}     a message left
    {"k": "not_sent" | "refused", …}             an attempt that did not leave
    {"k": "delivered" | "read" | "unreadable" | "replied", "wa_id": …, …}     what was told of it

Every write happens under the file's lock, and only by the owner of the newest epoch. So once an owner has
written its epoch, nothing of an older one can be added: a token is in the file, or its message never left.
`from` is where a later owner starts reading: all before it was told long ago.

Everything here blocks (a little) and belongs in a thread. A line that a crash or a full disk has torn is
closed with a mark that no reader can parse, and so it never happened.
"""

import fcntl
import json
import mmap
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.gateways.sandbox.people import Deed, Reaction, reactions

# What was told in the ten minutes before the last line may not have been stored: it is told again.
TOLD_AGAIN_S = 600.0
DEEDS = frozenset(deed.value for deed in Deed)
TORN = b"#torn\n"
EPOCH = b'{"k": "epoch"'

Line = Mapping[str, object]


class Fenced(Exception):
    """Another process took the sender over: this one may not write any more."""


@dataclass(slots=True)
class Sent:
    """One message that left, and what was told of it since. Times are Unix seconds."""

    sender_id: int
    epoch: int
    token: bytes
    phone: str
    text: str
    wa_id: str
    at: float
    pid: int
    speedup: int = 1
    media_sha256: str | None = None
    media_name: str | None = None
    told: dict[Deed, float] = field(default_factory=dict)
    reply: str | None = None

    def reactions(self) -> tuple[Reaction, ...]:
        """All that will become of it, told or still to come."""
        return reactions(self.token, self.phone, self.speedup)

    def unsettled(self, told_since: float) -> list[Reaction]:
        """What nobody was told, or was told after `told_since` and may have been lost."""
        return [r for r in self.reactions() if self.told.get(r.deed, told_since) >= told_since]


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """One attempt that did not leave: `outcome` is refused or not_sent."""

    sender_id: int
    token: bytes
    phone: str
    outcome: str
    why: str
    at: float


class Ledger:
    """One sender's file in the hands of one owner. See `take`."""

    def __init__(self, path: Path, epoch: int) -> None:
        self._path = path
        self._epoch = epoch
        self._known = 0  # so far we have read: the tail behind it is somebody else's
        self.stumbled: set[str] = set()  # numbers whose last attempt was not sent
        self.unsettled: list[Sent] = []

    @classmethod
    def take(cls, folder: Path, sender_id: int, epoch: int) -> "Ledger":
        """Become the owner. Afterwards no older epoch can write; `unsettled` is what is still to be told.

        Raises:
            Fenced: a newer epoch is there already.
            BlockingIOError: somebody is writing this very moment; ask again soon.
            OSError: the disk does not let us.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ledger = cls(_path(folder, sender_id), epoch)
        with _locked(ledger._path) as file:
            start = ledger._remember(file)
            line = {"k": "epoch", "epoch": epoch, "from": start, "pid": os.getpid(), "at": time.time()}
            ledger._append(file, [line])
        return ledger

    def write(self, lines: Sequence[Line]) -> None:
        """Add lines; where it raises, the last of them is not there. Raises as `take`."""
        with _locked(self._path) as file:
            self._catch_up(file)
            self._append(file, lines)

    def find(self, tokens: Sequence[bytes]) -> list[str | None]:
        """For each token the id under which its message left; None if it never did."""
        with _locked(self._path) as file, _mapped(file) as content:
            return [_sent_as(content, token) for token in tokens]

    def _remember(self, file: int) -> int:
        """Read what an owner must know; returns where the next one should start."""
        with _mapped(file) as content:
            newest = content.rfind(EPOCH)
            start = 0
            if newest >= 0 and (line := _parsed(_line_at(content, newest))):
                start = int(line["from"])
            unread = content[start:]
        found = _read(_sender_of(self._path), unread, start)
        self._check(found.epoch)
        self._close_torn(file, unread)
        told_since = found.last_at - TOLD_AGAIN_S
        self.stumbled = found.stumbled
        kept = [(at, sent) for at, sent in found.sent if sent.unsettled(told_since)]
        self.unsettled = [sent for _, sent in kept]
        for sent in self.unsettled:
            sent.told = {deed: at for deed, at in sent.told.items() if at < told_since}
        return kept[0][0] if kept else os.fstat(file).st_size

    def _catch_up(self, file: int) -> None:
        size = os.fstat(file).st_size
        if size == self._known:
            return
        tail = os.pread(file, size - self._known, self._known) if size > self._known else b""
        self._check(_read(0, tail, 0).epoch)
        self._close_torn(file, tail)
        self._known = os.fstat(file).st_size

    def _check(self, newest: int) -> None:
        if newest > self._epoch:
            raise Fenced(f"{self._path.name} belongs to epoch {newest}, we are {self._epoch}")

    def _close_torn(self, file: int, tail: bytes) -> None:
        if tail and not tail.endswith(b"\n"):
            _write_whole(file, TORN)

    def _append(self, file: int, lines: Sequence[Line]) -> None:
        _write_whole(file, b"".join(_spelled(line) for line in lines))
        self._known = os.fstat(file).st_size


def read_ledger(folder: Path) -> list[Sent]:
    """Every message that left, in the order of each sender: the judge's truth."""
    return [sent for path in _paths(folder) for _, sent in _read(_sender_of(path), path.read_bytes(), 0).sent]


def read_turned_away(folder: Path) -> list[TurnedAway]:
    """Every attempt that did not leave."""
    return [
        TurnedAway(_sender_of(path), bytes.fromhex(x["token"]), x["phone"], x["k"], x["why"], x["at"])
        for path in _paths(folder)
        for _, x in _lines(path.read_bytes())
        if x["k"] in ("refused", "not_sent")
    ]


@dataclass(slots=True)
class _Found:
    epoch: int = 0
    last_at: float = 0.0
    sent: list[tuple[int, Sent]] = field(default_factory=list)  # with its place in the file
    stumbled: set[str] = field(default_factory=set)


def _read(sender_id: int, content: bytes, start: int) -> _Found:
    found = _Found()
    by_id: dict[str, Sent] = {}
    for place, line in _lines(content):
        kind = line["k"]
        found.last_at = max(found.last_at, line["at"])
        if kind == "epoch":
            found.epoch = max(found.epoch, line["epoch"])
        elif kind == "sent":
            sent = _sent(sender_id, line)
            by_id[sent.wa_id] = sent
            found.sent.append((start + place, sent))
            found.stumbled.discard(sent.phone)
        elif kind == "not_sent":
            found.stumbled.add(line["phone"])
        elif kind in DEEDS and (known := by_id.get(line["wa_id"])):
            known.told.setdefault(Deed(kind), line["at"])  # the first time counts: not told again for ever
            known.reply = line.get("text") or known.reply
    return found


def _sent(sender_id: int, line: dict[str, Any]) -> Sent:
    return Sent(
        sender_id=sender_id,
        token=bytes.fromhex(line["token"]),
        **{name: line[name] for name in ("epoch", "phone", "text", "wa_id", "at", "pid", "speedup")},
        media_sha256=line.get("media_sha256"),
        media_name=line.get("media_name"),
    )


def _lines(content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Whole lines with their places; what follows the last line break is not one yet."""
    place = 0
    for raw in content.splitlines(keepends=True):
        if raw.endswith(b"\n") and (line := _parsed(raw)):
            yield place, line
        place += len(raw)


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        line: dict[str, Any] = json.loads(raw)
    except ValueError:
        return None
    return line


def _line_at(content: mmap.mmap | bytes, place: int) -> bytes:
    end = content.find(b"\n", place)
    return b"" if end < 0 else content[content.rfind(b"\n", 0, place) + 1 : end]


def _sent_as(content: mmap.mmap | bytes, token: bytes) -> str | None:
    """Searches bytes and parses only a hit: a large file takes milliseconds. Quotes within texts are
    escaped, so the key cannot be found inside one."""
    wanted = f'"token": "{token.hex()}"'.encode()
    place = content.find(wanted)
    while place >= 0:
        line = _parsed(_line_at(content, place))
        if line and line["k"] == "sent":
            return str(line["wa_id"])
        place = content.find(wanted, place + 1)
    return None


def _spelled(line: Line) -> bytes:
    # What UTF-8 cannot say becomes JSON's own \\udxxx.
    return json.dumps(line, ensure_ascii=False).encode(errors="backslashreplace") + b"\n"


def _write_whole(file: int, lines: bytes) -> None:
    written = os.write(file, lines)
    if written < len(lines):  # the disk is full; the torn line is closed by whoever writes next
        raise OSError("the disk took only a part")


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file's descriptor, ours alone; opened each time, for a thousand senders would use up the limit."""
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file
    finally:
        os.close(file)


@contextmanager
def _mapped(file: int) -> Iterator[mmap.mmap | bytes]:
    if os.fstat(file).st_size == 0:
        yield b""
        return
    with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as content:
        yield content


def _path(folder: Path, sender_id: int) -> Path:
    return folder / f"{sender_id}.jsonl"


def _paths(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def _sender_of(path: Path) -> int:
    return int(path.stem)

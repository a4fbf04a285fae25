"""What WhatsApp told a session, on the disk before anything else becomes of it.

WhatsApp tells a receipt or an answer once, and the library says "got it" before we have it in PostgreSQL. So
each is written into `<sender>.heard` twice: that it came, before the library opens or acknowledges it; and
what was in it, as the first thing that is done with it. It stays there until our parent has it for good, and
every later session tells it again until then. Hearing it twice is harmless.

Something that came and whose words we never got is known by that: see Ear.unheard.
"""

import base64
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from services.gateways.linked.stanzas import Came

BIG = 256 * 1024  # bytes; then it is written anew, without what is over
TOO_OLD_S = 7 * 86400.0
REMEMBERED = 500  # messages; one that WhatsApp brings twice is not opened again, and is no loss
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """What the library made of it; `data` is a message of neonize's, by its number."""

    key: str
    code: int
    data: bytes
    at: float


class Journal:
    """One session's. Blocks a little, and is used by threads of Go beside our own."""

    def __init__(self, folder: Path, sender_id: int) -> None:
        self._path = folder / f"{sender_id}.heard"
        self._lock = threading.Lock()
        self._events: dict[int, Event] = {}
        self._came: dict[str, tuple[int, Came]] = {}
        self._heard: deque[str] = deque(maxlen=REMEMBERED)
        self._last = 0
        self._small = 0  # bytes of the file when it was last written anew
        self._load()
        self._file = self._written_anew()

    # --- what comes ---

    def note(self, came: Came) -> None:
        """It is here; nobody has opened or acknowledged it yet."""
        with self._lock:
            if came.key in self._heard or came.key in self._came:  # brought again
                return
            number = self._next()
            self._came[came.key] = number, came
            self._write({"n": number, "came": asdict(came)}, surely=came.tag == "message")

    def take(self, key: str, code: int, data: bytes, *, surely: bool) -> int:
        """What it was; the number under which it is kept. `surely`: through a power cut too."""
        with self._lock:
            number = self._next()
            event = self._events[number] = Event(key, code, data, time.time())
            self._over(key)
            self._write(_event(number, event), surely)
            return number

    def kept(self, number: int) -> None:
        """Our parent has it for good, or nobody wants it."""
        with self._lock:
            self._forget(number)
            self._write({"kept": number}, surely=False)

    # --- what is open ---

    def events(self) -> Mapping[int, Event]:
        """What is not kept yet, the oldest first."""
        with self._lock:
            return dict(self._events)

    def without_words(self, before: float) -> Mapping[int, Came]:
        """What came before this moment (Unix seconds, ours), and was never opened."""
        with self._lock:
            return {number: came for number, came in self._came.values() if number < before * 1e9}

    def close(self) -> None:
        with self._lock:
            os.close(self._file)
            self._file = -1  # another file may get its number, and threads of Go may still come

    # --- the file ---

    def _next(self) -> int:
        """Grows through restarts too, and tells when."""
        self._last = max(self._last + 1, time.time_ns())
        return self._last

    def _over(self, key: str) -> None:
        self._came.pop(key, None)
        if key.startswith("message"):
            self._heard.append(key)

    def _forget(self, number: int) -> None:
        self._events.pop(number, None)
        for key in [key for key, (one, _) in self._came.items() if one == number]:
            self._over(key)

    def _write(self, line: Mapping[str, object], surely: bool) -> None:
        """A disk that is full keeps nobody from hearing."""
        try:
            if os.fstat(self._file).st_size > max(BIG, 2 * self._small):
                old, self._file = self._file, self._written_anew()
                os.close(old)
            os.write(self._file, _spelled(line))
            if surely:
                os.fdatasync(self._file)
        except OSError as e:
            log.error("what WhatsApp told could not be written down: %s", e)

    def _written_anew(self) -> int:
        lines: list[Mapping[str, object]] = [{"heard": list(self._heard)}]
        lines += [{"n": number, "came": asdict(came)} for number, came in self._came.values()]
        lines += [_event(number, event) for number, event in self._events.items()]
        draft = self._path.with_suffix(".draft")
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._small = os.write(file, b"".join(map(_spelled, lines)))
        os.fsync(file)
        os.replace(draft, self._path)
        return file

    def _load(self) -> None:
        try:
            written = self._path.read_bytes()
        except FileNotFoundError:
            return
        for line in written.split(b"\n"):
            try:
                self._read(orjson.loads(line))
            except (ValueError, KeyError, TypeError):
                continue  # what a crash left of a line
        for number in [n for n in (*self._events, *self._numbers()) if n < (time.time() - TOO_OLD_S) * 1e9]:
            self._forget(number)

    def _numbers(self) -> list[int]:
        return [number for number, _ in self._came.values()]

    def _read(self, line: dict[str, object]) -> None:
        match line:
            case {"heard": list(keys)}:
                self._heard.extend(keys)
            case {"kept": int(number)}:
                self._forget(number)
            case {"n": int(number), "came": dict(fields)}:
                came = Came(**fields)
                self._came[came.key] = number, came
            case {"n": int(number), "key": str(key), "code": int(code), "data": str(data), "at": float(at)}:
                self._events[number] = Event(key, code, base64.b64decode(data), at)
                self._over(key)


def _spelled(line: Mapping[str, object]) -> bytes:
    """A line of its own, even after one that a full disk cut short."""
    return b"\n" + orjson.dumps(line)


def _event(number: int, event: Event) -> Mapping[str, object]:
    data = base64.b64encode(event.data).decode()
    return {"n": number, "key": event.key, "code": event.code, "data": data, "at": event.at}

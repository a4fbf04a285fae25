"""The judge: every message that reached the server, on disk before it is answered."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

Key = tuple[str, int, str]  # session, device, id


@dataclass
class Entry:
    """One message; `copies` counts how often it came. All times are seconds since 1970, 0 for never."""

    session: str  # the sender's phone number, digits only
    device: int
    id: str
    to: str  # the recipient's phone number, digits only
    time: float
    text: str | None = None
    caption: str | None = None
    media: dict[str, str | int | bool] | None = (
        None  # kind, mime, name, path, size, sha256, ok: the bytes are as promised
    )
    error: str | None = None  # why the recipient's phone could not read it
    refused: int = 0  # the code of the server's refusal
    copies: int = 1
    delivered: float = 0
    read: float = 0
    trusted: bool = False  # it carried the token that the recipient gave to the sender

    @property
    def key(self) -> Key:
        return self.session, self.device, self.id

    @property
    def arrived(self) -> bool:
        """A person can read it."""
        return not self.error and not self.refused


class Ledger:
    """Appends a line for every change; the last line of a message says how it stands."""

    def __init__(self, path: Path) -> None:
        self._entries = {entry.key: entry for entry in read(path)}
        self._file = path.open("a", buffering=1)
        if self._entries or path.stat().st_size:
            self._file.write("\n")  # a crash may have cut the last line

    def get(self, key: Key) -> Entry | None:
        return self._entries.get(key)

    def write(self, entry: Entry) -> None:
        self._entries[entry.key] = entry
        self._file.write(json.dumps(asdict(entry)) + "\n")

    def delivered(self, entry: Entry) -> None:
        entry.delivered = time.time()
        self.write(entry)

    def read(self, entry: Entry) -> None:
        entry.read = time.time()
        self.write(entry)

    def close(self) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._entries.values()))


def read(path: Path) -> list[Entry]:
    """How every message stands, in the order in which they came. A line that a crash cut is left out."""
    newest: dict[Key, Entry] = {}
    for line in path.read_text().split("\n") if path.exists() else ():
        try:
            entry = Entry(**json.loads(line))
        except json.JSONDecodeError:
            continue
        newest[entry.key] = entry
    return list(newest.values())

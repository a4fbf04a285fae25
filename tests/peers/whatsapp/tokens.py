"""WhatsApp's token dictionary, read out of the neonize library that is installed: no copy of it is kept.

It is read in a child process, so that nobody who only wants the words has the library in memory.

The library is Go: a table of strings is an array of (address, length) pairs in its data. Two known words lead
to the two tables: single-byte tokens (the second is "xmlstreamstart") and four times 256 double-byte tokens
(the first is "read-self").
"""

import ctypes
import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SINGLE_COUNT, DOUBLE_TABLES, DOUBLE_COUNT = 236, 4, 256
_HEADER = struct.Struct("<QQ")


class TokensNotFound(RuntimeError):
    """The installed neonize keeps its tokens elsewhere than the versions this was written for."""


def _segments() -> list[tuple[int, bytes]]:
    import neonize._binder as binder

    library, found = binder.generated_name(), []
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, perms, *rest = line.split()
        if rest and rest[-1].endswith(library) and perms.startswith("r"):
            start, end = (int(x, 16) for x in span.split("-"))
            found.append((start, ctypes.string_at(start, end - start)))
    return found


def _addresses(segments: list[tuple[int, bytes]], wanted: bytes) -> Iterator[int]:
    for start, data in segments:
        at = data.find(wanted)
        while at >= 0:
            yield start + at
            at = data.find(wanted, at + 1)


def _read(segments: list[tuple[int, bytes]], address: int, length: int) -> bytes:
    for start, data in segments:
        if start <= address and address + length <= start + len(data):
            return data[address - start : address - start + length]
    raise TokensNotFound(hex(address))


def _table(segments: list[tuple[int, bytes]], word: str, position: int, count: int) -> list[str]:
    for text in _addresses(segments, word.encode()):
        for header in _addresses(segments, _HEADER.pack(text, len(word))):
            first = header - position * _HEADER.size
            try:
                pairs = _HEADER.iter_unpack(_read(segments, first, count * _HEADER.size))
                table = [_read(segments, a, n).decode("ascii") if n else "" for a, n in pairs]
            except (TokensNotFound, UnicodeDecodeError):
                continue
            if all(len(token) < 64 for token in table):
                return table
    raise TokensNotFound(word)


Dictionary = tuple[list[str], list[list[str]]]


@cache
def dictionary() -> Dictionary:
    """(single-byte tokens, four tables of double-byte tokens); takes two seconds when first asked for."""
    asked = [sys.executable, "-m", "tests.peers.whatsapp.tokens"]
    said = subprocess.run(asked, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, check=True).stdout
    single, double = json.loads(said)
    return single, double


def _load() -> Dictionary:
    segments = _segments()
    single = _table(segments, "xmlstreamstart", 1, SINGLE_COUNT)
    double = _table(segments, "read-self", 0, DOUBLE_TABLES * DOUBLE_COUNT)
    return single, [double[i : i + DOUBLE_COUNT] for i in range(0, len(double), DOUBLE_COUNT)]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_load()))

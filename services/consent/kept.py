"""Who said STOP, once more, in a file beside the database: a backup that is put back must not forget them.

Only added to, one line a word: when, STOP or START, the workspace, the number's keyed hash, and who said so.
Nothing in it can be turned back into a number. It is read at the start, before anything is sent
(services/ops/bring_back.py); the latest word of somebody counts. What is only played in a rehearsal is not
kept. Each data folder has its own, and where none was opened nothing is kept.
"""

import asyncio
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from models.db import after_commit
from services.clock import now

STOP, START = "stop", "start"
HASH_LETTERS = 64  # of an HMAC-SHA256, written in hexadecimal
log = logging.getLogger(__name__)
_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One line. `source` is the suppression's: reply, typed, erased."""

    at: datetime
    stop: bool
    workspace_id: int
    phone_hash: bytes
    source: str

    def line(self) -> str:
        word = STOP if self.stop else START
        return f"{self.at.isoformat()} {word} {self.workspace_id} {self.phone_hash.hex()} {self.source}"


def open_kept(file: Path | None) -> None:
    """Keep in this file from now on; in none, where there is none."""
    global _file
    _file = file


def keep(db: AsyncSession, workspace_id: int, phone_hash: bytes, *, stop: bool, source: str) -> None:
    """A step: once the story has committed, its word stands in the file as well."""
    file, said = _file, Said(now(), stop, workspace_id, phone_hash, source)
    if file is None:
        return

    async def write() -> None:
        try:
            await asyncio.to_thread(append, file, [said])
        except OSError:  # the database has it; the next start writes it down here too
            log.exception("a STOP could not be kept in %s", file)

    after_commit(db, write)


def kept_file() -> Path | None:
    return _file


def append(file: Path, lines: Iterable[Said]) -> None:
    """Blocks until they are on the disk. A line begins anew, so that a torn one spoils no other."""
    written = "".join(f"\n{said.line()}\n" for said in lines).encode()
    there = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        while written:
            written = written[os.write(there, written) :]
        os.fsync(there)
    finally:
        os.close(there)


def read(file: Path) -> list[Said]:
    """All that was said, the oldest first; a torn line is left out. Blocks."""
    try:
        text = file.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return []
    return [said for line in text.splitlines() if line and (said := _said(line))]


def _said(line: str) -> Said | None:
    try:
        at, word, workspace_id, hashed, source = line.split(" ")
        moment = datetime.fromisoformat(at)
        if word not in (STOP, START) or len(hashed) != HASH_LETTERS or moment.tzinfo is None:
            raise ValueError
        return Said(moment, word == STOP, int(workspace_id), bytes.fromhex(hashed), source)
    except ValueError:
        log.warning("a line about who said STOP cannot be read: %r", line[:200])
        return None

"""A linked number's store: one SQLite file that neonize keeps (keys, sessions, ids of what was sent).

It is the login: a folder of its own, for us alone. We read three things in it, also while a child has it
open or after it died: whose it is, what became of a token, and who knows this number. It is opened for
writing even so: after a crash SQLite has to finish the dead child's last transaction first.

**Never in a child.** SQLite's locks belong to a process, and neonize brings a SQLite of its own: a second
one in the same process that closes the file takes the first one's locks and its journal away.

Everything here blocks (a little) and belongs in a thread.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

FILE = "store.db"
FRESH_S = 21 * 86400  # WhatsApp's tokens of trust are good for three weeks at least
WAIT_S = 5.0  # for a writer; neonize's transactions take milliseconds
AT_ONCE = 500  # numbers in one question to SQLite

# neonize pastes the name into "file:%s?_foreign_keys=on". A commit then survives a power cut, and is faster.
SURELY = "?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000&_foreign_keys=on&_x="

DEVICES = "SELECT jid, lid FROM whatsmeow_device"
# Written before a message is encrypted or sent; the latest where a message had to be sent again.
FIND = "SELECT message_id FROM whatsmeow_message_secrets WHERE key = ? ORDER BY rowid DESC LIMIT 1"
FORGET = "DELETE FROM whatsmeow_message_secrets WHERE key = ?"
# The library keeps them for ever; we ask for the latest only.
PRUNE = """
DELETE FROM whatsmeow_message_secrets
 WHERE rowid < (SELECT max(rowid) FROM whatsmeow_message_secrets) - ?
"""
KEPT = 20_000
TRUSTED = """
SELECT t.their_jid, m.pn, t.timestamp
  FROM whatsmeow_privacy_tokens t
  LEFT JOIN whatsmeow_lid_map m ON m.lid = substr(t.their_jid, 1, instr(t.their_jid, '@') - 1)
 WHERE t.timestamp > ?
"""


class NotLinked(Exception):
    """There is no login in the store: never linked, or ended on the phone."""


class AnothersStore(Exception):
    """The login in the store is of another number."""


def store_name(folder: Path) -> str:
    """The store in this folder, as neonize wants it named."""
    return quote(str(folder / FILE)) + SURELY


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose login it is. The LID is the account's other name at WhatsApp; it outlives a change of number."""

    phone: str  # E.164
    lid: str
    device: int


class Store:
    """The file of one sender, by its folder. See the functions for what they raise besides sqlite3.Error."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / FILE

    def identity(self) -> Identity:
        """Raises NotLinked."""
        with self._read() as db:
            rows = db.execute(DEVICES).fetchall()
        if not rows:
            raise NotLinked("there is no login in the store")
        phone, _, device = rows[0][0].partition("@")[0].partition(":")
        lid = str(rows[0][1] or "").partition("@")[0].partition(":")[0]
        return Identity(f"+{phone}", lid, int(device or 0))

    def belongs_to(self, phone: str) -> Identity:
        """Raises NotLinked or AnothersStore."""
        identity = self.identity()
        if identity.phone != phone:
            raise AnothersStore(f"the store is of {identity.phone}, not of {phone}")
        return identity

    def find(self, tokens: Sequence[bytes]) -> list[str | None]:
        """For each token the id under which its message was about to leave; None if it never was.

        Raises NotLinked: with a login WhatsApp's library forgets what it sent.
        """
        with self._read() as db:
            if not db.execute(DEVICES).fetchall():
                raise NotLinked("there is no login in the store")
            return [_first(db.execute(FIND, (token,)).fetchone()) for token in tokens]

    def forget(self, token: bytes) -> None:
        """It did not leave, that is certain: let nobody believe it did."""
        with self._read() as db, db:
            db.execute(FORGET, (token,))

    def prune(self) -> None:
        """Keep the store small, and the search for a token quick."""
        with self._read() as db, db:
            db.execute(PRUNE, (KEPT,))

    def trusted(self) -> dict[str, datetime]:
        """Those who gave this number a token that is still fresh, and when. A LID whose number the store does
        not know is left out.
        """
        with self._read() as db:
            rows = db.execute(TRUSTED, (time.time() - FRESH_S,)).fetchall()
        known = [(phone or _phone(jid), at) for jid, phone, at in rows]
        return {f"+{phone}": datetime.fromtimestamp(at, UTC) for phone, at in known if phone}

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        if not self.file.exists():
            raise NotLinked("it was never linked")
        db = sqlite3.connect(f"file:{quote(str(self.file))}?mode=rw", uri=True, timeout=WAIT_S)
        try:
            yield db
        except sqlite3.OperationalError as e:
            if "no such table" in str(e):  # the very first start was cut short
                raise NotLinked("it was never linked") from None
            raise
        finally:
            db.close()


def _phone(jid: str) -> str:
    user, _, server = jid.partition("@")
    return user.partition(":")[0] if server == "s.whatsapp.net" else ""


def _first(row: tuple[str] | None) -> str | None:
    return None if row is None else row[0]

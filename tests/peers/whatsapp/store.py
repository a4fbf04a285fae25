"""What the server remembers, so that it can be killed and started again: things by name, in one SQLite file.

Only a crash of the process is met, not one of the machine; so nothing waits for the disk.
"""

import pickle
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Store:
    """Every put() is kept when it returns."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS thing (place INTEGER PRIMARY KEY, name TEXT UNIQUE, value BLOB)"
        )

    def put(self, name: str, value: object) -> None:
        """A thing that is put again keeps its place in the order."""
        self._db.execute(
            "INSERT INTO thing (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, pickle.dumps(value)),
        )

    def get(self, name: str) -> Any:
        """None where there is no such thing."""
        row = self._db.execute("SELECT value FROM thing WHERE name = ?", (name,)).fetchone()
        return pickle.loads(row[0]) if row else None

    def forget(self, name: str) -> None:
        self._db.execute("DELETE FROM thing WHERE name = ?", (name,))

    def all(self, prefix: str) -> Iterator[tuple[str, Any]]:
        """Name and value of what begins with `prefix`, in the order in which they were put first."""
        found = self._db.execute(
            "SELECT name, value FROM thing WHERE substr(name, 1, ?) = ? ORDER BY place", (len(prefix), prefix)
        )
        yield from ((name, pickle.loads(value)) for name, value in found.fetchall())

    def close(self) -> None:
        self._db.close()

"""Databases for tests, each as if it were new. Making one costs 300 files, so one is emptied and used again.

Only if nothing but rows is different from a new one. It gets another name before that: whoever of the last
test still runs somewhere knocks in vain.
"""

import itertools
import os
from contextlib import suppress

import psycopg

from services.embedded import Servers

NUMBERS = itertools.count()
FEW = 16_000_000  # bytes: a larger database has had a crowd in it, and remembers in its statistics

# What a test may leave: rows, and the partitions of the first campaigns.
SHAPE = """
SELECT (SELECT array_agg(relname::text ORDER BY relname) FROM pg_class
         WHERE relkind IN ('r', 'p', 'S', 'v') AND relnamespace = 'public'::regnamespace
           AND relname NOT IN ('message_p0', 'message_p1', 'message_p2')),
       (SELECT count(*) FROM pg_class  -- those that were counted: plans remember how full they were
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples >= 0),
       (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal),
       (SELECT count(*) FROM pg_proc)
"""
LEAVE = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s"
# As a superuser: in any order, whatever refers to whatever.
EMPTY = """
DO $$
DECLARE
    one record;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT oid::regclass AS name FROM pg_class
                WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
    LOOP
        EXECUTE format('DELETE FROM %s', one.name);
    END LOOP;
    PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
END $$
"""


class Houses:
    """The databases of one pytest process."""

    def __init__(self, servers: Servers, migrated: str) -> None:
        assert servers.postgres is not None
        self._admin = servers.postgres.admin_url
        self._owner = servers.database_url
        self._migrated = migrated
        self._spare: list[str] = []
        with psycopg.connect(self._beside(migrated)) as db:
            self._shape = db.execute(SHAPE).fetchone()

    def take(self) -> str:
        """The name of a database with the newest schema and nothing in it."""
        if self._spare:
            return self._spare.pop()
        name = self._new_name()
        with psycopg.connect(self._owner, autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name} TEMPLATE {self._migrated}".encode())
        return name

    def give_back(self, name: str) -> None:
        """Whoever still speaks to it is made to stop."""
        again = self._new_name()
        if self._moved(name, again) and self._emptied(again):
            return self._spare.append(again)
        with psycopg.connect(self._admin, autocommit=True) as db:
            for either in (name, again):
                db.execute(f"DROP DATABASE IF EXISTS {either} WITH (FORCE)".encode())

    def _moved(self, name: str, to: str) -> bool:
        """Give it a name that nobody knows; not while somebody comes back as fast as they are sent away."""
        with psycopg.connect(self._admin, autocommit=True) as db:
            for _ in range(3):
                db.execute(LEAVE, [name])
                with suppress(psycopg.errors.ObjectInUse):
                    db.execute(f"ALTER DATABASE {name} RENAME TO {to}".encode())
                    return True
        return False

    def _emptied(self, name: str) -> bool:
        with psycopg.connect(self._beside(name)) as db:
            size = db.execute("SELECT pg_database_size(current_database())").fetchone()
            if db.execute(SHAPE).fetchone() != self._shape or size is None or size[0] > FEW:
                return False
            db.execute(EMPTY)
            return True

    @staticmethod
    def _new_name() -> str:
        return f"house_{os.getpid()}_{next(NUMBERS)}"

    def _beside(self, database: str) -> str:
        return f"{self._admin.rpartition('/')[0]}/{database}"

"""No DATABASE_URL, no REDIS_URL? Then the packaged PostgreSQL and Redis run under the data folder.

Both given: nothing is started here, they are only knocked at. All others see two addresses.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from services.embedded.given import check_database, check_redis
from services.embedded.postgres import EmbeddedPostgres
from services.embedded.redis import EmbeddedRedis
from services.settings import CannotStart, Settings


@dataclass
class Servers:
    """Where the database and Redis are, and those of the two that are ours to stop."""

    database_url: str
    redis_url: str
    postgres: EmbeddedPostgres | None
    redis: EmbeddedRedis | None
    _undo: ExitStack

    def stop(self) -> None:
        """Stop what start() started, in order. May be called twice."""
        self._undo.close()

    def hurry(self) -> None:
        """Make a stop() that is under way immediate. Safe in a signal handler."""
        for server in (self.postgres, self.redis):
            if server:
                server.hurry()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(settings: Settings) -> Servers:
    """Start what the settings do not give an address for; check the addresses that they give.

    Raises:
        CannotStart: and nothing is left running.
    """
    folder = settings.data_dir
    try:
        return _start(folder, settings.database_url, settings.redis_url, lasting=True)
    except OSError as e:
        raise CannotStart(
            f"The data folder {folder} cannot be used ({e.strerror}: {e.filename}): run as the user who made"
            " it, or choose another with BROADCASTER_DATA=/path/to/folder."
        ) from e


def start_in(folder: Path) -> Servers:
    """A throw-away pair for tests: quick, because it does not survive a power cut."""
    folder.mkdir(parents=True, exist_ok=True)
    return _start(folder, None, None, lasting=False)


def _start(folder: Path, database_url: str | None, redis_url: str | None, *, lasting: bool) -> Servers:
    postgres = redis = None
    with ExitStack() as undo:
        if database_url:
            check_database(database_url)
        if redis_url:
            check_redis(redis_url)
        if not (database_url and redis_url):
            undo.enter_context(_to_ourselves(folder))
        if not redis_url:
            redis = EmbeddedRedis(folder / "redis", folder / "log" / "redis.log")
            undo.callback(redis.stop)
            redis.start()
            redis_url = redis.url
        if not database_url:
            postgres = EmbeddedPostgres(folder / "postgres", folder / "log" / "postgres.log", lasting=lasting)
            undo.callback(postgres.stop)
            postgres.start()
            database_url = postgres.url
        return Servers(database_url, redis_url, postgres, redis, undo.pop_all())


@contextmanager
def _to_ourselves(folder: Path) -> Iterator[None]:
    """Two on one folder would be two PostgreSQLs on one cluster. The lock ends with the process."""
    with (folder / "in-use.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(
                f"Broadcaster already runs on {folder} (process {lock.read().strip()}): stop it first, or"
                " give this one a folder of its own with BROADCASTER_DATA=/path/to/folder."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield

"""What figures stand on: servers that would survive a power cut, and a meter for what everybody costs."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from models import migrate
from models.db import close_pool, open_pool
from services import embedded
from services.embedded import Servers
from services.key import use_key
from services.redis_link import close_redis, open_redis
from services.settings import Settings

KEY = b"the key of a bench, 32 bytes long"


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds of processor time that each of three has used so far."""

    own_s: float
    postgres_s: float
    redis_s: float

    def __sub__(self, earlier: "Cpu") -> "Cpu":
        return Cpu(
            self.own_s - earlier.own_s,
            self.postgres_s - earlier.postgres_s,
            self.redis_s - earlier.redis_s,
        )

    @property
    def all_s(self) -> float:
        return self.own_s + self.postgres_s + self.redis_s


@dataclass(frozen=True, slots=True)
class Meter:
    """Reads what a process, and the two servers that it uses, have cost."""

    pid: int
    postgres_pid: int
    redis_pid: int

    def read(self) -> Cpu:
        return Cpu(cpu_of(self.pid), cpu_of(self.postgres_pid), cpu_of(self.redis_pid))


def meter(servers: Servers, pid: int) -> Meter:
    assert servers.postgres is not None
    assert servers.redis is not None
    postgres, redis = servers.postgres.pid, servers.redis.pid
    assert postgres is not None
    assert redis is not None
    return Meter(pid, postgres, redis)


def cpu_of(pid: int) -> float:
    """Of a process, its children, and those of them that have ended."""
    process = psutil.Process(pid)
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue  # it ended since; the next reading has it among its parent's
        total += times.user + times.system + times.children_user + times.children_system
    return total


@contextmanager
def lasting_servers() -> Iterator[tuple[Servers, Path]]:
    """PostgreSQL as in production (fsync, synchronous_commit) and Redis, in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="broadcaster-bench-") as name:
        folder = Path(name)
        with embedded.start(Settings(data_dir=folder, database_url=None, redis_url=None)) as servers:
            migrate.upgrade(servers.database_url)
            yield servers, folder


@asynccontextmanager
async def pools(database_url: str, redis_url: str) -> AsyncIterator[None]:
    use_key(KEY)
    open_pool(database_url)
    open_redis(redis_url)
    try:
        yield
    finally:
        await close_redis()
        await close_pool()

"""What is broken and what breaks it: servers, sending processes, and accidents drawn from a seed."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from services.embedded import Servers
from services.gateways.sandbox.ledger import read_ledger
from tests.chaos.worker import LEASE_S

WORKERS = 3
DOUBTED = b"SELECT campaign_id, id FROM message WHERE status = 'unconfirmed'"
STARTS_WITHIN_S = 60.0
CALM_S = LEASE_S + 2.0  # by then others have what one had, and know what became of it
STOPS_WITHIN_S = 30.0  # the drain, and each of its steps that may have to wait for PostgreSQL or Redis


@dataclass
class World:
    """The servers, the workers, and a diary of what happened to them, in Unix seconds."""

    servers: Servers
    database_url: str
    sandbox: Path
    seed: int
    sabotage: str | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    diary: list[tuple[float, str]] = field(default_factory=list)
    doubted: set[tuple[int, int]] = field(default_factory=set)  # unconfirmed before anything broke

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Workers run while the block runs; nobody survives it."""
        self.workers = [self.hire() for _ in range(WORKERS)]
        try:
            yield
        finally:
            for worker in self.workers:
                worker.kill()
                worker.wait()

    def hire(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.chaos.worker", *([self.sabotage] if self.sabotage else [])]
        told = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.servers.redis_url,
            "SANDBOX": str(self.sandbox),
        }
        return subprocess.Popen(command, env=os.environ | told, stdout=subprocess.DEVNULL)

    async def stop_in_calm(self) -> None:
        """The first, before anything breaks: nothing may become not sure, even for a moment."""
        async with asyncio.timeout(STARTS_WITHIN_S):
            while not {worker.pid for worker in self.workers} <= {
                sent.pid for sent in read_ledger(self.sandbox)
            }:
                await asyncio.sleep(0.1)
        calm = asyncio.create_task(self._stop_and_rest())
        with psycopg.connect(self.database_url, autocommit=True) as db:
            while not calm.done():
                self.doubted.update(db.execute(DOUBTED).fetchall())
                await asyncio.sleep(0.05)
        await calm

    async def _stop_and_rest(self) -> None:
        await self._happen(self.stop_worker)
        await asyncio.sleep(CALM_S)

    async def accident(self) -> None:
        """One, and its end: everybody is back when this returns."""
        kinds = [
            self.kill_worker,
            self.kill_worker,
            self.stop_worker,
            self.freeze_worker,
            self.flush_redis,
            self.restart_redis,
            self.crash_postgres,
            self.cut_connections,
        ]
        await self._happen(self.chance.choice(kinds))

    async def _happen(self, happen: Callable[[], Awaitable[None]]) -> None:
        self.diary.append((time.time(), happen.__name__))
        await happen()
        self.diary.append((time.time(), f"{happen.__name__} over"))

    async def kill_worker(self) -> None:
        place = self.chance.randrange(WORKERS)
        self.workers[place].kill()
        self.workers[place].wait()
        await asyncio.sleep(self.chance.uniform(0, LEASE_S))
        self.workers[place] = self.hire()

    async def stop_worker(self) -> None:
        """As an update stops it: in order. So it is no excuse for anything."""
        place = self.chance.randrange(WORKERS)
        self.workers[place].terminate()
        await asyncio.to_thread(self.workers[place].wait, STOPS_WITHIN_S)
        self.workers[place] = self.hire()

    async def freeze_worker(self) -> None:
        """Longer than its lease: it wakes up believing that it still owns what others own now."""
        worker = self.workers[self.chance.randrange(WORKERS)]
        worker.send_signal(signal.SIGSTOP)
        await asyncio.sleep(self.chance.uniform(LEASE_S + 1, LEASE_S + 3))
        worker.send_signal(signal.SIGCONT)

    async def flush_redis(self) -> None:
        with redis.Redis.from_url(self.servers.redis_url) as there:
            there.flushall()

    async def restart_redis(self) -> None:
        assert self.servers.redis is not None
        await asyncio.to_thread(self.servers.redis.kill)
        await asyncio.sleep(self.chance.uniform(0, LEASE_S + 1))
        await asyncio.to_thread(self.servers.redis.start)

    async def crash_postgres(self) -> None:
        assert self.servers.postgres is not None
        await asyncio.to_thread(self.servers.postgres.stop, "immediate")
        await asyncio.sleep(self.chance.uniform(0, 2))
        await asyncio.to_thread(self.servers.postgres.start)

    async def cut_connections(self) -> None:
        with psycopg.connect(self.database_url, autocommit=True) as db:
            db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

"""The ground that tests stand on: a real PostgreSQL and a real Redis, and a fresh database for each test."""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import redis as redis_client

from models import migrate
from models.db import close_pool, open_pool
from services import embedded
from services.access.login import all_noted
from services.embedded import Servers
from services.key import use_key
from services.media.store import open_store
from services.redis_link import close_redis, open_redis
from services.sending.partitions import make_ahead
from tests.houses import Houses
from tests.shop import Shop, open_shop


@dataclass(frozen=True)
class House:
    """One test's own database, emptied Redis and folder."""

    database_url: str
    redis_url: str
    folder: Path


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Redis of this pytest process.

    Not among pytest's own folders: each pytest that starts closes those to other users, and as root our
    PostgreSQL is another user.
    """
    with TemporaryDirectory(prefix="broadcaster-") as folder, embedded.start_in(Path(folder)) as running:
        yield running


@pytest.fixture(scope="session")
def migrated(servers: Servers) -> str:
    """A database with the newest schema, to copy from; its name."""
    name = f"migrated_{os.getpid()}"
    with psycopg.connect(servers.database_url, autocommit=True) as db:
        db.execute(f"CREATE DATABASE {name}".encode())
    migrate.upgrade(beside(servers.database_url, name))
    return name


@pytest.fixture(scope="session")
def houses(servers: Servers, migrated: str) -> Houses:
    gc.collect()
    gc.freeze()  # what all tests share need not be looked through after each of them
    return Houses(servers, migrated)


@pytest.fixture
def empty_house(servers: Servers, houses: Houses, tmp_path: Path) -> Iterator[House]:
    """A migrated database of its own; nobody in this process speaks to it yet."""
    name = houses.take()
    with redis_client.Redis.from_url(servers.redis_url) as there:
        there.flushall()
    yield House(beside(servers.database_url, name), servers.redis_url, tmp_path)
    # A connection that was cancelled while it was being opened stays half-open until it is collected.
    gc.collect()
    houses.give_back(name)


@pytest.fixture
async def house(empty_house: House) -> AsyncIterator[House]:
    """The same, with the pools open in this test's event loop."""
    use_key(b"the key of a test, 32 bytes long")
    open_pool(empty_house.database_url)
    open_redis(empty_house.redis_url)
    open_store(empty_house.folder / "media")
    await make_ahead()
    try:
        yield empty_house
    finally:
        await all_noted()
        await close_redis()
        await close_pool()


@pytest.fixture
async def shop(house: House) -> AsyncIterator[Shop]:
    """Asha's shop, with its sandbox."""
    async with open_shop(house.folder, "Asha's shop", owner="Asha") as opened:
        yield opened


def beside(url: str, database: str) -> str:
    """The address of another database on the same server."""
    before, _, query = url.partition("?")
    return f"{before.rpartition('/')[0]}/{database}" + (f"?{query}" if query else "")

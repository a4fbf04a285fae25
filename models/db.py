"""The pool, and the only two ways to a connection: transaction() for stories, raw() for the hot path."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, cast

from psycopg import AsyncConnection
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

AfterCommit = Callable[[], Awaitable[None]]

# A server that vanished without a word (a cable, a frozen host) is given up after this long, not never.
GIVE_UP: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}

# And the server gives us up who began a transaction and say nothing more, because our machine lost its power
# or stands still: what we had locked holds up everybody who sends. Far longer than any story thinks between
# two statements; the engine's flush thinks for milliseconds, and its next owner waits for it.
SILENT_S = 30.0
FLUSH_SILENT_S = 5.0
GIVEN_UP_AFTER = "SELECT set_config('idle_in_transaction_session_timeout', %(silent_s)s || 's', false)"

# Rows are looked up one by one, in their index. A planner that knows nothing yet of a table that was filled
# a minute ago may think otherwise, and needs a second for what takes ten milliseconds.
BY_INDEX = b"""
SELECT set_config('enable_seqscan', 'off', %(local)s), set_config('enable_hashjoin', 'off', %(local)s),
       set_config('enable_mergejoin', 'off', %(local)s)
"""
# A few rows from the end of something long are read in the order of their index. The planner guesses how many
# there are, mostly far too few, and would rather read and sort all of them.
IN_ORDER = text("""
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
       set_config('enable_sort', 'off', true)
""")
# To think each flush over anew was a twentieth of its price. But a plan that was made while a table was
# empty may read the whole of a large campaign for each of its messages: so it is made anew now and then
# (services/sending/flush.py).
ONE_PLAN = b"SELECT set_config('plan_cache_mode', 'force_generic_plan', false)"
# All else is thought over each time, for the tables and the values of that very moment: the pool's
# connections keep no statement. They live for weeks, and what was best on a shop's first day they would do
# with 100,000 people too. That costs a claim half a millisecond, whatever it brings.
KEEP_NOTHING: dict[str, Any] = {"prepare_threshold": None}

_engine: AsyncEngine | None = None
_url = ""


def open_pool(database_url: str, *, size: int = 10) -> None:
    """Point this process at a database; connects at the first use. `database_url` is libpq's form."""
    global _engine, _url
    _url = database_url
    url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    _engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=size,
        pool_pre_ping=True,
        hide_parameters=True,  # an error goes into the log, and people's numbers and words do not
        connect_args=GIVE_UP | KEEP_NOTHING,
    )
    event.listen(_engine.sync_engine, "connect", _have_given_up)


def _have_given_up(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(GIVEN_UP_AFTER, {"silent_s": SILENT_S})
    cursor.close()
    connection.commit()


async def close_pool() -> None:
    global _engine
    if _engine is not None:
        await _engine.dispose()
        _engine = None


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """One story: committed when the block ends, rolled back when it raises.

    What was given to `after_commit` runs once the commit is known, never otherwise.
    """
    async with AsyncSession(_pool(), expire_on_commit=False) as db:
        async with db.begin():
            yield db
        for tell in cast(list[AfterCommit], db.info.get("after_commit", [])):
            await tell()


def after_commit(db: AsyncSession, tell: AfterCommit) -> None:
    """Have `tell` called when `db`'s transaction has committed; it must not raise."""
    db.info.setdefault("after_commit", []).append(tell)


async def driver(db: AsyncSession) -> AsyncConnection:
    """The psycopg connection under `db`'s transaction: for a COPY inside a story."""
    link = await (await db.connection()).get_raw_connection()
    return cast(AsyncConnection, link.driver_connection)


@asynccontextmanager
async def raw() -> AsyncIterator[AsyncConnection]:
    """A psycopg connection in a transaction of its own: for statements by the thousand.

    Eight to eleven times less CPU a statement than the ORM; committed at the end, rolled back on error.
    """
    async with _pool().connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        psycopg = cast(AsyncConnection, driver)
        async with psycopg.transaction():
            yield psycopg


async def by_index(db: AsyncConnection) -> None:
    """Have this transaction look rows up one by one."""
    await db.execute(BY_INDEX, {"local": True})


async def in_order(db: AsyncSession) -> None:
    """Have this story read no more of a long list than the few rows that it asks for."""
    await db.execute(IN_ORDER)


async def connect() -> AsyncConnection:
    """A psycopg connection of one's own, outside the pool; whoever asked closes it. Each statement commits
    by itself unless it stands in a transaction().

    For the engine's flush, fifty times a second: the pool's checks would cost more than the work.
    """
    async with AsyncExitStack() as undo:
        connection = await AsyncConnection.connect(_url, autocommit=True, **GIVE_UP)
        undo.push_async_callback(connection.close)
        await connection.execute(BY_INDEX, {"local": False})
        await connection.execute(ONE_PLAN)
        await connection.execute(GIVEN_UP_AFTER, {"silent_s": FLUSH_SILENT_S})
        undo.pop_all()
    return connection


def _pool() -> AsyncEngine:
    if _engine is None:
        raise RuntimeError("open_pool() comes first")
    return _engine

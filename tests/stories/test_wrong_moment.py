"""PostgreSQL, Redis or the line to them goes at the wrong moment: what was under way is given up in seconds,
and nobody waits for an answer that will not come.
"""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

import psycopg
import pytest
from redis.exceptions import TimeoutError as RedisTimeout
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from models import db as database
from models.db import close_pool, connect, open_pool, transaction
from services import live
from services.clock import now
from services.consent.suppress import is_suppressed
from services.gateways.protocol import ReplyHeard
from services.gateways.sandbox import Sandbox
from services.leases import Leases
from services.live import end, listen, publish
from services.redis_link import close_redis, open_redis, redis
from services.sending import owning
from services.sending.hearing import Hearing
from tests.conftest import House
from tests.shop import Shop
from tests.stories.test_fleet import numbers

LOCK = "SELECT id FROM sender WHERE id = {} FOR UPDATE"
COUNTERS = "SELECT campaign_id FROM campaign_count WHERE campaign_id = {} FOR UPDATE"


class Line:
    """A way to a server on this machine, which can die without a word: no end, no error, no answer."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._dead: set[asyncio.StreamWriter] = set()
        self._open: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> int:
        """The port to speak to."""
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in list(self._open):
            writer.close()
        await end(self._carrying)

    def dies(self) -> None:
        """All that is open now; whoever comes anew is served."""
        self._dead |= self._open

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._carrying.add(asyncio.create_task(self._carry(reader, writer)))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        beyond_reader, beyond = await asyncio.open_connection("127.0.0.1", self._port)
        ends = {writer, beyond}
        self._open |= ends
        try:
            await asyncio.gather(self._pass(reader, beyond), self._pass(beyond_reader, writer))
        except OSError:
            pass  # who spoke is gone
        finally:
            self._open -= ends
            writer.close()
            beyond.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(1 << 16):
            if writer not in self._dead:
                writer.write(said)
        if writer not in self._dead:
            writer.close()


@pytest.fixture
async def impatient(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that gives up who stands still after a second, to spare our time."""
    monkeypatch.setattr(database, "SILENT_S", 1.0)
    monkeypatch.setattr(database, "FLUSH_SILENT_S", 1.0)
    await close_pool()
    open_pool(house.database_url)


async def test_who_stands_still_in_the_middle_of_a_flush_keeps_no_number(impatient: None, shop: Shop) -> None:
    """Its machine lost its power, or is paused. Its number goes on elsewhere, and so do all the others."""
    for sender_id in await numbers(shop, 3):
        await shop.launched(await shop.people(2), sender_id=sender_id)
    await shop.launched(await shop.people(2))
    frozen = await connect()
    await frozen.execute(b"BEGIN")
    await frozen.execute(LOCK.format(shop.sender_id).encode())

    await shop.pump_dry()

    with pytest.raises(psycopg.Error):
        await frozen.execute(b"SELECT 1")


async def test_who_stands_still_in_the_middle_of_a_tap_stops_no_campaign(impatient: None, shop: Shop) -> None:
    """A machine that only shows pages goes while a cancel has the counters in its hands."""
    campaign = await shop.launched(await shop.people(2))
    async with AsyncSession(database._pool()) as frozen:
        await frozen.execute(text(COUNTERS.format(campaign)))

        await shop.pump_dry()

        with pytest.raises(DBAPIError):
            await frozen.execute(text("SELECT 1"))


async def test_a_story_between_two_statements_is_not_given_up_at_once(shop: Shop) -> None:
    async with transaction() as db:
        patience = await db.scalar(text("SELECT current_setting('idle_in_transaction_session_timeout')"))
    assert patience == "30s"


async def test_a_line_that_died_without_a_word_is_noticed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A firewall forgets a line on which nothing happened: neither end is told, nothing comes any more."""
    monkeypatch.setattr(live, "QUIET_S", 0.1)
    monkeypatch.setattr(live, "ANSWERS_S", 1.0)
    heard: asyncio.Queue[frozenset[str]] = asyncio.Queue()
    there = urlsplit(house.redis_url)
    assert there.port
    line = Line(there.port)
    async with line as port:
        await close_redis()
        open_redis(house.redis_url.replace(f":{there.port}", f":{port}"))
        listening = asyncio.create_task(listen(heard.put))
        try:
            assert await heard.get() == frozenset()  # it stands
            await publish(["campaign:7"])
            assert await heard.get() == {"campaign:7"}  # and silence is not taken for its death
            line.dies()
            assert await heard.get() == frozenset()  # it stands again, and who hears that looks for himself
        finally:
            await end([listening])
            await close_redis()


async def test_what_is_no_announcement_deafens_nobody(shop: Shop) -> None:
    heard: asyncio.Queue[frozenset[str]] = asyncio.Queue()
    listening = asyncio.create_task(listen(heard.put))
    try:
        assert await heard.get() == frozenset()
        await redis().publish(live.CHANNEL, b"\xff")
        await heard.get()
        await publish(["campaign:7"])
        assert await heard.get() == {"campaign:7"}
    finally:
        await end([listening])


async def test_a_lease_whose_answer_got_lost_is_taken_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis had given it to us, and the word of that never came: it is still for us, and for nobody else."""
    monkeypatch.setattr(owning, "LEASE_S", 3600.0)
    take = Leases.take
    lost = 0

    async def take_and_lose(self: Leases, names: Sequence[str], at_most: int = 1) -> list[str]:
        nonlocal lost
        taken = await take(self, names, at_most)
        if taken and not lost:
            lost = len(taken)
            assert await take(Leases("sender", "somebody else", 1000), names, at_most) == []
            raise RedisTimeout("the answer got lost")
        return taken

    monkeypatch.setattr(Leases, "take", take_and_lose)
    await shop.launched(await shop.people(2))
    await shop.pump_dry()
    assert lost == 1


async def test_a_number_that_cannot_be_closed_keeps_no_other_waiting(shop: Shop) -> None:
    """It is let go, and what comes later for other numbers is sent."""
    bad, good = await numbers(shop, 2)
    closed = asyncio.Event()

    class Broken(Sandbox):
        async def close(self, sender_id: int) -> None:
            if sender_id == bad:
                closed.set()
                raise ValueError("a bug in the gateway")
            await super().close(sender_id)

    async with shop.engine(door=Broken) as engine:
        await shop.launched(await shop.people(1), sender_id=bad)
        await shop.until(shop.nothing_queued)
        engine._owning.let_go(list(engine._owning.lanes.values()))
        await closed.wait()
        await shop.launched(await shop.people(1), sender_id=good)
        await shop.until(shop.nothing_queued)


async def test_what_was_heard_while_the_database_was_away_is_kept_when_it_is_back(
    house: House, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """A STOP is the last that anybody writes in a quiet night."""
    (ravi,) = await shop.contacts("Ravi")
    hearing = Hearing()
    await close_pool()
    open_pool("postgresql://nobody@127.0.0.1:9/nowhere")
    listening = asyncio.create_task(hearing.run())

    async def was_in_vain() -> bool:
        return "what phones tell waits for the database" in caplog.text

    async def is_kept() -> bool:
        async with transaction() as db:
            return await is_suppressed(db, shop.actor.workspace_id, ravi.phone)

    try:
        hearing.hear(ReplyHeard(shop.sender_id, ravi.phone, "STOP", "in-1", now()))
        await shop.until(was_in_vain)
        await close_pool()
        open_pool(house.database_url)
        await shop.until(is_kept)
    finally:
        await end([listening])

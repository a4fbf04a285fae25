"""When something that Broadcaster stands on goes away, it says so, and goes on by itself when it is back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fastapi import Request
from nicegui import Client, core, ui

from models import migrate
from models.campaign import Campaign
from models.db import close_pool, open_pool, transaction
from models.duty import JobRun
from models.states import CampaignStatus
from scheduler import run_job
from scheduler.clockwork import Clockwork
from services import embedded
from services.analytics.funnel import Progress, progress
from services.analytics.why import NO_DATABASE, NO_REDIS
from services.clock import now
from services.embedded import Servers
from services.key import use_key
from services.ops import health as looking_after
from services.ops.health import Health, health, watch_over
from services.redis_link import close_redis, open_redis, redis
from services.sending.partitions import make_ahead
from tests.shop import Shop, open_shop
from tests.visitor import Visitor
from ui.campaigns.looking import PROGRESS
from ui.live import hear

PASSWORD = "a good password"
SORRY = "The database cannot be reached right now."


@pytest.fixture(scope="module")
def own_servers() -> Iterator[Servers]:
    """Ours alone: they are stopped and started here."""
    with TemporaryDirectory(prefix="broadcaster-") as folder, embedded.start_in(Path(folder)) as running:
        migrate.upgrade(running.database_url)
        yield running


@pytest.fixture
async def shop(own_servers: Servers, tmp_path: Path) -> AsyncIterator[Shop]:
    use_key(b"the key of a test, 32 bytes long")
    open_pool(own_servers.database_url)
    open_redis(own_servers.redis_url)
    await redis().flushall()
    await make_ahead()
    watch_over(tmp_path, {})
    try:
        async with open_shop(tmp_path, "Asha's shop", owner="Asha") as opened:
            yield opened
    finally:
        await back(own_servers)
        await close_redis()
        await close_pool()


@pytest.fixture
async def visitor(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Visitor]:
    monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
    async with Visitor() as someone:
        yield someone


async def stop_postgres(servers: Servers) -> None:
    assert servers.postgres is not None
    await asyncio.to_thread(servers.postgres.stop)


async def stop_redis(servers: Servers) -> None:
    assert servers.redis is not None
    await asyncio.to_thread(servers.redis.stop)


async def back(servers: Servers) -> None:
    """Whatever was stopped runs again."""
    for server in (servers.postgres, servers.redis):
        assert server is not None
        if server.pid is None:
            await asyncio.to_thread(server.start)


def says(shop: Shop, fits: Callable[[Health], bool]) -> Awaitable[None]:
    """Until the health is as it should be."""

    async def seen() -> bool:
        return fits(await health())

    return shop.until(seen)


async def test_all_is_well_and_anybody_may_know(shop: Shop, visitor: Visitor) -> None:
    async with shop.engine():
        await says(shop, lambda seen: seen.well)
        told = await visitor.looks_at("/healthz")
        assert told.status_code == 200
        assert told.json() == {
            "well": True,
            "database": True,
            "redis": True,
            "sending": 1,
            "trouble": None,
            "late": [],
            "room": True,
            "clock_jumped_s": None,
        }
        page = await visitor.looks_at("/health")
        assert page.status_code == 200
        assert "Everything is well" in page.text


async def test_without_a_sending_process_it_is_not_well(shop: Shop, visitor: Visitor) -> None:
    assert (await health()).sending == 0
    assert (await visitor.looks_at("/healthz")).status_code == 503
    assert "is not running" in (await visitor.looks_at("/health")).text


async def test_the_database_goes_and_comes_back(shop: Shop, visitor: Visitor, own_servers: Servers) -> None:
    async with shop.engine():
        await says(shop, lambda seen: seen.well)

        await stop_postgres(own_servers)
        told = await visitor.looks_at("/healthz")
        assert told.status_code == 503
        assert (told.json()["database"], told.json()["redis"]) == (False, True)
        page = await visitor.looks_at("/health")
        assert page.status_code == 503
        assert "Nothing is sent meanwhile; it goes on by itself." in page.text

        await back(own_servers)
        await says(shop, lambda seen: seen.well)


async def test_redis_goes_and_comes_back(shop: Shop, visitor: Visitor, own_servers: Servers) -> None:
    async with shop.engine():
        await says(shop, lambda seen: seen.well)

        await stop_redis(own_servers)
        told = await visitor.looks_at("/healthz")
        assert told.status_code == 503
        assert (told.json()["database"], told.json()["redis"]) == (True, False)

        await back(own_servers)
        await says(shop, lambda seen: seen.well)


async def test_the_health_page_is_in_the_language_that_was_tapped(
    shop: Shop, visitor: Visitor, own_servers: Servers
) -> None:
    await visitor.sends("/signup", name="A", business="B", login="tongue@shop.in", password=PASSWORD)
    await stop_postgres(own_servers)
    await stop_redis(own_servers)
    assert (await visitor.looks_at("/language?to=hi&next=/health")).status_code == 303
    page = (await visitor.looks_at("/health")).text
    assert '<html lang="hi">' in page
    assert "Not everything is well" not in page


async def test_a_duty_that_is_late_or_broken_is_seen(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    minute = timedelta(minutes=1)
    watch_over(shop.folder, {"late": minute, "broken": minute, "fine": minute, "never": minute})
    monkeypatch.setattr(looking_after._watched, "since", now() - timedelta(days=1))
    hour_ago = now() - timedelta(hours=1)
    async with transaction() as db:
        db.add_all(
            [
                JobRun(job="late", runs=1, started_at=hour_ago, finished_at=hour_ago),
                JobRun(job="broken", runs=1, started_at=now(), finished_at=now(), problem="KeyError: 7"),
                JobRun(job="fine", runs=1, started_at=now(), finished_at=now()),
            ]
        )
    assert (await health()).late == ("broken", "late", "never")


async def test_a_duty_that_hangs_is_cut_off_and_seen(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would wait for ever, and no other process may begin it meanwhile."""
    monkeypatch.setattr(run_job, "LONGEST_S", 0.01)
    monkeypatch.setattr(looking_after, "_watched", looking_after.Watched())
    watch_over(shop.folder, {"hangs": timedelta(minutes=1)})

    async def hangs() -> None:
        await asyncio.Event().wait()

    await run_job.run_job("hangs", hangs)

    assert (await health()).late == ("hangs",)


async def test_after_a_start_each_duty_has_its_time(shop: Shop) -> None:
    watch_over(shop.folder, {"never": timedelta(minutes=1)})
    assert (await health()).late == ()


async def test_a_full_disk_is_seen(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_after, "ROOM_BYTES", 2**62)
    assert not (await health()).room


async def test_many_who_ask_at_once_share_one_look(shop: Shop) -> None:
    seen = await asyncio.gather(*(health() for _ in range(50)))
    assert len({id(one) for one in seen}) == 1


async def test_a_page_says_that_the_database_is_away(
    shop: Shop, visitor: Visitor, own_servers: Servers
) -> None:
    """Neither our bug nor the login; and whoever was logged in still is."""
    await visitor.sends("/signup", name="A", business="B", login="calm@shop.in", password=PASSWORD)
    await stop_postgres(own_servers)
    for path in ("/", "/campaigns", "/contacts"):
        page = await visitor.looks_at(path)
        assert page.status_code == 503
        assert SORRY in page.text
    await redis().flushall()  # not even who asks is known now
    page = await visitor.looks_at("/campaigns")
    assert (page.status_code, SORRY in page.text) == (503, True)
    assert page.headers["content-security-policy"]
    tried = await visitor.sends("/login", login="calm@shop.in", password=PASSWORD)
    assert (tried.status_code, SORRY in tried.text) == (503, True)

    await back(own_servers)
    assert (await visitor.looks_at("/login")).headers["location"] == "/"


async def test_a_script_is_told_in_its_own_form(shop: Shop, visitor: Visitor, own_servers: Servers) -> None:
    await visitor.sends("/signup", name="A", business="B", login="script@shop.in", password=PASSWORD)
    await stop_postgres(own_servers)
    told = await visitor.http.get("/campaigns", headers={"accept": "application/json"})
    assert told.status_code == 503
    assert SORRY in told.json()["problem"]


@pytest.fixture
async def screen(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A page that is open on somebody's phone."""
    monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
    asked = Request({"type": "http", "method": "GET", "path": "/watched", "headers": []})
    client = Client(ui.page("/watched", reconnect_timeout=60), request=asked)
    client.tab_id = "a tab"
    yield client
    client.delete()


async def test_the_live_page_keeps_its_numbers_and_says_why_they_stand(
    shop: Shop, screen: Client, own_servers: Servers
) -> None:
    campaign_id = await shop.launched(await shop.people(3))
    saw: asyncio.Queue[Progress] = asyncio.Queue()
    with screen:
        PROGRESS.watch((shop.actor.workspace_id, campaign_id), saw.put_nowait)
    news = frozenset({f"campaign:{campaign_id}"})
    await hear(news)
    before = await saw.get()

    await stop_postgres(own_servers)
    await hear(news)
    meanwhile = await saw.get()
    assert meanwhile.why is not None
    assert meanwhile.why.sentence == NO_DATABASE
    assert (meanwhile.total, meanwhile.queued) == (before.total, before.queued) == (3, 3)

    await back(own_servers)
    await hear(news)
    after = await saw.get()
    assert after.why is None or after.why.sentence != NO_DATABASE


async def test_a_campaign_says_that_redis_is_away(shop: Shop, own_servers: Servers) -> None:
    campaign_id = await shop.launched(await shop.people(3))
    await stop_redis(own_servers)
    seen = await progress(shop.actor.workspace_id, campaign_id)
    assert seen.why is not None
    assert (seen.why.sentence, seen.why.trouble) == (NO_REDIS, True)
    assert seen.flow is None


@pytest.mark.parametrize("goes_away", [stop_postgres, stop_redis])
async def test_a_campaign_ends_by_itself_and_everybody_is_reached_once(
    shop: Shop, own_servers: Servers, goes_away: Callable[[Servers], Awaitable[None]]
) -> None:
    people = await shop.people(60)
    campaign_id = await shop.launched(people, rehearsal_speed=100)  # two seconds at least

    async def under_way() -> bool:
        return len(shop.ledger()) >= 5

    async def over() -> bool:
        async with transaction() as db:
            campaign = await db.get_one(Campaign, campaign_id)
            return campaign.status == CampaignStatus.FINISHED

    async with AsyncExitStack() as running:
        await running.enter_async_context(shop.engine())
        clock = Clockwork()
        clock.start()
        running.push_async_callback(clock.stop)
        await shop.until(under_way)
        await goes_away(own_servers)
        assert len(shop.ledger()) < len(people)
        await says(shop, lambda seen: not seen.well)
        await back(own_servers)
        await shop.until(over)

    assert sorted(shop.phones_reached()) == sorted(someone.phone for someone in people)

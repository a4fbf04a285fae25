"""What happens is on the screen within a second, at most twice a second, and the last word is always shown.

However many look, a campaign is read once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from fastapi import Request
from nicegui import Client, core, ui

from services.live import publish
from services.redis_link import redis
from tests.conftest import House
from ui import live
from ui.beat import Beat
from ui.live import Snapshots, hear, start_live, stop_live, watch

CAMPAIGN = frozenset({"campaign:7"})


class Stage:
    """A beat whose rounds and rests end when the test says so."""

    def __init__(self) -> None:
        self.truth = 0  # what a round reads
        self.shown: list[int] = []
        self.broken = False
        self.begun: asyncio.Queue[None] = asyncio.Queue()
        self.rests: asyncio.Queue[None] = asyncio.Queue()
        self.round_may_end = asyncio.Event()
        self.rest_may_end = asyncio.Event()
        self.round_may_end.set()
        self.beat = Beat(self.turn, rest=self.rest)

    async def turn(self) -> None:
        read = self.truth
        self.begun.put_nowait(None)
        await self.round_may_end.wait()
        if self.broken:
            raise ValueError("this page is broken")
        self.shown.append(read)

    async def rest(self) -> None:
        self.rests.put_nowait(None)
        await self.rest_may_end.wait()
        self.rest_may_end.clear()

    def change(self, truth: int) -> None:
        self.truth = truth
        self.beat.poke()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    there = Stage()
    yield there
    there.beat.stop()


async def test_the_first_change_is_shown_at_once(stage: Stage) -> None:
    stage.change(1)
    await stage.rests.get()
    assert stage.shown == [1]


async def test_a_hundred_changes_during_a_rest_are_one_more_look_at_the_last(stage: Stage) -> None:
    stage.change(1)
    await stage.rests.get()
    for truth in range(2, 102):
        stage.change(truth)
    stage.rest_may_end.set()
    await stage.rests.get()
    assert stage.shown == [1, 101]


async def test_a_change_during_a_look_is_shown_by_the_next(stage: Stage) -> None:
    stage.round_may_end.clear()
    stage.change(1)
    await stage.begun.get()
    stage.change(2)
    stage.round_may_end.set()
    await stage.rests.get()
    stage.rest_may_end.set()
    await stage.rests.get()
    assert stage.shown == [1, 2]


async def test_a_look_that_fails_is_logged_and_the_next_one_works(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.broken = True
    stage.change(1)
    await stage.rests.get()
    assert "this page is broken" in caplog.text

    stage.broken = False
    stage.change(2)
    stage.rest_may_end.set()
    await stage.rests.get()
    assert stage.shown == [2]


@pytest.fixture
async def browsers(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[], Client]]:
    """Opens pages that are connected; NiceGUI lives in this test's event loop."""
    monkeypatch.setattr(core, "loop", asyncio.get_running_loop())

    def opened() -> Client:
        asked = Request({"type": "http", "method": "GET", "path": "/watched", "headers": []})
        client = Client(ui.page("/watched", reconnect_timeout=60), request=asked)
        client.tab_id = "a tab"
        return client

    yield opened
    for client in list(Client.instances.values()):
        client.delete()


class Reader:
    """Reads a campaign, and counts how often."""

    def __init__(self) -> None:
        self.reads = 0
        self.snapshots: Snapshots[int, int] = Snapshots(
            self.read, topic=lambda key: f"campaign:{key}", away=lambda last: -last
        )

    async def read(self, key: int) -> int:
        self.reads += 1
        return self.reads


async def test_fifty_viewers_cost_one_look(browsers: Callable[[], Client]) -> None:
    reader, seen = Reader(), []
    all_saw = asyncio.Event()

    def show(snapshot: int) -> None:
        seen.append(snapshot)
        if len(seen) == 50:
            all_saw.set()

    for _ in range(50):
        with browsers():
            reader.snapshots.watch(7, show)
    for _ in range(3):
        await hear(CAMPAIGN)
    await all_saw.wait()

    assert seen == [1] * 50
    assert reader.reads == 1


async def test_a_viewer_that_breaks_does_not_blind_the_others(browsers: Callable[[], Client]) -> None:
    reader = Reader()
    saw = asyncio.Event()

    def breaks(snapshot: int) -> None:
        raise ValueError("this page is broken")

    for show in (breaks, lambda snapshot: saw.set()):
        with browsers():
            reader.snapshots.watch(7, show)
    await hear(CAMPAIGN)
    await saw.wait()


async def test_a_page_that_comes_back_is_shown_what_it_missed(browsers: Callable[[], Client]) -> None:
    reader = Reader()
    saw: asyncio.Queue[int] = asyncio.Queue()
    page = browsers()
    with page:
        reader.snapshots.watch(7, saw.put_nowait)
    page.tab_id = None  # in a tunnel
    await hear(CAMPAIGN)
    await page.handle_handshake("socket", "a tab", None, "document", None)
    assert await saw.get() == 1


async def test_nothing_is_kept_of_pages_that_were_closed(browsers: Callable[[], Client]) -> None:
    reader = Reader()

    async def refresh() -> None: ...

    pages = [browsers(), browsers()]
    for page in pages:
        with page:
            watch(["campaign:7", "workspace:1"], refresh)
            reader.snapshots.watch(7, print)
    for page in pages:
        page.delete()
    assert live.watched() == frozenset()


async def test_an_announcement_reaches_the_pages_that_watch_its_topic(browsers: Callable[[], Client]) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()

    def telling(name: str) -> Callable[[], Awaitable[None]]:
        async def refresh() -> None:
            heard.put_nowait(name)

        return refresh

    with browsers():
        watch(["campaign:7"], telling("seven"))
    with browsers():
        watch(["workspace:1"], telling("one"))
    start_live()
    try:
        # the subscription begins: whoever watches looks for himself
        assert {await heard.get(), await heard.get()} == {"seven", "one"}
        await publish(["campaign:7", "sender:3"])
        assert await heard.get() == "seven"
        assert heard.empty()
    finally:
        await stop_live()


async def test_after_a_lost_connection_everybody_looks_again(browsers: Callable[[], Client]) -> None:
    looks: asyncio.Queue[None] = asyncio.Queue()

    async def refresh() -> None:
        looks.put_nowait(None)

    with browsers():
        watch(["import:3"], refresh)
    start_live()
    try:
        await looks.get()
        await redis().client_kill_filter(_type="pubsub")
        await looks.get()
    finally:
        await stop_live()

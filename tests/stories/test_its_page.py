"""Whoever taps is told what came of it, even when the page has moved on under their thumb."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from fastapi import Request
from nicegui import Client, core, events, ui
from nicegui.context import Context

from services.errors import NotFound
from services.i18n import words
from ui.its_page import find_pages
from ui.pieces.confirm import confirm
from ui.telling import telling

_ = words("en")


@pytest.fixture
async def page(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
    monkeypatch.setattr(Context, "client", Context.client)  # so that it is put back as it was
    find_pages()
    asked = Request({"type": "http", "method": "GET", "path": "/inbox/7", "headers": []})
    client = Client(ui.page("/inbox/7"), request=asked)
    yield client
    client.delete()


async def tap(page: Client, then: Callable[[], Awaitable[None]]) -> None:
    """On a button that the page takes away, with all around it, while the work is done."""
    with page:
        banner = ui.element()
        with banner, ui.element():
            button = ui.button("No, that is fine")
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        await asyncio.sleep(0)
        banner.clear()
        gc.collect()  # elsewhere it comes when it likes
        try:
            await then()
            done.set_result(None)
        except RuntimeError as e:
            done.set_exception(e)

    events.handle_event(work, events.ClickEventArguments(sender=button, client=page))
    del button
    await done


def told(page: Client) -> list[str]:
    return [data["message"] for _to, kind, data in page.outbox.messages if kind == "notify"]


async def test_a_good_word(page: Client) -> None:
    async def work() -> None:
        ui.notify("Saved")

    await tap(page, work)
    assert told(page) == ["Saved"]


async def test_why_it_came_to_nothing(page: Client) -> None:
    async def work() -> None:
        with telling(_):
            raise NotFound

    await tap(page, work)
    assert told(page) == [_(NotFound.sentence)]


async def test_another_page(page: Client) -> None:
    async def work() -> None:
        ui.navigate.to("/inbox")

    await tap(page, work)
    assert [data["path"] for _to, kind, data in page.outbox.messages if kind == "open"] == ["/inbox"]


async def test_a_question(page: Client) -> None:
    async def says_yes() -> None:
        while not (open_now := [one for one in page.elements.values() if isinstance(one, ui.dialog)]):
            await asyncio.sleep(0)
        open_now[0].submit(True)

    async def work() -> None:
        person = asyncio.create_task(says_yes())
        assert await confirm("Send it again?", yes="Yes", no="No")
        await person

    await tap(page, work)

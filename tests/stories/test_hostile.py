"""What strangers send to hurt, and what the unlucky do by accident: nothing breaks, nobody else notices.

The cast: Asha owns the shop. Ravi and Meena are contacts.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from nicegui import Client, core, ui
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request

from models.db import transaction
from models.states import MessageStatus
from services.access.actor import Actor
from services.campaigns import draft
from services.campaigns.control import send_again
from services.campaigns.ready import NoText
from services.clock import now
from services.consent.suppress import is_suppressed
from services.contacts.edit import edit
from services.errors import WrongMoment
from services.gateways.protocol import ReplyHeard
from services.ops.erase import erase_contact
from services.sending.hearing import Hearing
from services.templates.write import create, find
from tests.conftest import House
from tests.shop import Shop, open_shop
from tests.visitor import Visitor, logged_in
from ui.access.kick import kick
from ui.pieces.confirm import confirm

STRANGE_IDS = {
    "a NUL": "3EB0\0",
    "half a character": "\ud83d",
    "a novel": secrets.token_hex(9000),
    "nothing": "",
}


@pytest.mark.parametrize("wa_id", STRANGE_IDS.values(), ids=STRANGE_IDS)
async def test_a_message_whose_id_cannot_be_kept_holds_up_nobodys_stop(shop: Shop, wa_id: str) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena")
    hearing = Hearing()
    hearing.hear(ReplyHeard(shop.sender_id, ravi.phone, "STOP", wa_id, now()))
    hearing.hear(ReplyHeard(shop.sender_id, meena.phone, "STOP", "3EB0AA", now()))
    await hearing.store()
    async with transaction() as db:
        assert await is_suppressed(db, shop.actor.workspace_id, ravi.phone)
        assert await is_suppressed(db, shop.actor.workspace_id, meena.phone)


async def test_who_was_erased_is_not_among_those_that_get_it_again(shop: Shop) -> None:
    ravi, meena = await shop.contacts("Ravi", "Meena", phones=["+919811100404", "+919811101404"])
    campaign = await shop.launched(to=[ravi, meena])
    await shop.pump_dry()
    await erase_contact(shop.actor, ravi.id)
    assert await send_again(shop.actor, campaign, [MessageStatus.FAILED]) == 1
    await shop.pump_dry()
    counted = await shop.counts(campaign)
    assert (counted.failed, counted.queued, counted.skipped) == (2, 0, 0)


async def test_an_erased_message_alone_cannot_be_sent_again(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi", phones=["+919811100404"])
    campaign = await shop.launched(to=[ravi])
    await shop.pump_dry()
    await erase_contact(shop.actor, ravi.id)
    with pytest.raises(WrongMoment):
        await send_again(shop.actor, campaign, [MessageStatus.FAILED])


async def test_a_new_number_has_not_agreed_though_the_old_one_wrote_yes_itself(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi", agreed=False)
    await shop.hears(from_=ravi, text="STOP")
    await shop.hears(from_=ravi, text="START")
    await edit(shop.actor, ravi.id, name="Ravi", phone="98111 00999", language=None, tags=(), fields={})
    async with transaction() as db:
        asked = {"id": ravi.id}
        assert await db.scalar(sql("SELECT consent FROM contact WHERE id = :id"), asked) == "unknown"


async def test_a_text_is_kept_without_what_cannot_be_kept(shop: Shop) -> None:
    draft_id = await draft.create(shop.actor, "Diwali")
    kept = await draft.save(shop.actor, draft_id, {"name": "Di\0wali", "texts": {"en": "Hello\0 \ud83d"}})
    assert (kept.name, kept.texts) == ("Diwali", {"en": "Hello ?"})
    template_id = await create(shop.actor, "Di\0wali", {"en": "Hello\0 \ud83d"})
    found = await find(shop.actor, template_id)
    assert (found.name, found.texts) == ("Diwali", {"en": "Hello ?"})


TOO_LARGE = 10**20
ADDRESSES = (
    "/contacts/{id}",
    "/contacts/{id}/data.json",
    "/contacts/import/{id}",
    "/contacts/import/{id}/problems.csv",
    "/campaigns/{id}",
    "/campaigns/{id}/edit",
    "/campaigns/{id}/review",
    "/campaigns/{id}/people",
    "/campaigns/{id}/people.csv",
    "/campaigns/new?template={id}",
    "/templates/{id}",
    "/senders/{id}/care",
    "/senders/{id}/link",
    "/senders/linking/{id}",
    "/inbox/{id}",
    "/media/{id}",
    "/media/{id}/small",
    "/audit?page={id}",
    "/contacts?tag=%00{id}",
)


async def test_a_number_larger_than_any_is_a_page_that_is_not_there(shop: Shop) -> None:
    async with logged_in(shop.actor) as browser:
        for address in ADDRESSES:
            answer = await browser.looks_at(address.format(id=TOO_LARGE))
            assert answer.status_code == 404, address


async def test_an_error_of_the_database_tells_the_log_nothing_of_people(shop: Shop) -> None:
    (ravi,) = await shop.contacts("Ravi")
    with pytest.raises(DBAPIError) as told:
        async with transaction() as db:
            await db.execute(sql("SELECT 1 / 0 WHERE :phone <> ''"), {"phone": ravi.phone})
    assert ravi.phone not in str(told.value)


@pytest.mark.parametrize("text", ["{name|}", " {name| } ", "\u200b", "\u2060\ufeff"])
async def test_a_message_in_which_there_is_nothing_to_see_is_not_sent(shop: Shop, text: str) -> None:
    nameless = await shop.contacts("")
    with pytest.raises(NoText):
        await shop.launched(to=nameless, text=text)
    assert await shop.launched(to=nameless, text="😀")


@pytest.mark.parametrize("name", ["\u200b", "\u202e", "\x01"])
async def test_a_name_that_nobody_can_see_is_no_name(house: House, name: str) -> None:
    async with Visitor() as somebody:
        named = {"name": "Asha", "business": name, "login": "asha@shop.example"}
        assert (await somebody.sends("/signup", **named, password="saree-1987")).status_code == 422


async def test_a_nul_in_a_form_is_no_way_around_anything(house: House) -> None:
    async with Visitor() as somebody:
        named = {"name": "As\0ha", "business": "Sweets\0", "login": "as\0ha@shop.example"}
        came = await somebody.sends("/signup", **named, password="saree-1987")
        assert came.status_code == 303
    async with Visitor() as somebody:
        for n in range(5):
            await somebody.sends("/login", login="asha@shop.example" + n * "\0", password="wrong wrong")
        locked = await somebody.sends("/login", login="as\0ha@shop.example", password="saree-1987")
        assert locked.status_code == 429


@pytest.fixture
async def page(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A page that was made for Asha; NiceGUI lives in this test's event loop."""
    monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
    async with Visitor():  # the pages are guarded
        scope = {"type": "http", "method": "GET", "path": "/contacts", "headers": []}
        asked = Request({**scope, "state": {"actor": shop.actor}})
        opened = Client(ui.page("/contacts", reconnect_timeout=60), request=asked)
        yield opened
    opened.delete()


def socket_of(actor: Actor | None) -> dict[str, object]:
    """What the server knows of a socket that this person opened."""
    return {"asgi.scope": {"type": "websocket", "state": {"actor": actor}}}


async def socket_of_page(page: Client | None) -> str:
    """A socket that is connected, and has shaken hands with this page."""
    socket: str = await core.sio.manager.connect(secrets.token_hex(8), "/")
    if page:
        await core.sio.enter_room(socket, page.id)
    return socket


def says(socket: str, told: object, name: str = "event") -> None:
    core.sio.handlers["/"][name](socket, told)


def event_at(element: ui.element, *args: object) -> dict[str, Any]:
    """What the browser sends when somebody taps or types there."""
    listener = next(iter(element._event_listeners.values()))
    told = {"client_id": element.client.id, "id": element.id, "listener_id": listener.id}
    return {**told, "args": [json.dumps(arg) for arg in args]}


async def test_a_page_lets_in_nobody_but_the_person_it_was_made_for(
    page: Client, shop: Shop, house: House
) -> None:
    async with open_shop(house.folder, "Chitra's shop", owner="Chitra") as chitras:
        for stranger in (chitras.actor, None):
            assert not page.accept_handshake("socket", "tab", socket_of(stranger))
    assert not page.accept_handshake("socket", "tab", None)
    assert page.accept_handshake("socket", "tab", socket_of(shop.actor))


async def test_a_tap_from_a_socket_that_is_not_the_pages_own_does_nothing(
    page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    tapped: list[dict[str, object]] = []
    monkeypatch.setattr(page, "handle_event", tapped.append)
    monkeypatch.setattr(Client, "has_socket_connection", True)
    own, strange = await socket_of_page(page), await socket_of_page(None)
    with page:
        button = ui.button("Send", on_click=lambda: None)
    for socket in (strange, own):
        says(socket, event_at(button, "from", socket))
    assert [one["args"] for one in tapped] == [['"from"', json.dumps(own)]]


async def test_half_an_emoji_does_not_lose_what_is_typed_after_it(
    page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[dict[str, object]] = []
    monkeypatch.setattr(page, "handle_event", heard.append)
    monkeypatch.setattr(Client, "has_socket_connection", True)
    own = await socket_of_page(page)
    typed = ['"Diwali \\ud83d offers"', '"Diwali \\ud83e\\ude94"', None]
    with page:
        button = ui.button("Send", on_click=lambda: None)
    says(own, {**event_at(button), "args": typed})
    assert [one["args"] for one in heard] == [['"Diwali ? offers"', *typed[1:]]]


MADE_BY_HAND: list[tuple[str, object]] = [
    ("event", None),
    ("event", "tap"),
    ("event", {"id": [], "listener_id": {}, "args": 5}),
    ("event", {"id": 10**9, "listener_id": "x", "args": []}),
    ("ack", {}),
    ("ack", {"next_message_id": "many"}),
    ("log", {"level": "shout", "message": "x"}),
    ("log", {"level": "info", "message": {}}),
    ("javascript_response", {"request_id": ["x"], "result": 1}),
]


@pytest.mark.parametrize(("name", "told"), MADE_BY_HAND)
async def test_what_no_browser_of_ours_would_send_is_refused_without_a_word(
    page: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str, told: object
) -> None:
    monkeypatch.setattr(Client, "has_socket_connection", True)
    own = await socket_of_page(page)
    says(own, {"client_id": page.id, **told} if isinstance(told, dict) else told, name)
    says(own, {"client_id": [page.id], **told} if isinstance(told, dict) else told, name)
    assert caplog.records == []


async def test_a_field_takes_only_what_can_be_typed_or_chosen_there(
    page: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Client, "has_socket_connection", True)
    own = await socket_of_page(page)
    with page:
        fields: dict[Any, list[Any]] = {
            ui.input(value="before"): ["after", None],
            ui.textarea(value="before"): ["after"],
            ui.checkbox(value=False): [True],
            ui.number(value=3): [4, "5", ""],
            ui.select({"en": "English", "hi": "Hindi"}, value="en"): [{"value": 1, "label": "Hindi"}],
        }
    odd: list[object] = [{}, [], ["x"], {"value": 7}, {"value": "x"}, 1e999, {"value": -1}]
    for field, good in fields.items():
        before = field.value
        for value in odd:
            says(own, event_at(field, value))
        says(own, {**event_at(field), "args": ["[" * 100_000]})
        says(own, {**event_at(field), "args": ["no JSON"]})
        says(own, {**event_at(field, "x"), "listener_id": "another"})
        assert field.value == before
        for value in good:
            says(own, event_at(field, value))
            assert field.value != before
    assert caplog.records == []


async def test_a_question_that_nobody_answers_ends_with_its_page(page: Client) -> None:
    async def ask() -> bool:
        with page:
            return await confirm("Delete?", yes="Yes", no="No")

    asking = asyncio.create_task(ask())
    await asyncio.sleep(0)
    kick(page)
    assert not await asyncio.wait_for(asking, 60)

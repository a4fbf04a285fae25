"""Only who belongs to a shop comes in, and who must leave is out at once.

The cast: Asha owns the shop, Chitra is a stranger with a shop of her own.
"""

import html
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from starlette.types import Message, Receive, Scope, Send

from models.access import Person, Session, Workspace
from models.db import transaction
from models.sender import Sender
from services import clock
from services.access import passwords, sessions
from services.access.actor import Actor
from services.access.device import marked
from services.access.language import read_in
from services.access.login import WrongLogin, log_in
from services.access.logins import NotALogin, spelled
from services.access.passwords import PasswordTooShort
from services.access.signup import LoginTaken, sign_up
from services.access.throttle import (
    WRONG_AT_ADDRESS,
    WRONG_FROM_ANYWHERE,
    WRONG_LOGINS,
    TooManyTries,
    count,
)
from services.errors import Invalid
from services.redis_link import close_redis, open_redis
from tests.conftest import House
from tests.visitor import Visitor
from ui.security import Doorkeeper

PASSWORD = "saree-1987"
LOGIN = "+919876543210"  # Asha's, as it is kept


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """bcrypt as quick as it gets; how slow it is, is no promise of these tests."""
    monkeypatch.setattr(passwords, "ROUNDS", 4)
    monkeypatch.setattr(passwords, "NOBODYS", "$2b$04$DwKSvc/Yz2dQ0iIzRZdw2ORmvq8yM1ZYSQhMBAl3ye6V1Upty12Di")


@pytest.fixture
async def asha(house: House) -> Actor:
    return await newcomer("98765 43210", "Asha")


@pytest.fixture
async def visitor(house: House) -> AsyncIterator[Visitor]:
    async with Visitor() as somebody:
        yield somebody


async def newcomer(login: str, name: str) -> Actor:
    secret = await sign_up(name=name, business=f"{name}'s shop", login=login, password=PASSWORD)
    return await whose(secret)


async def whose(secret: str) -> Actor:
    found = await sessions.recognise(secret)
    assert found is not None
    return found.actor


async def knocks(headers: dict[str, str]) -> list[Message]:
    """What a browser hears that wants a socket."""
    heard: list[Message] = []

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    async def nothing() -> Message:
        return {"type": "websocket.connect"}

    async def hear(message: Message) -> None:
        heard.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "websocket", "path": "/_nicegui_ws/socket.io/", "scheme": "ws", "headers": raw}
    await Doorkeeper(door)(scope, nothing, hear)
    return heard


# --- signing up ---


async def test_a_new_shop_can_rehearse_at_once(house: House) -> None:
    asha = await newcomer("+91 98765-43210", "Asha")

    async with transaction() as db:
        (sandbox,) = (await db.scalars(select(Sender))).all()
        (person,) = (await db.scalars(select(Person))).all()
    assert (sandbox.workspace_id, sandbox.channel, sandbox.status) == (asha.workspace_id, "sandbox", "online")
    assert (person.login, asha.workspace_name) == ("+919876543210", "Asha's shop")
    assert PASSWORD not in person.password_hash


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("09876543210", "+919876543210"), ("९८७६५ ४३२१०", "+919876543210"), (" Asha@Shop.IN ", "asha@shop.in")],
)
def test_one_login_however_it_is_typed(typed: str, kept: str) -> None:
    assert spelled(typed) == kept


@pytest.mark.parametrize("typed", ["", "asha", "12345", "asha@shop", "a b@shop.in", "@shop.in"])
def test_what_is_no_login(typed: str) -> None:
    with pytest.raises(NotALogin):
        spelled(typed)


async def test_one_login_has_one_shop(asha: Actor) -> None:
    with pytest.raises(LoginTaken):
        await newcomer("0 98765 43210", "Asha again")
    async with transaction() as db:
        assert len((await db.scalars(select(Workspace))).all()) == 1


async def test_a_short_password_or_no_name_founds_nothing(house: House) -> None:
    with pytest.raises(PasswordTooShort):
        await sign_up(name="Asha", business="Shop", login="a@shop.in", password="1234567")
    with pytest.raises(Invalid):
        await sign_up(name=" ", business="Shop", login="a@shop.in", password=PASSWORD)
    async with transaction() as db:
        assert (await db.scalars(select(Workspace))).all() == []


# --- coming in ---


async def test_asha_comes_in_with_her_password_alone(asha: Actor) -> None:
    assert (await whose(await log_in("9876543210", PASSWORD, ip="1.1.1.1"))).person_id == asha.person_id
    with pytest.raises(WrongLogin):
        await log_in("9876543210", PASSWORD + " ", ip="1.1.1.1")
    with pytest.raises(WrongLogin):
        await log_in("nobody@shop.in", PASSWORD, ip="1.1.1.1")


async def test_every_letter_of_a_long_password_counts(house: House) -> None:
    long = "मेरी दुकान का बहुत लंबा पासवर्ड, जो किसी को याद नहीं रहेगा "
    kept = await passwords.hashed(long + "1")
    assert await passwords.matches(long + "1", kept)
    assert not await passwords.matches(long + "2", kept)


@pytest.mark.parametrize(("first", "again"), [("1.1.1.1", "1.1.1.1"), ("2001:db8::1", "2001:db8::9:2")])
async def test_after_five_wrong_tries_even_the_right_one_waits(asha: Actor, first: str, again: str) -> None:
    for number in range(5):
        with pytest.raises(WrongLogin):
            await log_in("9876543210", f"wrong{number}", ip=first)
    with pytest.raises(TooManyTries) as told:
        await log_in("+91 98765 43210", PASSWORD, ip=again)
    assert told.value.facts == {"minutes": 20}


async def test_an_enemy_at_one_address_keeps_asha_out_nowhere_else(asha: Actor) -> None:
    for limit, tries in ((WRONG_LOGINS, 5), (WRONG_FROM_ANYWHERE, 15)):  # what one address can do in an hour
        for _ in range(tries):
            await count(limit, LOGIN if limit is WRONG_FROM_ANYWHERE else f"6.6.6.6 {LOGIN}")
    with pytest.raises(TooManyTries):
        await log_in("9876543210", PASSWORD, ip="6.6.6.6")
    await log_in("9876543210", PASSWORD, ip="2.2.2.2")


async def test_many_addresses_guess_no_more_than_twenty_times_an_hour(asha: Actor) -> None:
    for _ in range(19):
        await count(WRONG_FROM_ANYWHERE, LOGIN)
    with pytest.raises(WrongLogin):
        await log_in("9876543210", "wrong", ip="1.1.1.20")
    with pytest.raises(TooManyTries) as told:
        await log_in("9876543210", PASSWORD, ip="1.1.1.21")
    assert told.value.facts == {"minutes": 60}


async def test_a_phone_that_was_in_before_is_not_kept_out_by_guessers(asha: Actor) -> None:
    """From her own address too: it may be her mobile network's, and the enemy's."""
    mark = marked(LOGIN)
    for limit, who in (
        (WRONG_LOGINS, f"1.1.1.1 {LOGIN}"),
        (WRONG_FROM_ANYWHERE, LOGIN),
        (WRONG_AT_ADDRESS, "1.1.1.1"),
    ):
        while await count(limit, who):
            pass
    await log_in("9876543210", PASSWORD, ip="1.1.1.1", mark=mark)
    for _ in range(5):
        with pytest.raises(WrongLogin):
            await log_in("9876543210", "wrong", ip="1.1.1.1", mark=mark)
    with pytest.raises(TooManyTries):
        await log_in("9876543210", PASSWORD, ip="1.1.1.1", mark=mark)


@pytest.mark.parametrize("mark", ["", ".", "made-up", f"made-up.{'0' * 64}", "of another login", "über.é"])
async def test_a_mark_that_is_not_of_this_login_helps_no_guesser(asha: Actor, mark: str) -> None:
    if mark == "of another login":
        mark = marked("enemy@shop.in")
    while await count(WRONG_FROM_ANYWHERE, LOGIN):
        pass
    with pytest.raises(TooManyTries):
        await log_in("9876543210", PASSWORD, ip="1.1.1.1", mark=mark)


async def test_the_browser_keeps_its_mark_when_it_goes_out(asha: Actor, visitor: Visitor) -> None:
    came = await visitor.sends("/login", login="9876543210", password=PASSWORD)
    given = next(
        line for line in came.headers.get_list("set-cookie") if line.startswith("broadcaster-device=")
    )
    assert "HttpOnly; Max-Age=31536000; Path=/; SameSite=lax" in given
    await visitor.sends("/logout")
    while await count(WRONG_FROM_ANYWHERE, LOGIN):
        pass
    again = await visitor.sends("/login", login="98765 43210", password=PASSWORD)
    assert again.headers["location"] == "/"


async def test_coming_in_forgives_the_wrong_tries(asha: Actor) -> None:
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(WrongLogin):
                await log_in("9876543210", "wrong", ip="1.1.1.1")
        await log_in("9876543210", PASSWORD, ip="1.1.1.1")


async def test_nobody_guesses_at_many_logins_from_one_address(asha: Actor) -> None:
    for number in range(50):
        with pytest.raises(WrongLogin):
            await log_in(f"guess{number}@shop.in", "wrong", ip="6.6.6.6")
    with pytest.raises(TooManyTries):
        await log_in("9876543210", PASSWORD, ip="6.6.6.6")
    await log_in("9876543210", PASSWORD, ip="1.1.1.1")


async def test_tries_are_counted_while_redis_is_away(house: House) -> None:
    await close_redis()
    open_redis("redis://127.0.0.1:1/0")
    for _ in range(5):
        with pytest.raises(WrongLogin):
            await log_in("redis-is-away@shop.in", "wrong", ip="1.1.1.1")
    with pytest.raises(TooManyTries):
        await log_in("redis-is-away@shop.in", "wrong", ip="1.1.1.1")


async def test_asha_works_while_redis_is_away(asha: Actor) -> None:
    await close_redis()
    open_redis("redis://127.0.0.1:1/0")
    secret = await log_in("9876543210", PASSWORD, ip="1.1.1.1")
    assert (await whose(secret)).person_id == asha.person_id
    await sessions.log_out(await whose(secret))
    assert await sessions.recognise(secret) is None


# --- sessions ---


async def test_only_a_digest_of_the_cookie_is_kept(asha: Actor) -> None:
    secret = await log_in("9876543210", PASSWORD, ip="1.1.1.1")
    async with transaction() as db:
        kept = (await db.scalars(select(Session.secret_hash))).all()  # type: ignore[call-overload]
    assert sessions.hash_of(secret) in kept
    assert secret.encode() not in kept


async def test_logging_out_ends_this_session_alone(asha: Actor) -> None:
    phone = await log_in("9876543210", PASSWORD, ip="1.1.1.1")
    desk = await log_in("9876543210", PASSWORD, ip="1.1.1.1")
    await whose(desk)  # it is in the cache as well

    await sessions.log_out(await whose(phone))

    assert await sessions.recognise(phone) is None
    assert not await sessions.is_open(sessions.hash_of(phone))
    assert await sessions.recognise(desk) is not None


async def test_logging_out_everywhere_ends_all_of_asha_and_none_of_chitra(asha: Actor) -> None:
    chitra = await newcomer("chitra@shop.in", "Chitra")
    desk = await log_in("9876543210", PASSWORD, ip="1.1.1.1")

    await sessions.log_out_everywhere(await whose(desk))

    assert await sessions.recognise(desk) is None
    assert not await sessions.is_open(asha.session)
    assert await sessions.is_open(chitra.session)


async def test_a_look_that_was_on_its_way_does_not_revive_a_session(asha: Actor) -> None:
    secret = await log_in("9876543210", PASSWORD, ip="1.1.1.1")
    found = await sessions.recognise(secret)
    assert found is not None
    await sessions.forget(found.actor.session)

    await sessions.log_out(found.actor)
    await sessions._remember(found.actor.session, found)  # another process had read it before

    assert await sessions.recognise(secret) is None


async def test_a_session_lives_thirty_days_and_is_renewed_in_its_last_week(
    asha: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = await log_in("9876543210", PASSWORD, ip="1.1.1.1")
    began = clock.now()

    def days_later(days: float) -> None:
        monkeypatch.setattr(sessions, "now", lambda: began + timedelta(days=days))

    days_later(22)
    found = await sessions.recognise(secret)
    assert found is not None
    assert not found.renewed

    days_later(24)
    found = await sessions.recognise(secret)
    assert found is not None
    assert found.renewed
    assert found.expires_at == began + timedelta(days=54)

    days_later(53)
    assert await sessions.is_open(sessions.hash_of(secret))
    days_later(55)
    assert await sessions.recognise(secret) is None


# --- the doors ---


async def test_who_is_not_logged_in_is_shown_the_way(visitor: Visitor) -> None:
    sent = await visitor.looks_at("/?from=mail")
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=/%3Ffrom%3Dmail")


async def test_signing_up_by_form_leads_home_with_a_cookie_that_scripts_cannot_read(visitor: Visitor) -> None:
    sent = await visitor.sends(
        "/signup", name="Asha", business="Asha's shop", login="9876543210", password=PASSWORD
    )
    assert (sent.status_code, sent.headers["location"]) == (303, "/")
    cookie = sent.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert (await visitor.looks_at("/login")).headers["location"] == "/"


async def test_over_https_the_cookie_is_secure_and_of_this_host_alone(house: House) -> None:
    async with Visitor("https://shop.example") as visitor:
        sent = await visitor.sends("/signup", name="A", business="B", login="a@shop.in", password=PASSWORD)
    assert sent.headers["set-cookie"].startswith("__Host-broadcaster=")
    assert "secure" in sent.headers["set-cookie"].lower()


async def test_what_was_typed_is_kept_and_the_password_is_not(visitor: Visitor) -> None:
    sent = await visitor.sends(
        "/signup", name='A"><b>', business="Sarees", login="98765", password="secret99"
    )
    assert sent.status_code == 422
    assert "Sarees" in sent.text
    assert "&#34;&gt;&lt;b&gt;" in sent.text
    assert "secret99" not in sent.text


@pytest.mark.parametrize(
    ("path", "typed", "said"),
    [
        ("/signup", {}, "कृपया अपना नाम और अपने कारोबार का नाम भरें।"),
        ("/signup", {"name": "आशा", "business": "मिठाई"}, "कृपया मोबाइल नंबर या ईमेल पता लिखें।"),
        (
            "/signup",
            {"name": "आशा", "business": "मिठाई", "login": "9876543210", "password": "short"},
            "कृपया कम से कम 8 अक्षरों का पासवर्ड चुनें।",
        ),
        ("/login", {}, "कृपया अपना मोबाइल नंबर या ईमेल, और पासवर्ड भरें।"),
    ],
)
async def test_what_is_missing_is_said_in_the_page_s_language_not_in_the_browser_s(
    visitor: Visitor, path: str, typed: dict[str, str], said: str
) -> None:
    await visitor.looks_at("/language?to=hi")
    assert "novalidate" in (await visitor.looks_at(path)).text

    for _ in range(25):  # nobody is locked out for it
        sent = await visitor.sends(path, **typed)
        assert (sent.status_code, said in html.unescape(sent.text)) == (422, True), sent.text


async def test_after_the_login_asha_is_where_she_wanted_to_go(asha: Actor, visitor: Visitor) -> None:
    form = {"login": "9876543210", "password": PASSWORD}
    sent = await visitor.sends("/login", **form, next="/contacts?tag=vip")
    assert sent.headers["location"] == "/contacts?tag=vip"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", ""]
)
async def test_nobody_is_sent_elsewhere(asha: Actor, visitor: Visitor, elsewhere: str) -> None:
    sent = await visitor.sends("/login", login="9876543210", password=PASSWORD, next=elsewhere)
    assert sent.headers["location"] == "/"


async def test_logging_out_by_form(asha: Actor, visitor: Visitor) -> None:
    await visitor.sends("/login", login="9876543210", password=PASSWORD)
    before = visitor.http.cookies.get("broadcaster")
    assert before is not None

    assert (await visitor.sends("/logout")).headers["location"] == "/login"

    visitor.http.cookies.set("broadcaster", before)
    assert (await visitor.looks_at("/")).headers["location"] == "/login"


async def test_a_form_on_another_site_does_nothing(asha: Actor, visitor: Visitor) -> None:
    await visitor.sends("/login", login="9876543210", password=PASSWORD)
    for origin in ("https://evil.example", "null"):
        assert (await visitor.sends("/logout", origin=origin)).status_code == 403
    assert (await visitor.looks_at("/login")).headers["location"] == "/"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://shop.example"])
async def test_a_socket_needs_a_session_and_a_page_of_ours(asha: Actor, origin: str) -> None:
    cookie = f"broadcaster={await log_in('9876543210', PASSWORD, ip='1.1.1.1')}" if "evil" in origin else ""
    heard = await knocks({"host": "shop.example", "origin": origin, "cookie": cookie})
    assert heard == [{"type": "websocket.close", "code": 1008}]


async def test_asha_s_own_page_gets_its_socket(asha: Actor) -> None:
    cookie = f"broadcaster={await log_in('9876543210', PASSWORD, ip='1.1.1.1')}"
    headers = {"host": "shop.example", "origin": "http://shop.example", "cookie": cookie}
    assert await knocks(headers) == [{"type": "websocket.accept"}]


async def test_in_the_last_week_the_cookie_is_given_anew(asha: Actor, visitor: Visitor) -> None:
    await visitor.sends("/login", login="9876543210", password=PASSWORD)
    assert "set-cookie" not in (await visitor.looks_at("/login")).headers
    async with transaction() as db:
        await db.execute(text("UPDATE session SET expires_at = now() + interval '6 days'"))
    await sessions.forget(sessions.hash_of(visitor.http.cookies["broadcaster"]))

    renewed = await visitor.looks_at("/login")

    assert "Max-Age=2592000" in renewed.headers["set-cookie"]
    assert "set-cookie" not in (await visitor.looks_at("/login")).headers


async def test_each_door_speaks_three_languages(visitor: Visitor) -> None:
    for language in ("en", "hi", "mr"):
        sent = await visitor.looks_at(f"/language?to={language}&next=/signup")
        assert sent.headers["location"] == "/signup"
        page = await visitor.looks_at("/signup")
        assert f'<html lang="{language}">' in page.text


async def test_the_chosen_language_is_asha_s_everywhere(asha: Actor) -> None:
    secret = await log_in("9876543210", PASSWORD, ip="1.1.1.1")
    actor = await whose(secret)
    await read_in(actor, "mr")
    await read_in(actor, "tlh")
    assert (await whose(secret)).language == "mr"


async def test_a_language_tapped_before_the_login_stays_after_it(asha: Actor, visitor: Visitor) -> None:
    await visitor.looks_at("/language?to=hi&next=/login")
    await visitor.sends("/login", login="9876543210", password=PASSWORD)
    assert (await whose(visitor.http.cookies["broadcaster"])).language == "hi"


async def test_doors_are_light_and_need_no_script(visitor: Visitor) -> None:
    for path in ("/login", "/signup"):
        page = await visitor.looks_at(path)
        assert len(page.content) < 7000  # before it is packed; tests/browser/test_bytes.py counts the line
        assert "<script" not in page.text
        assert "script-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"


async def test_a_page_that_is_not_there_says_so_kindly(visitor: Visitor) -> None:
    page = await visitor.looks_at("/no/such/page")
    assert page.status_code == 404
    assert "This page is not there" in page.text


async def test_a_form_too_long_is_not_read(visitor: Visitor) -> None:
    assert (await visitor.sends("/login", login="a" * 30_000, password="x")).status_code == 413

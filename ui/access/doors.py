"""In and out: logging in, signing up, logging out, and choosing a language. Plain HTML, no script needed."""

import logging
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote

from fastapi import Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from nicegui import app

from services.access.actor import Actor
from services.access.device import marked
from services.access.language import read_in
from services.access.login import log_in
from services.access.logins import spelled
from services.access.sessions import log_out, log_out_everywhere
from services.access.signup import sign_up
from services.away import DATABASE_AWAY
from services.errors import BroadcasterError
from services.i18n import LANGUAGES
from services.storable import storable_text
from ui.access.cookies import (
    chosen_language,
    give_language,
    give_mark,
    give_session,
    read_language,
    read_mark,
    take_session,
)
from ui.access.forms import login_form, signup_form
from ui.signed_in import signed_in, visitor

SEE_OTHER = 303  # a POST is answered with "look there", so that a reload repeats nothing
LONGEST_FORM = 20_000  # bytes
log = logging.getLogger(__name__)


@app.get("/login", include_in_schema=False)
async def login_page(request: Request, next: str = "/") -> Response:
    if visitor(request.scope):
        return RedirectResponse(local(next), SEE_OTHER)
    return login_form(request, next=local(next))


@app.post("/login", include_in_schema=False)
async def login(request: Request) -> Response:
    typed = await _typed(request)
    try:
        secret = await log_in(
            typed.get("login", ""),
            typed.get("password", ""),
            ip=_ip(request),
            agent=_agent(request),
            language=chosen_language(request.scope),
            mark=read_mark(request.scope),
        )
    except BroadcasterError as e:
        return login_form(
            request, next=local(typed.get("next", "/")), login=typed.get("login", ""), problem=e
        )
    return _come_in(request, secret, typed, typed.get("next", "/"))


@app.get("/signup", include_in_schema=False)
async def signup_page(request: Request) -> Response:
    return RedirectResponse("/", SEE_OTHER) if visitor(request.scope) else signup_form(request, {})


@app.post("/signup", include_in_schema=False)
async def signup(request: Request) -> Response:
    typed = await _typed(request)
    try:
        secret = await sign_up(
            name=typed.get("name", ""),
            business=typed.get("business", ""),
            login=typed.get("login", ""),
            password=typed.get("password", ""),
            language=read_language(request.scope),
            ip=_ip(request),
            agent=_agent(request),
        )
    except BroadcasterError as e:
        return signup_form(request, typed, problem=e)
    return _come_in(request, secret, typed, "/")


@app.post("/logout", include_in_schema=False)
async def logout(request: Request, actor: Actor = Depends(signed_in)) -> Response:
    await log_out(actor)
    return _go_out(request)


@app.post("/logout/everywhere", include_in_schema=False)
async def logout_everywhere(request: Request, actor: Actor = Depends(signed_in)) -> Response:
    await log_out_everywhere(actor)
    return _go_out(request)


@app.get("/language", include_in_schema=False)
async def language(request: Request, to: str = "en", next: str = "/") -> Response:
    """Changes only how things are said, so a link may do it; it works without JavaScript."""
    chosen = to if to in LANGUAGES else "en"
    actor = visitor(request.scope)
    if actor is not None:
        try:
            await read_in(actor, chosen)
        except DATABASE_AWAY as e:
            log.warning("a language is kept in the browser alone: %s", e)
    response = RedirectResponse(local(next), SEE_OTHER)
    give_language(response, request.scope, chosen)
    return response


def local(address: str) -> str:
    """`address` if it is a path of ours, else the home page: nobody is sent elsewhere from here."""
    odd = any(ord(letter) < 32 for letter in address) or "\\" in address
    return address if address.startswith("/") and not address.startswith("//") and not odd else "/"


def _come_in(request: Request, secret: str, typed: Mapping[str, str], next: str) -> Response:
    response = RedirectResponse(local(next), SEE_OTHER)
    give_session(response, request.scope, secret)
    give_mark(response, request.scope, marked(spelled(typed["login"]), read_mark(request.scope)))
    return response


def _go_out(request: Request) -> Response:
    response = RedirectResponse("/login", SEE_OTHER)
    take_session(response, request.scope)
    return response


async def _typed(request: Request) -> dict[str, str]:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            raise HTTPException(413)
    typed = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
    return {name: storable_text(value) for name, value in typed}


def _ip(request: Request) -> str:
    return request.client.host if request.client else ""


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")


def to_login(request: Request) -> Response:
    """The way in, and afterwards to where they wanted to go."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(wanted)}" if wanted != "/" else "/login", SEE_OTHER)

"""The doorkeeper: who is looking, whether the request comes from a page of ours, and what browsers may do."""

import logging
import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from nicegui import __version__
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.access.sessions import recognise
from services.away import DATABASE_AWAY
from ui.access.cookies import give_session, is_secure, read_session
from ui.away import please_wait
from ui.nonces import PageRewriter

READING = ("GET", "HEAD", "OPTIONS")
# The same for everybody: no need to know who asks.
PUBLIC = (f"/_nicegui/{__version__}/", "/static/", "/favicon.ico")
SOCKET = "/_nicegui_ws/"
# Answered whoever asks, and above all while the database is away: nobody is looked up for it.
HEALTH = ("/health", "/healthz")
LANGUAGE = "/language"  # the browser can keep it alone

# 'unsafe-eval': Vue compiles its templates in the browser. The nonce keeps every script out that is not ours.
POLICY = (
    "default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'{socket}; worker-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

log = logging.getLogger(__name__)


class Doorkeeper:
    """Pure ASGI, for it must see sockets too. Puts the Actor into scope["state"]["actor"]."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif is_public(scope):
            await self.app(scope, receive, _with(ALWAYS, scope, send))
        elif not from_here(scope):
            await _refuse(scope, receive, send)
        else:
            await self._let_in(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        secret = None if scope["path"] in HEALTH else read_session(scope)
        try:
            found = await recognise(secret) if secret else None
        except DATABASE_AWAY as e:
            log.warning("nobody can be recognised: %s", e)
            if scope["path"] != LANGUAGE:
                await _wait(scope, receive, send)
                return
            found = None
        scope.setdefault("state", {})["actor"] = found.actor if found else None
        if scope["path"].startswith(SOCKET) and found is None:
            await _refuse(scope, receive, send)  # every page with a socket belongs to somebody
        elif scope["type"] == "websocket":
            await self.app(scope, receive, send)
        else:
            renewed = secret if found and found.renewed else None
            await self.app(scope, receive, _page_send(scope, send, renewed))


def is_public(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] in READING and scope["path"].startswith(PUBLIC)


def from_here(scope: Scope) -> bool:
    """Whether a request that can change something was made by a page of ours.

    Browsers say where a POST or a socket comes from; what says nothing is no browser, and has no
    cookie that it did not put there itself.
    """
    if scope["type"] == "http" and scope["method"] in READING and not scope["path"].startswith(SOCKET):
        return True
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower() != ""


def page_headers(scope: Scope, nonce: str = "") -> dict[str, str]:
    """What goes with every page. Without a nonce no script runs in it: our plain pages have none."""
    host = Headers(scope=scope).get("host", "")
    # Older Safari does not count a socket to the same host as 'self'.
    socket = f" wss://{host}" if is_secure(scope) and host.replace(".", "").replace(":", "").isalnum() else ""
    scripts = f"'self' 'nonce-{nonce}' 'unsafe-eval'" if nonce else "'none'"
    told = {
        **ALWAYS,
        "Content-Security-Policy": POLICY.format(scripts=scripts, socket=socket),
    }
    if is_secure(scope):
        told["Strict-Transport-Security"] = "max-age=31536000"
    return told


def _page_send(scope: Scope, send: Send, renewed: str | None) -> Send:
    """Headers and a lasting cookie for every answer; nonces into the scripts of NiceGUI's pages."""
    nonce = secrets.token_urlsafe(16)
    rewriter = PageRewriter(nonce, send)

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            is_page = "x-nicegui-content" in headers
            for name, value in page_headers(scope, nonce if is_page else "").items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
            if renewed is not None:
                _add(headers, _cookie(scope, renewed))
            rewriter.rewrites = is_page
        await rewriter(message)

    return dressed


def _with(told: dict[str, str], scope: Scope, send: Send) -> Send:
    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in told.items():
                headers[name] = value
        await send(message)

    return dressed


def _cookie(scope: Scope, secret: str) -> Iterable[str]:
    carrier = Response()
    give_session(carrier, scope, secret)
    return carrier.headers.getlist("set-cookie")


def _add(headers: MutableHeaders, cookies: Iterable[str]) -> None:
    for cookie in cookies:
        headers.append("set-cookie", cookie)


async def _wait(scope: Scope, receive: Receive, send: Send) -> None:
    """The database is away. Not the login: whoever is logged in stays so. A socket tries again by itself."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1013})
    else:
        await please_wait(Request(scope))(scope, receive, _with(page_headers(scope), scope, send))


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        refusal = PlainTextResponse("Not from here.", 403, headers=page_headers(scope))
        await refusal(scope, receive, send)

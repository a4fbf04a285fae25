"""The cookies: whose browser this is, whether somebody came in from it before, and which language it reads
before anybody logs in.
"""

from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from services.access.sessions import LIFE
from services.i18n import LANGUAGES

LANGUAGE = "language"
A_YEAR_S = 365 * 24 * 3600


class Policy:
    """Whether cookies travel over https alone, whatever the request looks like; set at the start."""

    always_secure = False


def read_session(scope: Scope) -> str | None:
    """The secret in the session cookie."""
    return _read(scope, _name(scope))


def give_session(response: Response, scope: Scope, secret: str) -> None:
    """Let the browser keep `secret` for as long as the session lives."""
    life = int(LIFE.total_seconds())
    response.set_cookie(
        _name(scope), secret, max_age=life, secure=is_secure(scope), httponly=True, samesite="lax"
    )


def take_session(response: Response, scope: Scope) -> None:
    response.delete_cookie(_name(scope), secure=is_secure(scope), httponly=True, samesite="lax")


def read_mark(scope: Scope) -> str:
    """What says that somebody came in from this browser before."""
    return _read(scope, f"{_name(scope)}-device") or ""


def give_mark(response: Response, scope: Scope, mark: str) -> None:
    response.set_cookie(
        f"{_name(scope)}-device",
        mark,
        max_age=A_YEAR_S,
        secure=is_secure(scope),
        httponly=True,
        samesite="lax",
    )


def chosen_language(scope: Scope) -> str | None:
    """What somebody tapped in this browser."""
    chosen = _read(scope, LANGUAGE)
    return chosen if chosen in LANGUAGES else None


def read_language(scope: Scope) -> str:
    """What was chosen here before; else what the browser asks for; else English."""
    chosen = chosen_language(scope)
    if chosen is not None:
        return chosen
    for asked in Headers(scope=scope).get("accept-language", "").split(","):
        code = asked.strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return "en"


def give_language(response: Response, scope: Scope, language: str) -> None:
    response.set_cookie(
        LANGUAGE, language, max_age=A_YEAR_S, secure=is_secure(scope), httponly=True, samesite="lax"
    )


def is_secure(scope: Scope) -> bool:
    return Policy.always_secure or scope["scheme"] in ("https", "wss")


def _name(scope: Scope) -> str:
    # __Host- keeps a neighbouring subdomain from planting one.
    return "__Host-broadcaster" if is_secure(scope) else "broadcaster"


def _read(scope: Scope, name: str) -> str | None:
    try:
        cookie = SimpleCookie(Headers(scope=scope).get("cookie", ""))
    except CookieError:
        return None
    return cookie[name].value if name in cookie else None

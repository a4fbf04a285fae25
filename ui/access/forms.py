"""What the login and the sign-up ask."""

from typing import NamedTuple

from fastapi import Request
from fastapi.responses import Response
from starlette.types import Scope

from services.access import passwords
from services.access.logins import LONGEST as LONGEST_LOGIN
from services.access.names import LONGEST_NAME
from services.access.throttle import TooManyTries
from services.errors import BroadcasterError
from services.i18n import Words, words
from ui.access.cookies import is_secure, read_language
from ui.access.plain import Demo, Field, Form, Way, plain_page
from ui.signed_in import visitor

HERE = ("localhost", "127.0.0.1", "::1")


class DemoLogin(NamedTuple):
    login: str
    password: str


_demo: list[DemoLogin] = []


def show_demo_login(login: str, password: str) -> None:
    """Offer the demo workspace on the login page; for development only."""
    _demo[:] = [DemoLogin(login, password)]


def reads(scope: Scope) -> Words:
    """The words of whoever is looking, logged in or not."""
    actor = visitor(scope)
    return words(actor.language if actor else read_language(scope))


def login_form(
    request: Request, *, next: str, login: str = "", problem: BroadcasterError | None = None
) -> Response:
    _ = reads(request.scope)
    known_as = _login_field(_, login)
    password = Field("password", _("Password"), "password", autocomplete="current-password", longest=1000)
    said = _(problem.sentence, **problem.facts) if problem else _unencrypted(_, request)
    demo = [
        Demo(*shown, _("To look around first, there is a demo shop:"), _("Open the demo shop"))
        for shown in _demo
    ]
    return plain_page(
        request,
        _,
        _("Log in"),
        problem=said,
        form=Form("/login", _("Log in"), [known_as, password], {"next": next}),
        below=Way(_("Sign up"), "/signup", _("New here?")),
        demo=demo[0] if demo else None,
        status=_status(problem),
    )


def signup_form(request: Request, typed: dict[str, str], problem: BroadcasterError | None = None) -> Response:
    _ = reads(request.scope)
    fields = [
        Field("name", _("Your name"), "text", typed.get("name", ""), "name", longest=LONGEST_NAME),
        Field(
            "business",
            _("Name of your business"),
            value=typed.get("business", ""),
            autocomplete="organization",
            longest=LONGEST_NAME,
        ),
        _login_field(_, typed.get("login", "")),
        Field(
            "password",
            _("Password"),
            "password",
            autocomplete="new-password",
            hint=_("{shortest} characters or more", shortest=passwords.SHORTEST),
            shortest=passwords.SHORTEST,
            longest=passwords.LONGEST,
        ),
    ]
    return plain_page(
        request,
        _,
        _("Sign up"),
        intro=_("Send WhatsApp campaigns to customers who agreed. You can rehearse before anything is sent."),
        problem=_(problem.sentence, **problem.facts) if problem else "",
        form=Form("/signup", _("Sign up"), fields),
        below=Way(_("Log in"), "/login", _("Signed up before?")),
        status=_status(problem),
    )


def _login_field(_: Words, typed: str) -> Field:
    label = _("Mobile number or e-mail")
    return Field("login", label, value=typed, autocomplete="username", longest=LONGEST_LOGIN)


def _unencrypted(_: Words, request: Request) -> str:
    """In production the cookie needs https: without a word, logging in would just not work."""
    if is_secure(request.scope) and request.url.scheme == "http" and request.url.hostname not in HERE:
        return _("This connection is not encrypted, so you cannot log in. Put https:// before the address.")
    return ""


def _status(problem: BroadcasterError | None) -> int:
    if problem is None:
        return 200
    return 429 if isinstance(problem, TooManyTries) else 422

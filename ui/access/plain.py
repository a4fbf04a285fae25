"""Light pages without NiceGUI: for those who are not logged in, and for when something is not there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nicegui import __version__

from services.i18n import LANGUAGES, Words
from ui.speaking import QUASAR
from ui.theme import STATIC, versioned

ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)


def _small(*names: str) -> Markup:
    """Stylesheets without their comments and indents: these pages bring their style along."""
    style = "".join((STATIC / name).read_text() for name in names)
    return Markup(re.sub(r"/\*.*?\*/|\n\s*", "", style, flags=re.DOTALL))


STYLE = _small("tokens.css", "plain.css")

# What the first page after the login needs; it comes while the password is typed.
NICEGUI = f"/_nicegui/{__version__}/static"
AHEAD = (
    f"{NICEGUI}/vue.esm-browser.prod.js",
    f"{NICEGUI}/quasar.umd.prod.js",
    f"{NICEGUI}/nicegui.js",
    f"{NICEGUI}/socket.io.min.js",
    f"{NICEGUI}/dompurify.mjs",
    f"{NICEGUI}/quasar.unimportant.prod.css",
    f"{NICEGUI}/quasar.important.prod.css",
    f"{NICEGUI}/nicegui.css",
    f"{NICEGUI}/fonts.css",
    versioned("tokens.css"),
    versioned("app.css"),
    versioned("icons.woff2"),
)


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    kind: str = "text"
    value: str = ""
    autocomplete: str = "off"
    hint: str = ""
    shortest: int = 0
    longest: int = 254


@dataclass(frozen=True)
class Form:
    action: str
    button: str
    fields: Sequence[Field]
    hidden: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Way:
    """A link, with what is said before it."""

    label: str
    address: str
    before: str = ""


@dataclass(frozen=True)
class Fact:
    """One line of a list: what it is about, and how it is."""

    name: str
    state: str
    well: bool


@dataclass(frozen=True)
class Demo:
    login: str
    password: str
    sentence: str
    label: str


def plain_page(
    request: Request,
    _: Words,
    title: str,
    *,
    intro: str = "",
    problem: str = "",
    facts: Sequence[Fact] = (),
    form: Form | None = None,
    way: Way | None = None,
    below: Way | None = None,
    demo: Demo | None = None,
    status: int = 200,
) -> HTMLResponse:
    """A page of one card. All words are in `_`'s language already; all of them are escaped."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    shown = ENVIRONMENT.get_template("plain.html").render(
        language=_.language,
        languages=LANGUAGES,
        tongues=_("Language"),
        here=quote(path, safe="/"),
        style=STYLE,
        ahead=(*AHEAD, _lang_pack(_.language)) if form else (),
        title=title,
        intro=intro,
        problem=problem,
        facts=facts,
        form=form,
        way=way,
        below=below,
        demo=demo,
    )
    return HTMLResponse(shown, status_code=status, headers={"Cache-Control": "no-store"})


def wants_page(request: Request) -> bool:
    """Whether a person looks, rather than a script."""
    return "text/html" in request.headers.get("accept", "text/html")


def _lang_pack(language: str) -> str:
    return (
        versioned("mr.umd.prod.js") if language == "mr" else f"{NICEGUI}/lang/{QUASAR[language]}.umd.prod.js"
    )

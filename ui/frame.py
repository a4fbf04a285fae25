"""What every page of a customer stands in: the title and what to do there, the way around, the column."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import NamedTuple

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from services.access.actor import Actor
from services.i18n import N_, Words, words
from ui.access.kick import follow_session
from ui.inbox.unread import follow_unread
from ui.speaking import speak
from ui.waiting import waiting

BRAND = "Broadcaster"
LOGO = (
    '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="10" fill="var(--primary)"/>'
    '<path d="M8 18v-4l11-5v14z M9.5 19l1.4 5h3l-1-4z" fill="var(--on-primary)"/>'
    '<path d="M22 12.5a5 5 0 0 1 0 7" fill="none" stroke="var(--accent)" stroke-width="2.4"'
    ' stroke-linecap="round"/></svg>'
)


class Place(NamedTuple):
    """A link of the main menu. On a phone, those that are not `near` are found under "More"."""

    address: str
    icon: str
    name: str
    near: bool = True


PLACES = (
    Place("/", "home", N_("Home")),
    Place("/campaigns", "campaign", N_("Campaigns")),
    Place("/contacts", "people", N_("Contacts")),
    Place("/inbox", "forum", N_("Inbox")),
    Place("/templates", "description", N_("Templates"), near=False),
    Place("/senders", "smartphone", N_("Senders"), near=False),
    Place("/more", "menu", N_("More")),
)


class Action(NamedTuple):
    """The one thing to do on a page: under the thumb on a phone, beside the title on a desk."""

    label: str
    address: str
    icon: str
    mark: str = ""


BROKE = N_("That did not work: something went wrong on our side. Please try again.")


@contextmanager
def frame(
    title: str,
    actor: Actor,
    *,
    back: str | None = None,
    action: Action | None = None,
    narrow: bool = False,
) -> Iterator[None]:
    """Put what is built inside into the page's column, under `title`.

    `title` is in the actor's language already; `back` is the address of the page above this one.
    `narrow` is for what is read or filled in: on a desk its lines stay short.
    """
    _ = words(actor.language)
    client = ui.context.client
    speak(client, actor.language)
    follow_session(actor)
    client.on_exception(lambda: ui.notify(_(BROKE), type="negative"))
    ui.page_title(f"{title} · {BRAND}")
    ui.html(f'<a class="skip" href="#main">{escape(_("To the content"))}</a>', sanitize=False)
    here = client.request.url.path
    place = _place_of(here) or _place_of(back or "")
    way_back = _way_back(_, back)

    def show_unread(number: int) -> None:
        nav.set_content(_around(_, actor, place, number))

    places = _around(_, actor, place, follow_unread(actor.workspace_id, show_unread))
    ui.add_body_html(waiting(escape(title), way_back, places, here))
    with ui.element("header").classes("top"):
        ui.html(way_back, sanitize=False)
        heading(title)
        if action is not None:
            _main_action(action)
    nav = ui.html(places, sanitize=False, tag="nav").classes("nav")
    nav.props(f'aria-label="{_("Main menu")}"')
    # No <main>: Quasar has put one around all of it.
    with (
        ui.element("div").classes("page-room"),
        ui.element("div").classes("page").props('id="main" tabindex=-1') as page,
    ):
        if action is not None:
            page.classes("has-action")
        if narrow:
            page.classes("narrow")
        yield


def heading(text: str, level: int = 1) -> TextElement:
    """A real <h1>, <h2> or <h3>."""
    return TextElement(tag=f"h{level}", text=text).classes("break")


def _way_back(_: Words, back: str | None) -> str:
    """A link to the page above; where there is none, on a phone, home."""
    if back is None:
        shown, target, name, look = LOGO, "/", BRAND, "top-link phone-only"
    else:
        shown, target, name = '<i class="material-icons" aria-hidden="true">arrow_back</i>', back, _("Back")
        look = "top-link"
    return f'<a class="{look}" href="{escape(target)}" aria-label="{escape(name)}">{shown}</a>'


def _main_action(action: Action) -> None:
    button = ui.button(action.label, icon=action.icon).classes("main-action")
    button.props(f'unelevated no-caps href="{action.address}"').mark(action.mark)


def _around(_: Words, actor: Actor, current: Place | None, unread: int = 0) -> str:
    """The shop's name and the links to the places, as one element: every page pays for it.

    `current` is the place that the page belongs to; `unread` stands at the inbox.
    """
    links = [f'<a class="nav-shop" href="/">{LOGO}<b>{escape(actor.workspace_name)}</b></a>']
    for place in PLACES:
        near = "" if place.near else ' class="nav-far"'
        # On a phone, the places that are not near are under "More".
        mark = ' aria-current="page"' if place is current else ""
        if place.address == "/more" and current is not None and not current.near:
            mark = " data-holds-current"
        new = unread and place.address == "/inbox"
        links.append(
            f'<a href="{place.address}"{near}{mark}>'
            f'<i class="material-icons" aria-hidden="true">{place.icon}</i>'
            f"<span>{escape(_(place.name))}</span>"
            f"{_new(_, unread) if new else ''}</a>"
        )
    return "".join(links)


def _new(_: Words, unread: int) -> str:
    return f'<b class="nav-new numbers">{_.number(unread)}</b>'


def _place_of(here: str) -> Place | None:
    """The place that the page at this address belongs to."""
    under = [place for place in PLACES if place.address == here or here.startswith(f"{place.address}/")]
    return under[0] if under else None

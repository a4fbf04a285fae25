"""What every page of a customer stands in: the top line, the way around, the heading, the column."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from urllib.parse import quote

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from services.access.actor import Actor
from services.i18n import LANGUAGES, N_, Words, words
from ui.access.kick import follow_session
from ui.inbox.unread import follow_unread
from ui.speaking import speak

BRAND = "Broadcaster"
LOGO = (
    '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="9" fill="var(--primary)"/>'
    '<path d="M8 18v-4l11-5v14z M9.5 19l1.4 5h3l-1-4z" fill="var(--on-primary)"/>'
    '<path d="M22 12.5a5 5 0 0 1 0 7" fill="none" stroke="var(--on-primary)" stroke-width="2"'
    ' stroke-linecap="round"/></svg>'
)
# Address, icon, words: at the bottom of a phone, at the side of a desk.
PLACES = (
    ("/", "home", N_("Home")),
    ("/campaigns", "campaign", N_("Campaigns")),
    ("/contacts", "people", N_("Contacts")),
    ("/inbox", "forum", N_("Inbox")),
    ("/templates", "description", N_("Templates")),
    ("/senders", "smartphone", N_("Senders")),
)


BROKE = N_("That did not work: something went wrong on our side. Please try again.")


@contextmanager
def frame(title: str, actor: Actor, *, back: str | None = None) -> Iterator[None]:
    """Put what is built inside into the page's column, under `title`.

    `title` is in the actor's language already; `back` is the address of the page above this one.
    """
    _ = words(actor.language)
    client = ui.context.client
    speak(client, actor.language)
    follow_session(actor)
    client.on_exception(lambda: ui.notify(_(BROKE), type="negative"))
    ui.page_title(f"{title} · {BRAND}")
    here = client.request.url.path
    with ui.element("header").classes("top"):
        _way_back(_, back)
        ui.label(actor.workspace_name).classes("top-shop")
        _languages(_, here, client.request.url.query)
        _account(_, actor)
    nav = ui.html(_around(_, here), sanitize=False, tag="nav").classes("nav")
    nav.props(f'aria-label="{_("Main menu")}"')

    def show_unread(number: int) -> None:
        nav.set_content(_around(_, here, number))

    follow_unread(actor.workspace_id, show_unread)
    with ui.element("div").classes("page-room"), ui.element("main").classes("page"):
        heading(title)
        yield


def heading(text: str, level: int = 1) -> TextElement:
    """A real <h1>, <h2> or <h3>."""
    return TextElement(tag=f"h{level}", text=text).classes("break")


def _way_back(_: Words, back: str | None) -> None:
    if back is None:
        shown, target, name, look = LOGO, "/", BRAND, "top-link phone-only"
    else:
        shown, target, name = '<i class="material-icons" aria-hidden="true">arrow_back</i>', back, _("Back")
        look = "top-link"
    link = f'<a class="{look}" href="{escape(target)}" aria-label="{escape(name)}">{shown}</a>'
    ui.html(link, sanitize=False)


def _languages(_: Words, path: str, query: str) -> None:
    here = quote(f"{path}?{query}" if query else path, safe="/")
    with ui.button(icon="translate").props("flat round").props(f'aria-label="{_("Language")}"'), ui.menu():
        for code, name in LANGUAGES.items():
            link = ui.item(name).props(f'href="/language?to={code}&next={here}" lang="{code}"')
            if code == _.language:
                link.props('active aria-current="true"')


def _account(_: Words, actor: Actor) -> None:
    with (
        ui.button(icon="account_circle").props("flat round").props(f'aria-label="{_("Account")}"'),
        ui.menu(),
    ):
        with ui.element("div").classes("q-pa-md stack tight"):
            ui.label(actor.name).classes("strong")
            ui.label(actor.workspace_name).classes("soft small")
        ui.separator()
        ui.item(_("Notifications")).props('href="/notifications"')
        _leave_by(_("Log out"), "/logout", "logout")
        _leave_by(_("Log out on every phone and computer"), "/logout/everywhere", "devices")


def _leave_by(label: str, address: str, icon: str) -> None:
    """A form, for leaving changes something: a link would do it by being looked at."""
    with ui.element("form").props(f'method="post" action="{address}"'):
        ui.button(label, icon=icon).props('type="submit" flat no-caps align="left"').classes("full")


def _around(_: Words, here: str, unread: int = 0) -> str:
    """The links to the places, as one element: every page pays for it. `unread` stands at the inbox."""
    links = []
    for address, icon, name in PLACES:
        there = here == "/" if address == "/" else here.startswith(address)
        current = ' aria-current="page"' if there else ""
        new = f'<b class="nav-new numbers">{_.number(unread)}</b>' if unread and address == "/inbox" else ""
        links.append(
            f'<a href="{address}"{current}><i class="material-icons" aria-hidden="true">{icon}</i>'
            f"<span>{escape(_(name))}</span>{new}</a>"
        )
    return "".join(links)

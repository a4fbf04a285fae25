"""/contacts?q=ravi&tag=VIP&consent=given: the shop's people, found, filtered and changed by the handful."""

from urllib.parse import urlencode

from fastapi import Depends
from nicegui import events, ui

from models.states import Consent
from services.access.actor import Actor
from services.contacts.find import Asked, Whom
from services.contacts.search import ContactsPage, search
from services.contacts.tags import TagCount, tags
from services.i18n import words
from ui.contacts.contact_list import ContactList
from ui.contacts.many import Many
from ui.frame import frame
from ui.pieces.empty_state import empty_state, go_button, until_first
from ui.pieces.status_chip import LOOKS
from ui.pieces.undo import offer
from ui.signed_in import signed_in
from ui.theme import wear


@ui.page("/contacts")
async def list_page(
    q: str = "",
    tag: str = "",
    consent: str = "",
    page: int = 1,
    undo: str = "",
    actor: Actor = Depends(signed_in),
) -> None:
    _ = words(actor.language)
    wear("progress.css")
    wear("contacts.css")
    known = await tags(actor)
    asked = Asked(q, tag, Consent(consent) if consent in set(Consent) else None)
    seen = await search(actor, asked, page)
    with frame(_("Contacts"), actor):
        await offer(actor, undo)
        if asked == Asked() and not seen.found:
            empty_state(
                "people",
                _("Bring your customers."),
                action=_("Import a list"),
                address="/contacts/import",
                more=_("From Excel, from a CSV file or pasted. Names in any script, numbers as they are."),
            )
            go_button(_("Add one person"), "/contacts/new", icon="person_add").props(
                "flat", remove="unelevated"
            )
            until_first(f"contacts:{actor.workspace_id}", lambda: _some(actor))
            return
        with ui.element("div").classes("line cl-ways"):
            go_button(_("Import a list"), "/contacts/import", icon="upload_file").mark("import")
            add = go_button(_("Add one"), "/contacts/new", icon="person_add").mark("add")
            add.props("outline", remove="unelevated")
        ContactsShown(actor, asked, seen, known)


async def _some(actor: Actor) -> bool:
    return (await search(actor, Asked(), 1)).found > 0


class ContactsShown:
    """The search, the filters, the list and what can be done with those who are picked."""

    def __init__(self, actor: Actor, asked: Asked, seen: ContactsPage, known: list[TagCount]) -> None:
        self._ = words(actor.language)
        self._actor = actor
        self._asked = asked
        self._page = seen.page
        self._picked: set[int] = set()
        self._all = False  # not only this page: all who were found
        self._found_now = seen.found
        self._build()
        self._show_tags(known)
        self._show(seen)

    def _build(self) -> None:
        _ = self._
        search = ui.input(_("Name or number"), value=self._asked.search, on_change=self._typed)
        search.props('outlined clearable debounce=400 type="search"').classes("full").mark("search")
        self._tags = ui.element("nav").classes("pl-chips").props(f'aria-label="{_("Tags")}"')
        with ui.element("div").classes("line spread wrap"):
            self._found = ui.label().classes("strong numbers").props("role=status").mark("found")
            options = {"": _("Agreed or not")} | {said.value: _(LOOKS[said].sentence) for said in Consent}
            chosen = self._asked.consent.value if self._asked.consent else ""
            consent = ui.select(options, value=chosen, label=_("Consent"), on_change=self._consent)
            consent.props("outlined").classes("cl-consent").mark("consent")
        self._list = ContactList(_, self._pick)
        self._nobody = ui.label(_("Nobody is found like this.")).classes("soft")
        with ui.element("div").classes("line spread") as self._turns:
            self._back = ui.button(_("Back"), icon="chevron_left", on_click=lambda: self._turn(-1))
            self._where = ui.label().classes("numbers soft")
            self._on = ui.button(_("Next"), on_click=lambda: self._turn(1)).props("icon-right=chevron_right")
            for turn in (self._back, self._on):
                turn.props("flat")
        self._many = Many(self._actor, self._changed, self._take_all)

    async def fill(self) -> None:
        """Read and show what is asked for, as it is now."""
        self._show(await search(self._actor, self._asked, self._page))

    def _show(self, now: ContactsPage) -> None:
        _ = self._
        self._page = now.page
        self._found_now = now.found
        self._ids = [one.id for one in now.people]
        self._list.show(now.people, self._ids if self._all else self._picked)
        self._found.set_text(_.many("{count} person", "{count} people", now.found))
        self._nobody.set_visibility(not now.found)
        self._turns.set_visibility(now.pages > 1)
        self._where.set_text(_("Page {page} of {pages}", page=now.page, pages=now.pages))
        self._back.set_enabled(now.page > 1)
        self._on.set_enabled(now.page < now.pages)
        self._show_many()

    def _show_many(self) -> None:
        whom: Whom = self._asked if self._all else sorted(self._picked)
        count = self._found_now if self._all else len(self._picked)
        self._many.show(whom, count, self._found_now, self._asked.tag)

    def _show_tags(self, known: list[TagCount]) -> None:
        _ = self._
        self._tags.clear()
        self._tags.set_visibility(bool(known))
        with self._tags:
            self._chip(_("All"), "")
            for count in known[:40]:
                self._chip(f"{count.tag} {_.number(count.people)}", count.tag)

    def _chip(self, label: str, tag: str) -> None:
        asked = Asked(self._asked.search, tag, self._asked.consent)
        link = ui.link(label, f"/contacts{_query(asked)}").classes("pl-chip numbers")
        if tag == self._asked.tag:
            link.props('aria-current="true"')

    async def _typed(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        await self._ask(Asked(event.value or "", self._asked.tag, self._asked.consent))

    async def _consent(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        consent = Consent(event.value) if event.value else None
        await self._ask(Asked(self._asked.search, self._asked.tag, consent))

    async def _ask(self, asked: Asked) -> None:
        self._asked = asked
        self._page = 1
        self._all = False
        self._picked.clear()
        await self._go()

    async def _turn(self, by: int) -> None:
        self._page += by
        await self._go()
        ui.run_javascript("window.scrollTo(0, 0)")

    async def _go(self) -> None:
        await self.fill()
        ui.navigate.history.replace(f"/contacts{_query(self._asked, self._page)}")

    async def _pick(self, contact_id: int, on: bool) -> None:
        if self._all:  # from all of them to this page without one
            self._all = False
            self._picked = set(self._ids)
        (self._picked.add if on else self._picked.discard)(contact_id)
        await self.fill()

    async def _take_all(self, take: bool) -> None:
        self._all = take
        self._picked.clear()
        await self.fill()

    async def _changed(self) -> None:
        """Something was done with those who were picked."""
        await self._take_all(False)
        self._show_tags(await tags(self._actor))


def _query(asked: Asked, page: int = 1) -> str:
    facts = {
        "q": asked.search.strip(),
        "tag": asked.tag,
        "consent": asked.consent.value if asked.consent else "",
        "page": page if page > 1 else "",
    }
    told = urlencode({name: value for name, value in facts.items() if value})
    return f"?{told}" if told else ""

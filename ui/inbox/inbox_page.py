"""/inbox?pile=unread&page=2: who wrote to the shop, the latest first."""

from urllib.parse import urlencode

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.analytics.chats import InboxPage, Pile, inbox
from services.i18n import words
from services.sending.rehearse import cast_of, has_stage
from ui.frame import frame
from ui.inbox.chat_list import ChatList
from ui.inbox.rehearsal_box import RehearsalBox
from ui.live import watch
from ui.pieces.empty_state import empty_state, go_button
from ui.signed_in import signed_in
from ui.theme import wear


@ui.page("/inbox")
async def inbox_page(pile: str = "", page: int = 1, actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    wear("progress.css")
    wear("inbox.css")
    chosen = Pile(pile) if pile in set(Pile) else Pile.ALL
    seen = await inbox(actor, chosen, page)
    stage, cast = await has_stage(actor), await cast_of(actor)
    with frame(_("Inbox"), actor):
        shown = Inbox(actor, chosen, seen)
        with ui.element("div").classes("line wrap in-ways"):
            go_button(_("Send HI to join"), "/join", icon="qr_code_2").props("outline", remove="unelevated")
            go_button(_("Words that stop"), "/words", icon="block").props("outline", remove="unelevated")
        if stage:
            RehearsalBox(actor, cast)
    watch({f"chats:{actor.workspace_id}"}, shown.fill)


class Inbox:
    """The piles, the people and the pages; moves by itself when somebody writes."""

    def __init__(self, actor: Actor, pile: Pile, seen: InboxPage) -> None:
        self._ = _ = words(actor.language)
        self._actor = actor
        self._pile = pile
        self._page = seen.page
        self._chips = ui.element("nav").classes("pl-chips").props(f'aria-label="{_("Which messages")}"')
        self._list = ChatList(_, actor.timezone)
        with ui.element("div") as self._nobody:
            if pile is Pile.ALL:
                empty_state(
                    "forum",
                    _("What people answer comes in here."),
                    more=_(
                        "You read it, and answer one by one. Who writes STOP is marked, and gets no more."
                    ),
                )
            else:
                ui.label(_("Nothing is waiting here.")).classes("soft")
        with ui.element("div").classes("line spread") as self._turns:
            self._back = ui.button(_("Back"), icon="chevron_left", on_click=lambda: self._turn(-1))
            self._where = ui.label().classes("numbers soft")
            self._on = ui.button(_("Next"), on_click=lambda: self._turn(1)).props("icon-right=chevron_right")
            for turn in (self._back, self._on):
                turn.props("flat")
        self._show(seen)

    async def fill(self) -> None:
        self._show(await inbox(self._actor, self._pile, self._page))

    def _show(self, seen: InboxPage) -> None:
        _ = self._
        self._page = seen.page
        self._list.show(seen.lines)
        self._list.set_visibility(bool(seen.lines))
        self._nobody.set_visibility(not seen.lines)
        self._turns.set_visibility(seen.pages > 1)
        self._where.set_text(_("Page {page} of {pages}", page=seen.page, pages=seen.pages))
        self._back.set_enabled(seen.page > 1)
        self._on.set_enabled(seen.page < seen.pages)
        self._show_chips(seen)

    def _show_chips(self, seen: InboxPage) -> None:
        _ = self._
        self._chips.clear()
        self._chips.set_visibility(bool(seen.found or self._pile is not Pile.ALL))
        with self._chips:
            self._chip(_("All"), Pile.ALL)
            self._chip(f"{_('Not read yet')} {_.number(seen.unread)}", Pile.UNREAD)
            if seen.to_decide or self._pile is Pile.TO_DECIDE:
                self._chip(f"{_('For you to decide')} {_.number(seen.to_decide)}", Pile.TO_DECIDE)

    def _chip(self, label: str, pile: Pile) -> None:
        link = ui.link(label, f"/inbox{_query(pile)}").classes("pl-chip numbers").mark(f"pile-{pile}")
        if pile is self._pile:
            link.props('aria-current="true"')

    async def _turn(self, by: int) -> None:
        self._page += by
        await self.fill()
        ui.navigate.history.replace(f"/inbox{_query(self._pile, self._page)}")
        ui.run_javascript("window.scrollTo(0, 0)")


def _query(pile: Pile, page: int = 1) -> str:
    facts = {"pile": "" if pile is Pile.ALL else pile.value, "page": page if page > 1 else ""}
    told = urlencode({name: value for name, value in facts.items() if value})
    return f"?{told}" if told else ""

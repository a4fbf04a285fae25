"""/campaigns/7/people?status=failed&q=ravi: who is behind a number, and why."""

from urllib.parse import urlencode

from fastapi import Depends
from nicegui import events, ui

from models.states import MessageStatus
from services.access.actor import Actor
from services.analytics.export import AT_ONCE
from services.analytics.funnel import Progress, progress
from services.analytics.people import Asked, people_behind
from services.analytics.standing import WORDING, Standing, asked_for
from services.i18n import words
from ui.campaigns.looking import PROGRESS
from ui.campaigns.people_shown import line
from ui.frame import frame
from ui.pieces.again import send_again
from ui.pieces.download import Download
from ui.pieces.people_list import PeopleList
from ui.signed_in import signed_in
from ui.theme import wear


@ui.page("/campaigns/{campaign_id}/people")
async def people_page(
    campaign_id: int, status: str = "", q: str = "", page: int = 1, actor: Actor = Depends(signed_in)
) -> None:
    seen = await progress(actor.workspace_id, campaign_id)
    _ = words(actor.language)
    wear("progress.css")
    with frame(seen.name or _("Campaign"), actor, back=f"/campaigns/{campaign_id}"):
        shown = PeopleShown(seen, actor, Asked(asked_for(status), q), page)
        await shown.fill()
    PROGRESS.watch((actor.workspace_id, campaign_id), shown.news)


class PeopleShown:
    """The numbers move by themselves; the list stands still under the finger until it is asked for news."""

    def __init__(self, seen: Progress, actor: Actor, asked: Asked, page: int) -> None:
        self._ = words(actor.language)
        self._actor = actor
        self._id = seen.campaign_id
        self._asked = asked
        self._page = page
        self._seen = seen
        self._build()

    def _build(self) -> None:
        _ = self._
        self._chips = ui.element("nav").classes("pl-chips").props(f'aria-label="{_("Which people")}"')
        search = ui.input(_("Name or number"), value=self._asked.search, on_change=self._typed)
        search.props('outlined clearable debounce=400 type="search"').classes("full").mark("search")
        with ui.element("div").classes("line spread wrap"):
            self._found = ui.label().classes("strong numbers").props("role=status")
            self._file = Download(_, each=AT_ONCE)
        self._file.line()
        self._gone = ui.label(
            _("The people of a campaign are kept for a good year, and then deleted. Its numbers stay.")
        ).classes("soft")
        self._again = ui.button(_("There is news: show it"), icon="refresh", on_click=self.fill)
        self._again.props("outline").classes("full")
        self._list = PeopleList({"again": _("Send again")}, self._send_again)
        with ui.element("div").classes("line spread"):
            self._back = ui.button(_("Back"), icon="chevron_left", on_click=lambda: self._turn(-1))
            self._where = ui.label().classes("numbers soft")
            self._on = ui.button(_("Next"), on_click=lambda: self._turn(1)).props("icon-right=chevron_right")
            for turn in (self._back, self._on):
                turn.props("flat")

    async def fill(self) -> None:
        """Read and show what is asked for, as it is now."""
        _ = self._
        now = await people_behind(self._actor, self._id, self._asked, self._page)
        self._page = now.page
        self._list.show([line(_, one, now.campaign_status, self._actor.timezone) for one in now.people])
        self._gone.set_visibility(now.gone)
        self._file.set_visibility(not now.gone)
        self._found.set_text(_.many("{count} person", "{count} people", now.found))
        self._where.set_text(_("Page {page} of {pages}", page=now.page, pages=now.pages))
        for part in (self._back, self._where, self._on):
            part.set_visibility(now.pages > 1)
        self._back.set_enabled(now.page > 1)
        self._on.set_enabled(now.page < now.pages)
        self._again.set_visibility(False)
        self._file.aim(f"/campaigns/{self._id}/people.csv{self._query()}", now.found)
        self._show_chips()

    def news(self, seen: Progress) -> None:
        moved = _numbers(seen) != _numbers(self._seen) or seen.status is not self._seen.status
        self._seen = seen
        if moved:
            self._show_chips()
            self._again.set_visibility(True)

    def _show_chips(self) -> None:
        _ = self._
        self._chips.clear()
        with self._chips:
            self._chip(_("All"), self._seen.total, None)
            for standing, wording in WORDING.items():
                number = _numbers(self._seen)[standing]
                told_already = standing is Standing.MEANT and number == self._seen.total
                if (number and not told_already) or standing is self._asked.standing:
                    self._chip(_(wording), number, standing)

    def _chip(self, label: str, number: int, standing: Standing | None) -> None:
        here = standing is self._asked.standing
        asked = Asked(standing, self._asked.search)
        link = ui.link(f"{label} {self._.number(number)}", f"/campaigns/{self._id}/people{_query(asked)}")
        link.classes("pl-chip numbers")
        if here:
            link.props('aria-current="true"')

    async def _typed(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        self._asked = Asked(self._asked.standing, event.value or "")
        self._page = 1
        await self._go()

    async def _turn(self, by: int) -> None:
        self._page += by
        await self._go()
        ui.run_javascript("window.scrollTo(0, 0)")

    async def _go(self) -> None:
        await self.fill()
        ui.navigate.history.replace(f"/campaigns/{self._id}/people{self._query(page=True)}")

    def _query(self, *, page: bool = False) -> str:
        return _query(self._asked, page=self._page if page else 1)

    async def _send_again(self, message_id: int) -> None:
        either = [MessageStatus.FAILED, MessageStatus.UNCONFIRMED]
        await send_again(self._actor, self._id, either, message_id)
        await self.fill()


def _numbers(seen: Progress) -> dict[Standing, int]:
    return {standing: getattr(seen, standing.value) for standing in Standing}


def _query(asked: Asked, *, page: int = 1) -> str:
    facts = {
        "status": asked.standing.value if asked.standing else "",
        "q": asked.search.strip(),
        "page": page if page > 1 else "",
    }
    told = urlencode({name: value for name, value in facts.items() if value})
    return f"?{told}" if told else ""

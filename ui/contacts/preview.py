"""What an import would do: five numbers with their rows, the columns, the declaration, the tap."""

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from services.access.actor import Actor
from services.contacts.apply import apply
from services.contacts.imports import ImportPage
from services.i18n import words
from ui.contacts.columns_box import ColumnsBox
from ui.contacts.import_words import VERDICTS
from ui.contacts.row_list import RowsBehind
from ui.pieces.thumb_bar import ThumbBar
from ui.pieces.typing import Typing
from ui.telling import telling


class Preview:
    """`look` is called when the import has moved on."""

    def __init__(
        self, actor: Actor, seen: ImportPage, typing: Typing, look: Callable[[], Awaitable[None]]
    ) -> None:
        self._ = _ = words(actor.language)
        self._actor = actor
        self._seen = seen
        self._typing = typing
        self._look = look
        self._wording = _(
            "All these people agreed to hear from {shop} on WhatsApp.", shop=actor.workspace_name
        )
        verdicts(actor, seen)
        if seen.has_file:
            ColumnsBox(actor, seen, look)
        if self._people:
            self._decide()

    @property
    def _people(self) -> int:
        return sum(self._seen.counts.get(verdict, 0) for verdict in ("new", "changed", "same"))

    def _decide(self) -> None:
        _ = self._
        with ui.element("section").classes("box"):
            typing = self._typing
            self._agreed = ui.checkbox(self._wording, value=typing.get("agreed", False)).mark("agreed")
            self._agreed.on_value_change(lambda event: typing.put("agreed", bool(event.value)))
            told = _("Campaigns go only to people who agreed. Your words are kept with each person.")
            ui.label(told).classes("small soft")
            before = ", ".join(self._seen.tags)  # of a list that was taken back
            self._tags = ui.input(_("Tags for all of them"), value=typing.get("tags", before))
            self._tags.on_value_change(lambda event: typing.put("tags", event.value or ""))
            self._tags.props("outlined").classes("full").mark("tags")
            self._tags.props["hint"] = _("For example: Diwali 2026")
        with ThumbBar() as bar:
            saving = _.many("Saving {count} person …", "Saving {count} people …", self._people)
            bar.button(self._promise(), "check", self._apply, main=True, meanwhile=saving).mark("apply")

    def _promise(self) -> str:
        _ = self._
        new, changed = (self._seen.counts.get(verdict, 0) for verdict in ("new", "changed"))
        if new and changed:
            return _("Add {new} and change {changed}", new=new, changed=changed)
        if new:
            return _.many("Add {count} person", "Add {count} people", new)
        if changed:
            return _.many("Change {count} person", "Change {count} people", changed)
        return _("Save for {count} people", count=self._people)

    async def _apply(self) -> None:
        with telling(self._):
            agreement = self._wording if self._agreed.value else ""
            await apply(self._actor, self._seen.id, agreement=agreement, tags=self._tags.value or "")
            await self._typing.done()
        await self._look()


def verdicts(actor: Actor, seen: ImportPage) -> None:
    """The five numbers; each opens its rows."""
    _ = words(actor.language)
    with ui.element("section").classes("vd"):
        for verdict, (sentence, icon, tone) in VERDICTS.items():
            count = seen.counts.get(verdict, 0)
            with ui.element("details").classes(f"vd-one {tone if count else 'vd-none'}") as details:
                with ui.element("summary").mark(f"verdict-{verdict}"):
                    ui.icon(icon).props('aria-hidden="true"')
                    ui.label(_(sentence)).classes("grow")
                    ui.label(_.number(count)).classes("vd-count numbers")
                if count:
                    _rows(actor, seen, verdict, details)


def _rows(actor: Actor, seen: ImportPage, verdict: str, details: ui.element) -> None:
    _ = words(actor.language)
    if verdict == "wrong":
        address = f"/contacts/import/{seen.id}/problems.csv"
        ui.button(_("Download as CSV"), icon="download").props(f'flat dense data-once href="{address}"')
    room = ui.element("div").classes("stack")
    opened = False

    async def open_rows(event: events.GenericEventArguments) -> None:
        nonlocal opened
        if not opened:
            opened = True
            with room:
                behind = RowsBehind(actor, seen.id, verdict)
            await behind.show_more()

    details.on("toggle", open_rows, args=[])

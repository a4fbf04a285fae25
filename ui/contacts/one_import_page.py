"""/contacts/import/7: a list on its way: being read, looked through, written, undone."""

from fastapi import Depends
from nicegui import ui

from models.states import ImportStatus
from services.access.actor import Actor
from services.clock import now
from services.contacts.imports import KEPT, ImportPage, one_import
from services.contacts.undo import look_again, undo
from services.i18n import words
from ui.contacts.import_words import title_of
from ui.contacts.preview import Preview, verdicts
from ui.frame import frame
from ui.live import watch
from ui.pieces.empty_state import go_button
from ui.pieces.thumb_bar import ThumbBar
from ui.pieces.typing import Typing
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear

LOOK_EVERY_S = 3.0  # while it is read: an announcement can get lost


@ui.page("/contacts/import/{import_id}")
async def one_import_page(import_id: int, actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    wear("progress.css")
    wear("contacts.css")
    seen = await one_import(actor, import_id)
    typing = await Typing.at(actor, f"/contacts/import/{import_id}")
    with frame(title_of(_, seen), actor, back="/contacts/import", narrow=True):
        ImportShown(actor, seen, typing)


class ImportShown:
    """Whatever stage the import is in; built anew when that changes."""

    def __init__(self, actor: Actor, seen: ImportPage, typing: Typing) -> None:
        self._ = words(actor.language)
        self._actor = actor
        self._typing = typing
        self._room = ui.element("div").classes("stack full foot-room").style("gap: var(--space-4)")
        self._seen = seen
        self._rows_read: ui.label
        self._timer = ui.timer(LOOK_EVERY_S, self._look, active=False)
        self._build()
        watch({f"import:{seen.id}"}, self._look)

    async def _look(self) -> None:
        now = await one_import(self._actor, self._seen.id)
        was, self._seen = self._seen, now
        if now.status is not was.status or now.counts != was.counts:
            self._build()
        elif now.status is ImportStatus.READING:
            self._say_rows_read()

    def _build(self) -> None:
        self._timer.active = self._seen.status is ImportStatus.READING
        self._room.clear()
        with self._room:
            match self._seen.status:
                case ImportStatus.READING:
                    self._reading()
                case ImportStatus.REFUSED:
                    self._refused()
                case ImportStatus.READY:
                    Preview(self._actor, self._seen, self._typing, self._look)
                case ImportStatus.APPLIED:
                    self._applied()
                case ImportStatus.UNDONE:
                    self._undone()

    def _reading(self) -> None:
        _ = self._
        with ui.element("div").classes("box"):
            ui.label(_("We are reading your list.")).classes("strong")
            bar = ui.linear_progress(show_value=False, size="8px").props("indeterminate")
            bar.props["aria-label"] = _("Being read")
            self._rows_read = ui.label().classes("big-number").props("role=status").mark("rows-read")
            self._say_rows_read()
            ui.label(_("You may leave this page; it goes on.")).classes("small soft")

    def _say_rows_read(self) -> None:
        rows = self._seen.rows_read
        self._rows_read.set_text(self._.many("{count} row read", "{count} rows read", rows) if rows else "")

    def _refused(self) -> None:
        _ = self._
        with ui.element("div").classes("banner negative").props("role=alert"):
            ui.icon("error_outline").props('aria-hidden="true"')
            ui.label(_(self._seen.problem or "", **self._seen.facts)).classes("break")
        go_button(_("Choose another file"), "/contacts/import", icon="upload_file")

    def _applied(self) -> None:
        _ = self._
        seen = self._seen
        new, changed = seen.counts.get("new", 0), seen.counts.get("changed", 0)
        with ui.element("div").classes("banner positive").props("role=status"):
            ui.icon("check_circle").props('aria-hidden="true"')
            with ui.element("div").classes("stack tight"):
                said = _.many("{count} person was added.", "{count} people were added.", new)
                ui.label(said).classes("strong numbers").mark("added")
                if changed:
                    ui.label(_.many("{count} person was changed.", "{count} people were changed.", changed))
        if seen.wording is None:
            with ui.element("div").classes("banner warning"):
                ui.icon("help_outline").props('aria-hidden="true"')
                ui.label(_("You did not say that they agreed, so campaigns leave the new ones out."))
        verdicts(self._actor, seen)
        with ThumbBar():
            go_button(_("Write to them"), "/campaigns/new", icon="campaign")
            go_button(_("Contacts"), "/contacts", icon="people").props("outline", remove="unelevated")
        if seen.created_at > now() - KEPT:
            ui.button(_("Undo this import"), icon="undo", on_click=self._undo).props("flat").mark("undo")

    async def _undo(self) -> None:
        """Done at once: the list is still there, and can be brought in once more."""
        _ = self._
        with telling(_):
            done = await undo(self._actor, self._seen.id)
            if done.kept:
                said = _.many(
                    "{count} person was edited since, and stays.",
                    "{count} people were edited since, and stay.",
                    done.kept,
                )
                ui.notify(said)
        await self._look()

    def _undone(self) -> None:
        _ = self._
        with ui.element("div").classes("banner").props("role=status"):
            ui.icon("undo").props('aria-hidden="true"')
            with ui.element("div").classes("stack tight"):
                ui.label(_("This import was undone. Your contacts are as before.")).classes("strong")
                ui.label(_("What was still waiting to be sent to the new people is not sent."))
        with ThumbBar() as bar:
            if self._seen.created_at > now() - KEPT:
                bar.button(_("Look at this list again"), "fact_check", self._again, main=True).mark("again")
            other = go_button(_("Another list"), "/contacts/import", icon="upload_file")
            other.props("outline", remove="unelevated")

    async def _again(self) -> None:
        with telling(self._):
            await look_again(self._actor, self._seen.id)
        await self._look()

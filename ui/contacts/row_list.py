"""The rows behind one number of a preview; read when they are looked at, a page at a time."""

from nicegui import ui

from models.phone import shown
from services.access.actor import Actor
from services.contacts.imports import PAGE, ImportRowShown, rows
from services.i18n import Words, words


class Rows(ui.element, component="row_list.js"):
    def __init__(self) -> None:
        super().__init__()
        self._props["rows"] = []

    def add(self, lines: list[dict[str, object]]) -> None:
        self._props["rows"] = [*self._props["rows"], *lines]
        self.update()


class RowsBehind:
    """Built inside an open expansion: `await show_more()` shows the first page and each further one."""

    def __init__(self, actor: Actor, import_id: int, verdict: str) -> None:
        self._actor = actor
        self._import_id = import_id
        self._verdict = verdict
        self._after = 0
        self._ = words(actor.language)
        self._rows = Rows()
        self._more = ui.button(self._("Show more"), on_click=self.show_more).props("flat")

    async def show_more(self) -> None:
        found = await rows(self._actor, self._import_id, self._verdict, after=self._after)
        self._rows.add([_line(self._, row) for row in found])
        self._after = found[-1].line if found else self._after
        self._more.set_visibility(len(found) == PAGE)


def _line(_: Words, row: ImportRowShown) -> dict[str, object]:
    whole = row.problem is not None and row.name in row.given  # there was no number: `given` is the whole row
    return {
        "line": row.line,
        "name": "" if whole else row.name,
        "was": row.was if row.was and row.was != row.name and row.name else "",
        "number": shown(row.phone) if row.phone else row.given,
        "why": _(row.problem) if row.problem else "",
        "more": "" if whole else " · ".join(f"{key}: {value}" for key, value in list(row.fields.items())[:4]),
    }

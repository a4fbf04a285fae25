"""Which column is what; guessed, shown with examples, and changed here when the guess is wrong."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from services.access.actor import Actor
from services.contacts.imports import ImportPage
from services.contacts.upload import choose_columns
from services.i18n import words
from ui.telling import telling

MOST_SHOWN = 40


class ColumnsBox:
    """Folded up where everything was found; `look` is called when the file is read again."""

    def __init__(self, actor: Actor, seen: ImportPage, look: Callable[[], Awaitable[None]]) -> None:
        self._ = _ = words(actor.language)
        self._actor = actor
        self._seen = seen
        self._look = look
        self._roles = [self._role(place) for place in range(len(self._samples))]
        with ui.element("details").classes("box vd-columns"):
            with ui.element("summary").mark("columns"):
                ui.icon("table_chart").props('aria-hidden="true"')
                ui.label(_("Columns")).classes("strong")
                ui.label(self._told()).classes("soft small grow cut")
            for place in range(min(len(self._samples), MOST_SHOWN)):
                self._column(place)
            self._again = ui.button(_("Check again"), icon="refresh", on_click=self._choose).props(
                "unelevated"
            )
            self._again.mark("again").set_visibility(False)

    @property
    def _samples(self) -> list[list[str]]:
        return self._seen.columns.get("samples", [])

    def _role(self, place: int) -> str:
        columns = self._seen.columns
        for role in ("phone", "name", "language"):
            if columns.get(role) == place:
                return role
        return "field" if place in columns.get("fields", {}).values() else ""

    def _header(self, place: int) -> str:
        headers = self._seen.headers
        header = headers[place] if place < len(headers) else ""
        return header or self._("Column {number}", number=place + 1)

    def _told(self) -> str:
        _ = self._
        names = {"phone": _("Mobile number"), "name": _("Name")}
        found = [
            f"{names[role]}: {self._header(place)}"
            for role in names
            for place, has in enumerate(self._roles)
            if has == role
        ]
        return " · ".join(found)

    def _column(self, place: int) -> None:
        _ = self._
        options = {
            "phone": _("Mobile number"),
            "name": _("Name"),
            "language": _("Language"),
            "field": _("Keep as a detail"),
            "": _("Leave out"),
        }

        def chosen(value: str | None) -> None:
            self._roles[place] = value or ""
            self._again.set_visibility(True)

        with ui.element("div").classes("stack tight"):
            select = ui.select(options, value=self._roles[place], label=self._header(place))
            select.props("outlined").classes("full").mark(f"column-{place}")
            select.on_value_change(lambda event: chosen(event.value))
            ui.label(", ".join(self._samples[place]) or _("(empty)")).classes("small soft cut")

    async def _choose(self) -> None:
        with telling(self._):
            await choose_columns(self._actor, self._seen.id, self._only_one_each())
        await self._look()

    def _only_one_each(self) -> list[str]:
        """Chosen for two columns, a role goes to the one that had it not before."""
        roles = list(self._roles)
        for role in ("phone", "name", "language"):
            places = [place for place, has in enumerate(roles) if has == role]
            for place in places:
                if len(places) > 1 and self._role(place) == role:
                    roles[place] = ""
        return roles

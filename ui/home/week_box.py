"""This week in four numbers; each opens its people."""

from nicegui import ui

from services.analytics.home import Week
from services.i18n import Words
from ui.frame import heading


class WeekBox:
    """Moves in place."""

    def __init__(self, _: Words, week: Week) -> None:
        self._ = _
        self._numbers: list[ui.label] = []
        with ui.element("section").classes("stack"):
            with ui.element("div").classes("line wrap spread"):
                heading(_("This week"), 2)
                if week.rehearsed:
                    ui.label(_("Rehearsals")).classes("chip info")
            with ui.element("div").classes("stats"):
                self._stat(_("Sent"), "/week?status=accepted")
                self._stat(_("Read"), "/week?status=read")
                self._stat(_("Replied"), "/week?status=replied")
                self._stat(_("Said stop"), "/week?status=stopped")
        self.show(week)

    def _stat(self, name: str, address: str) -> None:
        with ui.element("a").classes("stat").props(f'href="{address}"'):
            self._numbers.append(ui.label().classes("stat-number"))
            ui.label(name).classes("small soft")

    def show(self, week: Week) -> None:
        numbers = (week.sent, week.read, week.replied, week.stopped)
        for label, number in zip(self._numbers, numbers, strict=True):
            label.set_text(self._.number(number))

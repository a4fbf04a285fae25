"""How long a code is still good for, counted in the browser."""

from datetime import datetime

from nicegui import ui

from services.clock import now


class Countdown(ui.element, component="countdown.js"):
    """`words` has the blank {time}, which is filled with minutes and seconds."""

    def __init__(self, words: str, until: datetime) -> None:
        super().__init__()
        self._props["words"] = words
        self.show(until)

    def show(self, until: datetime) -> None:
        """Begin anew."""
        self._props["seconds"] = max(0.0, (until - now()).total_seconds())
        self._props["key2"] = until.isoformat()
        self.update()

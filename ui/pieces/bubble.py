"""A message as WhatsApp will show it."""

from nicegui import ui

from services.templates.formatting import html_of


class Bubble(ui.element):
    """Escaped by html_of(), and cleaned once more in the browser."""

    def __init__(self, text: str = "") -> None:
        super().__init__("div")
        self.classes("bubble-wall")
        with self, ui.element("div").classes("bubble"):
            self._shown = ui.html(html_of(text), sanitize=True).classes("bubble-text break")

    def show(self, text: str) -> None:
        self._shown.set_content(html_of(text))

    def set_faint(self, faint: bool) -> None:
        """Faint is what nobody wrote yet."""
        self.classes(add="bubble-faint" if faint else "", remove="" if faint else "bubble-faint")

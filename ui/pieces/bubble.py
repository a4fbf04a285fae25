"""A message as WhatsApp will show it."""

from nicegui import ui

from models.states import MediaKind
from services.media.find import Attached
from services.templates.formatting import html_of
from ui.pieces.attachment_box import ICONS, size_in_words


class Bubble(ui.element):
    """Escaped by html_of(), and cleaned once more in the browser."""

    def __init__(self, text: str = "", attached: Attached | None = None) -> None:
        super().__init__("div")
        self.classes("bubble-wall")
        with self, ui.element("div").classes("bubble"):
            self._carried = ui.element("div").classes("bubble-carried")
            self._shown = ui.html(html_of(text), sanitize=True).classes("bubble-text break")
        self.carry(attached)

    def show(self, text: str) -> None:
        self._shown.set_content(html_of(text))

    def carry(self, attached: Attached | None) -> None:
        """Show the photo, or the name of the PDF or video, above the text."""
        self._carried.clear()
        self._carried.set_visibility(attached is not None)
        if attached is None:
            return
        with self._carried:
            if attached.kind is MediaKind.IMAGE:
                picture = ui.element("img").props(f'src="/media/{attached.id}/small" alt=""')
                picture.props(f"width={attached.width} height={attached.height}")
            else:
                with ui.element("div").classes("bubble-file"):
                    ui.icon(ICONS[attached.kind]).props('aria-hidden="true"')
                    ui.label(attached.name).classes("grow break")
                    ui.label(size_in_words(attached.size)).classes("small soft")

    def set_faint(self, faint: bool) -> None:
        """Faint is what nobody wrote yet."""
        self.classes(add="bubble-faint" if faint else "", remove="" if faint else "bubble-faint")

"""The code to type into the phone, big enough to read across a counter."""

from nicegui import ui

from services.i18n import Words


class Letters(ui.element, component="letters.js"):
    """`letters` as WhatsApp writes them: "CS6D-MXVK"."""

    def __init__(self, _: Words, letters: str) -> None:
        super().__init__()
        self._props["copy"] = _("Copy")
        self._props["copied"] = _("Copied")
        self._props["letters"] = letters

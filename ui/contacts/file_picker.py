"""Choosing a file to import: a plain input, which a screen reader and a keyboard understand."""

from nicegui import ui

from services.contacts.unreadable import MOST_MB, TOO_LARGE
from services.contacts.upload import MOST_BYTES
from services.i18n import Words


class FilePicker(ui.element, component="file_picker.js"):
    """Sends the chosen file to the upload route, and then goes where that says."""

    def __init__(self, _: Words) -> None:
        super().__init__()
        self._props["address"] = "/contacts/import/upload"
        self._props["most"] = MOST_BYTES
        self._props["words"] = {
            "choose": _("Choose a file"),
            "kinds": _("Excel or CSV, up to {most} MB", most=MOST_MB),
            "uploading": _("Uploading"),
            "checking": _("Uploaded. One moment…"),
            "too_large": _(TOO_LARGE, most=MOST_MB),
            "broken": _("The upload broke off. Please check your connection and try again."),
        }

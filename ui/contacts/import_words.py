"""How imports and the verdicts on their rows are called."""

from typing import NamedTuple

from models.states import ImportStatus
from services.contacts.imports import ImportPage
from services.i18n import N_, Words

STATUS: dict[ImportStatus, tuple[str, str]] = {
    ImportStatus.READING: (N_("Being read"), "info"),
    ImportStatus.READY: (N_("Waits for you"), "warning"),
    ImportStatus.REFUSED: (N_("Not readable"), "negative"),
    ImportStatus.APPLIED: (N_("Done"), "positive"),
    ImportStatus.UNDONE: (N_("Undone"), ""),
}


class Verdict(NamedTuple):
    sentence: str
    icon: str
    tone: str


# In the order of the preview.
VERDICTS: dict[str, Verdict] = {
    "new": Verdict(N_("New"), "person_add", "positive"),
    "changed": Verdict(N_("Changed"), "edit", "info"),
    "same": Verdict(N_("In your contacts already"), "done", ""),
    "duplicate": Verdict(N_("Twice in this list"), "content_copy", ""),
    "wrong": Verdict(N_("Wrong: left out"), "error_outline", "negative"),
}


def title_of(_: Words, one: ImportPage) -> str:
    return one.file_name or _("Pasted list")

"""A tap belongs to its page, even when what was tapped is gone before its work is done.

NiceGUI looks for the page by the element that was tapped. A page that moves by itself may have cleared that
element meanwhile: then the word "Saved" had no page to be shown on, and the tap ended in an error.
"""

from contextlib import suppress

from nicegui import Client
from nicegui.context import Context


def find_pages() -> None:
    """Once per process, before the server starts."""
    Context.client = property(_page_of)  # type: ignore[assignment,method-assign]


def _page_of(here: Context) -> Client:
    """The page of the innermost element that is still there; what has no page at all is NiceGUI's error."""
    for slot in reversed(here.slot_stack):
        with suppress(RuntimeError):
            return slot.parent.client
    return here.slot.parent.client

"""Our own errors, told to the customer in their language; every other error reaches us."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from services.errors import BroadcasterError
from services.i18n import Words


@contextmanager
def telling(_: Words) -> Iterator[None]:
    """Show a BroadcasterError that is raised inside as a toast."""
    try:
        yield
    except BroadcasterError as e:
        ui.notify(_(e.sentence, **e.facts), type="negative", multi_line=True, timeout=8000)

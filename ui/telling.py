"""Our own errors, told to the customer in their language; every other error reaches us."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from services.away import DATABASE_AWAY
from services.errors import BroadcasterError
from services.i18n import Words
from ui.away import AWAY

log = logging.getLogger(__name__)


@contextmanager
def telling(_: Words) -> Iterator[None]:
    """Show a BroadcasterError that is raised inside as a toast; that the database is away, too."""
    try:
        yield
    except BroadcasterError as e:
        ui.notify(_(e.sentence, **e.facts), type="negative", multi_line=True, timeout=8000)
    except DATABASE_AWAY as e:
        log.warning("a tap came to nothing: %s", e)
        ui.notify(_(AWAY), type="negative", multi_line=True, timeout=8000)

"""The event loop of a process that sends, and its collector of rings."""

import gc
from collections.abc import Coroutine
from typing import Any

import uvloop

# Messages live for a minute and form no rings: looking for rings among them was a sixth of the price.
RINGS_AFTER = 50_000


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` on the quickest loop there is."""
    look_for_rings_seldom()
    uvloop.run(work)


def look_for_rings_seldom() -> None:
    """Once all is loaded; what is there by then is never looked through again."""
    gc.freeze()
    gc.set_threshold(RINGS_AFTER, 20, 20)

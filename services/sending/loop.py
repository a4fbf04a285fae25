"""The event loop of a process that only sends."""

import gc
from collections.abc import Coroutine
from typing import Any

import uvloop

# Messages live for a minute and form no rings: looking for rings among them was a sixth of the price.
RINGS_AFTER = 50_000


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` on the quickest loop there is."""
    gc.freeze()
    gc.set_threshold(RINGS_AFTER, 20, 20)
    uvloop.run(work)

"""A loop that must not die in silence."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)


async def watched(loop: Callable[[], Awaitable[None]]) -> None:
    """Run a loop of ours for ever. An error in it is our bug: told loudly, and the loop goes on."""
    while True:
        try:
            return await loop()
        except Exception:  # whoever relies on the loop would wait in silence
            log.exception("%s broke and starts again", getattr(loop, "__qualname__", loop))
            await asyncio.sleep(1)

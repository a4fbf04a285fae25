"""Throw away what nobody will ask for again: ended sessions, old imports, receipts, messages of long ago."""

from services.ops.prune import prune


async def run() -> None:
    await prune()

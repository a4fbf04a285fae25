"""Throw away what nobody will ask for again: ended sessions, old imports, unmatched receipts."""

from services.ops.prune import prune


async def run() -> None:
    await prune()

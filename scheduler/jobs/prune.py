"""Throw away what nobody will ask for again: previews of old imports, receipts that nobody matched."""

from services.ops.prune import prune


async def run() -> None:
    await prune()

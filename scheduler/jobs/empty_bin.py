"""What was deleted, and not brought back in time, is gone for good."""

from services.access import bin as paper_bin


async def run() -> None:
    await paper_bin.empty()

"""Have room for the messages of campaigns to come."""

from services.sending.partitions import make_ahead


async def run() -> None:
    await make_ahead()

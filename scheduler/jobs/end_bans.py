"""Let numbers connect again that WhatsApp had stopped for a while."""

from services.senders.moves import end_bans


async def run() -> None:
    await end_bans()

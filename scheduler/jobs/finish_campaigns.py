"""Call a campaign finished when nothing of it is queued any more, cancelled when nobody took that back."""

from services.campaigns.finish import end_cancelled, finish_dry


async def run() -> None:
    await end_cancelled()
    await finish_dry()

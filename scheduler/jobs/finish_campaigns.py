"""Call a campaign finished when nothing of it is queued any more."""

from services.campaigns.finish import finish_dry


async def run() -> None:
    await finish_dry()

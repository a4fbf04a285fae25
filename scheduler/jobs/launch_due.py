"""Launch the campaigns whose time has come; hold those whose time passed while we were down."""

from services.campaigns.schedule import launch_due


async def run() -> None:
    await launch_due()

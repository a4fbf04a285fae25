"""Pause what should not go on by itself."""

from services.campaigns.brakes import pull_brakes


async def run() -> None:
    await pull_brakes()

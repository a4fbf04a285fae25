"""Forget the logins that have ended."""

from services.access.sessions import forget_ended


async def run() -> None:
    await forget_ended()

"""Have linked numbers that sleep connect for a moment, so that no STOP waits for the next campaign."""

from services.sending.listen_in import wake_silent


async def run() -> None:
    await wake_silent()

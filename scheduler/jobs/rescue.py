"""Wake the senders whose last owner left a message on its way, so that a new owner looks after it."""

from services.sending.rescue import wake_abandoned


async def run() -> None:
    await wake_abandoned()

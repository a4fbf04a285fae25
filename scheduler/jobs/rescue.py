"""Look after what an owner who is gone left on its way: a new one does, or, for a lost number, nobody can."""

from services.sending.rescue import give_up_lost, wake_abandoned


async def run() -> None:
    await wake_abandoned()
    await give_up_lost()

"""What happened is told to the phones that asked for it."""

from services.notices.push import push_waiting


async def run() -> None:
    await push_waiting()

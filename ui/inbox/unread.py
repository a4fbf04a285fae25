"""How many people wrote something that nobody has read: for every page, read once per change."""

from collections.abc import Callable

from services.analytics.chats import unread
from ui.live import Snapshots


async def _read(workspace_id: int) -> int:
    return await unread(workspace_id)


UNREAD: Snapshots[int, int] = Snapshots(
    _read, topic=lambda workspace_id: f"chats:{workspace_id}", away=lambda last: last
)


def follow_unread(workspace_id: int, show: Callable[[int], None]) -> None:
    """Call `show` in this page's context with the number, now and whenever it changes."""
    last = 0

    def only_news(number: int) -> None:
        nonlocal last
        if number != last:
            last = number
            show(number)

    UNREAD.watch(workspace_id, only_news)

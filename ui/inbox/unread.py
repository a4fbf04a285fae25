"""How many people wrote something that nobody has read: for every page, read once per change."""

from collections.abc import Callable

from services.analytics.chats import unread
from ui.live import Snapshots


async def _read(workspace_id: int) -> int:
    return await unread(workspace_id)


UNREAD: Snapshots[int, int] = Snapshots(
    _read, topic=lambda workspace_id: f"chats:{workspace_id}", away=lambda last: last
)


def follow_unread(workspace_id: int, show: Callable[[int], None]) -> int:
    """What to begin with: the number of the page before, so that it does not blink from page to page.

    `show` is called in this page's context whenever it is another one.
    """
    begins = last = UNREAD.last(workspace_id) or 0

    def only_news(number: int) -> None:
        nonlocal last
        if number != last:
            last = number
            show(number)

    UNREAD.watch(workspace_id, only_news)
    return begins

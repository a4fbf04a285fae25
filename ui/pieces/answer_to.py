"""The answer to a dialog, which is gone afterwards."""

from typing import Any

from nicegui import ui


async def answer_to(dialog: ui.dialog) -> Any:
    """What was tapped; None where the page ended meanwhile, and took the dialog with it."""
    answer = await dialog
    if not dialog.is_deleted:
        dialog.delete()
    return answer

"""The answer to a dialog, which is gone afterwards: once it has closed, for only then is the focus back."""

from typing import Any

from nicegui import ui


async def answer_to(dialog: ui.dialog) -> Any:
    """What was tapped; None where the page ended meanwhile, and took the dialog with it."""
    dialog.on("hide", dialog.delete)
    return await dialog

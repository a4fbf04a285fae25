"""One question before something that cannot be taken back."""

from nicegui import ui

from ui.pieces.answer_to import answer_to


async def confirm(*question: str, yes: str, no: str, color: str = "negative") -> bool:
    """True when the person tapped `yes`; False for `no` and for a tap beside it.

    Each part of the question is a paragraph. `color` is that of `yes`: negative for what destroys something.
    """
    with ui.context.client.content, ui.dialog() as dialog, ui.card().classes("stack"):
        for part in question:
            ui.label(part)
        with ui.element("div").classes("line wrap"):
            ui.button(no, on_click=lambda: dialog.submit(False)).props("outline").classes("grow")
            sure = ui.button(yes, on_click=lambda: dialog.submit(True), color=color)
            sure.props("unelevated").classes("grow").mark("confirm")
    answer = await answer_to(dialog)
    return bool(answer)

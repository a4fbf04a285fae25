"""What a list says when there is nothing in it yet: what it is for, and the way to the first one."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from ui.live import watch


def empty_state(icon: str, sentence: str, *, action: str = "", address: str = "", more: str = "") -> None:
    """`action` is the button's words and `address` where it leads."""
    with ui.element("div").classes("box empty"):
        ui.icon(icon).props('aria-hidden="true"')
        ui.label(sentence).classes("strong break")
        if more:
            ui.label(more).classes("soft break")
        if action:
            go_button(action, address).mark("first-one")


def go_button(label: str, address: str, *, icon: str | None = None) -> ui.button:
    """A link that looks like a button: it works before the socket does, and in a new tab."""
    return ui.button(label, icon=icon).props(f'unelevated no-caps href="{address}"')


def until_first(topic: str, is_there: Callable[[], Awaitable[bool]]) -> None:
    """Load the page anew once its list has something in it: made in another tab, or by somebody else."""

    async def look() -> None:
        if await is_there():
            ui.navigate.reload()

    watch({topic}, look)

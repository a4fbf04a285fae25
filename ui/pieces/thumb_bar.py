"""The few buttons of a page, where a thumb reaches them: above the navigation of a phone."""

from collections.abc import Awaitable, Callable

from nicegui import ui


class ThumbBar(ui.row):
    """Use it with `with`; it may be cleared and filled again while one of its buttons is at work."""

    def __init__(self) -> None:
        super().__init__()
        self.classes("thumb-bar")

    def button(
        self,
        label: str,
        icon: str,
        tap: Callable[[], Awaitable[None]],
        *,
        main: bool = False,
        meanwhile: str = "",
    ) -> ui.button:
        """A button; `main` is the one that is meant. It cannot be tapped twice while `tap` runs, and where
        that may take seconds it says so `meanwhile`.
        """
        client = self.client

        async def once() -> None:
            made.disable()
            made.set_text(meanwhile or label)
            try:
                with client:  # the bar may be gone when `tap` has something to say
                    await tap()
            finally:
                if not made.is_deleted:
                    made.enable()
                    made.set_text(label)

        made = ui.button(label, icon=icon, on_click=once).props("data-once aria-live=polite")
        return made.props("unelevated" if main else "outline")

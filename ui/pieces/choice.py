"""One of a few, each on a line that a thumb cannot miss; for the keyboard and the ear it is a radio group."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from nicegui import ui

T = TypeVar("T", bound=str | int)


class Option(NamedTuple, Generic[T]):
    value: T
    label: str
    more: str = ""
    aside: str = ""


class Choice(Generic[T]):
    """`chosen` is called after another option was tapped."""

    def __init__(
        self, label: str, options: Sequence[Option[T]], value: T, chosen: Callable[[T], Awaitable[None]]
    ) -> None:
        self.value = value
        self._chosen = chosen
        self._lines: dict[T, tuple[ui.element, ui.icon]] = {}
        self._asides: dict[T, ui.label] = {}
        with ui.element("div").classes("picks").props('role="radiogroup"') as group:
            group.props["aria-label"] = label
            for option in options:
                self._line(option)
        self._show()

    def show(self, value: T) -> None:
        """Have this one chosen, without a tap."""
        self.value = value
        self._show()

    def set_aside(self, value: T, text: str) -> None:
        """Change what stands at the end of an option's line."""
        self._asides[value].set_text(text)

    def _line(self, option: Option[T]) -> None:
        async def tap() -> None:
            if self.value != option.value:
                self.value = option.value
                self._show()
                await self._chosen(option.value)

        line = ui.element("button").classes("pick").props('type="button" role="radio"').on("click", tap)
        with line.mark(f"choose-{option.value}"):
            icon = ui.icon("radio_button_unchecked").props('aria-hidden="true"')
            with ui.element("span").classes("grow"):
                with ui.element("span").classes("line wrap spread pick-top"):
                    ui.label(option.label).classes("strong")
                    self._asides[option.value] = ui.label(option.aside).classes("pick-time small")
                if option.more:
                    ui.label(option.more).classes("small soft")
        self._lines[option.value] = (line, icon)

    def _show(self) -> None:
        for value, (line, icon) in self._lines.items():
            here = value == self.value
            line.props(f'aria-checked="{"true" if here else "false"}"')
            icon.set_name("radio_button_checked" if here else "radio_button_unchecked")

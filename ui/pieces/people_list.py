"""The people of a campaign as one element: fifty lines cost one frame, not four hundred elements."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import events, ui


class PeopleList(ui.element, component="people_list.js"):
    """`again` is called with a message's id when its button is tapped; the lines come translated."""

    def __init__(self, words: dict[str, str], again: Callable[[int], Awaitable[None]]) -> None:
        super().__init__()
        self._props["words"] = words
        self._props["people"] = []

        async def tapped(event: events.GenericEventArguments) -> None:
            if isinstance(event.args, int):  # a browser may send anything
                await again(event.args)

        self.on("again", tapped)

    def show(self, people: Sequence[dict[str, object]]) -> None:
        self._props["people"] = list(people)
        self.update()

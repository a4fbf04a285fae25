"""A file that is made while it is downloaded: how far it is stands under its button, and a second tap waits.

The browser saves the file by itself, so that a large one needs no room in the page. The page learns how far
it is from the file's route, by the ticket that stands in the file's address.
"""

from collections.abc import AsyncIterator
from secrets import token_urlsafe

from nicegui import ui

from services.i18n import N_, Words
from ui.beat import Beat

TICKET = "for"  # its name in the address
UNDER_WAY = N_("Downloading: {done} of {count}")
BROKE_OFF = N_("The download broke off. Please check your connection and try again.")


class Download:
    """Built where the button stands; `line()` where its progress does."""

    def __init__(self, _: Words, *, each: int) -> None:
        """`each`: so many people are in a piece of the file."""
        self._ = _
        self._each = each
        self._count = self._done = 0
        self._ticket = token_urlsafe(9)
        self._beat = Beat(self._show)
        self._button = ui.button(_("Download as CSV"), icon="download").props("flat dense data-once")
        _shown[self._ticket] = self
        ui.context.client.on_delete(self._forget)

    def line(self) -> None:
        """How far it is; seen from the first tap on."""
        with ui.element("div").classes("stack tight full") as self._room:
            self._bar = ui.linear_progress(0, show_value=False, size="8px").props("instant-feedback")
            self._bar.props["aria-label"] = self._("Download as CSV")
            self._far = ui.label().classes("small soft numbers").mark("download-far")
            self._end = ui.label().classes("small numbers").props("role=status").mark("download-end")
        self._room.set_visibility(False)

    def aim(self, address: str, count: int) -> None:
        """What the button downloads from now on: this file, with so many people."""
        self._count = count
        joint = "&" if "?" in address else "?"
        self._button.props["href"] = f"{address}{joint}{TICKET}={self._ticket}"
        self._button.update()

    def set_visibility(self, visible: bool) -> None:
        self._button.set_visibility(visible)

    def begins(self) -> None:
        self._done = 0
        self._button.disable()
        self._end.set_text("")
        for part in (self._room, self._bar, self._far):
            part.set_visibility(True)
        self._beat.poke()

    def goes_on(self) -> None:
        """One piece more is on its way to the browser."""
        self._done = min(self._done + self._each, self._count)
        self._beat.poke()

    def ends(self, *, well: bool) -> None:
        _ = self._
        self._button.enable()
        for part in (self._bar, self._far):
            part.set_visibility(False)
        said = _.many("{count} person is in the file.", "{count} people are in the file.", self._count)
        self._end.set_text(said if well else _(BROKE_OFF))

    async def _show(self) -> None:
        self._bar.set_value(self._done / max(1, self._count))
        self._far.set_text(self._(UNDER_WAY, done=self._done, count=self._count))

    def _forget(self) -> None:
        _shown.pop(self._ticket, None)
        self._beat.stop()


_shown: dict[str, Download] = {}


async def followed(pieces: AsyncIterator[bytes], ticket: str) -> AsyncIterator[bytes]:
    """The same pieces, told to the page with this ticket. The first of them is the head of the table."""
    shown = _shown.get(ticket)
    if shown is None:  # another address line, or the page is closed
        async for piece in pieces:
            yield piece
        return
    well = False
    shown.begins()
    try:
        yield await anext(pieces)
        async for piece in pieces:
            yield piece
            shown.goes_on()
        well = True
    finally:
        shown.ends(well=well)

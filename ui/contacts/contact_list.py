"""The contacts of a page of the list, as one element."""

from collections.abc import Awaitable, Callable, Collection, Sequence

from nicegui import events, ui

from models.phone import shown
from services.contacts.search import Listed
from services.i18n import Words
from ui.pieces.status_chip import LOOKS

Picked = Callable[[int, bool], Awaitable[None]]


class ContactList(ui.element, component="contact_list.js"):
    """`picked` is called with a contact's id and whether its box is ticked now."""

    def __init__(self, _: Words, picked: Picked) -> None:
        super().__init__()
        self._ = _
        self._props["words"] = {"pick": _("Select")}
        self._props["people"] = []
        self._props["picked"] = []

        async def tapped(event: events.GenericEventArguments) -> None:
            match event.args:  # a browser may send anything
                case [int(contact_id), bool(on)]:
                    await picked(contact_id, on)

        self.on("pick", tapped)

    def show(self, people: Sequence[Listed], picked: Collection[int]) -> None:
        self._props["people"] = [self._line(one) for one in people]
        self._props["picked"] = [one.id for one in people if one.id in picked]
        self.update()

    def _line(self, one: Listed) -> dict[str, object]:
        look = LOOKS[one.consent]
        return {
            "id": one.id,
            "name": one.name or shown(one.phone),
            "phone": shown(one.phone),
            "tags": one.tags[:4],
            "consent": self._(look.sentence),
            "tone": look.tone,
            "icon": look.icon,
        }

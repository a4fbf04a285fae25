"""Deleted at once, and a tap brings it back: better than asking each time. See services/access/bin.py."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui

from models.states import Thing
from services.access.actor import Actor
from services.access.bin import Thrown, thrown
from services.campaigns import draft
from services.contacts import edit
from services.i18n import Words, words
from services.templates import write
from ui.telling import telling

SHOWN_S = 10.0  # a page that is loaded anew shows it again


async def offer(actor: Actor, token: str) -> None:
    """Says at the foot of the page what was deleted, with the way back; nothing where that is over."""
    found = await thrown(actor, token)
    if found is None:
        return
    _ = words(actor.language)

    async def undo() -> None:
        undone.disable()
        with telling(_):
            ui.navigate.to(await BACK[found.what](actor, token))

    with ui.context.client.content, ui.element("div").classes("snack").props('role="status"') as snack:
        ui.label(_said(_, found)).classes("grow break")
        undone = ui.button(_("Undo"), icon="undo", on_click=undo).props("flat").mark("undo")
        ui.timer(SHOWN_S, snack.delete, once=True)


def _said(_: Words, found: Thrown) -> str:
    if found.what is Thing.CONTACT and (found.count > 1 or not found.name):
        return _.many("{count} person deleted", "{count} people deleted", found.count)
    return _("“{name}” was deleted.", name=found.name or _("Without a name"))


async def _people(actor: Actor, token: str) -> str:
    back = await edit.bring_back(actor, token)
    return f"/contacts/{back[0]}" if len(back) == 1 else "/contacts"


async def _template(actor: Actor, token: str) -> str:
    return f"/templates/{await write.bring_back(actor, token)}"


async def _draft(actor: Actor, token: str) -> str:
    return f"/campaigns/{await draft.bring_back(actor, token)}/edit"


# Each gives the address of what is there again.
BACK: Mapping[Thing, Callable[[Actor, str], Awaitable[str]]] = {
    Thing.CONTACT: _people,
    Thing.TEMPLATE: _template,
    Thing.DRAFT: _draft,
}

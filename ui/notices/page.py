"""/notifications: whether this phone is told of news."""

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.i18n import words
from ui.frame import frame
from ui.pieces.push_switch import PushSwitch
from ui.signed_in import signed_in


@ui.page("/notifications")
async def page(actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    with frame(_("Notifications"), actor, back="/more", narrow=True), ui.element("section").classes("box"):
        PushSwitch(_)

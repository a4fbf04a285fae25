"""/business : what the shop is called, by which clock it lives, and in which language one reads."""

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.access.business import ZONES, change_business
from services.access.names import LONGEST_NAME
from services.i18n import words
from ui.frame import frame, heading
from ui.pieces.languages import languages
from ui.pieces.thumb_bar import ThumbBar
from ui.signed_in import signed_in
from ui.telling import telling


@ui.page("/business")
async def business_page(actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    zones = {zone: _.zone(zone) for zone in dict.fromkeys((*ZONES, actor.timezone))}
    with frame(_("Your business"), actor, back="/more", narrow=True):
        with ui.element("section").classes("box"):
            name = ui.input(_("Name of your business"), value=actor.workspace_name)
            name.props(f'outlined maxlength={LONGEST_NAME} autocomplete="organization"').classes("full")
            ui.label(_("Your customers read it in what is sent by itself, and on the poster.")).classes(
                "small soft break"
            )
            zone = ui.select(zones, label=_("By which clock"), value=actor.timezone)
            zone.props("outlined options-dense").classes("full")
            ui.label(_("Quiet hours and plans follow this clock.")).classes("small soft break")
        with ui.element("section").classes("stack"):
            heading(_("Language"), 2)
            languages(_, "/business")

        async def save() -> None:
            with telling(_):
                await change_business(actor, str(name.value or ""), str(zone.value))
                ui.notify(_("Saved"), type="positive")

        with ThumbBar() as bar:
            bar.button(_("Save"), "check", save, main=True).mark("save")

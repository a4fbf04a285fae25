"""/more : what a phone has no room for below: other places, the language, the account, the way out."""

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.i18n import words
from ui.frame import PLACES, frame, heading
from ui.pieces.languages import languages
from ui.pieces.rows import form_row, link_row, rows
from ui.signed_in import signed_in


@ui.page("/more")
async def more_page(actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    with frame(_("More"), actor, narrow=True):
        with rows():
            for place in PLACES:
                if not place.near:
                    link_row(_(place.name), place.address, icon=place.icon)
            link_row(_("Your business"), "/business", icon="storefront")
            link_row(_("Send HI to join"), "/join", icon="qr_code_2")
            link_row(_("Words that stop"), "/words", icon="block")
            link_row(_("Who did what"), "/audit", icon="history")
            link_row(_("Rules of sending"), "/settings", icon="schedule")
            link_row(_("Notifications"), "/notifications", icon="notifications")
        with ui.element("section").classes("stack"):
            heading(_("Language"), 2)
            languages(_, "/more")
        with ui.element("section").classes("stack"):
            heading(actor.name, 2)
            with rows():
                form_row(_("Log out"), "/logout", icon="logout")
                form_row(_("Log out on every phone and computer"), "/logout/everywhere", icon="devices")

"""The sentence over everything that goes through the sandbox."""

from nicegui import ui

from services.i18n import Words


def sandbox_banner(_: Words) -> None:
    with ui.element("div").classes("banner").props('role="note"').mark("sandbox"):
        ui.icon("science").props('aria-hidden="true"')
        ui.label(_("Rehearsal: nothing leaves this computer. The people and their answers are played."))

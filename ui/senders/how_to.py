"""What to tap in WhatsApp, step by step."""

from nicegui import ui

from services.i18n import N_, Words

OPEN = N_("Open WhatsApp on the phone that has the number.")
DEVICES = N_("Tap ⋮ (on an iPhone: Settings), then “Linked devices”, then “Link a device”.")
BY_CODE = N_("Tap “Link with phone number instead”, and type the code that we show you.")
BY_QR = N_("Hold the phone's camera over the picture that we show you.")


def how_to(_: Words, *, by_code: bool) -> None:
    """Numbered, in the order of the taps."""
    with ui.element("ol").classes("how-to"):
        for number, step in enumerate((OPEN, DEVICES, BY_CODE if by_code else BY_QR), 1):
            with ui.element("li"):
                ui.label(str(number)).classes("step").props('aria-hidden="true"')
                ui.label(_(step)).classes("grow break")

"""A switch: tell this phone of news while no page is open."""

from nicegui import ui

from services.i18n import Words
from services.notices.subscribe import name_of_ours


class PushSwitch(ui.element, component="push_switch.js"):
    """Says itself where the browser cannot do it, or was told not to."""

    def __init__(self, _: Words) -> None:
        super().__init__()
        self._props["name"] = name_of_ours()
        self._props["words"] = {
            "label": _("Tell me on this phone"),
            "about": _(
                "When a campaign is finished, a number is unlinked, or something needs your decision."
            ),
            "denied": _("You told this browser not to show our notifications. Its settings can change that."),
            "impossible": _("This browser cannot show notifications while the page is closed."),
            "install": _("Add Broadcaster to the home screen first; then it can tell you things here."),
            "failed": _("That did not work. Please check your connection and try again."),
        }

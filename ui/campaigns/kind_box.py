"""What a campaign is for: a promotion asks more of us than a message that a customer needs."""

from collections.abc import Callable

from nicegui import ui

from models.campaign import Campaign
from models.states import Kind
from services.i18n import N_, Words
from ui.campaigns.saving import Saving
from ui.frame import heading
from ui.pieces.choice import Choice, Option

KINDS = {
    Kind.PROMOTIONAL: (
        N_("An offer or news"),
        N_("Only to people who agreed to hear from you, and not too often."),
    ),
    Kind.SERVICE: (
        N_("Something they need to know"),
        N_("An order, an appointment, a day when you are closed. Not to those who said STOP."),
    ),
}
assert set(KINDS) == set(Kind)


class KindBox:
    """`changed` is called after every choice; the campaign at hand is kept up to date."""

    def __init__(self, _: Words, campaign: Campaign, saving: Saving, changed: Callable[[], None]) -> None:
        self._campaign = campaign
        self._saving = saving
        self._changed = changed
        with ui.element("section").classes("box"):
            heading(_("What it is"), 2)
            options = [Option(kind.value, _(name), _(more)) for kind, (name, more) in KINDS.items()]
            self._choice = Choice(_("What it is"), options, campaign.kind, self.choose)
            self._footer = ui.switch(
                _("Say below it how to stop"), value=campaign.footer, on_change=self._sign
            ).mark("footer")
            self._footer.set_visibility(campaign.kind == Kind.PROMOTIONAL)

    async def choose(self, kind: str) -> None:
        """By a tap, or by the template that was taken."""
        self._choice.show(kind)
        self._campaign.kind = kind
        self._footer.set_visibility(kind == Kind.PROMOTIONAL)
        self._changed()
        await self._saving.keep({"kind": kind})

    async def _sign(self) -> None:
        self._campaign.footer = bool(self._footer.value)
        self._changed()
        await self._saving.keep({"footer": self._campaign.footer})

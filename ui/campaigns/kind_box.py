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


def kind_box(_: Words, campaign: Campaign, saving: Saving, changed: Callable[[], None]) -> None:
    """`changed` is called after every choice; the campaign at hand is kept up to date."""

    async def choose(kind: str) -> None:
        campaign.kind = kind
        footer.set_visibility(kind == Kind.PROMOTIONAL)
        changed()
        await saving.keep({"kind": kind})

    async def sign() -> None:
        campaign.footer = bool(footer.value)
        changed()
        await saving.keep({"footer": campaign.footer})

    with ui.element("section").classes("box"):
        heading(_("What it is"), 2)
        options = [Option(kind.value, _(name), _(more)) for kind, (name, more) in KINDS.items()]
        Choice(_("What it is"), options, campaign.kind, choose)
        footer = ui.switch(_("Say below it how to stop"), value=campaign.footer, on_change=sign)
        footer.mark("footer").set_visibility(campaign.kind == Kind.PROMOTIONAL)

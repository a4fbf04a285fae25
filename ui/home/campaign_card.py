"""One campaign on the first page: its name, its status, how far it is."""

from nicegui import ui

from models.states import CampaignStatus
from services.analytics.home import Underway
from services.i18n import Words
from ui.pieces.status_chip import status_chip


class CampaignCard:
    def __init__(self, _: Words, campaign: Underway, zone: str) -> None:
        """`zone` is the workspace's."""
        self._ = _
        with (
            ui.element("a")
            .classes("box")
            .props(f'href="/campaigns/{campaign.id}"')
            .style("gap: var(--space-2)")
        ):
            with ui.element("div").classes("line"):
                ui.label(campaign.name or _("Without a name")).classes("strong grow cut")
                status_chip(_, campaign.status)
            if campaign.braked:
                ui.label(_("Paused by itself: it waits for your decision.")).classes("warn break")
            if campaign.rehearsal:
                ui.label(_("Rehearsal")).classes("small soft")
            if campaign.status == CampaignStatus.SCHEDULED and campaign.scheduled_at is not None:
                ui.label(_.moment(campaign.scheduled_at, zone)).classes("soft")
            self._bar = ui.linear_progress(0, show_value=False, size="8px")
            self._bar.props(f'aria-label="{_("How far it is")}" instant-feedback')
            self._numbers = ui.label().classes("small soft numbers")
        started = campaign.total > 0
        self._bar.set_visibility(started)
        self._numbers.set_visibility(started)
        self.show(campaign)

    def show(self, campaign: Underway) -> None:
        _ = self._
        self._bar.set_value(campaign.done / campaign.total if campaign.total else 0)
        self._numbers.set_text(
            _(
                "{done} of {total} done · {read} read · {replied} replied",
                done=campaign.done,
                total=campaign.total,
                read=campaign.read,
                replied=campaign.replied,
            )
        )

"""One campaign as a line of a list: its name, its status, how far it is, its numbers."""

from nicegui import ui

from models.states import CampaignStatus
from services.analytics.home import Underway
from services.i18n import Words
from services.templates.formatting import html_of
from services.templates.preview import as_read
from ui.pieces.status_chip import status_chip
from ui.told import moment_near

MOVING = (CampaignStatus.RUNNING, CampaignStatus.PAUSED)


class CampaignCard:
    """A link over the whole line. Numbers move in place."""

    def __init__(self, _: Words, campaign: Underway, zone: str) -> None:
        """`zone` is the workspace's."""
        self._ = _
        with ui.element("a").classes("entry cc").props(f'href="/campaigns/{campaign.id}"'):
            with ui.element("span").classes("cc-name"):
                ui.label(campaign.name or _("Without a name")).classes("strong break")
                _how_it_begins(campaign, _.language)
                aside = [_("Rehearsal")] if campaign.rehearsal else []
                if campaign.status is CampaignStatus.SCHEDULED and campaign.scheduled_at is not None:
                    aside.append(moment_near(_, campaign.scheduled_at, zone))
                if aside:
                    ui.label(" · ".join(aside)).classes("small soft break")
                if campaign.braked:
                    ui.label(_("Paused by itself: it waits for your decision.")).classes("warn small break")
            status_chip(_, campaign.status)
            self._bar = ui.linear_progress(0, show_value=False, size="6px").classes("cc-bar")
            self._bar.props(f'aria-label="{_("How far it is")}" instant-feedback')
            self._numbers = ui.label().classes("cc-numbers small soft numbers")
        self._bar.set_visibility(campaign.total > 0 and campaign.status in MOVING)
        self._numbers.set_visibility(campaign.total > 0)
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


def _how_it_begins(campaign: Underway, own: str) -> None:
    """By its words a campaign is known again, whatever its name; in one's own language where there is one."""
    code = own if campaign.begins.get(own, "").strip() else next(iter(campaign.begins), "")
    text = as_read(campaign.begins.get(code, ""), None).strip()
    if text:
        ui.html(html_of(text), sanitize=False).classes("small soft cut").props(f'lang="{code}"')

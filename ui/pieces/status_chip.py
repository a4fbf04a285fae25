"""A status in a word and a colour; never the colour alone."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from nicegui import ui

from models.states import CampaignStatus, Consent, MessageStatus, SenderStatus
from services.i18n import N_, Words


class Look(NamedTuple):
    sentence: str
    tone: str  # a class of static/app.css, or none
    icon: str


LOOKS: Mapping[StrEnum, Look] = {
    CampaignStatus.DRAFT: Look(N_("Draft"), "", "edit_note"),
    CampaignStatus.SCHEDULED: Look(N_("Scheduled"), "info", "schedule"),
    CampaignStatus.HELD: Look(N_("On hold"), "warning", "error_outline"),
    CampaignStatus.RUNNING: Look(N_("Sending"), "positive", "play_arrow"),
    CampaignStatus.PAUSED: Look(N_("Paused"), "warning", "pause"),
    CampaignStatus.CANCELLED: Look(N_("Cancelled"), "", "block"),
    CampaignStatus.FINISHED: Look(N_("Finished"), "", "task_alt"),
    SenderStatus.OFFLINE: Look(N_("Not connected now"), "", "cloud_off"),
    SenderStatus.ONLINE: Look(N_("Connected"), "positive", "check_circle"),
    SenderStatus.RESTRICTED: Look(N_("Restricted by WhatsApp"), "warning", "warning"),
    SenderStatus.BANNED: Look(N_("Stopped by WhatsApp"), "negative", "block"),
    SenderStatus.LOGGED_OUT: Look(N_("Logged out"), "negative", "link_off"),
    MessageStatus.QUEUED: Look(N_("Waiting"), "", "schedule"),
    MessageStatus.ACCEPTED: Look(N_("Sent"), "", "done"),
    MessageStatus.DELIVERED: Look(N_("Delivered"), "positive", "done_all"),
    MessageStatus.READ: Look(N_("Read"), "info", "done_all"),
    MessageStatus.FAILED: Look(N_("Failed"), "negative", "error"),
    MessageStatus.SKIPPED: Look(N_("Left out"), "", "block"),
    MessageStatus.UNCONFIRMED: Look(N_("Not sure"), "warning", "help"),
    Consent.UNKNOWN: Look(N_("Has not agreed"), "warning", "help_outline"),
    Consent.GIVEN: Look(N_("Agreed"), "positive", "check"),
    Consent.WITHDRAWN: Look(N_("Said stop"), "negative", "block"),
}


def status_chip(_: Words, status: StrEnum) -> ui.element:
    """`status` is a member of one of the enums above: CampaignStatus(row.status)."""
    look = LOOKS[status]
    with ui.element("span").classes("chip").classes(look.tone) as chip:
        ui.icon(look.icon).props('aria-hidden="true"')
        ui.label(_(look.sentence))
    return chip

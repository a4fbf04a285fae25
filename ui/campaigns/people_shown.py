"""One person of a campaign in words: how far it came, why, and when."""

from datetime import datetime
from zoneinfo import ZoneInfo

from models.phone import shown
from models.states import CampaignStatus
from services.analytics.people import OneOfThem
from services.analytics.standing import WORDING, Standing, reason_sentence
from services.clock import now
from services.i18n import Words

# Colours of the chips, as static/app.css names them.
TONES = {
    Standing.DELIVERED: "positive",
    Standing.READ: "info",
    Standing.REPLIED: "info",
    Standing.FAILED: "negative",
    Standing.UNCONFIRMED: "warning",
}
MAY_BE_SENT_AGAIN = (Standing.FAILED, Standing.UNCONFIRMED)
ALLOWS_IT = (CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.FINISHED)


def line(_: Words, one: OneOfThem, campaign: CampaignStatus, zone: str) -> dict[str, object]:
    """What ui/pieces/people_list.js shows."""
    sentence = reason_sentence(one.reason)
    return {
        "id": one.message_id,
        "name": one.name or shown(one.phone) or _("Erased"),
        "phone": shown(one.phone),
        "standing": _(WORDING[one.standing]),
        "tone": TONES.get(one.standing, ""),
        "why": _(sentence) if sentence else "",
        "times": _times(_, one, zone),
        "replied": one.replied,
        "chat": one.chat_id,
        "again": one.status in MAY_BE_SENT_AGAIN and campaign in ALLOWS_IT,
    }


def _times(_: Words, one: OneOfThem, zone: str) -> str:
    """Each step with its time; of somebody who never got it, when that was known."""
    steps = (
        (Standing.SENT, one.accepted_at),
        (Standing.DELIVERED, one.delivered_at),
        (Standing.READ, one.read_at),
        (Standing.REPLIED, one.replied_at),
    )
    known = [f"{_(WORDING[standing])} {_at(_, at, zone)}" for standing, at in steps if at is not None]
    if not known and one.status != "queued":
        known = [_at(_, one.status_at, zone)]
    return " · ".join(known)


def _at(_: Words, at: datetime, zone: str) -> str:
    here = ZoneInfo(zone)
    today = at.astimezone(here).date() == now().astimezone(here).date()
    return _.time(at, zone) if today else f"{_.date(at, zone)}, {_.time(at, zone)}"

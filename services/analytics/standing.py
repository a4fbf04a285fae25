"""Where a person stands in a campaign, in SQL and in words: one table for screens, lists and exports.

As a number on the screen, SENT, DELIVERED and READ mean "at least": who has read it was sent it too.
As a word about one person, the furthest that is known.
"""

from collections.abc import Mapping
from enum import StrEnum

from models.states import Reason
from services.i18n import N_


class Standing(StrEnum):
    """Every number of a campaign that has people behind it; the spelling is the address's ?status=…"""

    MEANT = "meant"  # everybody whom the launch put into the queue, whatever became of them
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "accepted"
    DELIVERED = "delivered"
    READ = "read"
    REPLIED = "replied"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    SKIPPED = "skipped"


# "Sending" is not in the message's row: it is its sender's mark, open until the row has its token.
IN_FLIGHT = """EXISTS (
    SELECT 1 FROM sender s
     WHERE s.id = m.sender_id AND s.workspace_id = m.workspace_id
       AND s.inflight_campaign = m.campaign_id AND s.inflight_message = m.id
       AND s.inflight_token IS DISTINCT FROM m.token)"""

# Conditions on `message m`.
CONDITIONS: Mapping[Standing, str] = {
    Standing.MEANT: "m.status <> 'skipped'",
    Standing.QUEUED: f"m.waits AND NOT {IN_FLIGHT}",
    Standing.SENDING: f"m.waits AND {IN_FLIGHT}",
    Standing.SENT: "m.status IN ('accepted', 'delivered', 'read')",
    Standing.DELIVERED: "m.status IN ('delivered', 'read')",
    Standing.READ: "m.status = 'read'",
    Standing.REPLIED: "m.replied_at IS NOT NULL",
    Standing.FAILED: "m.status = 'failed'",
    Standing.UNCONFIRMED: "m.status = 'unconfirmed'",
    Standing.SKIPPED: "m.status = 'skipped'",
}

WORDING: Mapping[Standing, str] = {
    Standing.MEANT: N_("Queued"),
    Standing.QUEUED: N_("Waiting"),
    Standing.SENDING: N_("Sending now"),
    Standing.SENT: N_("Sent"),
    Standing.DELIVERED: N_("Delivered"),
    Standing.READ: N_("Read"),
    Standing.REPLIED: N_("Replied"),
    Standing.FAILED: N_("Failed"),
    Standing.UNCONFIRMED: N_("Not sure"),
    Standing.SKIPPED: N_("Left out"),
}

# What happened, and what the shop can do about it.
REASONS: Mapping[Reason, str] = {
    Reason.OPTED_OUT: N_("Asked you to stop. Nothing was sent, and nothing will be."),
    Reason.NO_CONSENT: N_("Has not agreed to hear from you yet. Ask first, then note the yes in Contacts."),
    Reason.TOO_OFTEN: N_("Has heard from you often enough this week. Nothing was sent this time."),
    Reason.CANCELLED: N_("The campaign was cancelled before the turn of this person came."),
    Reason.ERASED: N_("This person asked to be forgotten. Nothing was sent, and their data is gone."),
    Reason.DELETED: N_("This number was not in your contacts any more when its turn came. Nothing was sent."),
    Reason.NOT_ON_WHATSAPP: N_("This number is not on WhatsApp. Ask the person for the right one."),
    Reason.NEW_CHATS_REFUSED: N_(
        "WhatsApp does not let your number start new chats for now. Ask the person to write to you first."
    ),
    Reason.REFUSED: N_("WhatsApp refused this message. You can send it again later."),
    Reason.UNREADABLE: N_(
        "It reached the phone, but the phone could not open it. It may still show up there: ask before you"
        " send again."
    ),
    Reason.BLANK_MISSING: N_("The text needs something that is missing in Contacts for this person. Add it."),
    Reason.FILE_GONE: N_(
        "The file that goes with the message is not on the server any more. Put it back, then send again."
    ),
    Reason.NOT_SENT: N_("It could not leave, even after several tries. It is safe to send it again."),
    Reason.TIMED_OUT: N_("WhatsApp did not answer in time. It may have arrived: ask before you send again."),
    Reason.BROKE_MIDWAY: N_(
        "The connection broke while it was leaving. It may have arrived: ask before you send again."
    ),
    Reason.STOPPED_MIDWAY: N_(
        "We were stopped while it was leaving. It may have arrived: ask before you send again."
    ),
}


def standing_of(status: str, *, sending: bool = False, replied: bool = False) -> Standing:
    """The furthest that is known of one person."""
    if replied:
        return Standing.REPLIED
    if status == "queued" and sending:
        return Standing.SENDING
    return Standing(status)


def asked_for(spelled: str) -> Standing | None:
    """The number that an address names; None for everybody, and for what we do not know."""
    return Standing(spelled) if spelled in set(Standing) else None


def reason_sentence(reason: str | None) -> str:
    """The msgid for a reason; empty where there is none."""
    return REASONS[Reason(reason)] if reason else ""

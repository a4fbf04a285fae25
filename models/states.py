"""Every status there is, what it means, and the only moves allowed between them.

The guard of a move is in its SQL (`WHERE status = ANY(sources)`); the tables below feed that guard,
so rule and guard are one. Columns are text with a CHECK; the CHECK is built from these enums too.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T", bound=StrEnum)


class MessageStatus(StrEnum):
    """Written only in services/sending/moves.py.

    "Sending" is not among them: it is the sender's in-flight mark (models/sender.py).
    """

    QUEUED = "queued"  # waiting for its turn
    ACCEPTED = "accepted"  # one tick: WhatsApp's server took it
    DELIVERED = "delivered"  # two ticks
    READ = "read"  # two blue ticks; final
    FAILED = "failed"  # refused for good; `reason` says why; a human may send it again
    SKIPPED = "skipped"  # never tried: opted out, no consent, cancelled; `reason` says which
    UNCONFIRMED = "unconfirmed"  # we stopped while sending and do not know; only a human may resend


class CampaignStatus(StrEnum):
    """Written only in services/campaigns/moves.py."""

    DRAFT = "draft"  # being written; may be thrown away
    SCHEDULED = "scheduled"  # goes by itself at scheduled_at
    HELD = "held"  # its time passed while we were down; a human decides
    RUNNING = "running"  # its messages are being sent
    PAUSED = "paused"  # keeps its place; nothing new leaves
    CANCELLED = "cancelled"  # what had not left never will; final
    FINISHED = "finished"  # nothing is queued any more


class SenderStatus(StrEnum):
    """Written only in services/senders/moves.py."""

    OFFLINE = "offline"  # not connected now; comes back by itself
    ONLINE = "online"
    RESTRICTED = "restricted"  # WhatsApp refuses new chats for a while
    BANNED = "banned"  # WhatsApp stopped the number, perhaps for a while
    LOGGED_OUT = "logged_out"  # must be linked again


class OfflineWhy(StrEnum):
    """Why a number is not connected, where waiting alone may not help."""

    REPLACED = "replaced"  # another program uses this link
    OUTDATED = "outdated"  # WhatsApp wants a newer library
    REFUSED = "refused"  # WhatsApp turns the connection away


class ImportStatus(StrEnum):
    """Written only in services/contacts/import_moves.py."""

    READING = "reading"  # the file is being read
    READY = "ready"  # the preview is there; nothing is written yet
    REFUSED = "refused"  # no such file as we can read; `problem` says why
    APPLIED = "applied"  # the contacts are written
    UNDONE = "undone"  # and taken back


class LinkStatus(StrEnum):
    """Of an attempt to link a number, or to end a link. Written only in services/senders/link_moves.py."""

    ASKED = "asked"  # a process that sends picks it up
    STARTED = "started"  # it is at it: codes are shown as they come
    DONE = "done"
    FAILED = "failed"  # `problem` says why
    CANCELLED = "cancelled"  # a human did not want it any more


class LinkHow(StrEnum):
    """What somebody asked for."""

    CODE = "code"  # eight characters to type into the phone
    QR = "qr"  # a picture for the phone to scan
    UNLINK = "unlink"


class LinkProblem(StrEnum):
    """Why nothing came of it. The screen has a sentence for each."""

    WRONG_NUMBER = "wrong_number"  # WhatsApp gives no code for it
    ANOTHER_NUMBER = "another_number"  # not the one that was linked before
    TAKEN = "taken"  # this number is linked in another shop
    TOO_OFTEN = "too_often"
    TIMED_OUT = "timed_out"
    PASSKEY = "passkey"  # the account links only with a passkey
    REFUSED = "refused"
    OUTDATED = "outdated"  # WhatsApp wants a newer library
    NOT_REACHED = "not_reached"  # no connection to WhatsApp
    NOT_HERE = "not_here"  # this machine cannot link
    INTERRUPTED = "interrupted"  # the process that was at it is gone, or nobody picked it up


class Reason(StrEnum):
    """Why a message failed, was skipped or is unconfirmed. The screen has a sentence for each."""

    # skipped
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    TOO_OFTEN = "too_often"  # heard from the shop often enough this week
    CANCELLED = "cancelled"
    ERASED = "erased"  # the person asked to be forgotten
    DELETED = "deleted"  # is no contact any more
    # failed: refused by WhatsApp, for good; skipped where that was known before
    NOT_ON_WHATSAPP = "not_on_whatsapp"
    NEW_CHATS_REFUSED = "new_chats_refused"  # 463
    REFUSED = "refused"  # any other refusal
    UNREADABLE = "unreadable"  # the phone asked again and never showed it
    BLANK_MISSING = "blank_missing"  # the text could not be filled in
    FILE_GONE = "file_gone"  # the file that goes with the text is not in its folder any more
    # failed: never left, and the attempts are used up
    NOT_SENT = "not_sent"
    # unconfirmed
    TIMED_OUT = "timed_out"  # no answer within the deadline
    BROKE_MIDWAY = "broke_midway"  # the line broke while it was leaving
    STOPPED_MIDWAY = "stopped_midway"  # we crashed while it was leaving


class Pace(StrEnum):
    """How long a sender waits between two messages; the seconds are in models/pace.py."""

    FAST = "fast"
    BALANCED = "balanced"
    SAFE = "safe"


class Kind(StrEnum):
    """What a campaign is for: a promotion goes only to those who agreed, and says how to stop it."""

    PROMOTIONAL = "promotional"
    SERVICE = "service"  # what a customer needs to know: an order, an appointment, a closed day


class Channel(StrEnum):
    """How a sender reaches WhatsApp. One gateway each (services/gateways/registry.py)."""

    SANDBOX = "sandbox"
    LINKED = "linked"


class Brake(StrEnum):
    """What stops a campaign before WhatsApp stops the number (services/campaigns/brakes.py)."""

    BANNED = "banned"  # WhatsApp stopped the number for a while
    REFUSED_IN_A_ROW = "refused_in_a_row"  # five messages, whatever the reasons
    OPT_OUTS = "opt_outs"  # more than 2 in 100 said STOP
    NOT_DELIVERED = "not_delivered"  # WhatsApp takes the messages, and the phones do not get them


class News(StrEnum):
    """What a phone is told while nobody looks; its sentences are in services/notices/wording.py."""

    FINISHED = "finished"  # a campaign is through
    HELD = "held"  # a schedule's time passed while we were down
    PAUSED = "paused"  # a brake stopped a campaign
    UNLINKED = "unlinked"  # a number has to be linked again
    STOPPED = "stopped"  # WhatsApp stopped a number


class MediaKind(StrEnum):
    """What a message may carry besides its text."""

    IMAGE = "image"
    DOCUMENT = "document"
    VIDEO = "video"


class Thing(StrEnum):
    """What can be deleted and brought back (services/access/bin.py)."""

    CONTACT = "contact"
    TEMPLATE = "template"
    DRAFT = "draft"


class Consent(StrEnum):
    """Whether a person agreed to hear from the shop. Written only in services/consent/record.py."""

    UNKNOWN = "unknown"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


M = MessageStatus
MESSAGE_MOVES: dict[M, frozenset[M]] = {
    # DELIVERED, READ: a human asked for another attempt, and then the first one's truth came
    M.QUEUED: frozenset({M.ACCEPTED, M.FAILED, M.UNCONFIRMED, M.SKIPPED, M.DELIVERED, M.READ}),
    M.ACCEPTED: frozenset({M.DELIVERED, M.READ, M.FAILED}),  # FAILED: unreadable on the phone
    M.DELIVERED: frozenset({M.READ}),
    M.READ: frozenset(),
    # late truth; a human asked; or it never left
    M.UNCONFIRMED: frozenset({M.ACCEPTED, M.DELIVERED, M.READ, M.FAILED, M.QUEUED}),
    # a human asked; a phone shows it after all; or somebody lacked its file while another was sending it
    M.FAILED: frozenset({M.QUEUED, M.DELIVERED, M.READ, M.ACCEPTED, M.UNCONFIRMED}),
    # a cancel met a message on its way: its token's record is the truth
    M.SKIPPED: frozenset({M.ACCEPTED, M.FAILED, M.UNCONFIRMED}),
}

C = CampaignStatus
CAMPAIGN_MOVES: dict[C, frozenset[C]] = {
    C.DRAFT: frozenset({C.SCHEDULED, C.RUNNING}),
    C.SCHEDULED: frozenset({C.RUNNING, C.DRAFT, C.HELD, C.CANCELLED}),
    C.HELD: frozenset({C.RUNNING, C.SCHEDULED, C.DRAFT, C.CANCELLED}),
    C.RUNNING: frozenset({C.PAUSED, C.CANCELLED, C.FINISHED}),
    C.PAUSED: frozenset({C.RUNNING, C.CANCELLED}),
    C.CANCELLED: frozenset(),
    C.FINISHED: frozenset({C.RUNNING}),  # a human sends failed or unconfirmed messages again
}

S = SenderStatus
SENDER_MOVES: dict[S, frozenset[S]] = {
    S.OFFLINE: frozenset({S.ONLINE, S.RESTRICTED, S.BANNED, S.LOGGED_OUT}),
    S.ONLINE: frozenset({S.OFFLINE, S.RESTRICTED, S.BANNED, S.LOGGED_OUT}),
    S.RESTRICTED: frozenset({S.OFFLINE, S.ONLINE, S.BANNED, S.LOGGED_OUT}),
    S.BANNED: frozenset({S.OFFLINE, S.ONLINE, S.LOGGED_OUT}),
    S.LOGGED_OUT: frozenset({S.OFFLINE, S.ONLINE}),
}
LOST = (S.LOGGED_OUT, S.BANNED)  # nobody owns such a sender, until it is linked again or may connect again

I = ImportStatus  # noqa: E741
IMPORT_MOVES: dict[I, frozenset[I]] = {
    I.READING: frozenset({I.READY, I.REFUSED}),
    I.READY: frozenset({I.READING, I.APPLIED, I.REFUSED}),  # READING: another mapping was chosen
    I.REFUSED: frozenset(),
    I.APPLIED: frozenset({I.UNDONE}),
    I.UNDONE: frozenset({I.READY}),  # it is looked at once more
}

L = LinkStatus
LINK_MOVES: dict[L, frozenset[L]] = {
    L.ASKED: frozenset({L.STARTED, L.FAILED, L.CANCELLED}),
    L.STARTED: frozenset({L.DONE, L.FAILED, L.CANCELLED}),
    L.DONE: frozenset(),
    L.FAILED: frozenset(),
    L.CANCELLED: frozenset(),
}

OPEN = frozenset({C.SCHEDULED, C.HELD, C.RUNNING, C.PAUSED})
DONE = frozenset({C.CANCELLED, C.FINISHED})


def sources(moves: dict[T, frozenset[T]], to: T) -> list[str]:
    """The statuses that may become `to`, as the database spells them."""
    return [status.value for status, targets in moves.items() if to in targets]


def spelled(statuses: Iterable[StrEnum]) -> str:
    """The members of an enum, or some of them, as a SQL list: 'queued', 'accepted', …"""
    return ", ".join(f"'{member.value}'" for member in statuses)

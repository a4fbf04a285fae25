"""What neonize says about a send, and what it means. Only its text differs, so the text decides.

Each row was seen in a run against the peer (tests/gateways/test_linked_outcomes.py). The first match counts.
What no row knows may have left.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from models.states import Reason
from services.gateways.protocol import Lack, NotSent, Outcome, Refused, Unknown


@dataclass(frozen=True, slots=True)
class Row:
    """`means` is given the message's id where the session's store has one: then it was about to leave."""

    says: re.Pattern[str]
    means: Callable[[str, str | None], Outcome]


def refused(reason: Reason) -> Callable[[str, str | None], Outcome]:
    return lambda _text, _wa_id: Refused(reason)


def not_sent(text: str, _wa_id: str | None) -> Outcome:
    return NotSent(text)


def no_connection(text: str, _wa_id: str | None) -> Outcome:
    return NotSent(text, Lack.CONNECTION)


def closed(text: str, wa_id: str | None) -> Outcome:
    """Nothing can leave any more: where it was not about to, it never did."""
    return Unknown(Reason.TIMED_OUT, wa_id) if wa_id else NotSent(text, Lack.CONNECTION)


def unknown(reason: Reason) -> Callable[[str, str | None], Outcome]:
    return lambda _text, wa_id: Unknown(reason, wa_id)


def _row(says: str, means: Callable[[str, str | None], Outcome]) -> Row:
    return Row(re.compile(says), means)


OWN_DEADLINE = "no answer within our own deadline"
CLOSED = "no answer, and the connection is closed"
CHILD_GONE = "the child ended while it was sending"
NOT_CONNECTED = "not connected just now"
STALE_ADDRESS = "server returned error 479"

TABLE: tuple[Row, ...] = (
    # WhatsApp answered
    _row(r"^no LID found for \S+ from server", refused(Reason.NOT_ON_WHATSAPP)),
    _row(r"^server returned error 463\b", refused(Reason.NEW_CHATS_REFUSED)),
    _row(r"^server returned error 429\b", not_sent),  # too fast: it was turned away, and may come again
    _row(r"^server returned error \d+", refused(Reason.REFUSED)),
    # it was handed over, and no answer came
    _row(r"^timed out waiting for message send response", unknown(Reason.TIMED_OUT)),
    _row(rf"^{OWN_DEADLINE}", unknown(Reason.TIMED_OUT)),
    _row(rf"^{CLOSED}", closed),
    _row(r"^websocket disconnected before message send", unknown(Reason.BROKE_MIDWAY)),
    # before anything is handed over, whatsmeow asks who the person is and which devices there are
    _row(r"^failed to get (user info|device list|LID)\b", no_connection),
    _row(r"^failed to (encrypt|prefetch|fetch)\b", not_sent),
    _row(r"^failed to send message node: websocket not connected", no_connection),
    _row(r"^websocket not connected", no_connection),
    # a file could not be put where the recipient's phone fetches it
    _row(r"^(failed to upload|upload failed|failed to (prepare|execute|refresh) )", not_sent),
    # there is no session to send with
    _row(r"^the store doesn't contain a device JID", no_connection),
    _row(r"^client is nil", no_connection),
    # our own child says so
    _row(rf"^{NOT_CONNECTED}", no_connection),
    _row(r"^not sent: ", not_sent),
)


def outcome(text: str, wa_id: str | None) -> Outcome:
    """What became of a message.

    Args:
        text: what neonize said.
        wa_id: the id under which the session's store knows the attempt; None where it does not.
    """
    for row in TABLE:
        if row.says.search(text):
            return row.means(text, wa_id)
    return Unknown(Reason.BROKE_MIDWAY, wa_id)

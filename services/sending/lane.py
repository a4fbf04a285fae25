"""What this process knows of a sender that it owns, and of the messages it is about to send."""

from collections import deque
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from models.pace import Gap
from services.gateways.protocol import Gateway, Lack, Outgoing

TOKEN_BYTES = 32  # an attempt's
LONGEST_ID = 255  # characters; WhatsApp's have two dozen, and an index takes no novels
RETRY_AFTER_S = (5.0, 10.0, 20.0)  # for what was not sent; nothing else is ever tried again by itself


class Claimed(NamedTuple):
    """A queued message that was read for its sender; nothing is promised before its mark is committed.

    A tuple, like all that comes into being with every message: a class of its own takes twice as long.
    """

    campaign_id: int
    message_id: int
    outgoing: Outgoing  # its token is drawn with the claim
    attempts: int  # earlier ones that ended in "not sent"
    gap: Gap  # until this sender's next message, in seconds
    answer: bool = False  # to somebody who wrote: it may go in quiet hours too
    cold: bool = False  # to somebody who does not know the sender
    counts: bool = True  # against the sender's day: a message does once, however often it is tried
    contact_id: int = 0
    person: bytes = b""  # the keyed hash of the number: whoever this contact was before, and is now
    weekly: bool = False  # it counts among the promotions that one person may get in a week

    @property
    def token(self) -> bytes:
        return self.outgoing.token


@dataclass(eq=False, slots=True)
class Lane:
    """One sender, owned under one epoch: at most one message on its way at any time.

    `next_at`, `deadline`, `sent_at`, `news_at` and `look_again_at` are on time.monotonic()'s clock.
    """

    sender_id: int
    workspace_id: int
    gateway: Gateway
    epoch: int
    deadline: float  # the lease's, counted from before it was asked for
    next_at: float = 0.0
    ready: deque[Claimed] = field(default_factory=deque)
    busy: bool = False  # a mark is being committed, or its message is on its way
    sent_at: float = 0.0  # when its message began to leave
    cut_off: bool = False  # because that took too long
    unrecorded: bool = False  # what became of the last message is not committed yet
    alarmed: bool = False  # it is on the timer
    news_at: float = 0.0  # when its queue was last said to have changed
    look_again_at: float = 0.0  # when a lane without messages is asked again
    online: bool = True  # as the gateway last told
    leaving: bool = False  # no new marks; closed once its last record is committed
    failures: int = 0  # "not sent" in a row
    calm: bool = False  # the last answer that WhatsApp gave here was no refusal
    closes_at: float = inf  # what is ready leaves before this moment (seconds since 1970), or is read anew
    closed: bool = False  # quiet hours, or the day's work is done: nothing comes of asking soon again
    lacks: Lack | None = None  # why the last one was not sent, where no message could have been
    last_campaign: int = 0  # for taking turns

    @property
    def settled(self) -> bool:
        """Nothing on its way and nothing left to record: it may be fed, or closed."""
        return not self.busy and not self.unrecorded

    def may_mark(self, now: float) -> bool:
        """Whether this lane may hand its next message to the flush."""
        free = not self.busy and not self.leaving and self.online
        return free and bool(self.ready) and self.next_at <= now < self.deadline


class Mark(NamedTuple):
    """A wish to send: becomes law when its token comes back from the committed flush."""

    lane: Lane
    claimed: Claimed
    gap_s: float  # until the sender's next message


class Record(NamedTuple):
    """What became of a message that was marked; believed only with its token."""

    campaign_id: int
    message_id: int
    token: bytes
    status: str
    lane: Lane  # which waits for this to be committed
    reason: str | None = None
    wa_id: str | None = None
    due_in_s: float | None = None  # not before
    cold: bool = False  # it went to somebody who does not know the sender
    refused: bool = False  # by WhatsApp
    tries: int = 1  # 0: given back without having been tried


def storable(wa_id: str | None) -> str | None:
    """An id that the database can keep; a strange one may not hold up everybody's records."""
    if not wa_id or len(wa_id) > LONGEST_ID:
        return None
    return wa_id if wa_id.isprintable() and wa_id.isascii() else None

"""One message on its way: what the gateway answers becomes what the ledger will say."""

import asyncio
import logging
import time

from models.states import MessageStatus, Reason
from services.gateways.protocol import Accepted, NotSent, Outcome, Refused, Unknown
from services.sending.lane import RETRY_AFTER_S, Claimed, Lane, Record, storable

CALM_DOWN_AFTER = 3  # "not sent" in a row: the sender may be cut off, so the others would fare no better
log = logging.getLogger(__name__)


async def send(lane: Lane, claimed: Claimed) -> Record:
    """Send a message whose mark is committed. Never raises: whatever breaks here means Unknown."""
    outcome: Outcome
    try:
        outcome = await lane.gateway.send(lane.sender_id, claimed.outgoing)
    except TimeoutError:
        outcome = Unknown(Reason.TIMED_OUT)
    except asyncio.CancelledError:
        if not lane.cut_off:
            raise
        lane.cut_off = False
        if (task := asyncio.current_task()) is not None:
            task.uncancel()  # it goes on, with another's message
        outcome = Unknown(Reason.TIMED_OUT)
    except Exception:  # the contract: anything raised means that it may have left
        log.exception("sender %s broke while message %s was leaving", lane.sender_id, claimed.message_id)
        outcome = Unknown(Reason.BROKE_MIDWAY)
    _notice(lane, outcome)
    return _record(lane, claimed, outcome)


def give_back(lane: Lane, claimed: Claimed) -> Record:
    """The mark came too late to be used: QUEUED as before, without having been tried."""
    return _record_of(lane, claimed, MessageStatus.QUEUED, tries=0)


def _notice(lane: Lane, outcome: Outcome) -> None:
    """A sender that cannot send waits, longer and longer; so no queue runs empty against a wall."""
    if isinstance(outcome, Accepted):
        lane.calm = True
    elif isinstance(outcome, Refused):
        lane.calm = False
    if not isinstance(outcome, NotSent):
        lane.failures, lane.lacks = 0, None
        return
    lane.failures, lane.lacks = lane.failures + 1, outcome.lacks
    if lane.lacks or lane.failures >= CALM_DOWN_AFTER:
        wait_s = RETRY_AFTER_S[min(lane.failures, len(RETRY_AFTER_S)) - 1]
        lane.next_at = max(lane.next_at, time.monotonic() + wait_s)


def _record(lane: Lane, claimed: Claimed, outcome: Outcome) -> Record:
    match outcome:
        case Accepted(wa_id):
            return _record_of(lane, claimed, MessageStatus.ACCEPTED, wa_id=storable(wa_id))
        case Refused(reason):
            return _record_of(lane, claimed, MessageStatus.FAILED, reason, refused=True)
        case Unknown(reason, wa_id):
            return _record_of(lane, claimed, MessageStatus.UNCONFIRMED, reason, wa_id=storable(wa_id))
        case NotSent() if outcome.lacks:
            return _record_of(lane, claimed, MessageStatus.QUEUED, tries=0)
        case NotSent() if claimed.attempts < len(RETRY_AFTER_S):
            due_in_s = RETRY_AFTER_S[claimed.attempts]
            return _record_of(lane, claimed, MessageStatus.QUEUED, due_in_s=due_in_s)
        case NotSent():
            return _record_of(lane, claimed, MessageStatus.FAILED, Reason.NOT_SENT)


def _record_of(
    lane: Lane,
    claimed: Claimed,
    status: MessageStatus,
    reason: str | None = None,
    *,
    wa_id: str | None = None,
    due_in_s: float | None = None,
    refused: bool = False,
    tries: int = 1,
) -> Record:
    return Record(
        claimed.campaign_id,
        claimed.message_id,
        claimed.outgoing.token,
        status,
        lane,
        reason,
        wa_id,
        due_in_s,
        claimed.cold,
        refused,
        tries,
    )

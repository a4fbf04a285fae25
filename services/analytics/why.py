""" "Why isn't it moving?": one sentence, from what the engine itself has written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.campaign import Campaign
from models.sender import Sender
from models.states import CampaignStatus, SenderStatus
from services.i18n import N_
from services.senders.limits import Closed, Limits, allowance
from services.sending.fleet import Jump, Trouble
from services.sending.lane import RETRY_AFTER_S
from services.sending.owning import LONGEST_GAP_S

# An engine takes a new campaign's sender over within a moment; nobody worries before that.
STARTING = timedelta(seconds=15)
LEAVING = timedelta(seconds=5)  # a message that left longer ago waits to be written down
SKEW_S = 5.0  # between the clock of the database and that of whoever looks

STOPPED: Mapping[str, str] = {
    SenderStatus.BANNED: N_("WhatsApp has stopped {sender}. Nothing is sent until it is allowed again."),
    SenderStatus.LOGGED_OUT: N_("{sender} is logged out of WhatsApp. Link it again under Senders."),
}
OFFLINE = N_(
    "{sender} has not been connected to WhatsApp since {since}."
    " It goes on by itself when the connection is back."
)
CANCELLING = N_("Cancelled: nothing more leaves. For a few seconds you can still take that back.")
NO_SENDER = N_("This campaign has no sender any more.")
PAUSED = N_("Paused. Nothing is sent until you resume.")
STARTING_UP = N_("Starting …")
NO_ENGINE = N_("Waiting for the sending engine. If this stays for minutes, ask whoever runs your server.")
NO_REDIS = N_(
    "A part of the server that the sending needs (Redis) cannot be reached."
    " Nothing is sent meanwhile, and it goes on by itself."
)
NO_DATABASE = N_(
    "The database cannot be reached, so these numbers stand still."
    " Nothing is sent meanwhile, and it goes on by itself."
)
NO_WRITING = N_(
    "The database takes nothing new right now. Nothing is sent meanwhile, and it goes on by itself."
)
NO_ROOM = N_(
    "The server's disk is full. Nothing is sent until there is room; then it goes on by itself."
    " Please tell whoever runs your server."
)
NO_OPENING = N_(
    "{sender} cannot be opened on the server right now. Nothing is sent from it meanwhile;"
    " it is tried again by itself. Please tell whoever runs your server."
)
NO_READING = N_(
    "Nothing is sent from {sender}, because of an error on our side. It is tried again by itself."
    " Please tell whoever runs your server."
)
TROUBLED: Mapping[str, str] = {
    Trouble.DATABASE: NO_WRITING,
    Trouble.DISK: NO_ROOM,
    Trouble.OPENING: NO_OPENING,
    Trouble.READING: NO_READING,
}
assert set(TROUBLED) == set(Trouble)
OF_ONE_NUMBER = (Trouble.OPENING, Trouble.READING)
SET_FORWARD = N_(
    "The server's clock jumped forward by {span}. By this clock nothing is sent until {until};"
    " it goes on by itself. If the clock is wrong, please tell whoever runs your server."
)
SET_BACK = N_(
    "The server's clock jumped back by {span}. By this clock nothing is sent until {until};"
    " it goes on by itself. If the clock is wrong, please tell whoever runs your server."
)
NOTHING_LEFT = N_("Nobody is waiting any more. Finishing …")
NEXT_IN = N_("Next message in {seconds} s")
AGAIN_IN = N_("The last try did not leave. Next try in {seconds} s")
NEXT_SOON = N_("The next message is about to leave")
CLOSED: Mapping[Closed, str] = {
    Closed.ALARM: N_("WhatsApp refuses messages from {sender}. This campaign is about to be paused."),
    Closed.QUIET_HOURS: N_("Quiet hours: nothing is sent until {until}. It goes on by itself."),
    Closed.DAILY_CAP: N_(
        "{sender} has sent as much as it should in a day ({count}). The others wait until {until};"
        " it goes on by itself."
    ),
    Closed.COLD_BUDGET: N_(
        "Everybody who knows {sender} is done, and it has written to enough new people for today."
        " {count} wait until {until}; it goes on by itself."
    ),
    Closed.RESTRICTED: N_(
        "Everybody who knows {sender} is done, and WhatsApp lets it write to nobody new for a while."
        " {count} wait until {until}; it goes on by itself."
    ),
}
assert set(CLOSED) == set(Closed)


@dataclass(frozen=True, slots=True)
class Why:
    """`sentence` is a msgid. `wait_s` fills its {seconds}, and the screen counts it down."""

    sentence: str
    sender: str | None = None
    wait_s: int | None = None
    facts: tuple[tuple[str, object], ...] = ()  # other blanks; see told() in ui/told.py
    trouble: bool = False  # somebody has to do something, or wait for something that is not normal


@dataclass(frozen=True, slots=True)
class Engine:
    """What is known about the sending."""

    alive: bool | None  # None where nobody can know, for Redis is away: then nobody sends either
    trouble: Trouble | None  # what keeps this sender from sending anything
    jump: Jump | None  # the last of its clock
    sending: bool
    queued: int
    next_due: datetime | None  # the earliest moment at which one of those that wait may go
    limits: Limits
    only_new: bool  # of those that wait, nobody knows the sender


def why(campaign: Campaign, sender: Sender | None, engine: Engine, at: datetime) -> Why | None:
    """None where nothing needs an explanation: a message is leaving, or the campaign does not run."""
    if campaign.status == CampaignStatus.PAUSED:
        return _paused(campaign)
    if campaign.status != CampaignStatus.RUNNING:
        return None
    if engine.queued == 0 and not engine.sending:
        return _nobody_is_there(campaign, engine, at) or _no_database(engine) or Why(NOTHING_LEFT)
    if sender is None:
        return Why(NO_SENDER, trouble=True)
    return (
        _stopped(campaign, sender, engine, at)
        or _held_back(sender, engine, at)
        or _waiting(sender, engine, at)
    )


def _paused(campaign: Campaign) -> Why:
    """By a human, or by itself, which waits for a human."""
    if campaign.cancel_at is not None:
        return Why(CANCELLING)
    if campaign.problem is None:
        return Why(PAUSED)
    return Why(campaign.problem, facts=tuple(campaign.facts.items()), trouble=True)


def _held_back(sender: Sender, engine: Engine, at: datetime) -> Why | None:
    """What the limits do not allow now."""
    closed, opens_at, count = _closed(engine, at)
    if closed is None or engine.sending:
        return None
    facts: tuple[tuple[str, object], ...] = (("count", count),)
    if opens_at is not None:
        facts = (*facts, ("until", opens_at.isoformat()))
        if (jump := engine.jump) and _closed_by(jump, engine):
            forward = jump.by > timedelta(0)
            facts = (*facts, ("span", abs(jump.by).total_seconds()))
            return Why(SET_FORWARD if forward else SET_BACK, facts=facts, trouble=True)
    return Why(CLOSED[closed], sender=sender.name, facts=facts, trouble=closed is Closed.ALARM)


def _closed(engine: Engine, at: datetime) -> tuple[Closed | None, datetime | None, int]:
    """What closes this campaign at `at`, until when, and a number to say with it."""
    may = allowance(engine.limits, at)
    if may.closed is None and engine.only_new:
        return may.cold_closed, may.cold_opens_at, engine.queued
    return may.closed, may.opens_at, engine.limits.sent_today


def _closed_by(jump: Jump, engine: Engine) -> bool:
    """Whether it was open before the clock jumped, and not after."""
    before, after = _closed(engine, jump.at - jump.by), _closed(engine, jump.at)
    return before[0] is None and after[0] is not None


def _stopped(campaign: Campaign, sender: Sender, engine: Engine, at: datetime) -> Why | None:
    """What keeps everything of this sender from leaving."""
    if sender.status in STOPPED:
        return Why(STOPPED[sender.status], sender=sender.name, trouble=True)
    if nobody := _nobody_is_there(campaign, engine, at):
        return nobody
    if engine.trouble and not (engine.sending and _within(LEAVING, sender.inflight_at, at)):
        whose = sender.name if engine.trouble in OF_ONE_NUMBER else None
        return Why(TROUBLED[engine.trouble], sender=whose, trouble=True)
    if sender.status == SenderStatus.OFFLINE:
        if _within(STARTING, max(campaign.status_at, sender.status_at), at):
            return Why(STARTING_UP)
        since = (("since", sender.status_at.isoformat()),)
        return Why(OFFLINE, sender=sender.name, facts=since, trouble=True)
    return None


def _nobody_is_there(campaign: Campaign, engine: Engine, at: datetime) -> Why | None:
    """To send, or to call it finished."""
    if engine.alive is None:
        return Why(NO_REDIS, trouble=True)
    if engine.alive:
        return None
    fresh = _within(STARTING, campaign.status_at, at)
    return Why(STARTING_UP) if fresh else Why(NO_ENGINE, trouble=True)


def _no_database(engine: Engine) -> Why | None:
    return Why(NO_WRITING, trouble=True) if engine.trouble is Trouble.DATABASE else None


def _waiting(sender: Sender, engine: Engine, at: datetime) -> Why | None:
    """What the next message waits for."""
    if engine.sending:
        return None
    gap_s = _seconds_until(sender.next_send_at, at, LONGEST_GAP_S)
    retry_s = _seconds_until(engine.next_due, at, max(RETRY_AFTER_S))
    if retry_s > gap_s:
        return Why(AGAIN_IN, wait_s=retry_s)
    return Why(NEXT_IN, wait_s=gap_s) if gap_s else Why(NEXT_SOON)


def _within(span: timedelta, moment: datetime | None, at: datetime) -> bool:
    """Whether that was just now. What lies far ahead was written down before the clock was set back."""
    return moment is not None and abs(at - moment) < span


def _seconds_until(moment: datetime | None, at: datetime, longest_s: float) -> int:
    """Whole seconds, rounded up; 0 for what is past, or so far ahead that the engine does not wait for it."""
    if moment is None or not at < moment <= at + timedelta(seconds=longest_s + SKEW_S):
        return 0
    return -int(-(moment - at).total_seconds() // 1)

"""A campaign's progress in the reader's language: from numbers and moments to what the element shows."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from models.phone import mask
from models.states import CampaignStatus
from services.analytics.funnel import Flow, Latest, Progress
from services.analytics.standing import WORDING, Standing
from services.analytics.why import NEXT_SOON, Why
from services.clock import now
from services.i18n import Words, words
from ui.pieces.status_chip import LOOKS
from ui.told import moment_near, told

OVER = (CampaignStatus.CANCELLED, CampaignStatus.FINISHED)


def labels(_: Words, campaign_id: int) -> dict[str, str]:
    """What never moves."""
    return {
        "people": f"/campaigns/{campaign_id}/people?status=",
        "bar": _("How far the campaign is"),
        "funnel": _("What became of it"),
        "latest": _("Latest"),
        "soon": _(NEXT_SOON),
        "cumulative": _(
            "Each line counts those below it: who has read it was sent it too. Tap a number to see who."
        ),
        "meant_means": _("Everybody it is for"),
        "accepted_means": _("WhatsApp took it"),
        "delivered_means": _("It is on their phone"),
        "read_means": _("They opened it; some people hide this"),
        "replied_means": _("They wrote back"),
        **{standing.value: _(wording) for standing, wording in WORDING.items()},
    }


def shown(seen: Progress, language: str, zone: str) -> dict[str, object]:
    """What moves. Worked out once for all viewers who share a language; nobody may change it."""
    return _shown(seen, language, zone, now().astimezone(ZoneInfo(zone)).date())


@lru_cache(maxsize=256)
def _shown(seen: Progress, language: str, zone: str, today: date) -> dict[str, object]:
    """`today`, for what is "tomorrow" now is not so after midnight."""
    _ = words(language)
    over = seen.status in OVER
    base = seen.meant
    done = seen.accepted + seen.failed + seen.unconfirmed
    return {
        "status": seen.status.value,
        "chip": _(LOOKS[seen.status].sentence),
        "over": over,
        # A cancelled campaign was for those, too, whom the cancel left out.
        "meant_is": "" if seen.status is CampaignStatus.CANCELLED else Standing.MEANT.value,
        "base": base,
        "done": done,
        "headline": _.many(
            "Sent to {sent} of {count} person", "Sent to {sent} of {count} people", base, sent=seen.accepted
        ),
        "flow": _ended(_, seen, zone) if over else seen.flow and _flow(_, seen.flow, zone),
        "why": seen.why and not _blur(seen) and _why(_, seen.why, zone),
        "latest": [_one(_, one, zone) for one in seen.latest],
        **{standing.value: getattr(seen, standing.value) for standing in Standing},
    }


def _ended(_: Words, seen: Progress, zone: str) -> str:
    if seen.finished_at is None:
        return ""
    at = _.moment(seen.finished_at, zone)
    cancelled = seen.status is CampaignStatus.CANCELLED
    return _("Cancelled on {moment}", moment=at) if cancelled else _("Finished on {moment}", moment=at)


def _flow(_: Words, flow: Flow, zone: str) -> str:
    return " · ".join(
        [
            *([_pace(_, flow.gap_s)] if flow.gap_s is not None else []),
            *([_finish(_, flow.finish_at, zone)] if flow.finish_at is not None else []),
        ]
    )


def _pace(_: Words, gap_s: float) -> str:
    if gap_s <= 60:
        return _.many("about {count} message a minute", "about {count} messages a minute", round(60 / gap_s))
    return _.many("about {count} message an hour", "about {count} messages an hour", round(3600 / gap_s))


def _finish(_: Words, at: datetime, zone: str) -> str:
    left = at - now()
    if left < timedelta(minutes=1):
        return _("done within a minute")
    # nobody knows the minute when it takes hours
    step = timedelta(minutes=1 if left < timedelta(hours=1) else 5)
    start = datetime.fromtimestamp(0, at.tzinfo)
    at = start + -(-(at - start) // step) * step
    return _("done about {time}", time=moment_near(_, at, zone))


def _blur(seen: Progress) -> bool:
    """Whether messages follow each other too fast for a countdown."""
    counts_down = seen.why is not None and not seen.why.trouble
    flow = seen.flow
    return counts_down and flow is not None and flow.gap_s is not None and flow.gap_s < 2


def _why(_: Words, why: Why, zone: str) -> dict[str, object]:
    """The {seconds} stay a blank: the screen fills it, and counts down."""
    facts = dict(why.facts) | ({"sender": why.sender} if why.sender else {})
    text = told(_, why.sentence, facts, zone)
    return {"text": text, "wait_s": why.wait_s, "trouble": why.trouble}


def _one(_: Words, one: Latest, zone: str) -> dict[str, object]:
    return {
        "id": one.message_id,
        "name": one.name or mask(one.phone),
        "standing": one.standing.value,
        "at": _.time(one.at, zone),
    }

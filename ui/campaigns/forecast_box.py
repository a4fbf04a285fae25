"""On the review: who will probably be reached, when they will be, and how sure that is."""

from nicegui import ui

from models.states import Pace, Reason
from services.access.actor import Actor
from services.campaigns.review import Review
from services.i18n import Words, words
from services.senders.limits import Closed, allowance
from ui.told import called, moment_near

ENOUGH = 20  # new people written to, before what became of them says much


def forecast_box(actor: Actor, told: Review) -> None:
    """Nothing where nobody would get it."""
    if not told.reach or told.sender is None:
        return
    _ = words(actor.language)
    with ui.element("section").classes("box").mark("forecast"):
        ui.label(" · ".join(_counted(_, told))).classes("strong break")
        if not told.limits.limited:
            ui.label(_("A rehearsal has no quiet hours and no daily limits, so life takes longer.")).classes(
                "soft break"
            )
            return
        ui.label(when(_, told, Pace(told.campaign.pace), actor.timezone)).classes("break").mark("when")
        for line in (*_today(_, told, actor.timezone), *_sure(_, told)):
            ui.label(line).classes("small soft break")


def _counted(_: Words, told: Review) -> list[str]:
    left_out = {group.reason: group.people for group in told.left_out}
    opted_out, absent = left_out.get(Reason.OPTED_OUT, 0), left_out.get(Reason.NOT_ON_WHATSAPP, 0)
    often = left_out.get(Reason.TOO_OFTEN, 0)
    known = told.reach - told.new
    said = [
        (known, _.many("{count} knows you", "{count} know you", known)),
        (told.new, _.many("{count} is new", "{count} are new", told.new)),
        (opted_out, _.many("{count} opted out", "{count} opted out", opted_out)),
        (absent, _.many("{count} is not on WhatsApp", "{count} are not on WhatsApp", absent)),
        (often, _.many("{count} heard enough this week", "{count} heard enough this week", often)),
    ]
    return [words for count, words in said if count]


def when(_: Words, told: Review, pace: Pace, zone: str) -> str:
    """When it is through at this speed: "Ready tomorrow 7:40 pm, the new ones over 4 days"."""
    plan = told.plans[pace]
    if plan.done_at is None:
        return _("It would take more than a year. Choose fewer people, or let the number warm up first.")
    known = moment_near(_, plan.known_at or plan.done_at, zone)
    done = moment_near(_, plan.done_at, zone)
    if plan.new_days > 1 and told.new < told.reach:
        return _(
            "Ready about {known}, the new ones over {count} days: by {done}, if nothing goes wrong.",
            known=known,
            count=plan.new_days,
            done=done,
        )
    if plan.new_days > 1:
        return _(
            "All are new, so it goes over {count} days: ready about {done}, if nothing goes wrong.",
            count=plan.new_days,
            done=done,
        )
    return _("Ready about {done}, if nothing goes wrong.", done=done)


def _today(_: Words, told: Review, zone: str) -> list[str]:
    """What the limits mean for today."""
    if told.sender is None:
        return []
    may = allowance(told.limits, told.at)
    name = called(_, told.sender.name)
    if may.closed is Closed.QUIET_HOURS and may.opens_at:
        return [_("These are quiet hours: it begins {moment}.", moment=moment_near(_, may.opens_at, zone))]
    if may.closed is Closed.DAILY_CAP and may.opens_at:
        begins = moment_near(_, may.opens_at, zone)
        return [_("{sender} has sent enough for today: it begins {moment}.", sender=name, moment=begins)]
    said = [
        _(
            "{sender} may send {count} more messages today, {new} of them to new people.",
            sender=name,
            count=may.room or 0,
            new=may.cold_room or 0,
        )
    ]
    if may.cold_closed is Closed.RESTRICTED and may.cold_opens_at and told.new:
        until = moment_near(_, may.cold_opens_at, zone)
        said.append(_("WhatsApp lets {sender} write to nobody new until {until}.", sender=name, until=until))
    return said


def _sure(_: Words, told: Review) -> list[str]:
    """How far the forecast can be trusted, from what WhatsApp refused so far."""
    if told.sender is None:
        return []
    knows = _("“Knows you” means: wrote to this number, read a message from it, or WhatsApp counts them so.")
    if not told.new:
        return [knows]
    past, name = told.past, called(_, told.sender.name)
    ok = past.tried - past.refused
    if not past.tried:
        sure = _(
            "{sender} has not written to new people yet, so nobody knows how many WhatsApp lets through.",
            sender=name,
        )
    elif past.tried < ENOUGH:
        sure = _(
            "So far WhatsApp let {ok} of {tried} new people through: too few to be sure.",
            ok=ok,
            tried=past.tried,
        )
    else:
        sure = _(
            "So far WhatsApp let {ok} of {tried} new people through, so about {count} of these will get it.",
            ok=ok,
            tried=past.tried,
            count=past.through(told.new),
        )
    return [knows, sure]

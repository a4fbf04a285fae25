"""When shall it go? A day and a time of the shop's own clock, with the phone's own pickers."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from nicegui import ui

from services.access.actor import Actor
from services.campaigns.schedule import in_words, moment_of, schedule
from services.clock import now
from services.errors import Invalid
from services.i18n import N_, Words
from ui.frame import heading
from ui.pieces.answer_to import answer_to
from ui.telling import telling


async def ask_when(_: Words, actor: Actor, campaign_id: int) -> None:
    """Schedules the campaign and opens its page; or does nothing."""
    first = _good_hour(actor.timezone)
    with ui.context.client.content, ui.dialog() as dialog, ui.card().classes("stack full"):
        heading(_("When shall it go?"), 2)
        with ui.element("div").classes("line wrap"):
            day = ui.input(_("Day"), value=first.strftime("%Y-%m-%d")).classes("grow").mark("day")
            day.props('outlined type="date" stack-label').style("min-width: 150px")
            time = ui.input(_("Time"), value=first.strftime("%H:%M")).classes("grow").mark("time")
            time.props('outlined type="time" stack-label').style("min-width: 150px")
        said = ui.label().classes("strong").props("role=status").mark("said-back")
        with ui.element("div").classes("line wrap"):
            ui.button(_("Not now"), on_click=lambda: dialog.submit(False)).props("outline").classes("grow")
            go = ui.button(_("Schedule"), icon="schedule", on_click=lambda: dialog.submit(True))
            go.props("unelevated no-wrap").classes("grow").mark("confirm-schedule")

    def show() -> None:
        try:
            at = moment_of(_local(day.value, time.value), actor.timezone)
            said.set_text(_("It starts by itself on {moment}", moment=in_words(_, at, actor.timezone)))
            go.set_enabled(True)
        except Invalid as e:
            said.set_text(_(e.sentence, **e.facts))
            go.set_enabled(False)

    for field in (day, time):
        field.on_value_change(show)
    show()
    if await answer_to(dialog):
        with telling(_):
            await schedule(actor, campaign_id, _local(day.value, time.value))
            ui.navigate.to(f"/campaigns/{campaign_id}")


def _good_hour(zone: str) -> datetime:
    """The next full hour at which a shop may write to people: from ten in the morning to seven at night."""
    soon = (now().astimezone(ZoneInfo(zone)) + timedelta(minutes=90)).replace(minute=0)
    if soon.hour > 19:
        soon += timedelta(days=1)
    return soon if 10 <= soon.hour <= 19 else soon.replace(hour=10)


def _local(day: str | None, time: str | None) -> datetime:
    """Raises Invalid when one of them is empty or was typed by hand into nonsense."""
    try:
        return datetime.fromisoformat(f"{day} {time}").replace(tzinfo=None)
    except ValueError:
        raise Invalid(N_("Choose a day and a time.")) from None

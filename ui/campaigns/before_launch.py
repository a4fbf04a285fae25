"""A campaign that waits for its time, or is held: what and when, and what can be done about it."""

from collections.abc import Callable

from nicegui import ui

from models.states import CampaignStatus
from services.access.actor import Actor
from services.analytics.funnel import Progress
from services.analytics.why import CANCELLING
from services.campaigns import control, schedule
from services.campaigns.launch import launch
from services.campaigns.ready import default_language
from services.campaigns.review import Review, review
from services.i18n import Words, words
from services.templates.preview import as_read
from ui.pieces.bubble import Bubble
from ui.pieces.thumb_bar import ThumbBar
from ui.telling import telling
from ui.told import called


async def before_launch(seen: Progress, actor: Actor) -> Callable[[Progress], None]:
    """Builds it; gives what the page calls with each later look: it loads anew when the status moves on."""
    _ = words(actor.language)
    _when(_, seen, await review(actor, seen.campaign_id), actor)
    _buttons(_, seen, actor)

    def show(now: Progress) -> None:
        if (now.status, now.cancelling) != (seen.status, seen.cancelling):
            ui.navigate.reload()

    return show


def _when(_: Words, seen: Progress, plan: Review, actor: Actor) -> None:
    if seen.cancelling:
        with ui.element("div").classes("banner warning").props("role=status"):
            ui.icon("cancel").props('aria-hidden="true"')
            ui.label(_(CANCELLING)).classes("grow")
    elif seen.status is CampaignStatus.HELD:
        with ui.element("div").classes("banner warning").props("role=status"):
            ui.icon("pause_circle")
            held = plan.campaign
            ui.label(_(held.problem, **held.facts) if held.problem else _("On hold. Nothing was sent."))
    with ui.element("section").classes("box"):
        if seen.scheduled_at is not None:
            at = schedule.in_words(_, seen.scheduled_at, actor.timezone)
            if seen.status is CampaignStatus.SCHEDULED:
                _fact("schedule", _("It starts by itself on {moment}", moment=at))
            else:
                _fact("schedule", _("It was planned for {moment}", moment=at))
        _fact("group", _.many("{count} person will get it", "{count} people will get it", plan.reach))
        if plan.sender is not None:
            _fact("smartphone", _("From {sender}", sender=called(_, plan.sender.name)))
        text = plan.campaign.texts.get(default_language(plan.campaign), "")
        Bubble(as_read(text, None), plan.attached)


def _fact(icon: str, said: str) -> None:
    with ui.element("div").classes("line"):
        ui.icon(icon).classes("soft").style("font-size: 24px")
        ui.label(said).classes("grow")


def _buttons(_: Words, seen: Progress, actor: Actor) -> None:
    campaign_id = seen.campaign_id

    async def launch_now() -> None:
        with telling(_):
            await launch(actor, campaign_id)

    async def back_to_draft() -> None:
        with telling(_):
            await schedule.unschedule(actor, campaign_id)
            ui.navigate.to(f"/campaigns/{campaign_id}/edit")

    async def cancel() -> None:
        with telling(_):
            await control.cancel(actor, campaign_id)

    async def undo() -> None:
        with telling(_):
            await control.undo_cancel(actor, campaign_id)

    with ThumbBar() as bar:
        if seen.cancelling:
            bar.button(_("Undo"), "undo", undo, main=True).mark("undo")
            return
        bar.button(_("Launch now"), "send", launch_now, main=True).mark("launch")
        bar.button(_("Back to draft"), "edit", back_to_draft)
        bar.button(_("Cancel"), "cancel", cancel)

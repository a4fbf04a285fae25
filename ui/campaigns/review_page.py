"""/campaigns/7/review: what will happen, before it does; and the tap that makes it happen."""

from fastapi import Depends
from fastapi.responses import RedirectResponse, Response
from nicegui import ui

from models.campaign import Campaign
from models.pace import GAPS
from models.states import CampaignStatus, Pace
from services.access.actor import Actor
from services.campaigns import draft
from services.campaigns.forecast import SPEEDS, in_words, plan
from services.campaigns.launch import launch
from services.campaigns.ready import MissingBlanks
from services.campaigns.review import Review, review
from services.errors import WrongMoment
from services.i18n import LANGUAGES, N_, Words, words
from services.templates.footer import has_footer, with_footer
from services.templates.preview import as_read, somebody
from ui.campaigns.asking_box import asking_box
from ui.campaigns.forecast_box import forecast_box
from ui.campaigns.leaving_out import people_left_out, people_without
from ui.campaigns.schedule_dialog import ask_when
from ui.frame import frame, heading
from ui.pieces.bubble import Bubble
from ui.pieces.choice import Choice, Option
from ui.pieces.empty_state import go_button
from ui.pieces.sandbox_banner import sandbox_banner
from ui.pieces.thumb_bar import ThumbBar
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear
from ui.told import called

PACES = {
    Pace.SAFE: (N_("Safe"), N_("10 to 30 seconds between two messages. Best for a new number.")),
    Pace.BALANCED: (N_("Balanced"), N_("5 to 10 seconds between two messages.")),
    Pace.FAST: (N_("Fast"), N_("2 to 5 seconds between two messages. For a number that writes a lot.")),
}
assert set(PACES) == set(GAPS)


@ui.page("/campaigns/{campaign_id}/review")
async def review_page(campaign_id: int, actor: Actor = Depends(signed_in)) -> Response | None:
    told = await review(actor, campaign_id)
    if told.campaign.status != CampaignStatus.DRAFT:
        return RedirectResponse(f"/campaigns/{campaign_id}", status_code=303)
    _ = words(actor.language)
    wear("progress.css")
    wear("compose.css")
    with frame(_("Check and send"), actor, back=f"/campaigns/{campaign_id}/edit", narrow=True):
        if told.rehearsal:
            sandbox_banner(_)
        _obstacle(_, told)
        people_without(_, told, actor)
        _who(_, told)
        await asking_box(actor, told)
        forecast_box(actor, told)
        await _texts(_, actor, told)
        Speed(actor, told)
        _buttons(_, actor, told)
    return None


def _obstacle(_: Words, told: Review) -> None:
    """Why it cannot go yet; missing blanks have a box of their own."""
    why = told.obstacle
    if why is None or isinstance(why, MissingBlanks):
        return
    with ui.element("div").classes("banner negative line wrap").props('role="alert"').mark("obstacle"):
        ui.icon("error_outline").props('aria-hidden="true"')
        ui.label(_(why.sentence, **why.facts)).classes("grow break")
        go_button(_("Change it"), f"/campaigns/{told.campaign.id}/edit")


def _who(_: Words, told: Review) -> None:
    with ui.element("section").classes("box"):
        ui.label(told.campaign.name or _("Without a name")).classes("soft break")
        ui.label(_.many("{count} person will get it", "{count} people will get it", told.reach)).classes(
            "big-number"
        ).mark("reach")
        if told.sender is not None:
            ui.label(_("From {sender}", sender=called(_, told.sender.name))).classes("soft break")
        people_left_out(_, told)


async def _texts(_: Words, actor: Actor, told: Review) -> None:
    """Each language through the eyes of somebody who reads it."""
    if not told.campaign.texts and told.attached is None:
        return
    with ui.element("section").classes("box"):
        heading(_("What they read"), 2)
        if not told.campaign.texts:
            Bubble(attached=told.attached)
        for code, name in LANGUAGES.items():
            if code in told.campaign.texts:
                eyes = await somebody(actor, code)
                with ui.element("div").classes("stack tight"):
                    whose = _("As {name} will read it", name=eyes.name) if eyes else ""
                    ui.label(" · ".join(filter(None, (name, whose)))).classes("small soft")
                    Bubble(
                        _whole(told.campaign, as_read(told.campaign.texts[code], eyes), code), told.attached
                    )


def _whole(campaign: Campaign, text: str, language: str) -> str:
    return with_footer(text, language) if has_footer(campaign) else text


class Speed:
    """How fast, and so how long; in the sandbox also how much faster than life."""

    def __init__(self, actor: Actor, told: Review) -> None:
        self._ = _ = words(actor.language)
        self._actor = actor
        self._told = told
        self._speed = told.campaign.rehearsal_speed if told.rehearsal else 1
        with ui.element("section").classes("box"):
            heading(_("How fast"), 2)
            paces = [Option(pace.value, _(name), _(more)) for pace, (name, more) in PACES.items()]
            self._paces = Choice(_("How fast"), paces, told.campaign.pace, self._choose_pace)
            if told.beside:
                ui.label(
                    _.many(
                        "{count} message of another campaign goes from this number in between.",
                        "{count} messages of other campaigns go from this number in between.",
                        told.beside,
                    )
                ).classes("small soft")
        self._speeds: Choice[int] | None = None
        if told.rehearsal:
            with ui.element("section").classes("box"):
                heading(_("How fast the rehearsal plays"), 2)
                speeds = [Option(speed, _speed_name(_, speed)) for speed in SPEEDS]
                label = _("How fast the rehearsal plays")
                self._speeds = Choice(label, speeds, self._speed, self._choose_speed)
        self._show()

    async def _choose_pace(self, pace: str) -> None:
        self._show()
        with telling(self._):
            await draft.save(self._actor, self._told.campaign.id, {"pace": pace})

    async def _choose_speed(self, speed: int) -> None:
        self._speed = speed
        self._show()
        with telling(self._):
            await draft.save(self._actor, self._told.campaign.id, {"rehearsal_speed": speed})

    def _show(self) -> None:
        if self._told.reach == 0:
            return
        for pace in PACES:
            self._paces.set_aside(pace.value, self._lasting(pace, self._speed))
        if self._speeds is None:
            return
        for speed in SPEEDS:
            self._speeds.set_aside(speed, self._lasting(self._paces.value, speed))

    def _lasting(self, pace: str, speed: int) -> str:
        """From now to the last message."""
        told = self._told
        done_at = plan(told.limits, told.crowd, pace, told.at, speed).done_at
        return self._("more than a year") if done_at is None else in_words(self._, done_at - told.at)


def _speed_name(_: Words, speed: int) -> str:
    if speed == 1:
        return _("As slow as in life")
    if speed == SPEEDS[-1]:
        return _("As fast as it can")
    return _("{count} times faster", count=speed)


def _buttons(_: Words, actor: Actor, told: Review) -> None:
    campaign_id = told.campaign.id

    async def tap_launch() -> None:
        with telling(_):
            try:
                launched = await launch(actor, campaign_id)
            except WrongMoment:  # somebody was faster: what they launched is what there is to see
                ui.navigate.to(f"/campaigns/{campaign_id}")
                return
            ui.notify(
                _.many("{count} message is on its way", "{count} messages are on their way", launched.queued),
                type="positive",
            )
            ui.navigate.to(f"/campaigns/{campaign_id}")

    async def tap_schedule() -> None:
        await ask_when(_, actor, campaign_id)

    with ThumbBar() as bar:
        # Never greyed out: who taps too early is told what is missing.
        lining_up = _.many("Lining up {count} message …", "Lining up {count} messages …", told.reach)
        bar.button(_("Launch now"), "send", tap_launch, main=True, meanwhile=lining_up).mark("launch")
        bar.button(_("Schedule"), "schedule", tap_schedule).mark("schedule")

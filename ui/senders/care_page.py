"""/senders/7/care : how a number stands with WhatsApp, and how much it may send in a day."""

from fastapi import Depends
from nicegui import ui

from models.states import Channel
from services.access.actor import Actor
from services.i18n import N_, Words, words
from services.senders.care import Care, Level, care, set_limits
from services.senders.limits import COLD_PER_DAY, DAILY_CAP
from ui.frame import frame, heading
from ui.pieces.thumb_bar import ThumbBar
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear
from ui.told import called, told

LEVELS = {
    Level.CALM: ("positive", "check_circle", N_("All is well, as far as we can see")),
    Level.WATCH: ("warning", "error_outline", N_("Be careful with it")),
    Level.DANGER: ("negative", "block", N_("In danger")),
}
assert set(LEVELS) == set(Level)


@ui.page("/senders/{sender_id}/care")
async def care_page(sender_id: int, actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    seen = await care(actor, sender_id)
    wear("progress.css")
    with frame(called(_, seen.sender.name), actor, back="/senders", narrow=True):
        if seen.limits.limited:
            _standing(_, seen, actor.timezone)
            _today(_, seen)
        Limiting(_, actor, seen)


def _standing(_: Words, seen: Care, zone: str) -> None:
    look, icon, name = LEVELS[seen.level]
    with ui.element("section").classes("box").mark("standing"):
        heading(_("How it stands with WhatsApp"), 2)
        with ui.element("div").classes(f"banner {look} line").props('role="status"').mark(seen.level.value):
            ui.icon(icon).props('aria-hidden="true"')
            ui.label(_(name)).classes("grow strong")
        for sign in seen.signs:
            look, icon, _name = LEVELS[sign.level]
            with ui.element("div").classes("line"):
                ui.icon(icon, color=look).props('aria-hidden="true"').style("font-size: 22px")
                ui.label(told(_, sign.sentence, dict(sign.facts), zone)).classes("grow break")
        ui.label(
            _("We cannot see everything: WhatsApp does not tell us who blocks or reports your number.")
        ).classes("small soft break")


def _today(_: Words, seen: Care) -> None:
    limits = seen.limits
    with ui.element("section").classes("box"):
        heading(_("Today"), 2)
        ui.label(
            _("{count} of {most} messages sent, {new} of {most_new} to new people.", **_spent(seen))
        ).classes("break").mark("spent")
        if limits.cap < limits.daily_cap:
            grows = _(
                "It is being warmed up: after a day of sending without trouble it may send {count} a day.",
                count=seen.next_cap,
            )
            ui.label(grows).classes("small soft break")


def _spent(seen: Care) -> dict[str, int]:
    return {
        "count": seen.sent_today,
        "most": seen.limits.cap,
        "new": seen.new_today,
        "most_new": seen.limits.cold_per_day,
    }


class Limiting:
    """What an admin may change; the bounds are ours."""

    def __init__(self, _: Words, actor: Actor, seen: Care) -> None:
        self._ = _
        self._actor = actor
        self._sender = seen.sender
        self._plays: ui.switch | None = None
        with ui.element("section").classes("box"):
            heading(_("How much it may send"), 2)
            if seen.sender.channel == Channel.SANDBOX:
                self._plays = ui.switch(_("Play the limits in rehearsals"), value=seen.sender.plays_limits)
                self._plays.mark("plays-limits")
                ui.label(_("Then a rehearsal waits at night and for the next day, as in life.")).classes(
                    "small soft break"
                )
            self._cap = self._number(_("Most messages a day"), seen.sender.daily_cap, DAILY_CAP, "daily-cap")
            self._new = self._number(
                _("Of these, to new people"),
                seen.sender.cold_per_day,
                COLD_PER_DAY,
                "cold-per-day",
            )
            ui.label(
                _("WhatsApp stops numbers that write to many strangers. Keep them few, and only who asked.")
            ).classes("small soft break")
        with ThumbBar() as bar:
            bar.button(_("Save"), "check", self._save, main=True).mark("save")

    def _number(self, label: str, value: int, bounds: tuple[int, int], mark: str) -> ui.number:
        least, most = bounds
        # Its own bounds would change what was typed without a word.
        field = ui.number(label, value=value, precision=0).classes("full").mark(mark)
        field.props["hint"] = self._("From {least} to {most}", least=least, most=most)
        return field.props('outlined inputmode="numeric"')

    async def _save(self) -> None:
        with telling(self._):
            await set_limits(
                self._actor,
                self._sender.id,
                daily_cap=int(self._cap.value or 0),
                cold_per_day=int(self._new.value or 0),
                plays_limits=bool(self._plays and self._plays.value),
            )
            ui.notify(self._("Saved"), type="positive")
            ui.navigate.reload()

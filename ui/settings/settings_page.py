"""/settings : when the shop sends, and how often to one person."""

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.clock import now
from services.i18n import Words, words
from services.senders.limits import MOST_A_WEEK, QUIET_FROM, QUIET_UNTIL
from services.senders.rules import Rules, change_rules, rules_of
from ui.frame import frame, heading
from ui.pieces.thumb_bar import ThumbBar
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear

HALF_HOUR = 30


@ui.page("/settings")
async def settings_page(actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    wear("progress.css")
    rules = await rules_of(actor)
    with frame(_("Rules of sending"), actor, back="/more", narrow=True):
        when = When(_, rules)

        async def save() -> None:
            with telling(_):
                await change_rules(actor, when.rules)
                ui.notify(_("Saved"), type="positive")

        with ThumbBar() as bar:
            bar.button(_("Save"), "check", save, main=True).mark("save")


class When:
    """Quiet hours, and how many offers a week one person gets."""

    def __init__(self, _: Words, rules: Rules) -> None:
        with ui.element("section").classes("box"):
            heading(_("Quiet hours"), 2)
            ui.label(_("No campaign message leaves in these hours; it goes on in the morning.")).classes(
                "soft break"
            )
            with ui.element("div").classes("line wrap"):
                self._from = self._hour(_, _("From"), rules.quiet_from, QUIET_FROM, "quiet-from")
                self._until = self._hour(_, _("Until"), rules.quiet_until, QUIET_UNTIL, "quiet-until")
        with ui.element("section").classes("box"):
            heading(_("How often"), 2)
            least, most = MOST_A_WEEK
            times = {
                n: _.many("{count} offer a week", "{count} offers a week", n) for n in range(least, most + 1)
            }
            self._often = ui.select(times, label=_("To one person at most"), value=rules.most_a_week)
            self._often.props("outlined options-dense").classes("full").mark("most-a-week")
            ui.label(
                _("Whoever got that many is left out of further offers. Messages they need still go.")
            ).classes("small soft break")

    @property
    def rules(self) -> Rules:
        return Rules(int(self._from.value), int(self._until.value), int(self._often.value))

    def _hour(self, _: Words, label: str, value: int, bounds: tuple[int, int], mark: str) -> ui.select:
        least, most = bounds
        midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
        hours = {
            minute: _.time(midnight.replace(hour=minute // 60 % 24, minute=minute % 60), "UTC")
            for minute in sorted({*range(least, most + 1, HALF_HOUR), value})
        }
        chosen = ui.select(hours, label=label, value=value).props("outlined options-dense")
        return chosen.classes("grow").mark(mark)

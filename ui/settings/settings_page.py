"""/settings : when the shop sends, how often, and which words stop it."""

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.clock import now
from services.consent.stop_words import ALWAYS, ShopWords, our_stop_phrases, plain
from services.consent.words import change_words, words_of
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
    rules, mine = await rules_of(actor), await words_of(actor)
    with frame(_("Rules of sending"), actor):
        when = When(_, rules)
        stop = StopWords(_, mine)

        async def save() -> None:
            with telling(_):
                await change_rules(actor, when.rules)
                await change_words(actor, more=stop.more, off=stop.off)
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


class StopWords:
    """Ours, which may be switched off but for a few; and the shop's own."""

    def __init__(self, _: Words, mine: ShopWords) -> None:
        always = {plain(word) for word in ALWAYS}
        ours = [phrase for phrase in our_stop_phrases() if plain(phrase) not in always]
        with ui.element("section").classes("box"):
            heading(_("Words that stop"), 2)
            ui.label(
                _("Whoever answers only one of these does not hear from you again, unless they write START.")
            ).classes("soft break")
            ui.label(_("Always: {words}", words=" · ".join(ALWAYS).upper())).classes("strong break")
            self._more = ui.input(_("Your own words, with a comma between"), value=", ".join(mine.more))
            self._more.props("outlined maxlength=2000").classes("full").mark("own-words")
            self._off = ui.select(
                ours, label=_("Do not count as STOP here"), value=list(mine.off), multiple=True
            )
            self._off.props("outlined use-chips options-dense").classes("full").mark("words-off")
            ui.label(
                _("For a clinic, for instance: “cancel” is about an appointment, not about messages.")
            ).classes("small soft break")

    @property
    def more(self) -> list[str]:
        return [
            word.strip() for word in (self._more.value or "").replace("\n", ",").split(",") if word.strip()
        ]

    @property
    def off(self) -> list[str]:
        return list(self._off.value or [])

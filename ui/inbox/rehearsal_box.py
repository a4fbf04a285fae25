"""“A customer writes …”: whoever tries Broadcaster out plays the other side, with people who do not exist."""

from collections.abc import Sequence
from functools import partial

from nicegui import ui

from models.phone import shown
from services.access.actor import Actor
from services.i18n import N_, words
from services.sending.rehearse import Player, somebody_new, writes
from ui.telling import telling

EXAMPLES = ("HI", "YES", N_("Price?"), "STOP", "mat bhejo", "मला नको", "START")
NEW = "new"


class RehearsalBox:
    def __init__(self, actor: Actor, cast: Sequence[Player]) -> None:
        self._ = _ = words(actor.language)
        self._actor = actor
        self._names = {player.phone: player.name or shown(player.phone) for player in cast}
        with ui.expansion(_("Try it: a customer writes …")).classes("box full in-play") as box:
            box.props('icon="science"').mark("play")
            ui.label(_("In the sandbox you can play a customer. Nothing leaves this computer.")).classes(
                "soft"
            )
            self._who = ui.select(self._choices(), value=NEW, label=_("Who writes")).classes("full")
            self._who.props("outlined").mark("play-who")
            examples = ui.element("div").classes("pl-chips")
            self._said = ui.input(_("What they write"), value="HI").classes("full").mark("play-text")
            self._said.props("outlined maxlength=1000").on("keydown.enter", self._send)
            with examples:
                for example in map(_, EXAMPLES):
                    chip = ui.button(example, on_click=partial(self._said.set_value, example))
                    chip.props("outline dense").classes("in-example")
            ui.button(_("Let them write"), icon="send", on_click=self._send).props("unelevated").mark(
                "play-send"
            )

    def _choices(self) -> dict[str, str]:
        return {NEW: self._("Somebody new, with a made-up number"), **self._names}

    async def _send(self) -> None:
        """What is typed leaves the box first, so that a second tap has nothing to send."""
        text, self._said.value = self._said.value or "", ""
        phone = somebody_new() if self._who.value == NEW else str(self._who.value)
        with telling(self._):
            await writes(self._actor, phone, text)
            self._names.setdefault(phone, shown(phone))
            self._who.set_options(self._choices(), value=phone)

"""/words: which messages stop everything in this shop; tried out on the spot."""

from fastapi import Depends
from nicegui import events, ui

from services.access.actor import Actor
from services.consent.refusals import may_be_a_no
from services.consent.stop_words import ALWAYS, ShopWords, Wish, our_stop_phrases, plain, wish
from services.consent.words import change_words, words_of
from services.i18n import words
from ui.frame import frame, heading
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear


@ui.page("/words")
async def words_page(actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    wear("progress.css")
    wear("inbox.css")
    known = await words_of(actor)
    with frame(_("Words that stop"), actor, back="/more", narrow=True):
        ui.label(
            _(
                "Who writes one of these words and nothing else gets nothing more from you. Capital letters,"
                " emoji and “please” make no difference."
            )
        ).classes("break")
        WordsShown(actor, known)


class WordsShown:
    def __init__(self, actor: Actor, known: ShopWords) -> None:
        self._ = _ = words(actor.language)
        self._actor = actor
        self._known = known
        with ui.element("section").classes("box"):
            heading(_("Try a message"), 2)
            tried = ui.input(_("What they write"), on_change=self._tried).classes("full").mark("try")
            tried.props("outlined maxlength=600 debounce=200")
            self._verdict = ui.label().classes("strong break").props("role=status")
        with ui.element("section").classes("box"):
            heading(_("Your own words"), 2)
            self._own = ui.element("div").classes("pl-chips wd")
            with ui.element("div").classes("line"):
                self._new = ui.input(_("One more word")).props("outlined maxlength=40").classes("grow")
                self._new.mark("new-word").on("keydown.enter", self._add)
                ui.button(_("Add"), on_click=self._add).props("unelevated").mark("add-word")
        with ui.expansion(_("Words that always come with it")).classes("box full in-play").mark("ours"):
            ui.label(
                _(
                    "Does one of them mean something else to your customers? At a clinic, “cancel” is about"
                    " an appointment. Tap it to switch it off, and again to switch it on."
                )
            ).classes("small soft break")
            self._ours = ui.element("div").classes("pl-chips wd")
        self._show()

    def _show(self) -> None:
        _ = self._
        self._own.clear()
        with self._own:
            if not self._known.more:
                ui.label(_("None yet.")).classes("soft")
            for word in self._known.more:
                chip = ui.button(word, icon="close", on_click=lambda w=word: self._drop(w))
                chip.props("outline dense").props(f'aria-label="{_("Remove {word}", word=word)}"')
        self._ours.clear()
        off = {plain(word) for word in self._known.off}
        with self._ours:
            for word in our_stop_phrases():
                self._ours_chip(word, on=plain(word) not in off)

    def _ours_chip(self, word: str, *, on: bool) -> None:
        if word in ALWAYS:
            ui.label(word).classes("chip positive wd-always")
            return
        chip = ui.button(word, on_click=lambda w=word, was=on: self._switch(w, on=not was))
        chip.props("outline dense" if on else "flat dense").classes("" if on else "wd-off")
        chip.props(f'aria-pressed="{"true" if on else "false"}"').mark(f"word-{word}")

    def _tried(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        self._verdict.set_text(self._meaning(event.value or ""))

    def _meaning(self, text: str) -> str:
        _ = self._
        meant = wish(text, self._known)
        if not text.strip():
            return ""
        if meant is Wish.STOP:
            return _("Stops everything, at once.")
        if meant is Wish.START:
            return _("Takes a stop back.")
        if may_be_a_no(text):
            return _("Stops nothing by itself: the inbox asks you.")
        return _("An ordinary message.")

    async def _add(self) -> None:
        word, self._new.value = self._new.value or "", ""
        if not word.strip():
            return
        if not await self._change([*self._known.more, word], list(self._known.off)):
            self._new.value = word

    async def _drop(self, word: str) -> None:
        await self._change([own for own in self._known.more if own != word], list(self._known.off))

    async def _switch(self, word: str, *, on: bool) -> None:
        off = [known for known in self._known.off if known != word] + ([] if on else [word])
        await self._change(list(self._known.more), off)

    async def _change(self, more: list[str], off: list[str]) -> bool:
        with telling(self._):
            self._known = await change_words(self._actor, more=more, off=off)
            self._show()
            return True
        return False

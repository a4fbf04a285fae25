"""/join: “Send HI to join”: the shop's word, its link, its code, and posters to print."""

import io

import segno
from fastapi import Depends
from nicegui import ui

from models.phone import shown
from models.states import Channel
from services.access.actor import Actor
from services.consent.words import words_of
from services.contacts.join import Joining, change_joining, joining_of, link, notice, question
from services.i18n import LANGUAGES, words
from services.senders.list import SenderSeen, senders
from services.sending.rehearse import cast_of
from ui.frame import frame, heading
from ui.inbox.rehearsal_box import RehearsalBox
from ui.join.paper import unknown_letters
from ui.pieces.bubble import Bubble
from ui.pieces.confirm import confirm
from ui.pieces.empty_state import go_button
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear


@ui.page("/join")
async def join_page(actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    wear("progress.css")
    wear("compose.css")
    wear("inbox.css")
    joining = await joining_of(actor)
    everybody = await senders(actor)
    cast = await cast_of(actor)
    with frame(_("Send HI to join"), actor, back="/inbox", narrow=True):
        ui.label(
            _(
                "The best customers to write to are those who wrote first. They scan your code and send one"
                " message: that is their yes, and it is kept as the proof."
            )
        ).classes("break")
        Join(actor, joining, everybody)
        RehearsalBox(actor, cast)


class Join:
    def __init__(self, actor: Actor, joining: Joining, everybody: list[SenderSeen]) -> None:
        self._ = words(actor.language)
        self._actor = actor
        self._numbers = [seen for seen in everybody if seen.phone and seen.channel is not Channel.SANDBOX]
        self._sandbox = next((seen for seen in everybody if seen.channel is Channel.SANDBOX), None)
        self._room = ui.element("div").classes("stack full")
        self._show(joining)

    def _show(self, joining: Joining) -> None:
        self._room.clear()
        with self._room:
            self._word_box(joining)
            if joining.since is None:
                return
            for seen in self._numbers:
                self._ways(joining, seen)
            if not self._numbers:
                self._no_number(joining)
            self._answer(joining)

    def _word_box(self, joining: Joining) -> None:
        _ = self._
        on = joining.since is not None
        with ui.element("section").classes("box"):
            with ui.element("div").classes("line spread wrap"):
                heading(_("The word that people send"), 2)
                look, state = ("positive", _("People can join")) if on else ("", _("Not in use yet"))
                ui.label(state).classes("chip").classes(look).mark("joining")
            self._word = ui.input(_("Word"), value=joining.word).classes("full").mark("word")
            self._word.props("outlined maxlength=20")
            self._word.props["hint"] = _(
                "A word of your own, like {example}, is better: many people write HI only to greet.",
                example="SWEETS",
            )
            with ui.element("div").classes("line wrap"):
                go = ui.button(_("Save") if on else _("Begin"), on_click=lambda: self._change(True))
                go.props("unelevated").classes("grow").mark("begin")
                if on:
                    stop = ui.button(_("Let nobody join any more"), on_click=self._stop)
                    stop.props("outline").classes("grow").mark("end")

    def _ways(self, joining: Joining, seen: SenderSeen) -> None:
        _ = self._
        address = link(_, joining, seen.phone or "")
        with ui.element("section").classes("box"):
            heading(shown(seen.phone or ""), 2)
            ui.html(_svg(address), sanitize=False).classes("jn-code")
            ui.label(_("Scan it with a phone to try it.")).classes("soft small")
            shown_link = ui.input(_("The link, for your website or your status"), value=address)
            shown_link.props("outlined readonly").classes("full")
            copy = ui.button(_("Copy the link"), icon="content_copy", on_click=lambda: self._copy(address))
            copy.props("outline")
            heading(_("Posters to print (A4, PDF)"), 3)
            self._posters(joining, seen)

    def _posters(self, joining: Joining, seen: SenderSeen) -> None:
        _ = self._
        with ui.element("div").classes("line wrap in-ways"):
            for code, name in LANGUAGES.items():
                button = go_button(
                    name, f"/join/poster-{code}.pdf?sender_id={seen.id}", icon="picture_as_pdf"
                )
                button.props("outline download", remove="unelevated").props(f'lang="{code}"')
                button.mark(f"poster-{code}")
        if strange := unknown_letters(joining.shop):
            ui.label(
                _("The posters cannot show these letters of your shop's name: {letters}", letters=strange)
            ).classes("small break text-warning")

    def _no_number(self, joining: Joining) -> None:
        _ = self._
        with ui.element("div").classes("banner").props('role="note"'):
            ui.icon("info").props('aria-hidden="true"')
            with ui.element("div").classes("grow stack"):
                ui.label(_("The code and the posters need your WhatsApp number. Link it first."))
                go_button(_("Link a WhatsApp number"), "/senders/link", icon="add")
                text = _("Until then, try it below: let a made-up customer write {word}.", word=joining.word)
                ui.label(text)
                if self._sandbox is not None:
                    heading(_("A sample, with a made-up number"), 3)
                    self._posters(joining, self._sandbox)

    def _answer(self, joining: Joining) -> None:
        _ = self._
        with ui.element("section").classes("box"):
            heading(_("What they get as an answer, once"), 2)
            ui.label(_("Who uses the link or the code has joined, and reads:")).classes("small break")
            Bubble(notice(_, joining))
            told = _("Who only writes {word} may just be greeting you, so they are asked:", word=joining.word)
            ui.label(told).classes("small break")
            Bubble(question(_, joining))
            ui.label(_("In English, Hindi or Marathi, as they wrote. The law asks for it.")).classes(
                "soft small"
            )

    async def _change(self, on: bool) -> None:
        _ = self._
        with telling(_):
            known = await words_of(self._actor)
            joining = await change_joining(self._actor, word=self._word.value or "", on=on, shop_words=known)
            ui.notify(_("Saved"), type="positive")
            self._show(joining)

    async def _stop(self) -> None:
        _ = self._
        question = _(
            "Who sends the word will not join any more; your posters say so still. Who joined stays."
        )
        if await confirm(question, yes=_("Let nobody join any more"), no=_("Leave it")):
            await self._change(False)

    def _copy(self, address: str) -> None:
        ui.clipboard.write(address)
        ui.notify(self._("Copied"), type="positive")


def _svg(address: str) -> str:
    made = io.BytesIO()
    segno.make(address, error="m").save(made, kind="svg", border=4, scale=1, xmldecl=False, omitsize=True)
    return made.getvalue().decode()

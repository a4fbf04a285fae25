"""/contacts/7: one person: who they are, what they agreed to, and since when."""

from fastapi import Depends
from nicegui import ui

from models.phone import shown
from models.states import Consent
from services.access.actor import Actor
from services.contacts.agree import asked_to_stop, one_agreed
from services.contacts.edit import delete, edit
from services.contacts.person import PersonPage, Word, person
from services.i18n import Words, words
from services.ops.erase import erase_contact
from ui.contacts.person_form import PersonForm
from ui.contacts.sources import SOURCES
from ui.frame import frame, heading
from ui.pieces.confirm import confirm
from ui.pieces.empty_state import go_button
from ui.pieces.status_chip import LOOKS, status_chip
from ui.pieces.thumb_bar import ThumbBar
from ui.pieces.typing import Typing
from ui.rights.data_box import data_box
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear


@ui.page("/contacts/{contact_id:int}")
async def person_page(contact_id: int, actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    wear("progress.css")
    wear("inbox.css")
    seen = await person(actor, contact_id)
    typing = await Typing.at(actor, f"/contacts/{contact_id}", since=seen.updated_at)

    async def save() -> None:
        with telling(_):
            await edit(
                actor,
                contact_id,
                name=form.name,
                phone=form.phone,
                language=form.language,
                tags=form.tags,
                fields=form.fields,
            )
            await typing.done()
            ui.notify(_("Saved"), type="positive")
            ui.navigate.to("/contacts")

    async def remove() -> None:
        with telling(_):
            deleted = await delete(actor, [contact_id])
            ui.navigate.to(f"/contacts?undo={deleted.token}")

    async def erase() -> None:
        await erase_contact(actor, contact_id)

    with frame(seen.name or shown(seen.phone), actor, back="/contacts", narrow=True):
        typing.say()
        with ui.element("div").classes("box"):
            form = PersonForm(
                _,
                name=seen.name,
                phone=shown(seen.phone),
                language=seen.language,
                tags=seen.tags,
                typing=typing,
            )
            form.show_fields(seen.fields)
        ConsentBox(actor, seen)
        if seen.chat_id is not None:
            go_button(_("What they wrote to you"), f"/inbox/{seen.chat_id}", icon="forum").props(
                "outline", remove="unelevated"
            )
        data_box(_, f"/contacts/{contact_id}", seen.name or shown(seen.phone), erase, back="/contacts")
        ui.button(_("Delete this person"), icon="delete", on_click=remove).props("flat color=negative")
        with ThumbBar() as bar:
            bar.button(_("Save"), "check", save, main=True).mark("save")


class ConsentBox:
    """The latest word and the words before it."""

    def __init__(self, actor: Actor, seen: PersonPage) -> None:
        self._ = words(actor.language)
        self._actor = actor
        self._id = seen.id
        self._box = ui.element("section").classes("box")
        self._show(seen)

    def _show(self, seen: PersonPage) -> None:
        _ = self._
        self._box.clear()
        with self._box:
            with ui.element("div").classes("line spread wrap"):
                heading(_("Consent"), 2)
                status_chip(_, seen.consent)
            if seen.consent is Consent.UNKNOWN:
                ui.button(_("They agreed"), icon="check", on_click=self._agreed).props("outline").mark(
                    "agreed"
                )
            if seen.consent is Consent.WITHDRAWN:
                ui.label(_("Only this person can change that, by writing START to you.")).classes("soft")
            else:
                stop = ui.button(_("They asked to stop"), icon="block", on_click=self._stop)
                stop.props("outline color=negative").mark("stop")
            for word in seen.history:
                _history(_, word, self._actor.timezone)

    async def _agreed(self) -> None:
        _ = self._
        wording = _("This person agreed to hear from {shop} on WhatsApp.", shop=self._actor.workspace_name)
        if await confirm(wording, yes=_("Yes, they agreed"), no=_("Cancel"), color="primary"):
            with telling(_):
                await one_agreed(self._actor, self._id, wording=wording)
            self._show(await person(self._actor, self._id))

    async def _stop(self) -> None:
        _ = self._
        question = _("Nothing will be sent to this person any more. Only they can change that later.")
        if await confirm(question, yes=_("They asked to stop"), no=_("Cancel")):
            await asked_to_stop(self._actor, self._id)
            self._show(await person(self._actor, self._id))


def _history(_: Words, word: Word, zone: str) -> None:
    with ui.element("div").classes("stack tight"):
        said = " · ".join(filter(None, [_(SOURCES.get(word.source, word.source)), word.by]))
        ui.label(f"{_(LOOKS[word.consent].sentence)}: {said}").classes("small break")
        if word.wording:
            ui.label(f"“{word.wording}”").classes("small soft break")
        ui.label(_.moment(word.at, zone)).classes("small soft numbers")

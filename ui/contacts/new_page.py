"""/contacts/new: one more person."""

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.contacts.add import add
from services.i18n import words
from ui.contacts.person_form import PersonForm
from ui.frame import frame
from ui.pieces.thumb_bar import ThumbBar
from ui.pieces.typing import Typing
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear


@ui.page("/contacts/new")
async def new_page(actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    wear("progress.css")
    agreement = _("This person agreed to hear from {shop} on WhatsApp.", shop=actor.workspace_name)

    typing = await Typing.at(actor, "/contacts/new")

    async def save() -> None:
        with telling(_):
            contact_id = await add(
                actor,
                name=form.name,
                phone=form.phone,
                language=form.language,
                tags=form.tags,
                agreement=agreement if agreed.value else "",
            )
            await typing.done()
            ui.navigate.to(f"/contacts/{contact_id}")

    with frame(_("Add one person"), actor, back="/contacts", narrow=True):
        typing.say()
        with ui.element("div").classes("box"):
            form = PersonForm(_, typing=typing)
            agreed = ui.checkbox(agreement, value=typing.get("agreed", False)).mark("agreed")
            agreed.on_value_change(lambda event: typing.put("agreed", bool(event.value)))
            ui.label(_("Without this, campaigns leave the person out.")).classes("soft small")
        with ThumbBar() as bar:
            bar.button(_("Add"), "person_add", save, main=True).mark("save")

"""/templates/new?ready=diwali, /templates/7: one template in each language, beside a real person's view."""

from collections.abc import Mapping

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.i18n import words
from services.media.find import Attached
from services.templates.ready_made import ready_made
from services.templates.write import LONGEST_NAME, change, create, delete_template, find
from ui.frame import frame
from ui.pieces.empty_state import go_button
from ui.pieces.message_editor import message_editor
from ui.pieces.thumb_bar import ThumbBar
from ui.pieces.undo import keep
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear


@ui.page("/templates/new")
async def new_page(ready: str = "", actor: Actor = Depends(signed_in)) -> None:
    found = ready_made(ready)
    if found is None:
        await _page(actor, None, "", {}, None)
    else:
        name = words(actor.language)(found.name)
        await _page(actor, None, name, found.of(actor.workspace_name), None)


@ui.page("/templates/{template_id}")
async def template_page(template_id: int, actor: Actor = Depends(signed_in)) -> None:
    template = await find(actor, template_id)
    await _page(actor, template_id, template.name, template.texts, template.attached)


async def _page(
    actor: Actor, template_id: int | None, name: str, texts: Mapping[str, str], attached: Attached | None
) -> None:
    _ = words(actor.language)
    wear("progress.css")
    wear("compose.css")

    async def save() -> None:
        carried = editor.attached.id if editor.attached else None
        with telling(_):
            if template_id is None:
                await create(actor, title.value or "", editor.texts, carried)
            else:
                await change(actor, template_id, title.value or "", editor.texts, carried)
            ui.navigate.to("/templates")

    async def delete() -> None:
        if template_id is None:
            return
        with telling(_):
            await delete_template(actor, template_id)

            async def back() -> str:
                again = await create(actor, name, texts, attached.id if attached else None)
                return f"/templates/{again}"

            said = _("“{name}” was deleted.", name=name)
            ui.navigate.to(f"/templates?undo={keep(actor, said, back)}")

    with frame(_("New template") if template_id is None else name, actor, back="/templates"):
        title = ui.input(_("Name of the template"), value=name).classes("full").mark("name")
        title.props(f"outlined maxlength={LONGEST_NAME}")
        title.props["hint"] = _("Only you see it.")
        editor = await message_editor(actor, texts, attached)
        if template_id is not None:
            ui.button(_("Delete the template"), icon="delete", on_click=delete).props("flat color=negative")
        with ThumbBar() as bar:
            bar.button(_("Save"), "check", save, main=True).mark("save")
            if template_id is not None:
                go_button(
                    _("Use in a campaign"), f"/campaigns/new?template={template_id}", icon="campaign"
                ).props("outline", remove="unelevated")

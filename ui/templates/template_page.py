"""/templates/new?ready=diwali, /templates/7: one template in each language, beside a real person's view."""

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.clock import now
from services.errors import NotFound
from services.i18n import words
from services.media.find import Attached
from services.media.find import find as find_attached
from services.templates.ready_made import ready_made
from services.templates.write import LONGEST_NAME, Written, change, create, delete_template, find
from ui.frame import frame
from ui.pieces.empty_state import go_button
from ui.pieces.message_editor import message_editor
from ui.pieces.thumb_bar import ThumbBar
from ui.pieces.typing import Typing
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear


@ui.page("/templates/new")
async def new_page(ready: str = "", actor: Actor = Depends(signed_in)) -> None:
    found = ready_made(ready)
    if found is None:
        await _page(actor, Written(0, "", {}, now()), await Typing.at(actor, "/templates/new"))
    else:
        name = words(actor.language)(found.name)
        typing = await Typing.at(actor, f"/templates/new?ready={found.key}")
        texts = found.of(actor.workspace_name)
        await _page(actor, Written(0, name, texts, now(), kind=found.kind), typing)


@ui.page("/templates/{template_id}")
async def template_page(template_id: int, actor: Actor = Depends(signed_in)) -> None:
    template = await find(actor, template_id)
    place = f"/templates/{template_id}"
    await _page(actor, template, await Typing.at(actor, place, since=template.updated_at))


async def _page(actor: Actor, template: Written, typing: Typing) -> None:
    """A template without an id is a new one."""
    _ = words(actor.language)
    is_new = not template.template_id
    wear("progress.css")
    wear("compose.css")

    async def save() -> None:
        carried = editor.attached.id if editor.attached else None
        with telling(_):
            if is_new:
                await create(actor, title.value or "", editor.texts, carried, template.kind)
            else:
                await change(actor, template.template_id, title.value or "", editor.texts, carried)
            await typing.done()
            ui.navigate.to("/templates")

    async def delete() -> None:
        with telling(_):
            token = await delete_template(actor, template.template_id)
            await typing.done()
            ui.navigate.to(f"/templates?undo={token}")

    async def typed(texts: dict[str, str]) -> None:
        typing.put("texts", dict(texts))

    async def carries(attached: Attached | None) -> None:
        typing.put("attached", attached.id if attached else 0)

    with frame(_("New template") if is_new else template.name, actor, back="/templates"):
        typing.say()
        title = ui.input(_("Name of the template"), value=typing.get("name", template.name))
        title.on_value_change(lambda event: typing.put("name", event.value or ""))
        title.classes("full").mark("name").props(f"outlined maxlength={LONGEST_NAME}")
        title.props["hint"] = _("Only you see it.")
        texts = typing.get("texts", template.texts)
        attached = await _attached(actor, template.attached, typing)
        editor = await message_editor(actor, texts, attached, changed=typed, carried=carries)
        if not is_new:
            ui.button(_("Delete the template"), icon="delete", on_click=delete).props("flat color=negative")
        with ThumbBar() as bar:
            bar.button(_("Save"), "check", save, main=True).mark("save")
            if not is_new:
                go_button(
                    _("Use in a campaign"), f"/campaigns/new?template={template.template_id}", icon="campaign"
                ).props("outline", remove="unelevated")


async def _attached(actor: Actor, saved: Attached | None, typing: Typing) -> Attached | None:
    """What was put to it and not saved yet; where that file is gone, what was saved."""
    attachment_id = typing.get("attached", -1)
    if attachment_id < 0:
        return saved
    try:
        return await find_attached(actor, attachment_id) if attachment_id else None
    except NotFound:
        return saved

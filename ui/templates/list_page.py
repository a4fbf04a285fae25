"""/templates: the texts that the shop uses again."""

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.i18n import LANGUAGES, Words, words
from services.templates.preview import as_read
from services.templates.ready_made import OCCASIONS
from services.templates.write import Written, listed
from ui.frame import Action, frame, heading
from ui.pieces.attachment_box import ICONS
from ui.pieces.empty_state import empty_state, until_first
from ui.pieces.rows import link_row, rows
from ui.pieces.undo import offer
from ui.signed_in import signed_in
from ui.theme import wear


@ui.page("/templates")
async def list_page(undo: str = "", actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    templates = await listed(actor)
    wear("compose.css")
    new = Action(_("New template"), "/templates/new", "add", "new-template") if templates else None
    with frame(_("Templates"), actor, action=new):
        await offer(actor, undo)
        if not templates:
            empty_state(
                "description",
                _("Write a message once and use it again."),
                action=_("New template"),
                address="/templates/new",
                more=_("With each person's name in it, in English, Hindi and Marathi."),
            )
            _ready_made(_)
            until_first(f"workspace:{actor.workspace_id}", lambda: _some(actor))
            return
        with ui.element("div").classes("cards"):
            for template in templates:
                _card(_, template, actor.language)
        _ready_made(_)


async def _some(actor: Actor) -> bool:
    return bool(await listed(actor))


def _card(_: Words, template: Written, own: str) -> None:
    shown = own if own in template.texts else next(iter(template.texts), None)
    card = ui.element("a").classes("box").props(f'href="/templates/{template.template_id}"')
    with card.style("gap: var(--space-2)"):
        ui.label(template.name).classes("strong break")
        if shown is not None:
            ui.label(as_read(template.texts[shown], None)).classes("soft two-lines break").props(
                f'lang="{shown}"'
            )
        with ui.element("div").classes("card-languages"):
            if template.attached is not None:
                ui.icon(ICONS[template.attached.kind]).classes("soft").props('aria-hidden="true"')
            for code in template.texts:
                ui.label(LANGUAGES[code]).classes("chip").props(f'lang="{code}"')


def _ready_made(_: Words) -> None:
    """What every shop sends some day: a tap opens it as a new template."""
    with ui.element("section").classes("stack"):
        heading(_("Ready to take"), 2)
        for occasion, ones in OCCASIONS.items():
            ui.label(_(occasion)).classes("soft small")
            with rows():
                for one in ones:
                    link_row(_(one.name), f"/templates/new?ready={one.key}", icon="description")

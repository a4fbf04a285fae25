"""/contacts/import: choose a file, or paste; below are the lists that came before."""

from fastapi import Depends
from nicegui import ui

from models.states import ImportStatus
from services.access.actor import Actor
from services.contacts.imports import ImportPage, past_imports
from services.contacts.upload import paste
from services.i18n import Words, words
from ui.contacts.file_picker import FilePicker
from ui.contacts.import_words import STATUS, title_of
from ui.frame import frame, heading
from ui.pieces.typing import Typing
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear

LONGEST_PASTE = 300_000  # characters: some 10,000 people; the socket takes a million bytes


@ui.page("/contacts/import")
async def import_page(actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    wear("contacts.css")
    past = await past_imports(actor)
    typing = await Typing.at(actor, "/contacts/import")

    async def check() -> None:
        with telling(_):
            button.disable()
            try:
                import_id = await paste(actor, typed.value or "")
                await typing.done()
            finally:
                button.enable()
            ui.navigate.to(f"/contacts/import/{import_id}")

    with frame(_("Import a list"), actor, back="/contacts", narrow=True):
        typing.say()
        ui.label(_("You see what will happen first. Nothing is saved before you say so.")).classes("soft")
        with ui.element("section").classes("box"):
            heading(_("From a file"), 2)
            FilePicker(_)
            more = _("A name and a mobile number for each person. Other columns, such as city, are kept too.")
            ui.label(more).classes("small soft")
        with ui.element("section").classes("box"):
            heading(_("Or paste it"), 2)
            typed = ui.textarea(_("Each line: name and number"), value=typing.get("paste", ""))
            typed.on_value_change(lambda event: typing.put("paste", event.value or ""))
            typed.props(f"outlined autogrow maxlength={LONGEST_PASTE} rows=3").classes("full").mark("paste")
            typed.props["input-style"] = "max-height: 40vh; min-height: 5.5em"
            button = ui.button(_("Check"), icon="fact_check", on_click=check).props("outline").mark("check")
        if past:
            _past(_, past, actor.timezone)


def _past(_: Words, past: list[ImportPage], zone: str) -> None:
    with ui.element("section").classes("stack"):
        heading(_("Your last imports"), 2)
        for one in past:
            with ui.element("a").classes("box").props(f'href="/contacts/import/{one.id}"').style("gap: 2px"):
                with ui.element("div").classes("line"):
                    ui.label(title_of(_, one)).classes("strong grow cut")
                    sentence, tone = STATUS[one.status]
                    ui.label(_(sentence)).classes("chip").classes(tone)
                if one.status in (ImportStatus.APPLIED, ImportStatus.UNDONE, ImportStatus.READY):
                    ui.label(_summary(_, one)).classes("small numbers")
                ui.label(_.moment(one.created_at, zone)).classes("small soft numbers")


def _summary(_: Words, one: ImportPage) -> str:
    counts = one.counts
    return _(
        "{new} new, {changed} changed, {wrong} wrong",
        new=counts.get("new", 0),
        changed=counts.get("changed", 0),
        wrong=counts.get("wrong", 0),
    )

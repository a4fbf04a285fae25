"""Which template? The shop's own first, then those that are ready for every shop."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from nicegui import ui

from models.states import Kind
from services.access.actor import Actor
from services.i18n import Words, words
from services.media.find import Attached
from services.templates.preview import as_read
from services.templates.ready_made import OCCASIONS
from services.templates.write import Written
from ui.frame import heading
from ui.pieces.answer_to import answer_to
from ui.pieces.rows import rows


class Taken(NamedTuple):
    """`attached` goes with the texts."""

    texts: Mapping[str, str]
    attached: Attached | None = None
    kind: Kind = Kind.PROMOTIONAL


async def pick_template(actor: Actor, own: Sequence[Written]) -> Taken | None:
    """Asks; None when the person closes it."""
    _ = words(actor.language)
    with ui.context.client.content, ui.dialog() as dialog, ui.card().classes("stack picker"):
        with ui.element("div").classes("line spread"):
            heading(_("Choose a template"), 2)
            close = ui.button(icon="close", on_click=lambda: dialog.submit(None)).props("flat round")
            close.props(f'aria-label="{_("Close")}"')
        if own:
            _group(
                _,
                _("Yours"),
                [(one.name, Taken(one.texts, one.attached, one.kind)) for one in own],
                dialog.submit,
            )
        for occasion, ones in OCCASIONS.items():
            ready = [(_(one.name), Taken(one.of(actor.workspace_name), kind=one.kind)) for one in ones]
            _group(_, _(occasion), ready, dialog.submit)
    taken = await answer_to(dialog)
    return taken if isinstance(taken, Taken) else None


def _group(
    _: Words, title: str, choices: Sequence[tuple[str, Taken]], take: Callable[[Taken], object]
) -> None:
    ui.label(title).classes("soft small")
    with rows():
        for name, taken in choices:
            _choice(_, name, taken, take)


def _choice(_: Words, name: str, taken: Taken, take: Callable[[Taken], object]) -> None:
    shown = _.language if _.language in taken.texts else next(iter(taken.texts), None)
    line = ui.element("button").classes("entry").props('type="button"').on("click", lambda: take(taken))
    with line, ui.element("span").classes("grow"):
        ui.label(name).classes("strong break")
        if shown is not None:
            text = " ".join(as_read(taken.texts[shown], None).split())
            ui.label(text).classes("soft small two-lines break").props(f'lang="{shown}"')

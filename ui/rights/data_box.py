"""A person's rights on their page: a copy of everything for them, or to be forgotten."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from services.i18n import Words
from ui.frame import heading
from ui.pieces.confirm import confirm
from ui.pieces.empty_state import go_button
from ui.telling import telling


def data_box(_: Words, page: str, name: str, erase: Callable[[], Awaitable[None]], back: str) -> None:
    """`page` is theirs: /contacts/7 or /inbox/7. `erase` forgets this person; the page then goes `back`."""
    with ui.element("section").classes("box"):
        heading(_("Their data"), 2)
        their_data(_, page, name, erase, back)


def their_data(_: Words, page: str, name: str, erase: Callable[[], Awaitable[None]], back: str) -> None:
    """The same without its frame, for where there is one already."""

    async def forget() -> None:
        question = _(
            "Erase everything about {name}? Name, number, messages and answers go for good. Only a secret"
            " mark stays, so that nobody writes to this number again by mistake.",
            name=name,
        )
        if await confirm(question, yes=_("Erase for good"), no=_("Keep them")):
            with telling(_):
                await erase()
                ui.navigate.to(back)

    ui.label(
        _("Everybody may ask what you keep about them, and have it erased. It is their right by law.")
    ).classes("small soft break")
    with ui.element("div").classes("line wrap in-ways"):
        for label, kind in ((_("All about them, to read"), "html"), (_("For a computer (JSON)"), "json")):
            button = go_button(label, f"{page}/data.{kind}", icon="download")
            button.props("outline download", remove="unelevated").mark(f"data-{kind}")
        ui.button(_("Erase this person"), icon="delete_forever", on_click=forget).props(
            "outline color=negative"
        ).mark("erase")

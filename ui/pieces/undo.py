"""Deleted at once, and for ten minutes a tap brings it back: better than asking each time.

Kept in this process alone: whoever deleted is led to the list by the same process. After a restart the
offer is gone, as it is after ten minutes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from secrets import token_urlsafe
from time import monotonic

from nicegui import ui

from services.access.actor import Actor
from services.i18n import Words
from ui.telling import telling

KEPT_S = 600.0
MOST = 1000  # of all workspaces; the oldest go first

BringBack = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Kept:
    workspace_id: int
    said: str
    bring_back: BringBack
    until: float


_kept: dict[str, Kept] = {}


def keep(actor: Actor, said: str, bring_back: BringBack) -> str:
    """The name under which offer() finds it. `bring_back` gives the address of what is there again."""
    for old in [name for name, one in _kept.items() if one.until < monotonic()]:
        del _kept[old]
    while len(_kept) >= MOST:
        del _kept[next(iter(_kept))]
    name = token_urlsafe(9)
    _kept[name] = Kept(actor.workspace_id, said, bring_back, monotonic() + KEPT_S)
    return name


def offer(_: Words, actor: Actor, name: str) -> None:
    """A line that says what was deleted, with the way back; nothing where there is none any more."""
    found = _kept.get(name)
    if found is None or found.workspace_id != actor.workspace_id or found.until < monotonic():
        return

    async def undo() -> None:
        if _kept.pop(name, None) is None:  # the second tap
            return
        with telling(_):
            ui.navigate.to(await found.bring_back())

    with ui.element("div").classes("banner line wrap").props("role=status"):
        ui.icon("delete").props('aria-hidden="true"')
        ui.label(found.said).classes("grow break")
        ui.button(_("Undo"), icon="undo", on_click=undo).props("outline").mark("undo")

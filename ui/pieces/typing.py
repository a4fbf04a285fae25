"""What is typed on a page and not saved yet: kept on the server a moment later, and there again next time.

A draft of a campaign needs none of this: it saves itself (ui/campaigns/saving.py).
"""

import asyncio
import logging
from datetime import datetime
from typing import Any, Self

from nicegui import background_tasks, ui

from services.access.actor import Actor
from services.access.typed import keep, kept, let_go
from services.away import DATABASE_AWAY
from services.i18n import words

SOON_S = 0.5
AGAIN_S = 2.0  # while the database is away
log = logging.getLogger(__name__)

# By person and place: a page that is loaded anew in the very moment waits for what was typed last.
_saving: dict[tuple[int, str], asyncio.Task[None]] = {}


class Typing:
    """Build it with `await Typing.at(...)`."""

    def __init__(self, actor: Actor, place: str, body: dict[str, Any]) -> None:
        self._actor = actor
        self._place = place
        self._body = body
        self._changed = False
        self._over = False
        self._saving: asyncio.Task[None] | None = None
        self.found = bool(body)

    @classmethod
    async def at(cls, actor: Actor, place: str, *, since: datetime | None = None) -> Self:
        """`place` is the page's own address; what is older than `since` was saved over and does not count."""
        if (saving := _saving.get((actor.person_id, place))) is not None:
            await asyncio.wait([saving], timeout=2 * SOON_S)
        return cls(actor, place, await kept(actor, place, since=since))

    def get(self, name: str, otherwise: Any) -> Any:
        """What was typed under this name, if it is of the same kind as what stands there otherwise."""
        typed = self._body.get(name)
        return typed if isinstance(typed, type(otherwise)) else otherwise

    def put(self, name: str, typed: Any) -> None:
        """Keep this, soon."""
        self._body[name] = typed
        self._changed = True
        if self._saving is None or self._saving.done():
            self._saving = background_tasks.create(self._save(), name=f"typed at {self._place}")
            self._remember(self._saving)

    async def done(self) -> None:
        """It is saved where it belongs: nothing of it is kept here any more."""
        self._over = True
        if self._saving is not None:
            await self._saving
        await let_go(self._actor, self._place)

    def say(self) -> None:
        """A line where something is here again, with the way to begin anew."""
        if not self.found:
            return
        _ = words(self._actor.language)
        with ui.element("div").classes("banner line wrap").props('role="status"'):
            ui.icon("history").props('aria-hidden="true"')
            ui.label(_("Here is what you typed before, not saved yet.")).classes("grow break")
            anew = ui.button(_("Begin anew"), on_click=self._anew).props("outline")
            anew.mark("begin-anew")

    async def _anew(self) -> None:
        await self.done()
        ui.navigate.to(self._place)

    def _remember(self, saving: asyncio.Task[None]) -> None:
        whose = (self._actor.person_id, self._place)
        _saving[whose] = saving

        def forget(ended: asyncio.Task[None]) -> None:
            if _saving.get(whose) is ended:
                del _saving[whose]

        saving.add_done_callback(forget)

    async def _save(self) -> None:
        await asyncio.sleep(SOON_S)
        while self._changed and not self._over:
            self._changed = False
            try:
                if any(self._body.values()):
                    await keep(self._actor, self._place, self._body)
                else:
                    await let_go(self._actor, self._place)
            except DATABASE_AWAY as e:
                log.warning("what is typed waits to be kept: %s", e)
                self._changed = True
                await asyncio.sleep(AGAIN_S)

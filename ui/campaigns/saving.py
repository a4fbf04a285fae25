"""A draft that is saved while it is typed: one save at a time, and the latest of each thing wins."""

import asyncio

from nicegui import ui

from services.access.actor import Actor
from services.campaigns import draft
from services.campaigns.draft import Changes
from services.i18n import words
from ui.telling import telling


class Saving:
    """Shows "Saved" where it is built."""

    def __init__(self, actor: Actor, campaign_id: int) -> None:
        _ = words(actor.language)
        self._actor = actor
        self._id = campaign_id
        self._waiting: Changes = {}
        self._one_at_a_time = asyncio.Lock()
        with ui.element("div").classes("line small soft").style("gap: var(--space-1)") as self._said:
            ui.icon("check").props('aria-hidden="true"')
            ui.label(_("Saved"))
        self._said.set_visibility(False)

    async def keep(self, changes: Changes) -> bool:
        """Save these and whatever still waits; False when it could not be, and the person was told."""
        self._waiting.update(changes)
        async with self._one_at_a_time:
            now, self._waiting = self._waiting, {}
            if not now:  # an earlier turn took ours along
                return True
            finished = saved = False
            try:
                with telling(words(self._actor.language)):
                    await draft.save(self._actor, self._id, now)
                    saved = True
                finished = True
            finally:
                if not finished:  # the database is away: the next turn tries these again
                    self._waiting = {**now, **self._waiting}
            self._said.set_visibility(saved)
            return saved

"""What can be done with a campaign that was launched: the buttons under its progress, by its status."""

from nicegui import ui

from models.states import CampaignStatus, MessageStatus
from services.access.actor import Actor
from services.analytics.funnel import Progress
from services.campaigns import control, draft
from services.i18n import words
from ui.pieces.again import send_again
from ui.pieces.thumb_bar import ThumbBar
from ui.telling import telling


class Actions:
    """Built anew only when there is something else to do, so that a finger never misses a button.

    All that failed is not offered while a campaign runs: it would leave before all that waits, just after it
    was refused, and the button that counts it would jump. One tap on "Pause" is all it takes.
    """

    def __init__(self, seen: Progress, actor: Actor) -> None:
        self._actor = actor
        self._id = seen.campaign_id
        self._name = seen.name
        self._built_for: dict[ThumbBar, tuple[object, ...]] = {}
        self._bar = ThumbBar()
        self._in_card = ThumbBar().classes("in-card")  # what is not meant stays off the foot of the screen
        self.show(seen)

    def show(self, seen: Progress) -> None:
        paused = seen.status is CampaignStatus.PAUSED and not seen.cancelling
        finished = seen.status is CampaignStatus.FINISHED
        numbers = (seen.failed, seen.unconfirmed)
        if self._cleared(self._in_card, (paused, numbers if paused else ())) and paused:
            with self._in_card:
                self._build_again(self._in_card, seen)
        if self._cleared(self._bar, (seen.status, seen.cancelling, numbers if finished else ())):
            with self._bar:
                self._build(seen)

    def _cleared(self, bar: ThumbBar, needed: tuple[object, ...]) -> bool:
        """Whether there is something else to do; then it has nothing in it any more."""
        if self._built_for.get(bar) == needed:
            return False
        self._built_for[bar] = needed
        bar.clear()
        return True

    def _build(self, seen: Progress) -> None:
        _ = words(self._actor.language)
        add = self._bar.button
        if seen.cancelling:
            add(_("Undo"), "undo", self._undo_cancel, main=True).mark("undo")
            return
        if seen.status is CampaignStatus.RUNNING:
            add(_("Pause"), "pause", self._pause, main=True)
        elif seen.status is CampaignStatus.PAUSED:
            add(_("Resume"), "play_arrow", self._resume, main=True)
        if seen.status in (CampaignStatus.RUNNING, CampaignStatus.PAUSED):
            add(_("Cancel"), "cancel", self._cancel)
            return
        if seen.status is CampaignStatus.FINISHED:
            self._build_again(self._bar, seen, main=True)
        add(_("Use it again"), "content_copy", self._copy)

    def _build_again(self, bar: ThumbBar, seen: Progress, *, main: bool = False) -> None:
        _ = words(self._actor.language)
        if seen.failed:
            again = _.many("Send again to {count} failed", "Send again to {count} failed", seen.failed)
            bar.button(again, "replay", lambda: self._again(MessageStatus.FAILED), main=main)
        if seen.unconfirmed:
            again = _.many(
                "Send again to {count} not sure", "Send again to {count} not sure", seen.unconfirmed
            )
            bar.button(again, "replay", lambda: self._again(MessageStatus.UNCONFIRMED))

    async def _pause(self) -> None:
        with telling(words(self._actor.language)):
            await control.pause(self._actor, self._id)

    async def _resume(self) -> None:
        with telling(words(self._actor.language)):
            await control.resume(self._actor, self._id)

    async def _cancel(self) -> None:
        """Done at once; for a few seconds a tap takes it back."""
        with telling(words(self._actor.language)):
            await control.cancel(self._actor, self._id)

    async def _undo_cancel(self) -> None:
        with telling(words(self._actor.language)):
            await control.undo_cancel(self._actor, self._id)

    async def _again(self, status: MessageStatus) -> None:
        await send_again(self._actor, self._id, [status])

    async def _copy(self) -> None:
        _ = words(self._actor.language)
        with telling(_):
            copied = await draft.duplicate(self._actor, self._id, self._name)
            ui.navigate.to(f"/campaigns/{copied}/edit")

"""What can be done with a campaign that was launched: the buttons under its progress, by its status."""

from nicegui import ui

from models.states import DONE, CampaignStatus, MessageStatus
from services.access.actor import Actor
from services.analytics.funnel import Progress
from services.campaigns import control, draft
from services.i18n import words
from ui.pieces.again import send_again
from ui.pieces.thumb_bar import ThumbBar
from ui.telling import telling

# Where the numbers hardly move, all that failed can be sent again. While it runs, they would leave before all
# that waits, just after they were refused, and the button that counts them would jump under the finger.
STANDS_STILL = (CampaignStatus.PAUSED, CampaignStatus.FINISHED)


class Actions:
    """Built anew only when there is something else to do, so that a finger never misses a button."""

    def __init__(self, seen: Progress, actor: Actor) -> None:
        self._actor = actor
        self._id = seen.campaign_id
        self._name = seen.name
        self._built_for: tuple[object, ...] = ()
        self._bar = ThumbBar()
        self.show(seen)

    def show(self, seen: Progress) -> None:
        numbers = (seen.failed, seen.unconfirmed) if seen.status in STANDS_STILL else ()
        needed = (seen.status, seen.cancelling, *numbers)
        if needed == self._built_for:
            return
        self._built_for = needed
        self._bar.clear()
        with self._bar:
            self._build(seen)

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
        if seen.status in STANDS_STILL:
            self._build_again(seen)
        if seen.status in DONE:
            add(_("Use it again"), "content_copy", self._copy)

    def _build_again(self, seen: Progress) -> None:
        _ = words(self._actor.language)
        add = self._bar.button
        if seen.failed:
            again = _.many("Send again to {count} failed", "Send again to {count} failed", seen.failed)
            over = seen.status is CampaignStatus.FINISHED
            add(again, "replay", lambda: self._again(MessageStatus.FAILED), main=over)
        if seen.unconfirmed:
            again = _.many(
                "Send again to {count} not sure", "Send again to {count} not sure", seen.unconfirmed
            )
            add(again, "replay", lambda: self._again(MessageStatus.UNCONFIRMED))

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

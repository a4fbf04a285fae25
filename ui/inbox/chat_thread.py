"""The bubbles of one conversation, as one element."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import events, ui

from models.states import MessageStatus, Reason
from services.analytics.chat import Said
from services.analytics.standing import REASONS
from services.i18n import N_, Words
from services.templates.formatting import html_of
from ui.inbox.when import when
from ui.pieces.status_chip import LOOKS

NOT_HEARD = N_("(Lost on its way to us: please look at your phone)")
AGAIN = {MessageStatus.FAILED, MessageStatus.UNCONFIRMED}


class ChatThread(ui.element, component="chat_thread.js"):
    """`again` is called with the campaign of an answer whose button is tapped. A page of what was said
    earlier stays at its top, the latest one at its end."""

    def __init__(
        self, _: Words, zone: str, again: Callable[[int], Awaitable[None]], *, earlier: bool = False
    ) -> None:
        super().__init__()
        self._ = _
        self._zone = zone
        self._props["words"] = {"again": _("Send again"), "earlier": earlier}
        self._props["said"] = []

        async def tapped(event: events.GenericEventArguments) -> None:
            if isinstance(event.args, int):  # a browser may send anything
                await again(event.args)

        self.on("again", tapped)

    def show(self, said: Sequence[Said]) -> None:
        self._props["said"] = [self._ours(one) if one.ours else self._theirs(one) for one in said]
        self.update()

    def _theirs(self, one: Said) -> dict[str, object]:
        _ = self._
        note, tone = "", ""
        if one.opt_out:
            note, tone = _("Said stop"), "negative"
        elif one.refusal:
            note, tone = _("May want to stop"), "warning"
        html = html_of(one.text or _(NOT_HEARD))
        return {**self._bubble(one), "html": html, "note": note, "tone": tone}

    def _ours(self, one: Said) -> dict[str, object]:
        _ = self._
        status = one.status or MessageStatus.QUEUED
        look = LOOKS[status]
        note = _("Sending now") if one.sending else _(look.sentence)
        if one.reason and status not in (MessageStatus.QUEUED, MessageStatus.ACCEPTED):
            note = _(REASONS[Reason(one.reason)])
        told = {**self._bubble(one), "note": note, "from": self._from(one)}
        if not one.is_answer:
            told["link"] = f"/campaigns/{one.campaign_id}"
        if status in AGAIN:
            told["tone"] = look.tone
            if one.is_answer:
                told["again"] = one.campaign_id
        return told

    def _from(self, one: Said) -> str:
        _ = self._
        if not one.is_answer:
            return one.campaign or _("Campaign")
        return one.by or _("Answered by itself")

    def _bubble(self, one: Said) -> dict[str, object]:
        key = f"{'o' if one.ours else 't'}{one.campaign_id}{one.at.timestamp()}"
        return {
            "key": key,
            "ours": one.ours,
            "html": html_of(one.text),
            "when": when(self._, one.at, self._zone),
        }

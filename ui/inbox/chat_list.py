"""The people of a page of the inbox, as one element."""

from collections.abc import Sequence

from nicegui import ui

from models.phone import shown
from services.analytics.chats import ChatLine
from services.i18n import Words
from ui.inbox.chat_thread import NOT_HEARD
from ui.inbox.when import when


class ChatList(ui.element, component="chat_list.js"):
    def __init__(self, _: Words, zone: str) -> None:
        super().__init__()
        self._ = _
        self._zone = zone
        self._props["words"] = {"unread": _("Not read yet")}
        self._props["people"] = []

    def show(self, people: Sequence[ChatLine]) -> None:
        self._props["people"] = [self._line(one) for one in people]
        self.update()

    def _line(self, one: ChatLine) -> dict[str, object]:
        _ = self._
        mark, tone, icon = "", "", ""
        if one.stopped:
            mark, tone, icon = _("Said stop"), "negative", "block"
        elif one.refusal:
            mark, tone, icon = _("May want to stop"), "warning", "help_outline"
        return {
            "id": one.id,
            "name": one.name or shown(one.phone),
            "when": when(_, one.last_at, self._zone),
            "text": one.last_text[:200] or _(NOT_HEARD),
            "unread": one.unread,
            "mark": mark,
            "tone": tone,
            "icon": icon,
        }

"""/inbox/7?before=…: what one person wrote and what we sent them; one answer at a time."""

from datetime import datetime
from urllib.parse import quote

from fastapi import Depends
from nicegui import events, ui

from models.phone import shown
from models.states import MessageStatus
from services.access.actor import Actor
from services.analytics.chat import Conversation, Place, conversation
from services.errors import NotFound
from services.i18n import N_, words
from services.ops.erase import erase_chat
from services.sending.chats import AskedToStop, answer, decide, seen
from ui.frame import frame
from ui.inbox.chat_thread import ChatThread
from ui.live import watch
from ui.pieces.again import send_again
from ui.pieces.confirm import confirm
from ui.pieces.typing import Typing
from ui.rights.data_box import their_data
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear
from ui.told import called

LOST = N_(
    "A message of this person was lost on its way to us. Please read it on your phone: did they ask you to"
    " stop? Until you decide, nothing is sent to them."
)
SIDES = OURS, THEIRS = "o", "t"
LONGEST_NUMBER = 18  # digits, of what a bigint holds
MOVING = {MessageStatus.QUEUED, MessageStatus.ACCEPTED, MessageStatus.DELIVERED, MessageStatus.UNCONFIRMED}


@ui.page("/inbox/{chat_id:int}")
async def chat_page(chat_id: int, before: str = "", actor: Actor = Depends(signed_in)) -> None:
    place = _place(before)
    now = await conversation(actor, chat_id, before=place)
    _ = words(actor.language)
    wear("inbox.css")
    with frame(now.name or shown(now.phone), actor, back="/inbox", narrow=True):
        typing = await Typing.at(actor, f"/inbox/{chat_id}")
        Chat(actor, now, place, typing)
        if not now.contact_id:
            with ui.expansion(_("Their data")).classes("box full in-play"):
                name = shown(now.phone)
                their_data(_, f"/inbox/{chat_id}", name, lambda: erase_chat(actor, chat_id), back="/inbox")


def _place(written: str) -> Place | None:
    """As `_address` writes it; nonsense is the conversation's end."""
    at, _, which = written.partition("~")
    side, number = which[:1], which[1:]
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    if moment.tzinfo is None or side not in SIDES or not number.isdecimal() or len(number) > LONGEST_NUMBER:
        return None
    return Place(moment, side == OURS, int(number))


def _address(chat_id: int, place: Place) -> str:
    """Of the page that ends before this place."""
    side = OURS if place.ours else THEIRS
    return f"/inbox/{chat_id}?before=" + quote(f"{place.at.isoformat()}~{side}{place.id}")


class Chat:
    """The conversation, its banners, and the box to answer in; moves by itself."""

    def __init__(self, actor: Actor, now: Conversation, before: Place | None, typing: Typing) -> None:
        self._typing = typing
        self._ = _ = words(actor.language)
        self._actor = actor
        self._id = now.id
        self._before = before
        self._followed: set[str] = set()
        self._asks: tuple[bool, bool, bool] | None = None
        with ui.element("div").classes("line wrap spread"):
            if now.contact_id:
                ui.link(_("Open their page"), f"/contacts/{now.contact_id}").classes("in-link")
            if now.name:
                ui.label(shown(now.phone)).classes("numbers soft")
            where = _("Wrote to {sender}", sender=called(_, now.sender))
            ui.label(where).classes("small soft break")
        self._older = ui.element("div")
        self._thread = ChatThread(_, actor.timezone, self._again, earlier=before is not None)
        self._banner = ui.element("div").classes("full")
        if before is None:
            self._box()
        else:
            ui.link(_("To the latest messages"), f"/inbox/{now.id}").classes("in-link")
        self._show(now)
        watch({f"chats:{actor.workspace_id}"}, self._look)

    def _box(self) -> None:
        _ = self._
        with ui.element("div").classes("ch-write"):
            typed = self._typing.get("answer", "")
            self._text = ui.textarea(_("Your answer"), value=typed, on_change=self._typed)
            self._text.props("outlined autogrow rows=1 maxlength=4096")
            self._text.props('bg-color="surface"').mark("answer")
            send = ui.button(icon="send", on_click=self._send).props("unelevated").mark("send")
            send.props(f'aria-label="{_("Send")}"')

    def _typed(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        self._typing.put("answer", event.value or "")

    async def _look(self) -> None:
        try:
            now = await conversation(self._actor, self._id, before=self._before)
        except NotFound:  # this person was erased meanwhile
            ui.navigate.to("/inbox")
            return
        self._show(now)
        if now.unread and self._before is None:
            await seen(self._actor, self._id)

    def _show(self, now: Conversation) -> None:
        self._thread.show(now.said)
        self._show_older(now)
        self._show_banner(now)
        moving = {f"campaign:{one.campaign_id}" for one in now.said if one.is_answer and one.status in MOVING}
        if moving - self._followed:
            watch(moving - self._followed, self._look)
            self._followed |= moving

    def _show_older(self, now: Conversation) -> None:
        self._older.clear()
        if now.more:
            with self._older:
                earlier = _address(self._id, now.said[0].place)
                ui.link(self._("Earlier messages"), earlier).classes("in-link")

    def _show_banner(self, now: Conversation) -> None:
        _ = self._
        asks = (now.stopped, now.refusal, now.held)
        if asks == self._asks:
            return  # built anew, its buttons would be gone under a thumb that is on its way to them
        self._asks = asks
        self._banner.clear()
        if now.stopped:
            with self._banner, ui.element("div").classes("banner negative").props('role="note"'):
                ui.icon("block").props('aria-hidden="true"')
                ui.label(_("Asked you to stop: no campaign goes to this person any more.")).classes("grow")
        elif now.refusal:
            with self._banner, ui.element("div").classes("banner warning").props('role="note"'):
                ui.icon("help_outline").props('aria-hidden="true"')
                with ui.element("div").classes("grow stack"):
                    asked = _(LOST) if now.held else _("This may mean: no more messages. What do you think?")
                    ui.label(asked).classes("strong")
                    with ui.element("div").classes("line wrap"):
                        stop = ui.button(_("Yes, send nothing more"), on_click=lambda: self._decide(True))
                        stop.props("unelevated color=negative").mark("stop-them")
                        fine = ui.button(_("No, that is fine"), on_click=lambda: self._decide(False))
                        fine.props("outline").mark("not-a-no")

    async def _decide(self, stop: bool) -> None:
        _ = self._
        with telling(_):
            await decide(self._actor, self._id, stop=stop)
            if stop:
                ui.notify(_("Nothing more will be sent to this person."), type="positive")
            await self._look()

    async def _send(self) -> None:
        """The text leaves the box first, so that a second tap has nothing to send."""
        text, self._text.value = self._text.value or "", ""
        if not text.strip():
            return  # the second tap of a restless thumb is no mistake to speak of
        sent = False
        with telling(self._):
            try:
                await answer(self._actor, self._id, text)
                sent = True
            except AskedToStop as asked:
                sent = await self._insist(text, self._(asked.sentence))
        if sent:
            await self._look()
        else:
            self._text.value = self._text.value or text

    async def _insist(self, text: str, question: str) -> bool:
        _ = self._
        if not await confirm(question, yes=_("Send it"), no=_("Better not")):
            return False
        await answer(self._actor, self._id, text, though_stopped=True)
        return True

    async def _again(self, campaign_id: int) -> None:
        now = await conversation(self._actor, self._id, before=self._before)
        one = next((one for one in now.said if one.is_answer and one.campaign_id == campaign_id), None)
        if one is None or one.status not in (MessageStatus.FAILED, MessageStatus.UNCONFIRMED):
            return
        await send_again(self._actor, campaign_id, [one.status], one.message_id)
        await self._look()

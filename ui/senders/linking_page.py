"""/senders/linking/7 : an attempt to link, live: the code or the picture, and how it ended."""

from datetime import datetime

import segno
from fastapi import Depends
from nicegui import ui

from models.phone import shown
from models.states import LinkHow, LinkStatus
from services.access.actor import Actor
from services.i18n import Words, words
from services.senders.link import LinkSeen, cancel, link_seen
from services.senders.list import sender
from ui.frame import frame, heading
from ui.live import watch
from ui.pieces.empty_state import go_button
from ui.pieces.thumb_bar import ThumbBar
from ui.senders.countdown import Countdown
from ui.senders.how_to import how_to
from ui.senders.letters import Letters
from ui.senders.link_words import problem_words
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear


@ui.page("/senders/linking/{request_id}")
async def linking_page(request_id: int, actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    wear("link.css")
    seen = await link_seen(actor, request_id)
    number = (await sender(actor, seen.sender_id)).phone if seen.sender_id else seen.phone
    title = _("Unlink a number") if seen.how is LinkHow.UNLINK else _("Link a number")
    with frame(title, actor, back="/senders", narrow=True):
        Attempt(_, actor, seen, number)


class Attempt:
    """What is shown follows the attempt; built anew only when something else is to be seen."""

    def __init__(self, _: Words, actor: Actor, seen: LinkSeen, number: str | None) -> None:
        self._ = _
        self._actor = actor
        self._seen = seen
        self._number = number
        self._room = ui.element("div").classes("stack full foot-room").props('aria-live="polite"')
        self._build()
        watch({f"link:{seen.id}"}, self._look)

    async def _look(self) -> None:
        seen = await link_seen(self._actor, self._seen.id)
        if seen != self._seen:
            self._seen = seen
            self._room.clear()
            self._build()

    def _build(self) -> None:
        with self._room:
            if self._seen.status is LinkStatus.DONE:
                self._done()
            elif not self._seen.open:
                self._over()
            elif self._seen.how is LinkHow.CODE and self._seen.letters and self._seen.shown_until:
                self._code(self._seen.letters, self._seen.shown_until)
            elif self._seen.how is LinkHow.QR and self._seen.qr and self._seen.shown_until:
                self._qr(self._seen.qr, self._seen.shown_until)
            else:
                self._wait()

    def _wait(self) -> None:
        _ = self._
        with ui.element("div").classes("box empty"):
            ui.element("div").classes("skeleton wide").props('aria-hidden="true"')
            unlinking = self._seen.how is LinkHow.UNLINK
            asking = (
                _("Asking WhatsApp to end the link …") if unlinking else _("Asking WhatsApp for a code …")
            )
            ui.label(asking).mark("asking")
        self._cancel()

    def _code(self, letters: str, until: datetime) -> None:
        _ = self._
        with ui.element("section").classes("box"):
            heading(_("Type this code into WhatsApp"), 2)
            if self._number:
                ui.label(_("On the phone with {phone}", phone=shown(self._number))).classes("soft")
            Letters(_, letters).mark("letters")
            Countdown(_("Good for {time}", time="{time}"), until)
            how_to(_, by_code=True)
        self._cancel()

    def _qr(self, text: str, until: datetime) -> None:
        _ = self._
        with ui.element("section").classes("box"):
            heading(_("Scan this picture with WhatsApp"), 2)
            with ui.element("div").classes("qr-room").props('role="img"') as room:
                room.props["aria-label"] = _("QR code to scan with WhatsApp")
                drawn = segno.make_qr(text, error="l").svg_inline(border=0, scale=4, omitsize=True)
                ui.html(drawn, sanitize=False).mark("qr")
            Countdown(_("A new picture comes in {time}", time="{time}"), until)
            how_to(_, by_code=False)
        self._cancel()

    def _done(self) -> None:
        _ = self._
        with ui.element("div").classes("box empty").mark("linked"):
            ui.icon("check_circle", color="positive").props('aria-hidden="true"')
            if self._seen.how is LinkHow.UNLINK:
                heading(_("It is not linked any more"), 2)
                ui.label(_("Nothing is sent from this number until you link it again.")).classes("soft")
            else:
                heading(_("It is linked"), 2)
                if self._number:
                    ui.label(shown(self._number)).classes("numbers")
                ui.label(_("Campaigns that waited for it go on by themselves.")).classes("soft")
            go_button(_("See your numbers"), "/senders")

    def _over(self) -> None:
        _ = self._
        cancelled = self._seen.status is LinkStatus.CANCELLED
        told = (
            _("You stopped it. Nothing has changed.")
            if cancelled
            else problem_words(_, self._seen, self._number)
        )
        again = f"/senders/{self._seen.sender_id}/link" if self._seen.sender_id else "/senders/link"
        way = "qr" if self._seen.how is LinkHow.QR else "code"
        with ui.element("div").classes("box empty").mark("not-linked"):
            ui.icon("link_off").props('aria-hidden="true"')
            ui.label(told).classes("break")
            if self._seen.how is LinkHow.UNLINK:
                go_button(_("See your numbers"), "/senders")
            else:
                go_button(_("Try again"), f"{again}?way={way}")

    def _cancel(self) -> None:
        async def stop() -> None:
            with telling(self._):
                await cancel(self._actor, self._seen.id)

        with ThumbBar() as bar:
            bar.button(self._("Cancel"), "close", stop).mark("cancel")

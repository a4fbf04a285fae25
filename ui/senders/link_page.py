"""/senders/link and /senders/7/link : link a WhatsApp number, for the first time or again.

On a phone a code is typed into WhatsApp, on a computer its picture is scanned; either way can be chosen.
"""

from fastapi import Depends
from nicegui import ui

from models.phone import shown
from services.access.actor import Actor
from services.i18n import N_, Words, words
from services.senders.link import ask_code, ask_qr
from services.senders.list import SenderSeen, sender
from ui.frame import frame, heading
from ui.pieces.thumb_bar import ThumbBar
from ui.senders.how_to import how_to
from ui.signed_in import signed_in
from ui.telling import telling
from ui.theme import wear

FACTS = (
    N_("The phone stays as it is: you go on using WhatsApp there."),
    N_("Broadcaster appears in WhatsApp's list of linked devices. You can end the link at any time."),
    N_(
        "Sending to many people from a linked number is against WhatsApp's terms, and WhatsApp may stop the"
        " number. Write only to people who know you, and begin with few."
    ),
)


@ui.page("/senders/link")
async def new_page(actor: Actor = Depends(signed_in), way: str = "") -> None:
    _build(actor, None, way)


@ui.page("/senders/{sender_id}/link")
async def again_page(sender_id: int, actor: Actor = Depends(signed_in), way: str = "") -> None:
    _build(actor, await sender(actor, sender_id), way)


def _build(actor: Actor, again: SenderSeen | None, way: str) -> None:
    _ = words(actor.language)
    wear("link.css")
    by_code = way == "code" or (way != "qr" and _on_a_phone())
    title = _("Link {phone} again", phone=shown(again.phone)) if again and again.phone else _("Link a number")
    with frame(title, actor, back="/senders", narrow=True):
        if again:
            _again(_)
        Form(_, actor, again, by_code=by_code)
        if not again:
            _what_it_means(_)


def _on_a_phone() -> bool:
    request = ui.context.client.request
    return "mobile" in request.headers.get("user-agent", "").lower()


def _again(_: Words) -> None:
    with ui.element("div").classes("banner").props('role="note"'):
        ui.icon("info").props('aria-hidden="true"')
        ui.label(
            _("It takes a few seconds. Your campaigns wait meanwhile, and go on exactly where they stopped.")
        ).classes("grow break")


class Form:
    """The one way, and a line that leads to the other."""

    def __init__(self, _: Words, actor: Actor, again: SenderSeen | None, *, by_code: bool) -> None:
        self._ = _
        self._actor = actor
        self._sender_id = again.id if again else None
        self._phone: ui.input | None = None
        with ui.element("div").classes("box"):
            heading(_("With a code") if by_code else _("With a QR code"), 2)
            how_to(_, by_code=by_code)
            if by_code and not (again and again.phone):
                self._ask_for_number()
        with ThumbBar() as bar:
            if by_code:
                bar.button(_("Show the code"), "smartphone", self._code, main=True).mark("show-code")
            else:
                bar.button(_("Show the QR code"), "qr_code_2", self._qr, main=True).mark("show-qr")
        other = _("Use a QR code instead") if by_code else _("Type a code instead")
        ui.link(other, f"?way={'qr' if by_code else 'code'}").classes("top-link").mark("other-way")

    def _ask_for_number(self) -> None:
        _ = self._
        self._phone = ui.input(_("WhatsApp number of your shop")).classes("full").mark("phone")
        self._phone.props('outlined type="tel" autocomplete="tel"')
        self._phone.props["hint"] = _("With or without +91")

    async def _code(self) -> None:
        with telling(self._):
            typed = (self._phone.value or "") if self._phone else ""
            request_id = await ask_code(self._actor, typed, self._sender_id)
            ui.navigate.to(f"/senders/linking/{request_id}")

    async def _qr(self) -> None:
        with telling(self._):
            request_id = await ask_qr(self._actor, self._sender_id)
            ui.navigate.to(f"/senders/linking/{request_id}")


def _what_it_means(_: Words) -> None:
    with ui.element("section").classes("box"):
        heading(_("Good to know"), 2)
        for fact in FACTS:
            with ui.element("div").classes("line").style("align-items: flex-start"):
                ui.icon("info", size="20px", color="info").props('aria-hidden="true"')
                ui.label(_(fact)).classes("grow break")

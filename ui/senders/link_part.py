"""What a card says of a linked number's link, and what can be done about it."""

from nicegui import ui

from models.states import SenderStatus
from services.access.actor import Actor
from services.i18n import Words
from services.senders.link import unlink
from services.senders.list import SenderSeen
from ui.pieces.confirm import confirm
from ui.pieces.empty_state import go_button
from ui.telling import telling


def link_part(_: Words, actor: Actor, sender: SenderSeen) -> None:
    """For a card that is being built."""
    if sender.until:
        ui.label(_("Until {moment}", moment=_.moment(sender.until, actor.timezone))).classes("soft small")
    if sender.heard_at:
        heard = _("WhatsApp last answered: {moment}", moment=_.moment(sender.heard_at, actor.timezone))
        ui.label(heard).classes("soft small")
    if sender.status is SenderStatus.LOGGED_OUT:
        go_button(_("Link again"), f"/senders/{sender.id}/link", icon="link").mark(f"link-{sender.id}")
        return

    async def end() -> None:
        question = _("End the link with this number? Its campaigns wait until it is linked again.")
        if await confirm(question, yes=_("Unlink"), no=_("Keep it linked")):
            with telling(_):
                ui.navigate.to(f"/senders/linking/{await unlink(actor, sender.id)}")

    made = ui.button(_("Unlink"), icon="link_off", on_click=end).props("flat")
    made.classes("self-start").mark(f"unlink-{sender.id}")

"""/senders : the numbers a shop sends from, what each one is doing, and what the sandbox is."""

from datetime import timedelta

from fastapi import Depends
from nicegui import ui

from models.phone import shown
from models.states import Channel
from services.access.actor import Actor
from services.clock import now
from services.i18n import N_, Words, words
from services.senders.care import Care, care
from services.senders.link import heard_topic
from services.senders.list import SenderSeen, senders
from ui.frame import frame, heading
from ui.live import watch
from ui.pieces.empty_state import go_button
from ui.pieces.status_chip import status_chip
from ui.senders.link_part import link_part
from ui.senders.standing_part import standing_part
from ui.signed_in import signed_in
from ui.told import called

CHANNELS = {
    Channel.SANDBOX: ("science", N_("For rehearsals: nothing leaves this computer")),
    Channel.LINKED: ("smartphone", N_("Linked WhatsApp number")),
}
ENDINGS = (
    ("404", N_("Is not on WhatsApp")),
    ("463", N_("WhatsApp refuses the new chat")),
    ("464", N_("WhatsApp refuses new chats from the tenth of them on")),
    ("400", N_("Gets the message but cannot open it")),
    ("111", N_("Reads it and answers STOP")),
    ("222", N_("Reads it and answers “Thank you”")),
    ("502", N_("Goes at the second try")),
    ("503", N_("Never goes, at any try")),
    ("500", N_("Goes, but the connection breaks: not sure until the phone tells")),
    ("501", N_("Does not go: the connection breaks, and we are not sure")),
)


@ui.page("/senders")
async def list_page(actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    seen, standings = await _seen(actor)
    with frame(_("Senders"), actor):
        ui.label(_("The numbers your campaigns are sent from.")).classes("soft")
        Cards(actor, seen, standings)
        go_button(_("Link a WhatsApp number"), "/senders/link", icon="add").mark("link")
        if any(sender.channel is Channel.SANDBOX for sender in seen):
            _endings(_)


async def _seen(actor: Actor) -> tuple[list[SenderSeen], dict[int, Care]]:
    """The senders, and how each one stands."""
    seen = await senders(actor)
    return seen, {sender.id: await care(actor, sender.id) for sender in seen}


class Cards:
    """One card a sender; built anew when something about them changes."""

    def __init__(self, actor: Actor, seen: list[SenderSeen], standings: dict[int, Care]) -> None:
        self._actor = actor
        self._seen = seen
        self._standings = standings
        self._followed: set[str] = set()
        self._room = ui.element("div").classes("stack full")
        self._build()

    async def _look(self) -> None:
        seen, standings = await _seen(self._actor)
        if seen != self._seen:
            self._seen, self._standings = seen, standings
            self._room.clear()
            self._build()

    def _build(self) -> None:
        with self._room:
            for sender in self._seen:
                _card(words(self._actor.language), self._actor, sender, self._standings[sender.id])
        topics = {f"workspace:{self._actor.workspace_id}", heard_topic(self._actor.workspace_id)}
        for sender in self._seen:
            topics |= {f"sender:{sender.id}", *(f"campaign:{number}" for number in sender.campaigns)}
        if topics - self._followed:
            watch(topics - self._followed, self._look)
            self._followed |= topics


def _card(_: Words, actor: Actor, sender: SenderSeen, known: Care) -> None:
    icon, channel = CHANNELS[sender.channel]
    with ui.element("section").classes("box").mark(f"sender-{sender.id}"):
        with ui.element("div").classes("line wrap"):
            ui.icon(icon, size="32px", color="primary").props('aria-hidden="true"')
            with ui.element("div").classes("grow stack tight"):
                heading(called(_, sender.name), 2)
                ui.label(_(channel)).classes("soft small break")
            if sender.channel is Channel.SANDBOX:
                ui.label(_("Ready")).classes("chip positive")
            else:
                status_chip(_, sender.status)
        if sender.phone and sender.name != shown(sender.phone):
            ui.label(shown(sender.phone)).classes("numbers")
        with ui.element("div").classes("line").style("gap: var(--space-8)"):
            if not known.limits.limited:  # or it stands below, against the cap
                _number(_, sender.sent_today, _("Sent today"))
            _number(_, sender.waiting, _("Waiting"))
        standing_part(_, known, actor.timezone)
        ui.label(_(sender.trouble) if sender.trouble else _next(_, actor, sender)).classes("break")
        if sender.channel is Channel.LINKED:
            link_part(_, actor, sender)
        go_button(_("Limits and standing"), f"/senders/{sender.id}/care").props(
            "outline", remove="unelevated"
        )


def _number(_: Words, count: int, name: str) -> None:
    with ui.element("div").classes("stack tight"):
        ui.label(_.number(count)).classes("big-number")
        ui.label(name).classes("soft small")


def _next(_: Words, actor: Actor, sender: SenderSeen) -> str:
    """What it will do next, in words."""
    if not sender.waiting:
        return _("Nothing is waiting. It is ready for your next campaign.")
    if sender.next_send_at and sender.next_send_at > now() + timedelta(minutes=1):
        return _("The next message leaves at {time}.", time=_.time(sender.next_send_at, actor.timezone))
    return _("The next message leaves within a minute.")


def _endings(_: Words) -> None:
    """Whoever tries things out can choose what happens."""
    with ui.expansion(_("Try what can happen")).classes("box full").style("padding: 0; overflow: hidden"):
        ui.label(_("In the sandbox, the last three digits of a number decide what its owner does:")).classes(
            "break"
        )
        with ui.element("dl").classes("stack tight").style("margin: var(--space-3) 0 0"):
            for digits, deed in ENDINGS:
                with ui.element("div").classes("line").style("align-items: baseline"):
                    ui.label(f"…{digits}").classes("strong numbers")
                    ui.label(_(deed)).classes("grow break")
        ui.label(_("Everybody else receives, reads and answers as people do.")).classes("soft q-mt-md")

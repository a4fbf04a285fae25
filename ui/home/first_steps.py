"""What a newcomer does first: the business, WhatsApp or the sandbox, the contacts; then the first campaign.

What is done is seen from what is there, so the steps can be left at any time and are where they were.
"""

from typing import NamedTuple

from nicegui import ui

from services.access.actor import Actor
from services.analytics.home import Home
from services.i18n import LANGUAGES, Words
from ui.frame import heading
from ui.pieces.empty_state import go_button


class Way(NamedTuple):
    label: str
    address: str


class Step(NamedTuple):
    title: str
    more: str
    is_done: bool
    ways: tuple[Way, ...]  # the first is the main one; of what is done, a quiet one


def first_steps(_: Words, seen: Home, actor: Actor) -> None:
    steps = _steps(_, seen, actor)
    next_one = next((step for step in steps if not step.is_done), None)
    with ui.element("section").classes("stack"):
        heading(_("Three steps to your first campaign"), 2)
        with ui.element("ol").classes("rows steps"):
            for number, step in enumerate(steps, 1):
                _step(number, step, is_next=step is next_one)
        if seen.has_contacts and seen.is_new:
            go_button(_("Write your first campaign"), "/campaigns/new", icon="campaign").mark(
                "first-campaign"
            )


def _steps(_: Words, seen: Home, actor: Actor) -> tuple[Step, ...]:
    return (
        Step(
            _("Your business"),
            f"{actor.workspace_name} · {_.zone(actor.timezone)} · {LANGUAGES[_.language]}",
            True,
            (Way(_("Change"), "/business"),),
        ),
        Step(
            _("Link WhatsApp, or try the sandbox"),
            _(
                "Your own number sends for real. In the sandbox all of it is played: nothing leaves this"
                " computer."
            ),
            seen.has_number or not seen.is_new,
            (Way(_("Link a WhatsApp number"), "/senders/link"), Way(_("Try the sandbox"), "/campaigns/new")),
        ),
        Step(
            _("Bring your contacts"),
            _("From Excel, from a CSV file, or typed in. Only people who agreed will hear from you."),
            seen.has_contacts,
            (Way(_("Add contacts"), "/contacts"),),
        ),
    )


def _step(number: int, step: Step, *, is_next: bool) -> None:
    with ui.element("li").classes("entry"):
        with ui.element("span").classes("step done" if step.is_done else "step").props('aria-hidden="true"'):
            if step.is_done:
                ui.icon("check")
            else:
                ui.label(str(number))
        with ui.element("div").classes("grow stack tight"):
            heading(step.title, 3)
            ui.label(step.more).classes("soft small break")
            if step.is_done:
                for way in step.ways[:1]:
                    ui.link(way.label, way.address).classes("in-link")
            else:
                _ways(step.ways, is_next=is_next)


def _ways(ways: tuple[Way, ...], *, is_next: bool) -> None:
    with ui.element("div").classes("line wrap").style("gap: var(--space-2); margin-top: var(--space-1)"):
        for place, way in enumerate(ways):
            button = go_button(way.label, way.address)
            if place or not is_next:
                button.props("outline", remove="unelevated")

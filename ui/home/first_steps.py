"""What a newcomer does first: bring contacts, write a message, rehearse."""

from nicegui import ui

from services.analytics.home import Home
from services.i18n import Words
from ui.frame import heading
from ui.pieces.empty_state import go_button


def first_steps(_: Words, seen: Home) -> None:
    steps = (
        (
            _("Bring your contacts"),
            _("From Excel, from a CSV file, or typed in. Only people who agreed will hear from you."),
            _("Add contacts"),
            "/contacts",
            seen.has_contacts,
        ),
        (
            _("Write a message"),
            _("With each person's name in it, in one language or in several."),
            _("Write"),
            "/templates/new",
            seen.has_templates,
        ),
        (
            _("Rehearse a campaign"),
            _("The sandbox plays it all: ticks, answers, refusals. Nothing leaves this computer."),
            _("Start"),
            "/campaigns/new",
            False,
        ),
    )
    next_one = next(number for number, step in enumerate(steps) if not step[-1])
    with ui.element("section").classes("stack"):
        heading(_("Three steps to your first campaign"), 2)
        for number, (title, more, action, address, is_done) in enumerate(steps):
            with ui.element("div").classes("box line").style("flex-direction: row"):
                _mark(number + 1, is_done)
                with ui.element("div").classes("grow stack tight"):
                    heading(title, 3)
                    ui.label(more).classes("soft small")
                    if not is_done:
                        button = go_button(action, address).style("align-self: flex-start")
                        if number != next_one:
                            button.props("outline", remove="unelevated")


def _mark(number: int, is_done: bool) -> None:
    with ui.element("div").classes("step done" if is_done else "step").props('aria-hidden="true"'):
        if is_done:
            ui.icon("check")
        else:
            ui.label(str(number))

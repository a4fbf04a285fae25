"""On a number's card: today's messages against what the day allows, and how it stands with WhatsApp."""

from nicegui import ui

from services.i18n import Words
from services.senders.care import Care
from ui.senders.care_page import LEVELS
from ui.told import told


def standing_part(_: Words, known: Care, zone: str) -> None:
    """Nothing for a rehearsal without limits. `zone` is the workspace's."""
    if not known.limits.limited:
        return
    cap = known.limits.cap
    with ui.element("div").classes("stack tight"):
        said = _("{sent} of {cap} messages that today allows", sent=known.sent_today, cap=cap)
        ui.label(said).classes("small numbers")
        bar = ui.linear_progress(min(1, known.sent_today / cap) if cap else 1, show_value=False, size="6px")
        bar.props["aria-label"] = said
    tone, icon, sentence = LEVELS[known.level]
    with ui.element("div").classes("line wrap").style("gap: var(--space-2)"):
        with ui.element("span").classes("chip").classes(tone):
            ui.icon(icon).props('aria-hidden="true"')
            ui.label(_(sentence))
        if known.signs:
            first = known.signs[0]
            ui.label(told(_, first.sentence, dict(first.facts), zone)).classes("small soft break")

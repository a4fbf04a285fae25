"""/audit: who did what with people's data, the latest first. Nobody can change it."""

from collections.abc import Mapping

from fastapi import Depends
from nicegui import ui

from services.access.actor import Actor
from services.access.audit import Deed, Entry, entries
from services.i18n import N_, Words, words
from ui.frame import frame
from ui.signed_in import signed_in
from ui.theme import wear

DEEDS: Mapping[Deed, str] = {
    Deed.EXPORTED: N_("downloaded everything about a person"),
    Deed.ERASED: N_("erased a person"),
    Deed.OPTED_OUT: N_("noted that a person asked to stop"),
    Deed.ANSWERED_AFTER_STOP: N_("answered a person who had asked to stop"),
    Deed.WORDS_CHANGED: N_("changed the words that stop"),
    Deed.JOINING_CHANGED: N_("changed how people join"),
    Deed.LIMITS_CHANGED: N_("changed how much a number may send"),
    Deed.RULES_CHANGED: N_("changed the quiet hours or how often"),
}


@ui.page("/audit")
async def audit_page(page: int = 1, actor: Actor = Depends(signed_in)) -> None:
    _ = words(actor.language)
    wear("inbox.css")
    seen = await entries(actor, page)
    with frame(_("Who did what"), actor, back="/more", narrow=True):
        ui.label(
            _("What was done with people's data. A person has a mark here, no name. Nobody can change it.")
        ).classes("soft break")
        if not seen.entries:
            ui.label(_("Nothing yet."))
        with ui.element("ol").classes("au"):
            for entry in seen.entries:
                _line(_, entry, actor.timezone)
        with ui.element("div").classes("line spread"):
            if seen.page > 1:
                ui.link(_("Newer"), f"/audit?page={seen.page - 1}").classes("in-link")
            if seen.more:
                ui.link(_("Older"), f"/audit?page={seen.page + 1}").classes("in-link")


def _line(_: Words, entry: Entry, zone: str) -> None:
    with ui.element("li").classes("box au-line"):
        ui.label(f"{entry.who or _('By itself')} {_(DEEDS[entry.deed])}").classes("strong break")
        if entry.about:
            ui.label(_("Person {mark}", mark=entry.about)).classes("small soft numbers")
        if told := _told(_, entry):
            ui.label(told).classes("small break")
        ui.label(_.moment(entry.at, zone)).classes("small soft numbers")


def _told(_: Words, entry: Entry) -> str:
    """The new words, where words were changed."""
    match entry.facts:
        case {"word": str(word), "on": bool(on)}:
            return _("{word}: people can join", word=word) if on else _("{word}: nobody joins", word=word)
        case {"more": list(more), "off": list(off)}:
            own = _("Own words: {words}", words=", ".join(map(str, more)) or "–")
            return f"{own} · {_('Switched off: {words}', words=', '.join(map(str, off)) or '–')}"
    return ""

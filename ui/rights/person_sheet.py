"""Everything about one person as a page of its own: opens anywhere, prints well, needs nothing."""

from collections.abc import Iterable
from datetime import datetime
from html import escape

from models.phone import shown
from models.states import Consent, MessageStatus
from services.i18n import LANGUAGES, Words
from services.ops.person_file import PersonFile
from ui.contacts.sources import SOURCES
from ui.pieces.status_chip import LOOKS

STYLE = """
body { font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans Devanagari", sans-serif; color: #12211f;
       max-width: 760px; margin: 24px auto; padding: 0 16px; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 28px 0 8px; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top;
       padding: 6px 8px; border-top: 1px solid #d5dfdc; overflow-wrap: anywhere; white-space: pre-wrap; }
th { width: 34%; font-weight: 600; } p { color: #4b5e5a; }
"""


def sheet(_: Words, found: PersonFile, zone: str) -> str:
    """The page, in the language of whoever asked for it."""
    title = _("What {shop} keeps about {name}", shop=found.shop, name=found.name or shown(found.phone))
    parts = [
        f"<p>{escape(_('Made on {moment}.', moment=_stamp(_, found.made_at, zone)))}</p>",
        _table(_about(_, found, zone)),
        _part(_("Consent"), _("Nothing is noted."), _words(_, found, zone)),
        _part(_("What was sent"), _("Nothing was sent."), _sent(_, found, zone)),
        _part(
            _("What this person wrote"),
            _("Nothing was written."),
            [(_stamp(_, one.at, zone), one.text) for one in found.written],
        ),
        _part(
            _("Lists it came with"),
            _("It came with no list."),
            [(_stamp(_, one.at, zone), one.file_name) for one in found.lists],
        ),
    ]
    return (
        f'<!doctype html><html lang="{_.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>"
    )


def _about(_: Words, found: PersonFile, zone: str) -> list[tuple[str, str]]:
    known = {None: _("Not known"), True: _("Yes"), False: _("No")}
    return [
        (_("Name"), found.name),
        (_("Mobile number"), shown(found.phone)),
        (_("Language"), LANGUAGES.get(found.language or "", "")),
        (_("Tags"), ", ".join(found.tags)),
        *found.fields.items(),
        (_("In the contacts since"), _stamp(_, found.since, zone) if found.since else _("Not a contact")),
        (_("Agreed"), _(LOOKS[Consent(found.consent)].sentence)),
        (_("Asked to stop"), known[found.stopped]),
        (_("On WhatsApp"), known[found.on_whatsapp]),
    ]


def _words(_: Words, found: PersonFile, zone: str) -> list[tuple[str, str]]:
    lines = []
    for word in found.consent_history:
        source = _(SOURCES.get(word.source, word.source))
        said = f"“{word.wording}”" if word.wording else ""
        told = [f"{_(LOOKS[Consent(word.consent)].sentence)}: {source}", said, word.evidence]
        lines.append((_stamp(_, word.at, zone), "\n".join(filter(None, told))))
    return lines


def _sent(_: Words, found: PersonFile, zone: str) -> list[tuple[str, str]]:
    lines = []
    for one in found.sent:
        steps = [_(LOOKS[MessageStatus(one.status)].sentence)]
        steps += [f"{_('Delivered')}: {_stamp(_, one.delivered_at, zone)}"] if one.delivered_at else []
        steps += [f"{_('Read')}: {_stamp(_, one.read_at, zone)}"] if one.read_at else []
        told = "\n".join(filter(None, [one.campaign, one.text, " · ".join(steps)]))
        lines.append((_stamp(_, one.at, zone), told))
    return lines


def _part(title: str, nothing: str, lines: list[tuple[str, str]]) -> str:
    return f"<h2>{escape(title)}</h2>" + (_table(lines) if lines else f"<p>{escape(nothing)}</p>")


def _table(lines: Iterable[tuple[str, str]]) -> str:
    rows = (f"<tr><th>{escape(key)}</th><td>{escape(value)}</td></tr>" for key, value in lines)
    return f"<table>{''.join(rows)}</table>"


def _stamp(_: Words, moment: datetime, zone: str) -> str:
    return f"{_.date(moment, zone)}, {_.time(moment, zone)}"

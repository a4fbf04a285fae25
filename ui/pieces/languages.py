"""The three languages side by side, to choose the one that one reads."""

from html import escape

from nicegui import ui

from services.i18n import LANGUAGES, Words


def languages(_: Words, back_to: str) -> None:
    """Links: a language is chosen without a word of the present one, and works before the socket does."""
    links = []
    for code, name in LANGUAGES.items():
        current = ' aria-current="true"' if code == _.language else ""
        links.append(
            f'<a href="/language?to={code}&amp;next={back_to}" lang="{code}"{current}>{escape(name)}</a>'
        )
    shown = ui.html("".join(links), sanitize=False, tag="nav").classes("segments")
    shown.props(f'aria-label="{_("Language")}"')

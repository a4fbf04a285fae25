"""The language of a page: its words, its <html lang>, and what Quasar and NiceGUI say by themselves."""

import copy

from nicegui import Client
from nicegui.translations import translations

from services.i18n import LANGUAGES, N_, words

# Quasar's name for each of our languages. It has no Marathi: ui/static/mr.umd.prod.js is ours, and
# ui/nonces.py points the page to it.
QUASAR = {"en": "en-US", "hi": "hi", "mr": "mr"}

SAID_BY_NICEGUI = {
    "connection_lost": N_("The connection is lost."),
    "trying_to_reconnect": N_("Trying again. What you typed stays here."),
    "message_too_long": N_("That is too much at once."),
    "message_too_long_body": N_("Please send less text."),
}


def speak(client: Client, language: str) -> None:
    """Let this page, and nobody else's, be in `language`; before its response is built."""
    client.page = copy.copy(client.page)  # shared by all who look at this address
    client.page.language = QUASAR[language]  # type: ignore[assignment]  # NiceGUI does not know of mr
    client.page.dark = None  # as the phone has it


def teach_nicegui() -> None:
    """Put our sentences in place of NiceGUI's own; once per process."""
    for language in LANGUAGES:
        _ = words(language)
        said = {key: _(sentence) for key, sentence in SAID_BY_NICEGUI.items()}
        translations[QUASAR[language]] = said  # type: ignore[index]  # as above

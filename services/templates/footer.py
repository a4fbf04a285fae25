"""The line under a promotion that says how to stop it, in the reader's language."""

from services.i18n import N_, words

LINE = N_("Reply STOP to stop these messages.")


def with_footer(text: str, language: str) -> str:
    """The text as it is sent: `language` is the text's own."""
    return f"{text.rstrip()}\n\n{words(language)(LINE)}"

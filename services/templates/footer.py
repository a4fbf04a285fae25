"""The line under a promotion that says how to stop it, in the reader's language."""

from functools import cache

from models.campaign import Campaign
from models.states import Kind
from services.i18n import LANGUAGES, N_, words
from services.templates.render import length

LINE = N_("Reply STOP to stop these messages.")


def has_footer(campaign: Campaign) -> bool:
    """Only a promotion has one, unless it was switched off."""
    return campaign.footer and campaign.kind == Kind.PROMOTIONAL and campaign.chat_id is None


def with_footer(text: str, language: str) -> str:
    """The text as it is sent: `language` is the text's own."""
    return f"{text.rstrip()}\n\n{_line(language)}".lstrip()


@cache
def _line(language: str) -> str:
    return words(language)(LINE)


# Characters that a text has to leave free for it, whatever its language.
FOOTER_TAKES = max(length(with_footer("·", language)) for language in LANGUAGES) - 1

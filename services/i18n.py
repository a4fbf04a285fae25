"""Sentences in the reader's language: gettext catalogues in locales/, read with Babel.

Mark a sentence with `_()` where it is shown and with `N_()` where it is only named. Blanks are
{named}; `{{` is not needed, for a text without facts is not formatted.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta, get_timezone_location
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LOCALES = Path(__file__).parent.parent / "locales"

# What each language calls itself.
LANGUAGES: Mapping[str, str] = {"en": "English", "hi": "हिन्दी", "mr": "मराठी"}


def N_(sentence: str) -> str:
    """Mark a sentence for translation without translating it here."""
    return sentence


class Words:
    """The sentences, numbers and dates of one language: `_ = words("hi"); _("Hello {name}", name=…)`."""

    def __init__(self, language: str, catalog: Catalog | None) -> None:
        self.language = language
        self._catalog = catalog
        self._locale = f"{language}_IN"

    def __call__(self, sentence: str, **facts: object) -> str:
        """The sentence in this language, its blanks filled; in English where a translation is missing."""
        told = self._find(sentence)
        shown = told if isinstance(told, str) and told else sentence
        return shown.format(**self._dressed(facts)) if facts else shown

    def many(self, one: str, more: str, count: int, **facts: object) -> str:
        """`one` or `more` by the number: many("{count} person", "{count} people", 3)."""
        told = self._find(one)
        forms = told if isinstance(told, tuple) and all(told) else (one, more)
        shown: str = forms[0 if count == 1 else 1]  # English, Hindi and Marathi agree on this
        return shown.format(**self._dressed({"count": count, **facts}))

    def number(self, value: float) -> str:
        """Grouped as in India, Latin digits: 1,23,456."""
        return format_decimal(value, format="#,##,##0.###", locale="en_IN")

    def date(self, moment: datetime, zone: str) -> str:
        """A day in words: 5 March 2026."""
        return format_date(moment.astimezone(ZoneInfo(zone)), format="d MMMM y", locale=self._locale)

    def day(self, moment: datetime, zone: str) -> str:
        """A day of this year, short: 5 Mar."""
        return format_date(moment.astimezone(ZoneInfo(zone)), format="d MMM", locale=self._locale)

    def time(self, moment: datetime, zone: str) -> str:
        """A time of day as people here say it: 7:40 pm."""
        return format_time(moment.astimezone(ZoneInfo(zone)), format="h:mm a", locale=self._locale)

    def moment(self, moment: datetime, zone: str) -> str:
        """A day and a time in words: Friday 5 March, 7:40 pm."""
        local = moment.astimezone(ZoneInfo(zone))
        return format_datetime(local, format="EEEE d MMMM, h:mm a", locale=self._locale)

    def span(self, span: timedelta) -> str:
        """How long, to about two digits: 90 minutes."""
        return format_timedelta(span, threshold=2, locale=self._locale)

    def ago(self, span: timedelta) -> str:
        """How long ago: 3 minutes ago."""
        return format_timedelta(-span, threshold=2, add_direction=True, locale=self._locale)

    def zone(self, zone: str) -> str:
        """Whose clock it is: India Time."""
        return get_timezone_location(zone, locale=self.language)

    def _find(self, sentence: str) -> object:
        if self._catalog is None:
            return None
        message = self._catalog.get(sentence)
        return None if message is None or message.fuzzy else message.string

    def _dressed(self, facts: Mapping[str, object]) -> dict[str, object]:
        return {
            name: self.number(value) if isinstance(value, int) and not isinstance(value, bool) else value
            for name, value in facts.items()
        }


@cache
def words(language: str) -> Words:
    """The Words of a language; English for one that we do not have."""
    if language not in LANGUAGES:
        language = "en"
    path = LOCALES / language / "LC_MESSAGES" / "broadcaster.po"
    if not path.exists():
        return Words(language, None)
    with path.open("rb") as file:
        return Words(language, read_po(file, locale=language))

"""How names, tags, blanks and languages are kept, however they were typed. Pure."""

import unicodedata
from collections.abc import Iterable, Mapping

NAME_LENGTH = 120
TAG_LENGTH = 40
KEY_LENGTH = 40
VALUE_LENGTH = 500

# As people call them in a file; casefolded.
_LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "en": ("en", "eng", "english", "en-in", "en_in", "अंग्रेज़ी", "अंग्रेजी", "इंग्रजी", "इंग्लिश"),
    "hi": ("hi", "hin", "hindi", "hi-in", "hi_in", "हिन्दी", "हिंदी"),
    "mr": ("mr", "mar", "marathi", "mr-in", "mr_in", "मराठी"),
}


def _plain(text: str) -> str:
    # NFC also decomposes the nukta letters the same way everywhere, so both spellings of फ़ meet
    return unicodedata.normalize("NFC", text).casefold()


_CODES = {_plain(name): code for code, names in _LANGUAGES.items() for name in names}


def one_line(text: str, most: int = NAME_LENGTH) -> str:
    """Single spaces, one Unicode form, nothing invisible that breaks a line, at most `most` characters."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()[:most]
    seen = "".join(letter if letter.isprintable() or letter in _JOINERS else " " for letter in text)
    return " ".join(unicodedata.normalize("NFC", seen).split())[:most].strip()


_JOINERS = "\u200c\u200d"  # Devanagari needs them


def tags_of(written: Iterable[str] | str) -> list[str]:
    """Tags without doubles, in their order; a text is split at commas. "VIP" and "vip" are one tag."""
    parts = written.split(",") if isinstance(written, str) else written
    tidy = (one_line(part.lstrip("# "), TAG_LENGTH) for part in parts)
    return list({_plain(tag): tag for tag in reversed([t for t in tidy if t])}.values())[::-1]


def same_tag(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def field_key(header: str) -> str:
    """What a column is called as a blank: "  Last  Visit " → "last visit". Empty if nothing is left."""
    seen = "".join(" " if letter in "{}|" else letter for letter in header)
    return one_line(_plain(seen), KEY_LENGTH)


def language_of(written: str) -> str | None:
    """The code of a language of ours, or None."""
    return _CODES.get(_plain(written).strip()) if written else None

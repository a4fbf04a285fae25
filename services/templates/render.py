"""Texts with blanks: {name} is the person's name, {city|your city} has a fallback for who has none.

Pure, and fast enough for the engine, which renders every message at its claim: a text is read once and
remembered. What stands in a blank's value is never read again as a blank.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from services.contacts.tidy import field_key
from services.errors import BroadcasterError
from services.i18n import N_

LONGEST = 4096  # characters as people count them; WhatsApp takes no more

_BLANK = re.compile(r"\{([^{}|\n]*)(?:\|([^{}\n]*))?\}")
# What the name is called where people do not write English.
_OTHER_NAMES_OF_NAME = frozenset({"नाम", "नाव", "naam", "nav"})


class MissingBlank(BroadcasterError):
    """A blank has neither a value nor a fallback."""

    sentence = N_("There is nothing to put in the blank “{blank}”.")


@dataclass(frozen=True, slots=True)
class Blank:
    """`key` is what its value is stored under; `fallback` is None where there is none."""

    key: str
    fallback: str | None

    def fill(self, values: Mapping[str, str]) -> str:
        value = values.get(self.key, "").strip()
        if value:
            return value
        if self.fallback is None:
            raise MissingBlank(blank=self.key)
        return self.fallback


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text cannot be sent: a sentence to translate, and its facts."""

    sentence: str
    facts: Mapping[str, object]


def render(text: str, values: Mapping[str, str]) -> str:
    """The text as one person reads it.

    Args:
        values: by blank_key(); an empty value counts as none.

    Raises:
        MissingBlank: neither a value nor a fallback.
    """
    return "".join([part if isinstance(part, str) else part.fill(values) for part in _read(text)])


def blanks_of(text: str) -> list[Blank]:
    """The blanks of a text in the order of their first appearance; a fallback anywhere counts for that
    place only, so a key may come twice, once with and once without."""
    return list(dict.fromkeys(part for part in _read(text) if isinstance(part, Blank)))


def needed(texts: Iterable[str]) -> list[str]:
    """The keys that everybody must have a value for: blanks that somewhere stand without a fallback."""
    return list(dict.fromkeys(b.key for text in texts for b in blanks_of(text) if b.fallback is None))


def with_fallback(text: str, key: str, fallback: str) -> str:
    """The text with `fallback` in every blank `key` that has none."""

    def mend(found: re.Match[str]) -> str:
        bare = found[2] is None and blank_key(found[1]) == key
        return f"{{{found[1].strip()}|{fallback}}}" if bare else found[0]

    return _BLANK.sub(mend, text)


def problems_of(text: str, longest: int = LONGEST) -> list[Problem]:
    """What keeps the text from being sent, whoever gets it; `longest` is fewer beside a photo."""
    problems = []
    blanks = {found.start(): found for found in _BLANK.finditer(text)}
    for brace in re.finditer(r"\{", text):
        blank = blanks.get(brace.start())
        if blank is None:
            sentence = N_("The blank at “{near}” is not closed. Write it like {example}.")
            near = text[brace.start() :][:20].split("\n")[0]
            problems.append(Problem(sentence, {"near": near, **_EXAMPLE}))
        elif not blank_key(blank[1]):
            problems.append(Problem(N_("A blank is empty. Write a word in it, like {example}."), _EXAMPLE))
    if (long := length(text)) > longest:
        sentence = N_("This text has {count} characters; WhatsApp takes {most} at most.")
        problems.append(Problem(sentence, {"count": long, "most": longest}))
    return problems


_EXAMPLE: Mapping[str, object] = {"example": "{name}"}


def says_nothing(text: str) -> bool:
    """Whether somebody may get a message in which there is nothing to see."""
    return not any(unicodedata.category(letter)[0] not in "CZ" for letter in _leanest(text))


def _leanest(text: str) -> str:
    """The text of whoever has no more than they must have."""
    return render(text, dict.fromkeys(needed([text]), "x"))


def blank_key(written: str) -> str:
    """How a blank's name is stored, however it was typed: "{ Name }" and "{NAME}" are "name"."""
    key = field_key(written)
    return "name" if key in _OTHER_NAMES_OF_NAME else key


def length(text: str) -> int:
    """Characters as people count them: a letter with its signs, a flag, or a family is one."""
    count = 0
    joined = False  # the character before asks to be joined with the next
    half_flag = False
    for char in text:
        flag = "\U0001f1e6" <= char <= "\U0001f1ff"
        extends = unicodedata.category(char) in ("Mn", "Mc", "Me") or "\U0001f3fb" <= char <= "\U0001f3ff"
        if not (extends or char == "\u200d" or joined or (flag and half_flag)):
            count += 1
        half_flag = flag and not half_flag
        # the joiner of emoji, and the virama that makes one letter of two: क्ष
        joined = char == "\u200d" or (unicodedata.combining(char) == 9 and char <= "\u0dff")
    return count


@lru_cache(maxsize=1024)
def _read(text: str) -> tuple[str | Blank, ...]:
    parts: list[str | Blank] = []
    end = 0
    for found in _BLANK.finditer(text):
        if found.start() > end:
            parts.append(text[end : found.start()])
        fallback = found[2]
        parts.append(Blank(blank_key(found[1]), None if fallback is None else fallback.strip()))
        end = found.end()
    if end < len(text):
        parts.append(text[end:])
    return tuple(parts)

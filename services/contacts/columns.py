"""Which column of a list is what: by its header in three languages, and by what stands in it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from models.phone import NotAPhone, PhoneProblem, parse
from services.contacts.tidy import field_key, language_of, one_line

Row = list[str]
SAMPLE = 200  # rows that tell
SHOWN = 3  # examples of each column on the preview
MOST_FIELDS = 30
HEADER_WITHIN = 15  # rows: above it there may be a title


class Columns(TypedDict, total=False):
    """As contact_import.mapping keeps it; columns count from 0.

    `skip` rows come before the first person; `samples` are a few cells of each column, for the preview.
    """

    phone: int | None
    name: int | None
    language: int | None
    fields: dict[str, int]
    skip: int
    samples: list[list[str]]


PUNCTUATION = re.compile(r"[-_.:;/#()'’]")
# In the order of preference: a file often has several of them.
PHONE_HEADERS = (
    "whatsapp", "whats app", "wa no", "व्हाट्सएप", "व्हाट्सऐप", "व्हॉट्सअ‍ॅप", "व्हॉट्सऍप", "वॉट्सएप",
    "mobile", "mob", "cell", "मोबाइल", "मोबाईल", "भ्रमणध्वनी",
    "phone", "ph no", "contact no", "contact number", "tel", "फ़ोन", "फोन", "दूरध्वनी", "दूरभाष", "संपर्क",
    "number", "नंबर", "नम्बर",
)  # fmt: skip
NAME_HEADERS = (
    "full name", "customer name", "client name", "contact name", "display name", "पूरा नाम", "पूर्ण नाव",
    "first name", "given name", "name", "customer", "client", "party", "student", "patient", "member",
    "नाम", "नाव", "ग्राहक", "naam", "nav",
)  # fmt: skip
LANGUAGE_HEADERS = ("language", "lang", "भाषा", "bhasha")
# Names of something else, taken only where nothing is called better.
OTHER_NAMES = ("company", "shop", "business", "last", "surname", "family", "father", "file", "city", "user")


@dataclass(frozen=True, slots=True)
class Layout:
    """Headers are empty when the list has none."""

    headers: list[str]
    columns: Columns = field(default_factory=Columns)


def guess(sample: Sequence[Row]) -> Layout | None:
    """What the columns of a list are; None when no column holds mobile numbers."""
    header_row = _header_row(sample)
    headers = [one_line(cell) for cell in sample[header_row]] if header_row is not None else []
    skip = 0 if header_row is None else header_row + 1
    body = [row for row in sample[skip:] if any(cell.strip() for cell in row)]
    width = max((len(row) for row in [headers, *body]), default=0)
    columns = [
        [row[place] for row in body if place < len(row) and row[place].strip()] for place in range(width)
    ]
    phone = _phone(headers, columns)
    if phone is None:
        return None
    language = _best(headers, LANGUAGE_HEADERS, taken={phone})
    name = _name(headers, columns, taken={phone, language})
    mapping = Columns(phone=phone, name=name, language=language, skip=skip)
    mapping["fields"] = _fields(headers, columns, taken={phone, name, language})
    mapping["samples"] = [[one_line(cell, 40) for cell in column[:SHOWN]] for column in columns]
    return Layout(headers, mapping)


def _header_row(sample: Sequence[Row]) -> int | None:
    """The row of column names: one that says "mobile" or the like, else the row above the first number."""
    widest = max((_filled(row) for row in sample), default=0)
    last: int | None = None  # the last row that is not blank and could be one of names
    for place, row in enumerate(sample[:HEADER_WITHIN]):
        if any(map(_phoneish, row)):
            return last
        if not _filled(row):
            continue
        last = None if any(map(_digits, row)) else place
        called = any(_fits(PHONE_HEADERS, cell) is not None for cell in row)
        if last is not None and called and _filled(row) >= min(2, widest):
            return place
    return None


def _filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _digits(cell: str) -> bool:
    """So many digits that it is no column's name."""
    return sum(letter.isdecimal() for letter in cell) >= 5


def _phoneish(cell: str) -> bool:
    """A number, or one that a spreadsheet has spoilt."""
    try:
        return bool(parse(cell))
    except NotAPhone as e:
        return e.problem == PhoneProblem.LOST_DIGITS


def _plain(header: str) -> str:
    seen = unicodedata.normalize("NFC", header).casefold()
    return " ".join(PUNCTUATION.sub(" ", seen).split())


def _fits(words: Sequence[str], header: str) -> int | None:
    """The place of the first of `words` that the header has in it; the smaller the better."""
    seen = f" {_plain(header)} "
    for rank, word in enumerate(words):
        wanted = unicodedata.normalize("NFC", word)
        if f" {wanted} " in seen or (len(wanted) > 3 and wanted in seen):
            return rank
    return None


def _best(headers: Sequence[str], words: Sequence[str], taken: set[int | None]) -> int | None:
    ranked = [
        (rank, place)
        for place, header in enumerate(headers)
        if place not in taken and (rank := _fits(words, header)) is not None
    ]
    return min(ranked)[1] if ranked else None


def _phone(headers: Sequence[str], columns: Sequence[Sequence[str]]) -> int | None:
    """One that is called so and holds numbers; else the one with the most; else one that is called so."""
    shares = [sum(map(_phoneish, cells)) / len(cells) if cells else 0.0 for cells in columns]
    called = [_fits(PHONE_HEADERS, header) for header in headers] + [None] * (len(columns) - len(headers))
    both = [(rank, place) for place, rank in enumerate(called) if rank is not None and shares[place] >= 0.3]
    if both:
        return min(both)[1]
    most = max(shares, default=0.0)
    if most >= 0.3 or (most > 0 and not any(rank is not None for rank in called)):
        return shares.index(most)
    named = [(rank, place) for place, rank in enumerate(called) if rank is not None]
    return min(named)[1] if named else None


def _name(headers: Sequence[str], columns: Sequence[Sequence[str]], taken: set[int | None]) -> int | None:
    other = {place for place, header in enumerate(headers) if _fits(OTHER_NAMES, header) is not None}
    for left_out in (taken | other, taken):
        if (by_header := _best(headers, NAME_HEADERS, left_out)) is not None:
            return by_header
    if headers and len(columns) > 2:
        return None
    for place, cells in enumerate(columns):
        wordy = sum(_wordy(cell) for cell in cells)
        if place not in taken and cells and wordy >= 0.7 * len(cells):
            return place
    return None


def _wordy(cell: str) -> bool:
    return any(letter.isalpha() for letter in cell) and not _digits(cell) and language_of(cell) is None


def _fields(
    headers: Sequence[str], columns: Sequence[Sequence[str]], taken: set[int | None]
) -> dict[str, int]:
    """Every other column that has a name and something in it becomes a blank."""
    fields: dict[str, int] = {}
    for place, header in enumerate(headers):
        key = field_key(header)
        if place not in taken and key and key not in RESERVED and columns[place]:
            fields.setdefault(key, place)
    return dict(list(fields.items())[:MOST_FIELDS])


# The contact's own, and the running numbers of a list: no blanks.
RESERVED = frozenset(
    {
        "name",
        "नाम",
        "नाव",
        "naam",
        "nav",
        "phone",
        "no",
        "no.",
        "#",
        "sr",
        "sr no",
        "sr. no",
        "sr.no",
        "sr no.",
    }
    | {
        "s no",
        "s.no",
        "s. no",
        "s.no.",
        "sl no",
        "sl. no",
        "sl.no",
        "sr. no.",
        "sr.no.",
        "serial no",
        "index",
    }
    | {"क्र", "क्र.", "अ.क्र.", "अ. क्र.", "अनु क्र", "क्रमांक", "क्रम"}
)


def chosen(mapping: Mapping[str, object], headers: Sequence[str], roles: Sequence[str]) -> Columns:
    """The mapping after somebody changed it on the preview.

    Args:
        roles: one a column: "phone", "name", "language", "field" or "" for a column that is left out.
    """

    def place(role: str) -> int | None:
        return roles.index(role) if role in roles else None

    fields: dict[str, int] = {}
    for at, role in enumerate(roles):
        header = headers[at] if at < len(headers) else ""
        if role == "field":
            key = field_key(header) or f"column {at + 1}"
            fields.setdefault(f"{key} {at + 1}" if key in RESERVED or key in fields else key, at)
    return Columns(
        phone=place("phone"),
        name=place("name"),
        language=place("language"),
        fields=fields,
        skip=int(str(mapping.get("skip", 0))),
        samples=mapping.get("samples", []),  # type: ignore[typeddict-item]
    )

"""Rows out of text: any delimiter, any of the usual encodings, and lists that have no columns at all."""

import codecs
import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from models.phone import NotAPhone, parse
from services.contacts import unreadable
from services.contacts.unreadable import Unreadable

Row = list[str]

SAMPLE = 200  # lines that tell how a text is made
LONGEST_LINE = 1_000_000  # characters
LONGEST_CELL = 32_767  # as in Excel; a longer one is a quotation mark that was never closed
DELIMITERS = "\t;|,"
SEP_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
LISTED = 0.9  # of the cells are numbers: a list without columns
# Eight digits or more, however spaced: a number inside a line of words.
NUMBER = re.compile(r"(?:\+|\b00)?\d(?:[\s().-]{0,2}\d){7,14}(?!\d)")
BULLET = re.compile(r"^\s*(?:\d{1,6}[.)]\s+|[-*•]\s*)")


def text_rows(path: Path, head: bytes) -> Iterator[Row]:
    """The rows of a text file. Raises Unreadable when it is no text."""
    encoding = _encoding(path, head)
    csv.field_size_limit(LONGEST_CELL)
    sample = list(islice(_lines(path, encoding), SAMPLE))
    lines = [line for line in sample if line.strip()]
    file = _lines(path, encoding)
    if lines and (told := SEP_LINE.fullmatch(lines[0])):
        return _columns(file, told[1], skip=sample.index(lines[0]) + 1)
    delimiter = _delimiter(lines)
    if delimiter and not _only_numbers(lines, delimiter):
        return _columns(file, delimiter)
    if delimiter:
        return _one_each(file, lambda line: [[cell] for cell in line.split(delimiter) if cell.strip()])
    return _one_each(file, _free) if _numbers_in_words(lines) else _columns(file, ",")


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        while line := file.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise Unreadable(unreadable.LONG_LINE)
            yield line


def _encoding(path: Path, head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        return _utf16_without_mark(head)
    return "utf-8-sig" if _mostly_utf8(path) else "cp1252"


def _mostly_utf8(path: Path) -> bool:
    """No more lines are broken UTF-8 than whole: one bad letter, pasted in, spoils only its own name."""
    whole = broken = 0
    with path.open("rb") as file:
        while line := file.readline(LONGEST_LINE):
            if b"\0" in line:
                raise Unreadable(unreadable.NOT_A_LIST)
            if not line.isascii():
                try:
                    line.decode()
                    whole += 1
                except UnicodeDecodeError:
                    broken += 1
    return broken <= whole


def _utf16_without_mark(head: bytes) -> str:
    """Which half of each pair is mostly zero tells the byte order; neither: it is no text."""
    even, odd = head[0::2].count(0) / len(head), head[1::2].count(0) / len(head)
    if odd > 0.1 and even < 0.01:
        return "utf-16-le"
    if even > 0.1 and odd < 0.01:
        return "utf-16-be"
    raise Unreadable(unreadable.NOT_A_LIST)


def _delimiter(lines: list[str]) -> str | None:
    """What gives most lines the same number of cells, two or more; None where nothing does."""
    best, best_share = None, 0.3
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if any(row)]
        except csv.Error:
            continue
        wide = Counter(width for width in widths if width > 1)
        if wide and _only_numbers(lines, delimiter):
            return delimiter
        share = wide.most_common(1)[0][1] / len(widths) if wide else 0
        if share > best_share:
            best, best_share = delimiter, share
    return best


def _only_numbers(lines: list[str], delimiter: str) -> bool:
    cells = [cell for line in lines for cell in line.split(delimiter) if cell.strip()]
    return bool(cells) and sum(map(is_number, cells)) >= LISTED * len(cells)


def is_number(cell: str) -> bool:
    """A number and nothing else; "Ravi 9876543210" is not."""
    try:
        return bool(parse(cell)) and not any(letter.isalpha() for letter in cell)
    except NotAPhone:
        return False


def _numbers_in_words(lines: list[str]) -> bool:
    """Most lines have a number in them, and some have something beside it."""
    with_number = [line for line in lines if NUMBER.search(_latin(line))]
    return len(with_number) * 2 >= len(lines) and not all(map(is_number, with_number))


def _columns(lines: Iterator[str], delimiter: str, skip: int = 0) -> Iterator[Row]:
    reader = csv.reader(islice(lines, skip, None), delimiter=delimiter, skipinitialspace=True)
    row = skip
    try:
        for cells in reader:
            row += 1
            yield cells
    except csv.Error:
        raise Unreadable(unreadable.OPEN_QUOTE, line=row + 1) from None


def _one_each(lines: Iterator[str], split: Callable[[str], Iterable[Row]]) -> Iterator[Row]:
    for line in lines:
        yield from split(line)


def _free(line: str) -> list[Row]:
    """A line such as "Ravi 98765 43210" as name and number; several numbers are several people."""
    seen = BULLET.sub("", _latin(line)).strip()
    found = list(NUMBER.finditer(seen))
    if not seen:
        return []
    if len(found) == 1:
        rest = seen[: found[0].start()] + " " + seen[found[0].end() :]
        return [[rest.strip(" \t:;,-–—()[]"), found[0][0]]]
    words = seen.split()
    if words and all(map(is_number, words)):
        return [["", word] for word in words]
    return [["", number[0]] for number in found] or [[seen, ""]]


def _latin(line: str) -> str:
    if line.isascii():
        return line
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in line)

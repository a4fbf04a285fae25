"""Rows of text out of any file that people call a list: Excel or text, told apart by content, never by name.

Everything streams. What cannot be read raises Unreadable; what is broken inside may raise anything, and
the parent of this child process has a sentence for that.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path

from services.contacts import unreadable
from services.contacts.plain_text import text_rows
from services.contacts.unreadable import Unreadable

Row = list[str]

HEAD = 4096  # bytes that tell what a file is
MOST_UNPACKED = 256 * 1024 * 1024  # bytes; a real 20 MB workbook has half of that
MOST_STRINGS = 96 * 1024 * 1024  # bytes of a workbook's table of texts, which has to be in memory
MOST_COLUMNS = 100
WEB_PAGE = re.compile(rb"<(?:!doctype|html|table|\?xml|head|meta)\b", re.IGNORECASE)


def rows_of(path: Path) -> Iterator[Row]:
    """The file's rows, cells as text, blank rows too: so the n-th is what a spreadsheet calls row n.

    Raises:
        Unreadable: with the sentence for the customer.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip():
        raise Unreadable(unreadable.EMPTY)
    if head.startswith(b"PK\x03\x04"):
        return _xlsx(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _xls(path)
    if WEB_PAGE.search(head[:1024]):
        raise Unreadable(unreadable.NOT_EXCEL_BUT_WEB)
    if head.startswith(b"%PDF"):
        raise Unreadable(unreadable.NOT_A_LIST)
    if head.lstrip().upper().startswith(b"BEGIN:VCARD"):
        raise Unreadable(unreadable.CONTACT_CARDS)
    return text_rows(path, head)


def _xlsx(path: Path) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise Unreadable(unreadable.NOT_A_LIST) from None
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        office = names & {"xl/workbook.bin", "mimetype"}
        raise Unreadable(unreadable.OTHER_SHEET if office else unreadable.NOT_A_LIST)
    # zipfile reads no more of a part than its header declares, so a header that lies gains nothing.
    strings = sum(part.file_size for part in parts if "sharedStrings" in part.filename)
    if sum(part.file_size for part in parts) > MOST_UNPACKED or strings > MOST_STRINGS:
        raise Unreadable(unreadable.UNPACKS_TOO_LARGE)
    return _workbook_rows(path)


def _workbook_rows(path: Path) -> Iterator[Row]:
    from openpyxl import load_workbook

    with path.open("rb") as file:  # open, for openpyxl judges a path by its name
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in sheets:
            sheet.reset_dimensions()  # some programs write them wrong
        yield from _first_filled(sheet.iter_rows(values_only=True) for sheet in sheets)


def _xls(path: Path) -> Iterator[Row]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_index(place) for place in range(len(book.sheet_names))]
    except CalamineError:
        raise Unreadable(unreadable.LOCKED) from None
    return _first_filled(sheet.iter_rows() for sheet in sheets)


def _first_filled(sheets: Iterable[Iterable[Iterable[object]]]) -> Iterator[Row]:
    """The rows of the first sheet that has any."""
    for sheet in sheets:
        rows = ([_text(cell) for cell in islice(row, MOST_COLUMNS)] for row in sheet)
        begun: list[Row] = []
        for row in islice(rows, 100):
            begun.append(row)
            if any(row):
                return chain(begun, rows)
    raise Unreadable(unreadable.EMPTY)


def _text(cell: object) -> str:
    """A cell as its owner reads it; 919876543210.0 is a number that a spreadsheet keeps as a float."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return "" if cell.startswith("#") and cell in _ERRORS else cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e16:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == _MIDNIGHT else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


_MIDNIGHT = datetime.min.time()
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!"})

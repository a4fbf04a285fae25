"""An Excel workbook, row by row: what a list needs of it, and nothing else.

The sheets stream through expat, so that a large one is never in memory. It costs a fifth of what openpyxl
takes, which makes objects of every cell. Only the table of texts is kept; sheets.py limits its size.
"""

import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from posixpath import join, normpath
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from services.contacts.workbook_parts import Cell, SheetRows, Texts

PIECE = 1 << 16  # bytes
MAIN = "xl/workbook.xml"
LINKS = "xl/_rels/workbook.xml.rels"
TEXTS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"


class Workbook:
    """An open file. Whatever is broken in it raises whatever it likes, at any row."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path)
        self._parts = set(self._archive.namelist())
        self._root = self._tree(MAIN)
        told = self._root.find("{*}workbookPr")
        mac = told is not None and told.get("date1904") in ("1", "true")
        self._epoch = CALENDAR_MAC_1904 if mac else CALENDAR_WINDOWS_1900
        self._texts = self._shared() if TEXTS in self._parts else []
        self._dates = self._date_styles() if STYLES in self._parts else frozenset[str]()

    def sheets(self) -> Iterator[Iterator[list[object]]]:
        """The rows of each visible sheet. Rows that nobody filled in are there too, empty."""
        links = {
            link.get("Id"): normpath(join("xl", link.get("Target", ""))).lstrip("/")
            for link in self._tree(LINKS)
            if link.get("Type", "").endswith("/worksheet")
        }
        for sheet in self._root.iterfind("{*}sheets/{*}sheet"):
            link = next((value for name, value in sheet.items() if name.endswith("}id")), None)
            if link in links and sheet.get("state", "visible") == "visible":
                yield self._rows(links[link])

    def _rows(self, part: str) -> Iterator[list[object]]:
        reader = SheetRows()
        line = 0
        for piece in self._pieces(part):
            reader.feed(piece)
            for number, cells in reader.taken():
                yield from ([] for _ in range(line + 1, number))
                line = number
                yield self._row(cells)
            if reader.ended:
                return

    def _row(self, cells: list[Cell]) -> list[object]:
        row: list[object] = [None] * (cells[-1][0] + 1 if cells else 0)
        for place, kind, style, written in cells:
            if place >= len(row):
                row.extend([None] * (place + 1 - len(row)))
            row[place] = self._value(kind, style, written)
        return row

    def _value(self, kind: str, style: str, written: str) -> object:
        if kind == "s":
            return self._texts[int(written)] if written else None
        if kind == "n":
            return self._number(written.strip(), style)
        if kind == "b":
            return "TRUE" if written == "1" else "FALSE"
        if kind == "d":
            with suppress(ValueError):
                return datetime.fromisoformat(written)
        return written

    def _number(self, written: str, style: str) -> object:
        if not written:
            return None
        if style in self._dates:
            with suppress(ValueError, OverflowError):  # what is too large for a date is shown as a number
                return from_excel(float(written), self._epoch)
        return written if written.isdecimal() else float(written)

    def _shared(self) -> list[str]:
        texts = Texts()
        for piece in self._pieces(TEXTS):
            texts.feed(piece)
        return texts.found

    def _date_styles(self) -> frozenset[str]:
        """The numbers of those cell styles that show a number as a date."""
        root = self._tree(STYLES)
        formats = {str(number): code for number, code in BUILTIN_FORMATS.items()}
        formats |= {
            one.get("numFmtId", ""): one.get("formatCode", "")
            for one in root.iterfind("{*}numFmts/{*}numFmt")
        }
        used = [style.get("numFmtId", "0") for style in root.iterfind("{*}cellXfs/{*}xf")]
        return frozenset(str(n) for n, one in enumerate(used) if is_date_format(formats.get(one, "General")))

    def _tree(self, part: str) -> ElementTree.Element:
        with self._archive.open(part) as file:
            return ElementTree.parse(file).getroot()

    def _pieces(self, part: str) -> Iterator[bytes]:
        with self._archive.open(part) as file:
            while piece := file.read(PIECE):
                yield piece

"""An Excel workbook is read as its owner sees it, whichever program wrote it."""

import io
import zipfile
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from services.contacts import unreadable
from services.contacts.sheets import rows_of
from tests.conftest import House
from tests.lists import Desk, desk
from tests.shop import Shop

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CONTENTS = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KINDS}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/one.xml" ContentType="{KINDS}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KINDS}.sharedStrings+xml"/></Types>'
)


@pytest.fixture
async def asha(shop: Shop, house: House) -> AsyncIterator[Desk]:
    async with desk(shop.actor, house.folder / "imports") as opened:
        yield opened


def seen(folder: Path, content: bytes) -> list[list[str]]:
    """The rows, without the empty cells at the ends."""
    path = folder / "list.xlsx"
    path.write_bytes(content)
    rows = [list(row) for row in rows_of(path)]
    for row in rows:
        while row and not row[-1]:
            row.pop()
    return rows


def saved(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.parametrize("by", ["Windows", "an old Mac"])
def test_every_kind_of_cell(tmp_path: Path, by: str) -> None:
    book = Workbook()
    if by == "an old Mac":
        book.epoch = CALENDAR_MAC_1904
    assert book.active is not None
    morning = datetime.fromisoformat("2026-05-02T10:30")
    for cells in (
        ["रवि", 919876543210, 919876543210.0, 9.19876543210e11, 12.5, -3, True],
        [],
        [None, date(2026, 5, 2), morning, None, "a\nb <c> & d", "#N/A", " kept "],
    ):
        book.active.append(cells)

    assert seen(tmp_path, saved(book)) == [
        ["रवि", "919876543210", "919876543210", "919876543210", "12.5", "-3", "TRUE"],
        [],
        ["", "2026-05-02", "2026-05-02 10:30", "", "a\nb <c> & d", "", " kept "],
    ]


def test_a_hidden_sheet_and_an_empty_one_are_passed_over(tmp_path: Path) -> None:
    book = Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.append(["secret", 9876543219])
    hidden.sheet_state = "hidden"
    book.create_sheet("Empty")
    book.create_sheet("Customers").append(["Meena", 9876543211])

    assert seen(tmp_path, saved(book)) == [["Meena", "9876543211"]]


def by_hand(sheet: str, texts: str = "") -> bytes:
    """A workbook as other programs write it: prefixes, an absolute path, and no styles."""
    parts = {
        "[Content_Types].xml": CONTENTS,
        "xl/workbook.xml": f'<x:workbook xmlns:x="{MAIN}" xmlns:r="{OFFICE}"><x:sheets>'
        '<x:sheet name="A" sheetId="1" r:id="R9"/></x:sheets></x:workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships><Relationship Id="R9" Type="{OFFICE}/worksheet"'
        ' Target="/xl/worksheets/one.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<x:sst xmlns:x="{MAIN}">{texts}</x:sst>',
        "xl/worksheets/one.xml": f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{sheet}'
        "</x:sheetData></x:worksheet>",
    }
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


def test_prefixes_gaps_and_texts_in_pieces(tmp_path: Path) -> None:
    texts = (
        "<x:si><x:r><x:t>Ra</x:t></x:r><x:r><x:t>vi</x:t></x:r>"
        "<x:rPh sb='0' eb='1'><x:t>x</x:t></x:rPh></x:si>"
        "<x:si><x:t/></x:si><x:si><x:t>पुणे</x:t></x:si>"
    )
    sheet = (
        '<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c><x:v>9876543210</x:v></x:c></x:row>'
        '<x:row r="4"><x:c r="C4" t="s"><x:v>2</x:v></x:c><x:c r="D4" t="s"><x:v>1</x:v></x:c>'
        '<x:c r="AB4" t="str"><x:f>A1</x:f><x:v>far</x:v></x:c></x:row>'
    )
    rows = seen(tmp_path, by_hand(sheet, texts))

    assert rows[:3] == [["Ravi", "9876543210"], [], []]
    assert rows[3] == ["", "", "पुणे", *[""] * 24, "far"]


async def test_a_workbook_that_breaks_off_writes_nothing(asha: Desk) -> None:
    row = "<x:row><x:c><x:v>9876543210</x:v></x:c></x:row>"
    refused = await asha.brings(by_hand(row * 600 + "<x:row><x:c></x:row>"), "broken.xlsx")

    assert refused.problem == unreadable.BROKEN


async def test_a_workbook_that_points_beyond_its_texts_is_a_sentence(asha: Desk) -> None:
    refused = await asha.brings(by_hand('<x:row><x:c t="s"><x:v>7</x:v></x:c></x:row>'), "broken.xlsx")

    assert refused.problem == unreadable.BROKEN

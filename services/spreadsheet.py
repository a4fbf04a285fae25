"""CSV that people open in a spreadsheet: read as UTF-8, and with nothing in it that could act."""

import csv
import io
from collections.abc import Sequence

BOM = "\ufeff"  # tells Excel that it is UTF-8

# A cell that begins so would be a formula, and could read other cells or open addresses.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_STARTS) else cell


def csv_lines(rows: Sequence[Sequence[str]]) -> str:
    """The rows as they stand in the file."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()

"""The child process that reads a file: niced, bounded in memory and time, away from the event loop.

    python -m services.contacts.read_file

It is told what to do by one JSON object on its standard input and answers on its standard output: one
line of JSON about the columns, then a line per row as PostgreSQL's COPY reads them (reading.py copies
them). Why a file cannot be read is said as services/confined.py has it. It knows no
database, and no secret but the key of the hashes.
"""

import json
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO

import orjson

from models.phone import NotAPhone, parse
from services.confined import confine, refuse
from services.consent.hashing import phone_hash
from services.contacts import unreadable
from services.contacts.columns import SAMPLE, Columns, Layout, guess
from services.contacts.problems import PHONE_SENTENCES
from services.contacts.sheets import Row, rows_of
from services.contacts.tidy import VALUE_LENGTH, language_of, one_line
from services.contacts.unreadable import MOST_ROWS, Unreadable
from services.key import use_key

MEMORY = 768 * 1024 * 1024  # bytes of address space
CPU_S = 90
AT_ONCE = 500  # rows in a piece
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class Task:
    """What the child is told; `columns` only when somebody has chosen them."""

    path: str
    workspace_id: int
    key: str  # hex
    headers: list[str]
    columns: Columns | None = None


def main() -> int:
    confine(MEMORY, CPU_S)
    warnings.simplefilter("ignore")  # openpyxl's, of what it leaves out; nobody would read them
    task = Task(**json.load(sys.stdin))
    use_key(bytes.fromhex(task.key))
    try:
        write(task, sys.stdout.buffer)
    except MemoryError:
        return refuse(Unreadable(unreadable.OUT_OF_MEMORY))
    except Unreadable as e:
        return refuse(e)
    return 0


def write(task: Task, out: IO[bytes]) -> None:
    """Raises Unreadable, perhaps in the middle: then what was written counts for nothing."""
    rows = rows_of(Path(task.path))
    sample = list(islice(rows, SAMPLE))
    layout = Layout(task.headers, task.columns) if task.columns else guess(sample)
    if layout is None:
        raise Unreadable(unreadable.NO_NUMBERS)
    out.write(orjson.dumps(asdict(layout)) + b"\n")
    lines = copied(task.workspace_id, layout.columns, chain(sample, rows))
    while piece := list(islice(lines, AT_ONCE)):
        out.write("".join(piece).encode("utf-8", "replace"))
    out.flush()


def copied(workspace_id: int, columns: Columns, rows: Iterator[Row]) -> Iterator[str]:
    """line, phone, phone_hash, name, language, fields, problem, given; blank rows are left out."""
    phone_at, name_at, language_at = columns["phone"], columns["name"], columns["language"]
    fields = columns["fields"]
    for line, row in enumerate(rows, 1):
        if line > MOST_ROWS:
            raise Unreadable(unreadable.TOO_MANY_ROWS, most=MOST_ROWS)
        if line <= columns["skip"] or not any(map(str.strip, row)):
            continue
        written = cell(row, phone_at)
        try:
            phone = parse(written)
            number = f"{phone}\t\\\\x{phone_hash(workspace_id, phone).hex()}"
            problem, given = "\\N", ""
        except NotAPhone as e:
            number, problem = "\\N\t\\N", PHONE_SENTENCES[e.problem]
            given = escaped(one_line(written or " · ".join(filter(None, map(str.strip, row))), 60))
        name = escaped(one_line(cell(row, name_at)))
        language = language_of(cell(row, language_at)) or "\\N"
        yield f"{line}\t{number}\t{name}\t{language}\t{values(row, fields)}\t{problem}\t{given}\n"


def values(row: Sequence[str], fields: Mapping[str, int]) -> str:
    """The other blanks as JSON; empty cells are left out, so that they erase nothing."""
    found = {key: one_line(cell(row, place), VALUE_LENGTH) for key, place in fields.items()}
    filled = {key: value for key, value in found.items() if value}
    return escaped(orjson.dumps(filled).decode()) if filled else "{}"


def cell(row: Sequence[str], place: int | None) -> str:
    return row[place] if place is not None and place < len(row) else ""


def escaped(text: str) -> str:
    return text.translate(ESCAPES) if "\\" in text or not text.isprintable() else text


if __name__ == "__main__":
    sys.exit(main())

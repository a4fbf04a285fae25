"""Lists of people as shops really have them, made when a test needs them; and the verbs to import one."""

import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook
from sqlalchemy import text

from models.db import transaction
from services.access.actor import Actor
from services.contacts.imports import ImportPage, ImportRowShown, one_import, rows
from services.contacts.reading import close_reading, open_reading, reading
from services.contacts.upload import paste, receive

AGREEMENT = "All these people agreed to hear from Asha's shop on WhatsApp."


@dataclass(frozen=True)
class Desk:
    """Somebody at the import page."""

    actor: Actor
    folder: Path = field(default_factory=Path)

    async def brings(self, content: str | bytes, name: str = "list.csv") -> ImportPage:
        """Uploads a file and waits for its preview."""
        import_id = await receive(self.actor, name, in_pieces(content))
        return await self.preview(import_id)

    async def pastes(self, written: str) -> ImportPage:
        return await self.preview(await paste(self.actor, written))

    async def preview(self, import_id: int) -> ImportPage:
        await reading().settled()
        return await one_import(self.actor, import_id)

    async def rows(self, preview: ImportPage, verdict: str) -> list[ImportRowShown]:
        return await rows(self.actor, preview.id, verdict)

    async def people(self) -> dict[str, str]:
        """Phone → name of everybody in the contacts."""
        return {phone: str(row["name"]) for phone, row in (await self.contacts()).items()}

    async def contacts(self) -> dict[str, dict[str, object]]:
        """Phone → all that is kept of them."""
        asked = text("SELECT * FROM contact WHERE workspace_id = :workspace_id ORDER BY id")
        async with transaction() as db:
            found = await db.execute(asked, {"workspace_id": self.actor.workspace_id})
            return {row["phone"]: dict(row) for row in found.mappings()}


@asynccontextmanager
async def desk(actor: Actor, folder: Path) -> AsyncIterator[Desk]:
    """The import page of a shop, with the readers behind it."""
    open_reading(folder)
    try:
        yield Desk(actor, folder)
    finally:
        await close_reading()


async def in_pieces(content: str | bytes, size: int = 50_000) -> AsyncIterator[bytes]:
    """A body as it comes over the line."""
    raw = content.encode() if isinstance(content, str) else content
    for start in range(0, len(raw), size):
        yield raw[start : start + size]


def workbook(*rows: Sequence[object]) -> bytes:
    """An .xlsx with one sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Customers")
    for row in rows:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def messy_thousand() -> str:
    """A thousand people as three cashiers typed them in five years: semicolons, a title, both scripts.

    948 are good; 20 come twice; 32 are wrong: 12 without a number, 10 cut by Excel, 10 too short.
    """
    lines = ["\ufeffआशा की दुकान - customer list;;;", ";;;", "क्र.;नाम;मोबाइल नंबर;शहर"]
    lines += [f"{n};{_name(n)};{_written(9_800_000_000 + n, n)};{_city(n)}" for n in range(948)]
    lines += [f"{n};{_name(n)};{9_800_000_000 + n};{_city(n)}" for n in range(20)]
    lines += [f"{n};No number {n};;Pune" for n in range(12)]
    lines += [f"{n};Cut {n};9.19877E+11;Pune" for n in range(10)]
    lines += [f"{n};Short {n};98765{n};Pune" for n in range(10)]
    return "\r\n".join(lines) + "\r\n"


def _name(n: int) -> str:
    return (f"Ravi  {n}", f"मीना {n}", f'"Gita; the {n}th"', f"  ज्ञानेश्वर {n}")[n % 4]


def _city(n: int) -> str:
    return ("पुणे", "Nashik", "", "Mumbai")[n % 4]


def _written(number: int, n: int) -> str:
    plain = str(number)
    devanagari = plain.translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    ways = (
        plain, f"+91 {plain[:5]} {plain[5:]}", f"0{plain}", f"91{plain}", f"0091-{plain}", devanagari,
        f"({plain[:3]}) {plain[3:6]}-{plain[6:]}", f"91{plain}.0", f" {plain} ", f"+९१ {devanagari}",
    )  # fmt: skip
    return ways[n % len(ways)]

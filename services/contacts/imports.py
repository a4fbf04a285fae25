"""Imports of the actor's workspace: one, the past ones, and what stands in their rows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.contact import ContactImport
from models.db import transaction
from models.states import ImportStatus
from services.access.actor import Actor
from services.contacts.columns import Columns
from services.errors import NotFound
from services.i18n import N_, words
from services.spreadsheet import BOM, csv_lines, harmless

PAGE = 50  # rows on a screen
KEPT = timedelta(days=30)  # what is needed for an undo
PIECE = 500  # rows of a download at once
TWICE = N_("This number is further up in the list, too.")


@dataclass(frozen=True, slots=True)
class ImportPage:
    """`problem` is a sentence to translate, `facts` its blanks; set when the import was refused."""

    id: int
    file_name: str  # empty for pasted text
    status: ImportStatus
    rows_read: int
    headers: list[str]
    columns: Columns
    counts: dict[str, int]
    problem: str | None
    facts: dict[str, object]
    wording: str | None
    tags: list[str]
    created_at: datetime
    has_file: bool  # it can be read again, with other columns


@dataclass(frozen=True, slots=True)
class ImportRowShown:
    """One row of a file; `was` is the name that a changed contact has now."""

    line: int
    phone: str | None  # E.164
    name: str
    fields: dict[str, str]
    problem: str | None  # a sentence to translate
    given: str  # the cell that is wrong
    was: str | None


async def find_import(db: AsyncSession, actor: Actor, import_id: int, *, lock: bool = False) -> ContactImport:
    """Raises NotFound: no such import in the actor's workspace."""
    wanted = select(ContactImport).where(
        ContactImport.id == import_id,  # type: ignore[arg-type]
        ContactImport.workspace_id == actor.workspace_id,  # type: ignore[arg-type]
    )
    found = await db.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound
    return found


async def one_import(actor: Actor, import_id: int) -> ImportPage:
    """Raises NotFound: no such import in the actor's workspace."""
    async with transaction() as db:
        return _page(await find_import(db, actor, import_id))


async def past_imports(actor: Actor, most: int = 10) -> list[ImportPage]:
    """The latest first."""
    asked = (
        select(ContactImport)
        .where(ContactImport.workspace_id == actor.workspace_id)  # type: ignore[arg-type]
        .order_by(text("id DESC"))
        .limit(most)
    )
    async with transaction() as db:
        return [_page(found) for found in await db.scalars(asked)]


ROWS = text("""
SELECT r.line, r.phone, r.name, r.fields, r.problem, r.given, c.name
  FROM import_row r
  JOIN contact_import i ON i.id = r.import_id AND i.workspace_id = :workspace_id
  LEFT JOIN contact c ON r.verdict = 'changed' AND c.workspace_id = i.workspace_id AND c.phone = r.phone
 WHERE r.import_id = :id AND r.verdict = :verdict AND r.line > :after
 ORDER BY r.line LIMIT :most
""")


async def rows(
    actor: Actor, import_id: int, verdict: str, *, after: int = 0, most: int = PAGE
) -> list[ImportRowShown]:
    """The rows of one verdict, from the line after `after` on."""
    asked = {"id": import_id, "workspace_id": actor.workspace_id, "verdict": verdict}
    async with transaction() as db:
        found = await db.execute(ROWS, {**asked, "after": after, "most": most})
        return [ImportRowShown(*row) for row in found]


async def problems_csv(actor: Actor, import_id: int) -> AsyncIterator[bytes]:
    """Every row that is wrong or there twice, for a spreadsheet, in the actor's language; made while it goes.

    Raises:
        NotFound: now, before the first piece: no such import in the actor's workspace.
    """
    await one_import(actor, import_id)
    return _problem_pieces(actor, import_id)


async def _problem_pieces(actor: Actor, import_id: int) -> AsyncIterator[bytes]:
    _ = words(actor.language)
    yield (BOM + csv_lines([[_("Row"), _("Mobile number"), _("Name"), _("Why")]])).encode()
    for verdict in ("wrong", "duplicate"):
        after = 0
        while piece := await rows(actor, import_id, verdict, after=after, most=PIECE):
            after = piece[-1].line
            lines = [
                [
                    str(row.line),
                    harmless(row.given or row.phone or ""),
                    harmless(row.name),
                    _(row.problem or TWICE),
                ]
                for row in piece
            ]
            yield csv_lines(lines).encode()


def _page(found: ContactImport) -> ImportPage:
    return ImportPage(
        found.id,
        found.file_name,
        ImportStatus(found.status),
        found.rows_read,
        found.headers,
        cast(Columns, found.mapping),
        found.counts,
        found.problem,
        found.facts,
        found.wording,
        found.tags,
        found.created_at,
        found.stored_as is not None,
    )

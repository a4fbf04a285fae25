"""The tap: what the preview promised is written, in one transaction, and can be undone."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from models.states import ImportStatus
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.consent import record
from services.consent.record import Imported
from services.contacts.import_moves import move
from services.contacts.imports import find_import
from services.contacts.judge import MERGED, PRESENT
from services.contacts.reading import reading
from services.contacts.tags import as_spelled
from services.live import announce


@dataclass(frozen=True, slots=True)
class Applied:
    """How many people are new, how many were changed, and of how many it was news that they agreed."""

    new: int
    changed: int
    agreed: int


async def apply(
    actor: Actor, import_id: int, *, agreement: str = "", tags: Iterable[str] | str = ()
) -> Applied:
    """Write an import's people. All or nothing, and once: a second tap changes nothing.

    Args:
        agreement: the declaration beside the box that was ticked; empty if it was not. It never
            overrides somebody who said STOP.
        tags: put on everybody in it.

    Raises:
        NotFound: no such import in the actor's workspace.
        WrongMoment: it is not a preview any more.
    """
    async with transaction() as db:
        found = await find_import(db, actor, import_id, lock=True)
        await move(db, actor.workspace_id, import_id, to=ImportStatus.APPLIED)
        known = {"id": import_id, "workspace_id": actor.workspace_id}
        await db.execute(ONE_AT_A_TIME, known)
        put = await as_spelled(db, actor.workspace_id, tags)
        changed = await _change(db, known, put)
        new = await _add(db, known, put)
        await record.remember(db, actor.workspace_id, Imported(import_id))
        agreed = await _agree(db, actor, import_id, agreement, found.file_name)
        await db.execute(DONE, {**known, "tags": put, "wording": agreement or None})
        file = found.file_name
        await note(db, actor, Deed.IMPORTED, file=file, new=new, changed=changed, agreed=agreed)
        await announce(db, f"contacts:{actor.workspace_id}")
    if found.stored_as:
        await asyncio.to_thread((reading().folder / found.stored_as).unlink, missing_ok=True)
    return Applied(new, changed, agreed)


# Two imports that name the same people in another order would wait for each other for ever.
ONE_AT_A_TIME = text("SELECT id FROM workspace WHERE id = :workspace_id FOR NO KEY UPDATE")

# The preview may be of yesterday: who is there is looked up now, and kept as it was for the undo.
FIND = text(f"""
WITH there AS (
    SELECT c.id, r.line, {MERGED} IS DISTINCT FROM {PRESENT} AS differs,
           jsonb_build_object('name', c.name, 'language', c.language, 'fields', c.fields,
                              'tags', c.tags, 'consent', c.consent) AS before
      FROM contact c
      JOIN import_row r ON r.import_id = :id AND r.phone = c.phone
     WHERE c.workspace_id = :workspace_id AND r.verdict IN ('new', 'changed', 'same')
       FOR NO KEY UPDATE OF c
)
UPDATE import_row r
   SET contact_id = t.id, before = t.before, verdict = CASE WHEN t.differs THEN 'changed' ELSE 'same' END
  FROM there t WHERE r.import_id = :id AND r.line = t.line
""")  # noqa: S608 - constants
CHANGE = text("""
UPDATE contact c
   SET name = COALESCE(NULLIF(r.name, ''), c.name), language = COALESCE(r.language, c.language),
       fields = c.fields || r.fields, updated_at = now(),
       tags = c.tags || ARRAY(SELECT t FROM unnest(CAST(:tags AS text[])) t WHERE t <> ALL (c.tags))
  FROM import_row r
 WHERE r.import_id = :id AND r.contact_id = c.id AND c.workspace_id = :workspace_id
   AND (r.verdict = 'changed' OR NOT c.tags @> CAST(:tags AS text[]))
""")


async def _change(db: AsyncSession, known: dict[str, int], tags: list[str]) -> int:
    """Those who are contacts already."""
    await db.execute(FIND, known)
    return _rows(await db.execute(CHANGE, {**known, "tags": tags}))


ADD = text("""
WITH added AS (
    INSERT INTO contact (workspace_id, phone, phone_hash, name, language, fields, tags)
    SELECT :workspace_id, phone, phone_hash, name, language, fields, :tags FROM import_row
     WHERE import_id = :id AND contact_id IS NULL AND verdict IN ('new', 'changed', 'same')
     ORDER BY line DESC
        ON CONFLICT (workspace_id, phone) DO NOTHING
    RETURNING id, phone
)
UPDATE import_row r SET contact_id = added.id, verdict = 'new'
  FROM added WHERE r.import_id = :id AND r.phone = added.phone AND r.verdict IN ('new', 'changed', 'same')
""")


async def _add(db: AsyncSession, known: dict[str, int], tags: list[str]) -> int:
    """The others. From the last line to the first, so that the list, newest first, has the file's order."""
    return _rows(await db.execute(ADD, {**known, "tags": tags}))


async def _agree(db: AsyncSession, actor: Actor, import_id: int, agreement: str, file_name: str) -> int:
    if not agreement:
        return 0
    return await record.declare(
        db,
        actor.workspace_id,
        Imported(import_id),
        source="import",
        wording=agreement,
        evidence=file_name,
        recorded_by=actor.person_id,
    )


DONE = text("""
UPDATE contact_import
   SET applied_at = now(), stored_as = NULL, wording = :wording, tags = :tags,
       counts = counts || (SELECT jsonb_object_agg(verdict, people) FROM (
           SELECT v.verdict, count(r.line) AS people
             FROM unnest(ARRAY['new', 'changed', 'same']) AS v (verdict)
             LEFT JOIN import_row r ON r.import_id = :id AND r.verdict = v.verdict
            GROUP BY v.verdict) counted)
 WHERE id = :id AND workspace_id = :workspace_id
""")


def _rows(result: object) -> int:
    return cast(CursorResult[Any], result).rowcount

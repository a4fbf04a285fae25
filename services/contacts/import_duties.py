"""What time does to imports: readers that died, previews and rows that nobody needs any more."""

import asyncio
from datetime import timedelta

from sqlalchemy import text

from models.db import transaction
from services.contacts import unreadable
from services.contacts.carry import LOCK, mark_refused
from services.contacts.imports import KEPT
from services.contacts.reading import reading
from services.contacts.unreadable import Unreadable

WAITED = timedelta(seconds=30)  # longer than a file waits for its turn (reading.WAIT_S)

# An import that is being read has its advisory lock held, in whichever process; the locks that this
# statement gets by asking are gone with its transaction. OFFSET 0 keeps it from asking about others.
ABANDONED = text("""
SELECT id, workspace_id, stored_as FROM (
    SELECT id, workspace_id, stored_as FROM contact_import
     WHERE status = 'reading' AND status_at < now() - :waited OFFSET 0) waiting
 WHERE pg_try_advisory_xact_lock(:lock, CAST(id AS integer))
""")


async def refuse_abandoned() -> int:
    """READING → REFUSED where the reader is gone: the app was restarted. Returns how many."""
    async with transaction() as db:
        found = (await db.execute(ABANDONED, {"waited": WAITED, "lock": LOCK})).all()
        for import_id, workspace_id, _ in found:
            await mark_refused(db, workspace_id, import_id, Unreadable(unreadable.INTERRUPTED))
    await _remove([stored_as for _, _, stored_as in found])
    return len(found)


OLD = text("""
WITH old AS (
    SELECT id FROM contact_import WHERE created_at < now() - :kept
), emptied AS (
    DELETE FROM import_row r USING old WHERE r.import_id = old.id
)
UPDATE contact_import i SET stored_as = NULL FROM old, contact_import before
 WHERE i.id = old.id AND before.id = i.id AND i.stored_as IS NOT NULL
RETURNING before.stored_as
""")


async def forget_old() -> None:
    """Delete the rows and files of imports that are older than a month; they cannot be undone any more."""
    async with transaction() as db:
        files = list((await db.scalars(OLD, {"kept": KEPT})).all())
    await _remove(files)


async def _remove(files: list[str | None]) -> None:
    for file in files:
        if file:
            await asyncio.to_thread((reading().folder / file).unlink, missing_ok=True)

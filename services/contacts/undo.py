"""An import is taken back: the new people go, the changed ones are as before; who was edited since stays.

Nobody is asked before: the list is still there, and one tap makes it a preview again.
"""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, text

from models.contact import ContactImport
from models.db import transaction
from models.states import ImportStatus
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.clock import now
from services.consent import record
from services.consent.record import Imported
from services.contacts.apply import ONE_AT_A_TIME
from services.contacts.import_moves import move
from services.contacts.imports import KEPT, find_import
from services.errors import Invalid
from services.i18n import N_
from services.live import announce


@dataclass(frozen=True, slots=True)
class Undone:
    """`kept` were edited since the import, so they stay as they are."""

    deleted: int
    restored: int
    kept: int


async def undo(actor: Actor, import_id: int) -> Undone:
    """Take an import back. What it declared about people's consent is taken back for all of them, so what
    still waits for them in a campaign is not sent (services/sending/still.py).

    Raises:
        NotFound: no such import in the actor's workspace.
        Invalid: it is too long ago.
        WrongMoment: it is not applied, or undone already.
    """
    async with transaction() as db:
        found = await find_import(db, actor, import_id, lock=True)
        _not_too_old(found)
        await move(db, actor.workspace_id, import_id, to=ImportStatus.UNDONE)
        known = {"id": import_id, "workspace_id": actor.workspace_id}
        await db.execute(ONE_AT_A_TIME, known)
        kept = int(await db.scalar(EDITED, known) or 0)
        said = {"source": "import undone", "recorded_by": actor.person_id}
        await record.take_back(db, actor.workspace_id, Imported(import_id), **said)  # type: ignore[arg-type]
        deleted = cast(CursorResult[Any], await db.execute(DELETE, known)).rowcount
        restored = cast(CursorResult[Any], await db.execute(RESTORE, known)).rowcount
        await note(db, actor, Deed.IMPORT_UNDONE, file=found.file_name, deleted=deleted)
        await announce(db, f"contacts:{actor.workspace_id}")
    return Undone(deleted, restored, kept)


ANEW = text("""
UPDATE import_row r SET contact_id = NULL, before = '{}'
  FROM contact_import i
 WHERE i.id = :id AND i.workspace_id = :workspace_id AND r.import_id = i.id
""")


async def look_again(actor: Actor, import_id: int) -> None:
    """Make an import that was taken back a preview once more; nothing is written before the next tap.

    Raises:
        NotFound: no such import in the actor's workspace.
        Invalid: it is too long ago, and its rows are gone.
        WrongMoment: it was not taken back, or is a preview already.
    """
    async with transaction() as db:
        found = await find_import(db, actor, import_id, lock=True)
        _not_too_old(found)
        await move(db, actor.workspace_id, import_id, to=ImportStatus.READY)
        await db.execute(ANEW, {"id": import_id, "workspace_id": actor.workspace_id})


def _not_too_old(found: ContactImport) -> None:
    if found.created_at < now() - KEPT:
        raise Invalid(N_("This import is older than a month and cannot be undone any more."))


# Whoever the import wrote has its very moment in updated_at, unless somebody edited them later.
# MATERIALIZED, for right after an import the planner knows nothing of its size.
WRITTEN = """
WITH written AS MATERIALIZED (
    SELECT r.contact_id, r.verdict, r.before, i.applied_at
      FROM contact_import i JOIN import_row r ON r.import_id = i.id
     WHERE i.id = :id AND i.workspace_id = :workspace_id AND r.contact_id IS NOT NULL
)"""
EDITED = text(f"""{WRITTEN}
SELECT count(*) FROM written w JOIN contact c ON c.id = w.contact_id AND c.workspace_id = :workspace_id
 WHERE w.verdict IN ('new', 'changed') AND c.updated_at <> w.applied_at
""")  # noqa: S608 - constants
DELETE = text(f"""{WRITTEN},
gone AS (
    DELETE FROM contact c USING written w
     WHERE c.id = w.contact_id AND c.workspace_id = :workspace_id AND w.verdict = 'new'
       AND c.updated_at = w.applied_at
    RETURNING c.workspace_id, c.phone_hash, c.id)
INSERT INTO former_contact (workspace_id, phone_hash, contact_id)
SELECT workspace_id, phone_hash, id FROM gone
""")  # noqa: S608
RESTORE = text(f"""{WRITTEN}
UPDATE contact c
   SET name = w.before ->> 'name', language = w.before ->> 'language', fields = w.before -> 'fields',
       tags = ARRAY(SELECT jsonb_array_elements_text(w.before -> 'tags')), updated_at = now()
  FROM written w
 WHERE c.id = w.contact_id AND c.workspace_id = :workspace_id AND w.verdict IN ('changed', 'same')
   AND c.updated_at = w.applied_at
""")  # noqa: S608

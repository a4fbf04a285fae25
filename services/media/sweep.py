"""Files that no draft, campaign or template names any more are thrown away, a day after they came."""

import asyncio
import shutil
import time
from collections.abc import Sequence

from sqlalchemy import text

from models.db import transaction
from services.media.receive import LOCK
from services.media.store import store

ABANDONED_AFTER_S = 24 * 3600.0  # an upload that was still under way then is no upload any more

# The rows that nothing names, and of their contents those that no other row has.
UNNAMED = text("""
WITH gone AS (
    DELETE FROM attachment a
     WHERE a.created_at < now() - interval '1 day'
       AND NOT EXISTS (SELECT 1 FROM campaign c WHERE c.attachment_id = a.id)
       AND NOT EXISTS (SELECT 1 FROM template t WHERE t.attachment_id = a.id)
       AND NOT EXISTS (SELECT 1 FROM binned b
                        WHERE b.workspace_id = a.workspace_id AND b.body ->> 'attachment_id' = a.id::text)
    RETURNING a.id, a.workspace_id, a.sha256)
SELECT DISTINCT g.workspace_id, g.sha256 FROM gone g
 WHERE NOT EXISTS (SELECT 1 FROM attachment a
                    WHERE a.workspace_id = g.workspace_id AND a.sha256 = g.sha256
                      AND a.id NOT IN (SELECT id FROM gone))
""")


async def sweep() -> int:
    """How many files went. Safe to do twice; one that is named this very moment stays."""
    async with transaction() as db:
        await db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        gone = [(row[0], row[1]) for row in await db.execute(UNNAMED)]
        await asyncio.to_thread(_remove, gone)
    return len(gone)


def _remove(gone: Sequence[tuple[int, bytes]]) -> None:
    for workspace_id, sha256 in gone:
        store().place(workspace_id, sha256).unlink(missing_ok=True)
        store().small(workspace_id, sha256).unlink(missing_ok=True)
    for left in store().incoming.iterdir():  # what a crash left half uploaded
        if left.stat().st_mtime < time.time() - ABANDONED_AFTER_S:
            shutil.rmtree(left, ignore_errors=True)

"""What a file would do, row by row, before anything is done: the verdicts of the preview."""

import json
from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

VERDICTS = ("new", "changed", "same", "duplicate", "wrong")

# What contact `c` is after row `r`: an empty cell erases nothing. One text for judging and for writing.
MERGED = """(COALESCE(NULLIF(r.name, ''), c.name), COALESCE(r.language, c.language), c.fields || r.fields)"""
PRESENT = "(c.name, c.language, c.fields)"

FORGET = text("DELETE FROM import_row WHERE import_id = :id")
# In a file that names somebody twice, the first row wins.
JUDGE = text(f"""
INSERT INTO import_row (import_id, line, phone, phone_hash, name, language, fields, problem, given, verdict)
SELECT :id, r.line, r.phone, r.phone_hash, r.name, r.language, r.fields, r.problem, r.given,
       CASE WHEN r.problem IS NOT NULL THEN 'wrong'
            WHEN r.turn > 1 THEN 'duplicate'
            WHEN c.id IS NULL THEN 'new'
            WHEN {MERGED} IS DISTINCT FROM {PRESENT} THEN 'changed'
            ELSE 'same' END
  FROM (SELECT *, row_number() OVER (PARTITION BY phone ORDER BY line) AS turn FROM reading) r
  LEFT JOIN contact c ON c.workspace_id = :workspace_id AND c.phone = r.phone
""")  # noqa: S608 - constants
COUNT = text("SELECT verdict, count(*) AS people FROM import_row WHERE import_id = :id GROUP BY verdict")
KEEP = text("""
UPDATE contact_import
   SET headers = :headers, mapping = CAST(:mapping AS jsonb), counts = CAST(:counts AS jsonb),
       rows_read = :rows
 WHERE id = :id AND workspace_id = :workspace_id
""")


async def judge(
    db: AsyncSession, workspace_id: int, import_id: int, layout: Mapping[str, object], rows: int
) -> None:
    """Turn the temporary table `reading` into the import's rows, each with its verdict."""
    known = {"id": import_id, "workspace_id": workspace_id}
    await db.execute(text("ANALYZE reading"))
    await db.execute(FORGET, {"id": import_id})
    await db.execute(JUDGE, known)
    await db.execute(text("ANALYZE import_row"))  # or apply.py's plans believe that there are few
    counts = await count(db, import_id)
    kept = {"headers": layout["headers"], "mapping": json.dumps(layout["columns"])}
    await db.execute(KEEP, {**known, **kept, "counts": json.dumps(counts), "rows": rows})


async def count(db: AsyncSession, import_id: int) -> dict[str, int]:
    """How many rows have each verdict, all five of them."""
    found = {row.verdict: row.people for row in await db.execute(COUNT, {"id": import_id})}
    return {verdict: found.get(verdict, 0) for verdict in VERDICTS}

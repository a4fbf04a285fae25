"""What is thrown away by itself, and when."""

from sqlalchemy import text

from models.db import transaction

# An import can be undone for a month.
IMPORT_ROWS = text("""
DELETE FROM import_row r USING contact_import i
 WHERE i.id = r.import_id AND i.created_at < now() - interval '30 days'
""")

# A receipt without a message is about something that another device of the sender wrote.
RECEIPTS = text("DELETE FROM receipt WHERE stored_at < now() - interval '30 days'")


async def prune() -> None:
    """All of it; safe to do twice."""
    async with transaction() as db:
        await db.execute(IMPORT_ROWS)
        await db.execute(RECEIPTS)

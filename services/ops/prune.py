"""What is thrown away by itself, and when."""

from sqlalchemy import text

from models.db import transaction
from services.access import typed
from services.contacts.import_duties import forget_old
from services.media.sweep import sweep
from services.sending.partitions import drop_old, forget_oldest

# A receipt without a message is about something that another device of the sender wrote.
RECEIPTS = text("DELETE FROM receipt WHERE stored_at < now() - interval '30 days'")

SESSIONS = text("DELETE FROM session WHERE expires_at < now() OR revoked_at < now() - interval '1 day'")

LINKS = text("DELETE FROM link_request WHERE created_at < now() - interval '30 days'")


async def prune() -> None:
    """All of it; safe to do twice."""
    async with transaction() as db:
        await db.execute(RECEIPTS)
        await db.execute(SESSIONS)
        await db.execute(LINKS)
    await forget_old()
    await typed.forget_old()
    await sweep()
    await drop_old()
    await forget_oldest()

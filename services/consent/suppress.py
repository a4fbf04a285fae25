"""The numbers that must not hear from a workspace, known by a keyed hash alone: it outlives the contact, and
stands in a file beside the database too."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.consent.hashing import phone_hash as phone_hash
from services.consent.kept import keep

# A person's own word outweighs one that was played in a rehearsal.
SUPPRESS = text("""
INSERT INTO suppression (workspace_id, phone_hash, source) VALUES (:workspace_id, :phone_hash, :source)
    ON CONFLICT (workspace_id, phone_hash) DO UPDATE SET source = EXCLUDED.source
       WHERE suppression.source IN ('rehearsal', 'unheard')
RETURNING source
""")


async def suppress(db: AsyncSession, workspace_id: int, phone: str, *, source: str) -> None:
    """Nothing goes from this workspace to `phone` any more. `source` says who asked: reply, typed."""
    hashed = phone_hash(workspace_id, phone)
    known = {"workspace_id": workspace_id, "phone_hash": hashed, "source": source}
    if await db.scalar(SUPPRESS, known) is not None and source != "rehearsal":
        keep(db, workspace_id, hashed, stop=True, source=source)


UNSUPPRESS = text("""
DELETE FROM suppression WHERE workspace_id = :workspace_id AND phone_hash = :phone_hash RETURNING source
""")


async def unsuppress(db: AsyncSession, workspace_id: int, phone: str) -> None:
    """The person asked to hear from the shop again."""
    hashed = phone_hash(workspace_id, phone)
    was = await db.scalar(UNSUPPRESS, {"workspace_id": workspace_id, "phone_hash": hashed})
    if was not in (None, "rehearsal", "unheard"):
        keep(db, workspace_id, hashed, stop=False, source=was)


# They wrote, a crash took the words, and these may have been STOP: nothing goes there until somebody decides.
HOLD = text("""
INSERT INTO suppression (workspace_id, phone_hash, source) VALUES (:workspace_id, :phone_hash, 'unheard')
    ON CONFLICT (workspace_id, phone_hash) DO NOTHING
""")
RELEASE = text("""
DELETE FROM suppression
 WHERE workspace_id = :workspace_id AND phone_hash = :phone_hash AND source = 'unheard'
""")
# Of a yes that is heard late: a STOP in their own words, or noted by the shop, is younger. When theirs was
# written counts, not when it was heard.
OVERTAKEN = text("""
SELECT EXISTS (SELECT 1 FROM suppression
                WHERE workspace_id = :workspace_id AND phone_hash = :phone_hash
                  AND source IN ('typed', 'erased') AND at > :at)
    OR EXISTS (SELECT 1 FROM reply
                WHERE workspace_id = :workspace_id AND phone = :phone AND opt_out AND at > :at)
""")
IS_HELD = text("""
SELECT EXISTS (SELECT 1 FROM suppression
                WHERE workspace_id = :workspace_id AND phone_hash = :phone_hash AND source = 'unheard')
""")


async def hold(db: AsyncSession, workspace_id: int, phone: str) -> None:
    """This person wrote, and nobody knows what: suppressed until `release`, or for good by their own word."""
    known = {"workspace_id": workspace_id, "phone_hash": phone_hash(workspace_id, phone)}
    await db.execute(HOLD, known)


async def release(db: AsyncSession, workspace_id: int, phone: str) -> None:
    """It was no STOP. What was said otherwise stays."""
    known = {"workspace_id": workspace_id, "phone_hash": phone_hash(workspace_id, phone)}
    await db.execute(RELEASE, known)


async def overtaken(db: AsyncSession, workspace_id: int, phone: str, at: datetime) -> bool:
    """Whether this person, or the shop for them, said STOP after `at`."""
    known = {"workspace_id": workspace_id, "phone": phone, "phone_hash": phone_hash(workspace_id, phone)}
    return bool(await db.scalar(OVERTAKEN, {**known, "at": at}))


async def is_held(db: AsyncSession, workspace_id: int, phone: str) -> bool:
    known = {"workspace_id": workspace_id, "phone_hash": phone_hash(workspace_id, phone)}
    return bool(await db.scalar(IS_HELD, known))


IS_SUPPRESSED = text("""
SELECT EXISTS (SELECT 1 FROM suppression WHERE workspace_id = :workspace_id AND phone_hash = :phone_hash)
""")


async def is_suppressed(db: AsyncSession, workspace_id: int, phone: str) -> bool:
    known = {"workspace_id": workspace_id, "phone_hash": phone_hash(workspace_id, phone)}
    return bool(await db.scalar(IS_SUPPRESSED, known))

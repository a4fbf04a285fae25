"""The only file that writes contact_import.status."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import IMPORT_MOVES, ImportStatus, sources
from services.errors import WrongMoment
from services.live import announce

MOVE = text("""
UPDATE contact_import SET status = :to, status_at = now()
 WHERE id = :id AND workspace_id = :workspace_id AND status = ANY(:sources)
RETURNING id
""")


async def move(db: AsyncSession, workspace_id: int, import_id: int, *, to: ImportStatus) -> None:
    """Raises WrongMoment if the import's present status may not become `to`: a second tap."""
    asked = {"id": import_id, "workspace_id": workspace_id, "to": to.value}
    if await db.scalar(MOVE, {**asked, "sources": sources(IMPORT_MOVES, to)}) is None:
        raise WrongMoment(wanted=to.value)
    await announce(db, f"import:{import_id}")

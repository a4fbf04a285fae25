"""An attachment of the actor's workspace, as pages and drafts know it."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.attachment import Attachment
from models.db import transaction
from models.states import MediaKind
from services.access.actor import Actor
from services.errors import NotFound
from services.media.store import store


@dataclass(frozen=True, slots=True)
class Attached:
    """A photo, PDF or video as it will be sent; `size` in bytes, `width` and `height` in dots."""

    id: int
    kind: MediaKind
    name: str
    mime: str
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class OnDisk:
    """Where a file is, and what it is called."""

    path: Path
    name: str
    mime: str
    kind: MediaKind


async def find(actor: Actor, attachment_id: int) -> Attached:
    """One attachment.

    Raises:
        NotFound: no such attachment in the actor's workspace.
    """
    async with transaction() as db:
        return seen(await find_attachment(db, actor.workspace_id, attachment_id))


async def find_file(actor: Actor, attachment_id: int, *, small: bool = False) -> OnDisk:
    """The file itself, or a picture's small one, to look at.

    Raises:
        NotFound: no such attachment in the actor's workspace, or its file is gone.
    """
    async with transaction() as db:
        row = await find_attachment(db, actor.workspace_id, attachment_id)
    if not await store().has(row.workspace_id, row.sha256) or (small and row.kind != MediaKind.IMAGE):
        raise NotFound
    where = store().small if small else store().place
    return OnDisk(where(row.workspace_id, row.sha256), row.name, row.mime, MediaKind(row.kind))


async def find_attachment(db: AsyncSession, workspace_id: int, attachment_id: int) -> Attachment:
    """Raises NotFound: no such attachment in that workspace."""
    mine = Attachment.workspace_id == workspace_id
    found: Attachment | None = await db.scalar(select(Attachment).where(Attachment.id == attachment_id, mine))  # type: ignore[arg-type]
    if found is None:
        raise NotFound
    return found


async def attached_to(db: AsyncSession, workspace_id: int, attachment_id: int | None) -> Attached | None:
    """What a campaign or template of that workspace carries."""
    if attachment_id is None:
        return None
    return seen(await find_attachment(db, workspace_id, attachment_id))


async def is_gone(db: AsyncSession, workspace_id: int, attachment_id: int | None) -> bool:
    """Whether the file is missing from its folder, so that nothing could be sent."""
    if attachment_id is None:
        return False
    row = await find_attachment(db, workspace_id, attachment_id)
    return not await store().has(workspace_id, row.sha256)


def seen(row: Attachment) -> Attached:
    return Attached(row.id, MediaKind(row.kind), row.name, row.mime, row.size, row.width, row.height)

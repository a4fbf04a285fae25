"""The only file that writes sender.status."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from models.states import SENDER_MOVES, News, SenderStatus, sources
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.gateways.protocol import LinkChanged
from services.live import announce
from services.notices.tell import tell

NEWS = {SenderStatus.LOGGED_OUT: News.UNLINKED, SenderStatus.BANNED: News.STOPPED}

MOVE = text("""
UPDATE sender
   SET status = :to, status_at = :at,
       offline_why = :offline_why,
       restricted_until = CASE WHEN :stopped THEN :until ELSE restricted_until END,
       restricted_why = CASE WHEN :stopped THEN :code ELSE restricted_why END,
       troubled_at = CASE WHEN :stopped THEN :at ELSE troubled_at END,
       clean_days = CASE WHEN :stopped THEN clean_days / 2 ELSE clean_days END
 WHERE id = :id AND status = ANY(:sources)
RETURNING workspace_id, name
""")

# An end that the shop asked for is noted under the name of who did.
OURS = text("""
SELECT EXISTS (SELECT 1 FROM link_request
                WHERE workspace_id = :workspace_id AND sender_id = :id
                  AND how = 'unlink' AND status = 'started')
""")


async def link_changed(event: LinkChanged) -> bool:
    """Believe what a gateway tells of a sender's connection; True where that was news.

    A connection that ends says nothing new of a number that WhatsApp stopped or logged out: only a
    connection that stands again takes that back.
    """
    allowed = set(sources(SENDER_MOVES, event.status))
    if event.status is SenderStatus.OFFLINE:
        allowed &= {SenderStatus.ONLINE.value}
        if event.code:  # first it was merely not there; now we know why
            allowed.add(SenderStatus.OFFLINE.value)
    asked = {
        "id": event.sender_id,
        "to": event.status.value,
        "at": event.at,
        "sources": sorted(allowed),
        "stopped": event.status in (SenderStatus.BANNED, SenderStatus.RESTRICTED),
        "offline_why": event.code or None if event.status is SenderStatus.OFFLINE else None,
        "until": event.until,
        "code": event.code or None,
    }
    async with transaction() as db:
        moved = (await db.execute(MOVE, asked)).one_or_none()
        if moved is not None:
            await announce(db, f"sender:{event.sender_id}", f"workspace:{moved.workspace_id}")
            if news := NEWS.get(event.status):
                await tell(db, moved.workspace_id, news, path="/senders")
            if event.status is SenderStatus.LOGGED_OUT:
                await _note_end(db, moved.workspace_id, event.sender_id, moved.name)
    return moved is not None


async def _note_end(db: AsyncSession, workspace_id: int, sender_id: int, name: str) -> None:
    if not await db.scalar(OURS, {"workspace_id": workspace_id, "id": sender_id}):
        await note(db, Actor(0, workspace_id, ""), Deed.LINK_ENDED, sender=name)


# Whoever owns it next connects, and hears what WhatsApp says now.
SERVED = text("""
UPDATE sender SET status = 'offline', status_at = now(), offline_why = NULL
 WHERE status = 'banned' AND restricted_until <= now()
RETURNING id, workspace_id
""")


async def end_bans() -> int:
    """A duty: a number that WhatsApp had stopped for a while may connect again; how many. Its campaigns
    stay paused until a human resumes them.
    """
    async with transaction() as db:
        free = (await db.execute(SERVED)).all()
        for row in free:
            await announce(db, f"sender:{row.id}", f"workspace:{row.workspace_id}")
    return len(free)

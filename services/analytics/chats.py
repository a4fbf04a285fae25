"""The inbox: who wrote, the latest first, what waits to be read and what waits for a decision."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text

from models.db import transaction
from services.access.actor import Actor
from services.consent.hashing import phone_hash

PAGE = 25  # people on a screen


class Pile(StrEnum):
    """Which of them somebody wants to see."""

    ALL = "all"
    UNREAD = "unread"
    TO_DECIDE = "to_decide"  # may want to stop


CONDITION = """h.workspace_id = :workspace_id
   AND (:pile <> 'unread' OR h.unread > 0) AND (:pile <> 'to_decide' OR h.refusal)"""

# Inside, the page alone; what costs a look elsewhere is asked for its lines only.
LIST = text(f"""
SELECT h.id, h.phone, c.name, h.last_text, h.last_at, h.unread, h.refusal
  FROM (SELECT h.* FROM chat h WHERE {CONDITION}
         ORDER BY h.last_at DESC, h.id DESC LIMIT :most OFFSET :skip) h
  LEFT JOIN contact c ON c.workspace_id = h.workspace_id AND c.phone = h.phone
 ORDER BY h.last_at DESC, h.id DESC
""")  # noqa: S608 - CONDITION is a constant
COUNT = text(f"SELECT count(*) FROM chat h WHERE {CONDITION}")  # noqa: S608
WAITING = text("""
SELECT count(*) FILTER (WHERE unread > 0) AS unread, count(*) FILTER (WHERE refusal) AS to_decide
  FROM chat WHERE workspace_id = :workspace_id AND (unread > 0 OR refusal)
""")
STOPPED = text("""
SELECT phone_hash FROM suppression WHERE workspace_id = :workspace_id AND phone_hash = ANY(:hashes)
   AND source <> 'unheard'
""")
UNREAD = text("SELECT count(*) FROM chat WHERE workspace_id = :workspace_id AND unread > 0")


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One person. `stopped`: they said STOP; `refusal`: they may have said no in their own words."""

    id: int
    phone: str  # E.164
    name: str
    last_text: str
    last_at: datetime
    unread: int
    refusal: bool
    stopped: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """`found` counts all of the pile; `unread` and `to_decide` count people, whatever the pile."""

    lines: list[ChatLine]
    found: int
    page: int  # from 1
    pages: int
    unread: int
    to_decide: int


async def inbox(actor: Actor, pile: Pile = Pile.ALL, page: int = 1) -> InboxPage:
    """One page; one beyond the last shows the last."""
    workspace = {"workspace_id": actor.workspace_id}
    asked = {**workspace, "pile": pile.value}
    async with transaction() as db:
        found = int(await db.scalar(COUNT, asked) or 0)
        pages = max(1, -(-found // PAGE))
        page = min(max(1, page), pages)
        rows = (await db.execute(LIST, {**asked, "most": PAGE, "skip": (page - 1) * PAGE})).all()
        waiting = (await db.execute(WAITING, workspace)).one()
        hashes = {phone_hash(actor.workspace_id, row.phone): row.id for row in rows}
        silent = {hashes[found] for found in await db.scalars(STOPPED, {**workspace, "hashes": list(hashes)})}
    lines = [
        ChatLine(
            row.id,
            row.phone,
            row.name or "",
            row.last_text,
            row.last_at,
            row.unread,
            row.refusal,
            row.id in silent,
        )
        for row in rows
    ]
    return InboxPage(lines, found, page, pages, waiting.unread, waiting.to_decide)


async def unread(workspace_id: int) -> int:
    """How many people have written something that nobody has read; for the number at the bar."""
    async with transaction() as db:
        return int(await db.scalar(UNREAD, {"workspace_id": workspace_id}) or 0)

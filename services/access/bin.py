"""What was deleted a moment ago is kept for ten minutes, so that a tap brings it back: in PostgreSQL, so that
neither a restart nor another process forgets it. After that nothing is left (a duty empties it).

Whoever deletes puts the rows in with the very statement that takes them out of their table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from models.states import Thing
from services.access.actor import Actor
from services.errors import BroadcasterError
from services.i18n import N_

KEPT = "binned_at > now() - interval '10 minutes'"

LOOK = text(f"""
SELECT what, count(*) AS number, min(body ->> 'name') AS name
  FROM binned WHERE workspace_id = :workspace_id AND token = :token AND {KEPT}
 GROUP BY what
""")  # noqa: S608 - KEPT is a constant

EMPTY = text(f"DELETE FROM binned WHERE NOT {KEPT}")  # noqa: S608

# For whoever brings something back: the rows that one tap threw away, taken out of the bin.
TAKEN_OUT = f"""
    DELETE FROM binned
     WHERE workspace_id = :workspace_id AND token = :token AND what = :what AND {KEPT}
    RETURNING body"""  # noqa: S608


class GoneForGood(BroadcasterError):
    sentence = N_("That was too long ago, or it is back already.")


@dataclass(frozen=True, slots=True)
class Thrown:
    """What one tap deleted; `name` is that of one of them."""

    what: Thing
    count: int
    name: str


def new_token() -> str:
    """Under which the things of one tap are found."""
    return token_urlsafe(9)


async def thrown(actor: Actor, token: str) -> Thrown | None:
    """None where nothing can be brought back any more."""
    if not token:
        return None
    async with transaction() as db:
        asked = {"workspace_id": actor.workspace_id, "token": token}
        found = (await db.execute(LOOK, asked)).one_or_none()
    return None if found is None else Thrown(Thing(found.what), found.number, found.name or "")


async def brought_back(
    db: AsyncSession, actor: Actor, token: str, what: Thing, statement: TextClause
) -> Sequence[Row[Any]]:
    """A step: what one tap threw away, put back where it was by `statement`, which begins with TAKEN_OUT; the
    rows that it returns.

    Raises:
        GoneForGood: too late, or they are back already.
    """
    asked = {"workspace_id": actor.workspace_id, "token": token, "what": what}
    back = (await db.execute(statement, asked)).all()
    if not back:
        raise GoneForGood
    return back


async def empty() -> None:
    """A duty: what is older than ten minutes is gone for good."""
    async with transaction() as db:
        await db.execute(EMPTY)

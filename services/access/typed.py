"""What somebody has typed and not saved yet: theirs alone, and there again on any of their phones."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from models.db import transaction
from services.access.actor import Actor

MOST_BYTES = 1_000_000  # of one place; more is not kept. A pasted list of 10,000 people has a third of it
MOST_PLACES = 50  # of one person; the oldest go

KEPT = text("""
SELECT body FROM typed
 WHERE person_id = :person_id AND workspace_id = :workspace_id AND place = :place
   AND (CAST(:since AS timestamptz) IS NULL OR typed_at > :since)
""")
KEEP = text("""
INSERT INTO typed (person_id, place, workspace_id, body)
VALUES (:person_id, :place, :workspace_id, :body)
    ON CONFLICT (person_id, place) DO UPDATE SET body = EXCLUDED.body, typed_at = now()
""").bindparams(bindparam("body", type_=JSONB))
LET_GO = text(
    "DELETE FROM typed WHERE person_id = :person_id AND workspace_id = :workspace_id AND place = :place"
)
TOO_MANY = text("""
DELETE FROM typed
 WHERE person_id = :person_id AND workspace_id = :workspace_id AND place IN (
       SELECT place FROM typed WHERE person_id = :person_id AND workspace_id = :workspace_id
        ORDER BY typed_at DESC OFFSET :most)
""")
OLD = text("DELETE FROM typed WHERE typed_at < now() - interval '30 days'")


async def kept(actor: Actor, place: str, *, since: datetime | None = None) -> dict[str, Any]:
    """What was typed at this place, if it is younger than `since`: whatever was saved there later wins."""
    async with transaction() as db:
        found = await db.scalar(KEPT, {**_at(actor, place), "since": since})
    return dict(found or {})


async def keep(actor: Actor, place: str, body: Mapping[str, Any]) -> bool:
    """Replace what is kept of this place; False where it is too much to be kept."""
    if len(json.dumps(body, ensure_ascii=False).encode()) > MOST_BYTES:
        return False
    async with transaction() as db:
        await db.execute(KEEP, {**_at(actor, place), "body": dict(body)})
        whose = {"person_id": actor.person_id, "workspace_id": actor.workspace_id, "most": MOST_PLACES}
        await db.execute(TOO_MANY, whose)
    return True


async def let_go(actor: Actor, place: str) -> None:
    """It was saved, sent, or is not wanted any more."""
    async with transaction() as db:
        await db.execute(LET_GO, _at(actor, place))


async def forget_old() -> None:
    """A duty: nobody comes back to it after a month."""
    async with transaction() as db:
        await db.execute(OLD)


def _at(actor: Actor, place: str) -> dict[str, object]:
    return {"person_id": actor.person_id, "workspace_id": actor.workspace_id, "place": place}

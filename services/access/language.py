"""The language that somebody reads."""

from sqlalchemy import text

from models.db import transaction
from services.access import sessions
from services.access.actor import Actor
from services.i18n import LANGUAGES

SPEAK = text("UPDATE person SET language = :language WHERE id = :person_id AND workspace_id = :workspace_id")


async def read_in(actor: Actor, language: str) -> None:
    """Keep `language` as this person's; one that we do not have changes nothing."""
    if language not in LANGUAGES:
        return
    async with transaction() as db:
        asked = {"language": language, "person_id": actor.person_id, "workspace_id": actor.workspace_id}
        await db.execute(SPEAK, asked)
    await sessions.forget(actor.session)

"""All that is known of one person, for their page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from models.db import transaction
from models.states import Consent
from services.access.actor import Actor
from services.contacts.find import find_contact

HISTORY = text("""
SELECT r.consent, r.source, r.wording, r.at, p.name
  FROM consent_record r
  LEFT JOIN person p ON p.id = r.recorded_by AND p.workspace_id = r.workspace_id
 WHERE r.workspace_id = :workspace_id AND r.phone_hash = :phone_hash
 ORDER BY r.id DESC LIMIT 20
""")


CHAT = text("SELECT id FROM chat WHERE workspace_id = :workspace_id AND phone = :phone")


@dataclass(frozen=True, slots=True)
class Word:
    """One entry of a consent history; `by` is nobody where the person wrote it."""

    consent: Consent
    source: str
    wording: str
    at: datetime
    by: str | None


@dataclass(frozen=True, slots=True)
class PersonPage:
    """`history` begins with the latest word."""

    id: int
    name: str
    phone: str  # E.164
    language: str | None
    tags: list[str]
    fields: dict[str, str]
    consent: Consent
    created_at: datetime
    updated_at: datetime
    history: list[Word]
    chat_id: int | None  # where they wrote to the shop


async def person(actor: Actor, contact_id: int) -> PersonPage:
    """Raises NotFound: no such contact in the actor's workspace."""
    async with transaction() as db:
        found = await find_contact(db, actor, contact_id)
        asked = {"workspace_id": actor.workspace_id, "phone_hash": found.phone_hash}
        where = {"workspace_id": actor.workspace_id, "phone": found.phone}
        chat_id: int | None = await db.scalar(CHAT, where)
        history = [Word(Consent(row[0]), *row[1:]) for row in await db.execute(HISTORY, asked)]
    return PersonPage(
        found.id,
        found.name,
        found.phone,
        found.language,
        found.tags,
        found.fields,
        Consent(found.consent),
        found.created_at,
        found.updated_at,
        history,
        chat_id,
    )

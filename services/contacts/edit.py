"""Change one person, or delete some."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models.contact import Contact
from models.db import transaction
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.clock import now
from services.consent import record
from services.consent.suppress import phone_hash
from services.contacts.find import MEANT, Whom, find_contact, meant, taken_by
from services.contacts.problems import phone_from
from services.contacts.tags import as_spelled
from services.contacts.tidy import VALUE_LENGTH, field_key, language_of, one_line
from services.live import announce


async def edit(
    actor: Actor,
    contact_id: int,
    *,
    name: str,
    phone: str,
    language: str | None,
    tags: Iterable[str] | str,
    fields: Mapping[str, str],
) -> None:
    """Write what stands in the form; a field without a value is taken away.

    A new number starts without consent: it was the old one that agreed.

    Raises:
        NotFound: no such contact in the actor's workspace.
        Invalid: the number cannot be used.
        AlreadyThere: another contact has it.
    """
    number = phone_from(phone)
    async with transaction() as db:
        contact = await find_contact(db, actor, contact_id, lock=True)
        if number != contact.phone:
            await _renumber(db, actor, contact, number)
        contact.name = one_line(name)
        contact.language = language_of(language or "")
        contact.tags = await as_spelled(db, actor.workspace_id, tags)
        contact.fields = _tidy(fields)
        contact.updated_at = now()
        await announce(db, f"contacts:{actor.workspace_id}")


DELETE = text(f"""
WITH gone AS (DELETE FROM contact c WHERE {MEANT} RETURNING c.workspace_id, c.phone_hash, c.id)
INSERT INTO former_contact (workspace_id, phone_hash, contact_id)
SELECT workspace_id, phone_hash, id FROM gone
""")  # noqa: S608 - MEANT is a constant


async def delete(actor: Actor, whom: Whom) -> int:
    """Delete people; returns how many. Campaigns keep what was sent, and STOP is remembered."""
    async with transaction() as db:
        done = await db.execute(DELETE, meant(actor.workspace_id, whom))
        gone = cast(CursorResult[Any], done).rowcount
        if gone:
            await note(db, actor, Deed.DELETED, people=gone)
        await announce(db, f"contacts:{actor.workspace_id}")
    return gone


WAS = text("""
INSERT INTO former_contact (workspace_id, phone_hash, contact_id)
VALUES (:workspace_id, :phone_hash, :contact_id) ON CONFLICT DO NOTHING
""")


async def _renumber(db: AsyncSession, actor: Actor, contact: Contact, number: str) -> None:
    who = [contact.id]
    before = {"workspace_id": actor.workspace_id, "phone_hash": contact.phone_hash, "contact_id": contact.id}
    await db.execute(WAS, before)
    why: dict[str, Any] = {"source": "number changed", "recorded_by": actor.person_id}
    await record.take_back(db, actor.workspace_id, who, own_words_too=True, **why)
    try:
        async with db.begin_nested():
            contact.phone = number
            contact.phone_hash = phone_hash(actor.workspace_id, number)
            await db.flush()
    except IntegrityError:
        raise await taken_by(db, actor, number) from None
    await record.remember(db, actor.workspace_id, who)


def _tidy(fields: Mapping[str, str]) -> dict[str, str]:
    tidy = {field_key(key): one_line(value, VALUE_LENGTH) for key, value in fields.items()}
    return {key: value for key, value in tidy.items() if key and value}

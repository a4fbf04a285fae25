"""Change one person, or delete some."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from models.contact import Contact
from models.db import transaction
from models.states import Thing
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.access.bin import TAKEN_OUT, brought_back, new_token
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
WITH gone AS (
    DELETE FROM contact c WHERE {MEANT} RETURNING c.workspace_id, c.phone_hash, c.id, to_jsonb(c) AS body),
former AS (
    INSERT INTO former_contact (workspace_id, phone_hash, contact_id)
    SELECT workspace_id, phone_hash, id FROM gone)
INSERT INTO binned (workspace_id, token, what, body)
SELECT workspace_id, :token, 'contact', body FROM gone WHERE workspace_id = :workspace_id
""")  # noqa: S608 - MEANT is a constant

# Whose number was added anew meanwhile stays as they are now.
BRING_BACK = text(f"""
WITH back AS ({TAKEN_OUT})
INSERT INTO contact
SELECT (jsonb_populate_record(NULL::contact, body)).* FROM back
 WHERE CAST(body ->> 'workspace_id' AS bigint) = :workspace_id
    ON CONFLICT DO NOTHING
RETURNING id
""")  # noqa: S608 - TAKEN_OUT is a constant

NOT_FORMER = text("""
DELETE FROM former_contact f USING contact c
 WHERE c.workspace_id = :workspace_id AND c.id = ANY(:ids)
   AND f.workspace_id = c.workspace_id AND f.contact_id = c.id AND f.phone_hash = c.phone_hash
""")


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many went; `token` brings them back for ten minutes."""

    count: int
    token: str


async def delete(actor: Actor, whom: Whom) -> Deleted:
    """Delete people. Campaigns keep what was sent, and STOP is remembered."""
    token = new_token()
    async with transaction() as db:
        done = await db.execute(DELETE, {**meant(actor.workspace_id, whom), "token": token})
        gone = cast(CursorResult[Any], done).rowcount
        if gone:
            await note(db, actor, Deed.DELETED, people=gone)
        await announce(db, f"contacts:{actor.workspace_id}")
    return Deleted(gone, token)


async def bring_back(actor: Actor, token: str) -> list[int]:
    """The people that one tap deleted, as they were, under their old ids: so what was sent is theirs.

    Raises:
        GoneForGood: too late, or they are back already.
    """
    async with transaction() as db:
        back = [row.id for row in await brought_back(db, actor, token, Thing.CONTACT, BRING_BACK)]
        await db.execute(NOT_FORMER, {"workspace_id": actor.workspace_id, "ids": back})
        await note(db, actor, Deed.BROUGHT_BACK, people=len(back))
        await record.remember(db, actor.workspace_id, back)  # who said STOP meanwhile
        await announce(db, f"contacts:{actor.workspace_id}")
    return back


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

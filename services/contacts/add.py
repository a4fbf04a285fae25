"""Add one person."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from models.contact import Contact
from models.db import transaction
from services.access.actor import Actor
from services.consent import record
from services.consent.suppress import phone_hash
from services.contacts.find import taken_by
from services.contacts.problems import phone_from
from services.contacts.tags import as_spelled
from services.contacts.tidy import language_of, one_line
from services.live import announce


async def add(
    actor: Actor,
    *,
    name: str,
    phone: str,
    language: str | None = None,
    tags: Iterable[str] | str = (),
    agreement: str = "",
) -> int:
    """A new contact; returns its id.

    Args:
        phone: as typed.
        agreement: the words beside the box that was ticked ("This person agreed …"), empty if it was not.
            Whoever said STOP to this shop before stays withdrawn.

    Raises:
        Invalid: the number cannot be used.
        AlreadyThere: somebody has it already.
    """
    number = phone_from(phone)
    async with transaction() as db:
        row = {
            "workspace_id": actor.workspace_id,
            "phone": number,
            "phone_hash": phone_hash(actor.workspace_id, number),
            "name": one_line(name),
            "language": language_of(language or ""),
            "tags": await as_spelled(db, actor.workspace_id, tags),
        }
        adding = insert(Contact).values(row).on_conflict_do_nothing().returning(text("id"))
        contact_id: int | None = await db.scalar(adding)
        if contact_id is None:
            raise await taken_by(db, actor, number)
        await record.remember(db, actor.workspace_id, [contact_id])
        if agreement:
            said = {"source": "typed", "wording": agreement, "recorded_by": actor.person_id}
            await record.declare(db, actor.workspace_id, [contact_id], **said)  # type: ignore[arg-type]
        await announce(db, f"contacts:{actor.workspace_id}")
    return contact_id

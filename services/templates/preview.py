"""A text as a real person will read it, before it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.contact import Contact
from models.db import transaction
from services.access.actor import Actor
from services.errors import NotFound
from services.templates.render import blanks_of, render

# What this shop knows of its people besides the name; the newest tell enough.
FIELDS = text("""
SELECT key, count(*) AS people
  FROM (SELECT fields FROM contact WHERE workspace_id = :workspace_id ORDER BY id DESC LIMIT 2000) newest,
       jsonb_object_keys(newest.fields) AS key
 GROUP BY key
 ORDER BY people DESC, key
 LIMIT 12
""")

# Somebody to look through the eyes of: a reader of the language if there is one, and whoever comes after
# `than`, round and round.
NEXT_PERSON = text("""
SELECT id FROM contact
 WHERE workspace_id = :workspace_id AND consent = 'given' AND name <> ''
 ORDER BY language IS NOT DISTINCT FROM :language DESC, id < COALESCE(CAST(:than AS bigint), 0) DESC, id DESC
 LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Eyes:
    """Whose eyes a preview looks through; `language` is theirs, if they have told one."""

    contact_id: int
    name: str
    language: str | None
    values: Mapping[str, str]


async def offered_blanks(actor: Actor) -> list[str]:
    """The keys of the blanks that this shop's contacts can fill; the name first."""
    async with transaction() as db:
        found = await db.scalars(FIELDS, {"workspace_id": actor.workspace_id})
        return ["name", *(key for key in found if key != "name")]


async def somebody(actor: Actor, language: str, after: int | None = None) -> Eyes | None:
    """A contact to preview a text in `language` for, the next one after `after`; None if there are none."""
    async with transaction() as db:
        asked = {"workspace_id": actor.workspace_id, "language": language, "than": after}
        found = await db.scalar(NEXT_PERSON, asked)
        return None if found is None else await _eyes(db, actor, found)


async def preview(actor: Actor, texts: Mapping[str, str], contact_id: int | None) -> dict[str, str]:
    """Each text as that contact will read it (see as_read); for nobody, with the blanks' names.

    Raises:
        NotFound: no such contact in the actor's workspace.
    """
    async with transaction() as db:
        eyes = None if contact_id is None else await _eyes(db, actor, contact_id)
    return {language: as_read(body, eyes) for language, body in texts.items()}


def as_read(body: str, eyes: Eyes | None) -> str:
    """The text through somebody's eyes; a blank that nothing fills shows its name in brackets."""
    values = dict(eyes.values) if eyes else {}
    for blank in blanks_of(body):
        if blank.fallback is None and not values.get(blank.key, "").strip():
            values[blank.key] = f"[{blank.key}]"
    return render(body, values)


async def _eyes(db: AsyncSession, actor: Actor, contact_id: int) -> Eyes:
    contact = await db.scalar(
        select(Contact).where(
            Contact.id == contact_id,  # type: ignore[arg-type]
            Contact.workspace_id == actor.workspace_id,  # type: ignore[arg-type]
        )
    )
    if contact is None:
        raise NotFound
    return Eyes(contact.id, contact.name, contact.language, {**contact.fields, "name": contact.name})

"""A contact of the actor's workspace, or none; and which contacts somebody means."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.contact import Contact
from models.phone import NotAPhone, parse, shown
from models.states import Consent
from services.access.actor import Actor
from services.contacts.tidy import one_line
from services.errors import BroadcasterError, NotFound
from services.i18n import N_


class AlreadyThere(BroadcasterError):
    """Another contact has this number: `contact_id`, `name`, `phone`."""

    sentence = N_("{phone} is in your contacts already: {name}.")


async def find_contact(db: AsyncSession, actor: Actor, contact_id: int, *, lock: bool = False) -> Contact:
    """The contact; with `lock`, nobody else changes it before the story ends.

    Raises:
        NotFound: no such contact in the actor's workspace.
    """
    wanted = select(Contact).where(
        Contact.id == contact_id,  # type: ignore[arg-type]
        Contact.workspace_id == actor.workspace_id,  # type: ignore[arg-type]
    )
    contact = await db.scalar(wanted.with_for_update() if lock else wanted)
    if contact is None:
        raise NotFound
    return contact


async def contact_with(db: AsyncSession, actor: Actor, phone: str, *, lock: bool = False) -> Contact | None:
    """Who of the actor's workspace has this number (E.164), if anybody."""
    wanted = select(Contact).where(
        Contact.workspace_id == actor.workspace_id,  # type: ignore[arg-type]
        Contact.phone == phone,  # type: ignore[arg-type]
    )
    found: Contact | None = await db.scalar(wanted.with_for_update() if lock else wanted)
    return found


async def taken_by(db: AsyncSession, actor: Actor, phone: str) -> AlreadyThere:
    """The error that says who has this number."""
    other = await contact_with(db, actor, phone)
    assert other is not None, "the index contact_phone has just said so"
    return AlreadyThere(contact_id=other.id, name=other.name or shown(phone), phone=shown(phone))


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom somebody looks for: what was typed into the search, and the filters; all of them together."""

    search: str = ""
    tag: str = ""
    consent: Consent | None = None


# Some people by id, or all who match. The condition on `contact c`; its blanks come from `meant`.
Whom = Sequence[int] | Asked
MEANT = """c.workspace_id = :workspace_id
   AND (CAST(:ids AS bigint[]) IS NULL OR c.id = ANY(CAST(:ids AS bigint[])))
   AND (CAST(:name AS text) IS NULL OR c.name ILIKE :name)
   AND (CAST(:digits AS text) IS NULL OR c.phone LIKE :digits)
   AND (CAST(:tag AS text) IS NULL OR c.tags @> ARRAY[CAST(:tag AS text)])
   AND (CAST(:consent AS text) IS NULL OR c.consent = :consent)"""


def meant(workspace_id: int, whom: Whom) -> dict[str, object]:
    """The blanks of MEANT."""
    nothing: dict[str, object] = dict.fromkeys(("ids", "name", "digits", "tag", "consent"))
    if not isinstance(whom, Asked):
        return {**nothing, "workspace_id": workspace_id, "ids": list(whom)}
    asked = {"tag": whom.tag or None, "consent": whom.consent.value if whom.consent else None}
    return {**nothing, "workspace_id": workspace_id, **asked, **_searched(one_line(whom.search))}


def _searched(search: str) -> dict[str, object]:
    """A number or a part of one, else a part of a name."""
    if not search:
        return {}
    try:
        return {"digits": parse(search)}
    except NotAPhone:
        pass
    if any(letter.isalpha() for letter in search):
        return {"name": f"%{_literally(search)}%"}
    digits = "".join(str(int(letter)) for letter in search if letter.isdecimal())
    return {"digits": f"%{digits.lstrip('0')}%"} if digits else {"name": f"%{_literally(search)}%"}


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

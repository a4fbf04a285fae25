"""A person's right to know: everything that is held about them, as it is, in one file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.contact import Contact
from models.db import transaction
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.analytics.as_read import COLUMNS, as_read
from services.clock import now
from services.consent.hashing import phone_hash
from services.consent.suppress import is_suppressed
from services.contacts.find import contact_with, find_contact
from services.errors import NotFound
from services.ops.list_lines import ABOUT, NUMBERS
from services.sending.of_person import THEIRS, whom

CHAT = text("SELECT phone FROM chat WHERE workspace_id = :workspace_id AND id = :id")
WORDS = text("""
SELECT consent, source, wording, evidence, at FROM consent_record
 WHERE workspace_id = :workspace_id AND phone_hash = :phone_hash ORDER BY id
""")
SENT = text(f"""
WITH {THEIRS}
SELECT COALESCE(m.accepted_at, m.status_at) AS at, c.name AS campaign, {COLUMNS},
       m.status, m.reason, m.delivered_at, m.read_at
  FROM theirs t
  JOIN campaign c ON c.id = t.campaign_id
  JOIN message m ON m.campaign_id = t.campaign_id AND m.id = t.id
 ORDER BY at
""")  # noqa: S608 - constants
WRITTEN = text("""
SELECT at, text FROM reply
 WHERE workspace_id = :workspace_id AND (phone = :phone OR contact_id = :contact_id) ORDER BY at
""")
LISTS = text(f"""
WITH {NUMBERS}
SELECT i.created_at AS at, i.file_name FROM contact_import i
 WHERE i.workspace_id = :workspace_id
   AND i.id IN (SELECT r.import_id FROM numbers n JOIN import_row r ON {ABOUT})
 ORDER BY i.id
""")  # noqa: S608 - constants
ON_WHATSAPP = text("""
SELECT on_whatsapp, checked_at FROM known_number WHERE workspace_id = :workspace_id AND phone = :phone
""")


@dataclass(frozen=True, slots=True)
class SentLine:
    at: datetime
    campaign: str  # empty for an answer to this person
    text: str
    status: str
    reason: str | None
    delivered_at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsentLine:
    consent: str
    source: str
    wording: str
    evidence: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WrittenLine:
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class ListLine:
    at: datetime
    file_name: str


@dataclass(frozen=True, slots=True)
class PersonFile:
    """All of it; `made_at` is when."""

    shop: str
    made_at: datetime
    name: str
    phone: str  # E.164
    language: str | None
    tags: list[str]
    fields: dict[str, str]
    since: datetime | None  # None: this person is no contact
    consent: str
    stopped: bool
    on_whatsapp: bool | None
    consent_history: list[ConsentLine]
    sent: list[SentLine]
    written: list[WrittenLine]
    lists: list[ListLine]

    def plain(self) -> Mapping[str, object]:
        """For a JSON file."""
        return asdict(self)


async def person_file(actor: Actor, contact_id: int) -> PersonFile:
    """Everything about one contact; that it was asked for is noted.

    Raises:
        NotFound: no such contact in the actor's workspace.
    """
    async with transaction() as db:
        contact = await find_contact(db, actor, contact_id)
        return await _file(db, actor, contact.phone, contact)


async def chat_file(actor: Actor, chat_id: int) -> PersonFile:
    """Everything about whoever wrote this, a contact or not; that it was asked for is noted.

    Raises:
        NotFound: no such chat in the actor's workspace.
    """
    async with transaction() as db:
        phone = await db.scalar(CHAT, {"workspace_id": actor.workspace_id, "id": chat_id})
        if phone is None:
            raise NotFound
        return await _file(db, actor, phone, await contact_with(db, actor, phone))


async def _file(db: AsyncSession, actor: Actor, phone: str, contact: Contact | None) -> PersonFile:
    them = whom(actor.workspace_id, phone, contact.id if contact else None)
    await note(db, actor, Deed.EXPORTED, phone_hash=phone_hash(actor.workspace_id, phone))
    known = contact or Contact(phone=phone)
    return PersonFile(
        shop=actor.workspace_name,
        made_at=now(),
        name=known.name,
        phone=phone,
        language=known.language,
        tags=list(known.tags or ()),
        fields=dict(known.fields or {}),
        since=contact.created_at if contact else None,
        consent=known.consent,
        stopped=await is_suppressed(db, actor.workspace_id, phone),
        on_whatsapp=await db.scalar(ON_WHATSAPP, them),
        consent_history=[ConsentLine(*row) for row in await db.execute(WORDS, them)],
        sent=await _sent(db, them),
        written=[WrittenLine(*row) for row in await db.execute(WRITTEN, them)],
        lists=[ListLine(*row) for row in await db.execute(LISTS, them)],
    )


async def _sent(db: AsyncSession, them: Mapping[str, object]) -> list[SentLine]:
    return [
        SentLine(row.at, row.campaign, as_read(row), row.status, row.reason, row.delivered_at, row.read_at)
        for row in await db.execute(SENT, them)
    ]

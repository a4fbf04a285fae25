"""Who came in, and who did what with people's data, campaigns and settings: written in the story's own
transaction, never changed, read under More."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.audit import AuditEntry
from models.db import transaction
from services.access.actor import Actor

PAGE = 50  # entries on a screen


class Deed(StrEnum):
    """What is worth remembering for years. The screen has a sentence for each (ui/rights/audit_page.py)."""

    SIGNED_UP = "signed_up"
    LOGGED_IN = "logged_in"
    WRONG_PASSWORD = "wrong_password"  # once in a while, not at every try
    IMPORTED = "imported"
    IMPORT_UNDONE = "import_undone"
    DELETED = "deleted"  # contacts
    BROUGHT_BACK = "brought_back"  # and undone
    DOWNLOADED = "downloaded"  # the people of a campaign
    LAUNCHED = "launched"
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    CANCEL_UNDONE = "cancel_undone"
    EXPORTED = "exported"  # everything held about one person
    ERASED = "erased"
    OPTED_OUT = "opted_out"  # by hand: the person asked for it
    ANSWERED_AFTER_STOP = "answered_after_stop"
    WORDS_CHANGED = "words_changed"  # what counts as a STOP in this shop
    JOINING_CHANGED = "joining_changed"
    LIMITS_CHANGED = "limits_changed"  # of a number
    LINKED = "linked"  # a WhatsApp number
    UNLINKED = "unlinked"
    LINK_ENDED = "link_ended"  # not by us
    BUSINESS_CHANGED = "business_changed"  # its name or its clock
    RULES_CHANGED = "rules_changed"  # quiet hours, offers a week
    NOTICES_ON = "notices_on"  # of one browser
    NOTICES_OFF = "notices_off"


async def note(
    db: AsyncSession, actor: Actor, deed: Deed, *, phone_hash: bytes | None = None, **facts: object
) -> None:
    """Remember it if the story commits. A person is named by the keyed hash alone; no number in `facts`."""
    entry = AuditEntry(
        workspace_id=actor.workspace_id,
        person_id=actor.person_id or None,
        who=actor.name,
        deed=deed,
        phone_hash=phone_hash,
        facts=dict(facts),
    )
    db.add(entry)
    await db.flush()


@dataclass(frozen=True, slots=True)
class Entry:
    """`about` is the beginning of the keyed hash: enough to see that two entries mean the same person."""

    who: str
    deed: Deed
    about: str
    facts: Mapping[str, object]
    at: datetime


@dataclass(frozen=True, slots=True)
class EntryPage:
    entries: list[Entry]
    page: int  # from 1
    more: bool  # there is another page


LIST = text("""
SELECT who, deed, phone_hash, facts, at FROM audit_entry
 WHERE workspace_id = :workspace_id ORDER BY id DESC LIMIT :most OFFSET :skip
""")


async def entries(actor: Actor, page: int = 1) -> EntryPage:
    """The newest first; the page after the last is empty."""
    page = max(1, page)
    asked = {"workspace_id": actor.workspace_id, "most": PAGE + 1, "skip": (page - 1) * PAGE}
    async with transaction() as db:
        rows = (await db.execute(LIST, asked)).all()
    return EntryPage([_entry(*row) for row in rows[:PAGE]], page, len(rows) > PAGE)


def _entry(who: str, deed: str, phone_hash: bytes | None, facts: Mapping[str, object], at: datetime) -> Entry:
    return Entry(who, Deed(deed), phone_hash.hex()[:8] if phone_hash else "", facts, at)

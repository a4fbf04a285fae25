"""A person's right to be forgotten: everything about them goes, and a keyed hash of the number stays.

The hash keeps the shop from writing to them again by mistake, whatever list it imports; it cannot be turned
back into a number. Numbers on the screens stay true: a message remains as a message to nobody.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.contact import Contact
from models.db import transaction
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.consent.hashing import phone_hash
from services.consent.suppress import suppress
from services.contacts.apply import ONE_AT_A_TIME
from services.contacts.find import contact_with, find_contact
from services.contacts.known import forget
from services.errors import NotFound
from services.live import announce
from services.ops.list_lines import ABOUT, NUMBERS
from services.sending.moves import skip_person
from services.sending.of_person import THEIRS, whom

CHAT = text("SELECT phone FROM chat WHERE workspace_id = :workspace_id AND id = :id")
CHAT_OF = text("SELECT id FROM chat WHERE workspace_id = :workspace_id AND phone = :phone FOR UPDATE")

MESSAGES = text(f"""
WITH {THEIRS}
UPDATE message m SET name = '', phone = '', phone_hash = '', blanks = '{{}}'
  FROM theirs t WHERE m.campaign_id = t.campaign_id AND m.id = t.id
""")  # noqa: S608 - a constant
REPLIES = text("""
UPDATE reply SET phone = '', text = '', contact_id = NULL
 WHERE workspace_id = :workspace_id AND (phone = :phone OR contact_id = :contact_id)
""")
CHATS = text("DELETE FROM chat WHERE workspace_id = :workspace_id AND phone = :phone")
# An import's rows are gone a month after it by themselves, and its file with them; these go now.
ROWS = text(f"""
WITH {NUMBERS}
UPDATE import_row r
   SET phone = NULL, phone_hash = NULL, name = '', fields = '{{}}', given = '', before = '{{}}',
       contact_id = NULL
  FROM contact_import i, numbers n
 WHERE i.workspace_id = :workspace_id AND r.import_id = i.id AND {ABOUT}
""")  # noqa: S608 - constants
CONSENTS = text("DELETE FROM consent_record WHERE workspace_id = :workspace_id AND phone_hash = :phone_hash")
CONTACT = text("DELETE FROM contact WHERE workspace_id = :workspace_id AND phone = :phone")
FORMER = text("""
DELETE FROM former_contact
 WHERE workspace_id = :workspace_id AND (phone_hash = :phone_hash OR contact_id = :contact_id)
""")
# Deleted a moment ago, and could still be brought back.
BINNED = text("""
DELETE FROM binned WHERE workspace_id = :workspace_id AND what = 'contact' AND body ->> 'phone' = :phone
""")
# An answer that was begun, a form, a list that was pasted: whatever was typed about them goes as well. A
# number is typed with spaces and brackets, and mostly without its country.
TYPED = text("""
DELETE FROM typed
 WHERE workspace_id = :workspace_id
   AND (place = '/contacts/' || CAST(:contact_id AS bigint)
        OR place IN (SELECT '/inbox/' || h.id FROM chat h
                      WHERE h.workspace_id = :workspace_id AND h.phone = :phone)
        OR place IN ('/contacts/new', '/contacts/import')
           AND regexp_replace(body::text, '[ ().-]', '', 'g') LIKE '%' || right(:phone, 10) || '%')
""")
STEPS = (MESSAGES, REPLIES, TYPED, CHATS, ROWS, CONSENTS, FORMER, BINNED, CONTACT)


async def erase_contact(actor: Actor, contact_id: int) -> None:
    """Forget this contact. What is on its way this second arrives; nothing else does.

    Raises:
        NotFound: no such contact in the actor's workspace.
    """
    async with transaction() as db:
        contact = await find_contact(db, actor, contact_id)
        await _erase(db, actor, contact.phone)


async def erase_chat(actor: Actor, chat_id: int) -> None:
    """Forget whoever wrote this, a contact or not.

    Raises:
        NotFound: no such chat in the actor's workspace.
    """
    workspace = {"workspace_id": actor.workspace_id}
    async with transaction() as db:
        phone: str | None = await db.scalar(CHAT, {**workspace, "id": chat_id})
        if phone is None:
            raise NotFound
        await _erase(db, actor, phone)


async def _erase(db: AsyncSession, actor: Actor, phone: str) -> None:
    """First nothing more may leave, then everything is taken away, then it is noted."""
    workspace_id = actor.workspace_id
    contact = await _alone(db, actor, phone)
    await suppress(db, workspace_id, phone, source="erased")
    them = whom(workspace_id, phone, contact.id if contact else None)
    moved = await skip_person(db, them)
    for step in STEPS:
        await db.execute(step, them)
    await forget(db, workspace_id, phone)
    await note(db, actor, Deed.ERASED, phone_hash=phone_hash(workspace_id, phone))
    topics = [f"campaign:{campaign_id}" for campaign_id in moved]
    await announce(db, f"contacts:{workspace_id}", f"chats:{workspace_id}", *topics)


async def _alone(db: AsyncSession, actor: Actor, phone: str) -> Contact | None:
    """Wait for launches, imports and answers that may be putting this person down right now, and keep
    others from it; the contact, if they are one. In the order in which those take their locks.
    """
    person = {"workspace_id": actor.workspace_id, "phone": phone}
    await db.execute(ONE_AT_A_TIME, person)
    await db.execute(CHAT_OF, person)
    return await contact_with(db, actor, phone, lock=True)

"""What a human does in the inbox: reads, answers one person, decides about a no in free words."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.consent.hashing import phone_hash
from services.consent.record import withdraw
from services.consent.suppress import is_held, is_suppressed, release
from services.errors import BroadcasterError, Invalid, NotFound
from services.i18n import N_
from services.live import announce
from services.sending.outbox import ToWhom, send_to
from services.storable import storable_text
from services.templates.render import LONGEST, length

FIND = text("""
SELECT h.id, h.sender_id, h.phone, c.id AS contact_id, c.name, s.status
  FROM chat h
  JOIN sender s ON s.id = h.sender_id
  LEFT JOIN contact c ON c.workspace_id = h.workspace_id AND c.phone = h.phone
 WHERE h.workspace_id = :workspace_id AND h.id = :id
   FOR UPDATE OF h
""")
SEEN = text("""
UPDATE chat SET unread = 0 WHERE workspace_id = :workspace_id AND id = :id AND unread > 0 RETURNING id
""")
# What they say next answers this, and not a question that was asked by itself.
ANSWERED = text("""
UPDATE chat SET unread = 0, join_question = NULL WHERE workspace_id = :workspace_id AND id = :id
""")
DECIDED = text("UPDATE chat SET refusal = false WHERE workspace_id = :workspace_id AND id = :id")
# What was lost of theirs has been looked up on the phone.
LOOKED_UP = text("""
UPDATE reply SET refusal = false
 WHERE workspace_id = :workspace_id AND phone = :phone AND text = '' AND refusal
""")


class AskedToStop(BroadcasterError):
    """Ask with this sentence first; `answer(…, though_stopped=True)` is the human's yes."""

    sentence = N_("This person asked you to stop. Write only if they expect an answer from you. Send it?")


class NotLinked(BroadcasterError):
    sentence = N_("The number that they wrote to is not linked any more. Link it again under Senders.")


@dataclass(frozen=True, slots=True)
class Found:
    whom: ToWhom
    sender_status: str


async def answer(actor: Actor, chat_id: int, written: str, *, though_stopped: bool = False) -> int:
    """Send `written` to one person from the number that they wrote to; the number of its campaign.

    Raises:
        NotFound: no such chat in the actor's workspace.
        Invalid: nothing to send, or too long.
        NotLinked: it would wait for ever.
        AskedToStop: ask the human first.
    """
    said = _sendable(written)
    async with transaction() as db:
        found = await find_chat(db, actor, chat_id)
        if found.sender_status == "logged_out":
            raise NotLinked
        silent = await is_suppressed(db, actor.workspace_id, found.whom.phone)
        stopped = silent and not await is_held(db, actor.workspace_id, found.whom.phone)
        if stopped and not though_stopped:
            raise AskedToStop
        if stopped:
            hashed = phone_hash(actor.workspace_id, found.whom.phone)
            await note(db, actor, Deed.ANSWERED_AFTER_STOP, phone_hash=hashed)
        await db.execute(ANSWERED, {"workspace_id": actor.workspace_id, "id": chat_id})
        return await send_to(db, found.whom, said, last_word=silent, by=actor.person_id)


async def seen(actor: Actor, chat_id: int) -> None:
    """What this person wrote has been read by somebody of the shop."""
    async with transaction() as db:
        if await db.scalar(SEEN, {"workspace_id": actor.workspace_id, "id": chat_id}) is not None:
            await announce(db, f"chats:{actor.workspace_id}")


async def decide(actor: Actor, chat_id: int, *, stop: bool) -> None:
    """The human's word on a no in free words, or on words that were lost: opt this person out, or not.

    Raises:
        NotFound: no such chat in the actor's workspace.
    """
    async with transaction() as db:
        found = await find_chat(db, actor, chat_id)
        await db.execute(DECIDED, {"workspace_id": actor.workspace_id, "id": chat_id})
        await db.execute(LOOKED_UP, {"workspace_id": actor.workspace_id, "phone": found.whom.phone})
        await release(db, actor.workspace_id, found.whom.phone)
        if stop:
            said = {"source": "typed", "recorded_by": actor.person_id}
            await withdraw(db, actor.workspace_id, found.whom.phone, **said)  # type: ignore[arg-type]
            hashed = phone_hash(actor.workspace_id, found.whom.phone)
            await note(db, actor, Deed.OPTED_OUT, phone_hash=hashed)
        await announce(db, f"chats:{actor.workspace_id}", f"contacts:{actor.workspace_id}")


async def find_chat(db: AsyncSession, actor: Actor, chat_id: int) -> Found:
    """A step: the person behind a chat, who is not erased before the story ends.

    Raises:
        NotFound: no such chat in the actor's workspace.
    """
    row = (await db.execute(FIND, {"workspace_id": actor.workspace_id, "id": chat_id})).one_or_none()
    if row is None:
        raise NotFound
    whom = ToWhom(actor.workspace_id, row.sender_id, row.id, row.phone, row.contact_id, row.name or "")
    return Found(whom, row.status)


def _sendable(written: str) -> str:
    said = storable_text(written).strip()
    if not said:
        raise Invalid(N_("Write something first."))
    if (long := length(said)) > LONGEST:
        raise Invalid(
            N_("This text has {count} characters; WhatsApp takes {most} at most."), count=long, most=LONGEST
        )
    return said

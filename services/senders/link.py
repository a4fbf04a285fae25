"""Linking a WhatsApp number, as a page sees it: ask, watch, cancel; and ending a link.

The work is done where messages are sent (services/senders/linker.py): a page only writes a row and
announces it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from models.link import LinkRequest
from models.sender import Sender
from models.states import Channel, LinkHow, LinkProblem, LinkStatus
from services.access.actor import Actor
from services.contacts.problems import phone_from
from services.errors import BroadcasterError, NotFound
from services.i18n import N_
from services.live import announce
from services.senders import link_moves

WORKERS_TOPIC = "links"  # whoever can link listens to it
TRIES_AN_HOUR = 12
LASTS = timedelta(seconds=150)  # WhatsApp closes an attempt after 160 s

# One attempt at a time for a shop: a second tap takes the place of the first, also in the same instant.
ONE_AFTER_THE_OTHER = text("SELECT pg_advisory_xact_lock(hashtextextended('links of ' || :workspace_id, 0))")
REPLACED = text("""
SELECT id FROM link_request
 WHERE workspace_id = :workspace_id AND status IN ('asked', 'started') AND how <> 'unlink'
   FOR UPDATE
""")
LATELY = text("""
SELECT count(*) FROM link_request
 WHERE workspace_id = :workspace_id AND how <> 'unlink' AND created_at > now() - interval '1 hour'
""")
TAKEN = text("""
SELECT EXISTS (SELECT 1 FROM sender
                WHERE channel = 'linked' AND phone = :phone AND status <> 'logged_out'
                  AND workspace_id <> :workspace_id)
""")
WAKE = text("""
UPDATE sender SET awake_until = GREATEST(awake_until, now() + interval '2 minutes')
 WHERE id = :id AND workspace_id = :workspace_id
""")


def heard_topic(workspace_id: int) -> str:
    """What is announced when WhatsApp has given one of its numbers a sign, once a minute."""
    return f"heard:{workspace_id}"


class TooManyTries(BroadcasterError):
    """Each try may ring a phone that is not the shop's."""

    sentence = N_("That was tried very often just now. Please wait an hour, then try again.")


class NumberTaken(BroadcasterError):
    """The number sends for another shop; whose, nobody is told."""

    sentence = N_("This number is linked in another shop already. Unlink it there first.")


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """An attempt as its page shows it. Numbers are E.164."""

    id: int
    how: LinkHow
    status: LinkStatus
    problem: LinkProblem | None
    phone: str | None
    found: str | None  # who was linked instead
    sender_id: int | None
    letters: str | None
    qr: str | None
    shown_until: datetime | None  # these letters, or this picture
    ends_at: datetime  # the whole attempt

    @property
    def open(self) -> bool:
        return self.status in (LinkStatus.ASKED, LinkStatus.STARTED)


async def ask_code(actor: Actor, typed: str, sender_id: int | None = None) -> int:
    """Ask for eight characters to type into the phone with this number; the attempt's id.

    `sender_id`: that sender is to be linked again, and its own number is used.

    Raises:
        Invalid: `typed` is no number that can be linked.
        NumberTaken: another shop sends from it.
        TooManyTries: within the last hour.
        NotFound: no such sender.
    """
    async with transaction() as db:
        known = await _linked(db, actor, sender_id) if sender_id is not None else None
        phone = known.phone if known and known.phone else phone_from(typed)
        if await db.scalar(TAKEN, {"phone": phone, "workspace_id": actor.workspace_id}):
            raise NumberTaken()
        return await _ask(db, actor, LinkHow.CODE, sender_id, phone)


async def ask_qr(actor: Actor, sender_id: int | None = None) -> int:
    """Ask for a picture that a phone scans; the attempt's id.

    Raises:
        TooManyTries: within the last hour.
        NotFound: no such sender.
    """
    async with transaction() as db:
        if sender_id is not None:
            await _linked(db, actor, sender_id)
        return await _ask(db, actor, LinkHow.QR, sender_id, None)


async def unlink(actor: Actor, sender_id: int) -> int:
    """Ask WhatsApp to end the sender's link; the attempt's id. Its campaigns wait until it is linked again.

    Raises:
        NotFound: no such sender.
    """
    async with transaction() as db:
        await _linked(db, actor, sender_id)
        # only who has it open can end it
        await db.execute(WAKE, {"id": sender_id, "workspace_id": actor.workspace_id})
        return await _ask(db, actor, LinkHow.UNLINK, sender_id, None)


async def cancel(actor: Actor, request_id: int) -> None:
    """Never mind. Raises WrongMoment if it has ended, NotFound if there is none."""
    async with transaction() as db:
        await _found(db, actor, request_id)
        await link_moves.end(db, actor.workspace_id, request_id, to=LinkStatus.CANCELLED)
        await announce(db, WORKERS_TOPIC)


async def link_seen(actor: Actor, request_id: int) -> LinkSeen:
    """Raises NotFound."""
    async with transaction() as db:
        row = await _found(db, actor, request_id)
    return LinkSeen(
        id=row.id,
        how=LinkHow(row.how),
        status=LinkStatus(row.status),
        problem=LinkProblem(row.problem) if row.problem else None,
        phone=row.phone,
        found=row.found,
        sender_id=row.sender_id,
        letters=row.letters,
        qr=row.qr,
        shown_until=row.shown_until,
        ends_at=(row.status_at if row.status == LinkStatus.STARTED else row.created_at) + LASTS,
    )


async def open_unlinking(actor: Actor, sender_id: int) -> LinkSeen | None:
    """The latest attempt to unlink this sender, of this shop; None where there was none."""
    mine = (LinkRequest.workspace_id == actor.workspace_id, LinkRequest.sender_id == sender_id)
    latest = select(LinkRequest.id).where(*mine, LinkRequest.how == LinkHow.UNLINK.value)  # type: ignore[call-overload]
    async with transaction() as db:
        request_id = await db.scalar(latest.order_by(LinkRequest.id.desc()).limit(1))  # type: ignore[attr-defined]
    return await link_seen(actor, request_id) if request_id is not None else None


async def _ask(db: AsyncSession, actor: Actor, how: LinkHow, sender_id: int | None, phone: str | None) -> int:
    if how is not LinkHow.UNLINK:
        await db.execute(ONE_AFTER_THE_OTHER, {"workspace_id": str(actor.workspace_id)})
        if (await db.scalar(LATELY, {"workspace_id": actor.workspace_id}) or 0) >= TRIES_AN_HOUR:
            raise TooManyTries()
        for earlier in (await db.scalars(REPLACED, {"workspace_id": actor.workspace_id})).all():
            await link_moves.end(db, actor.workspace_id, earlier, to=LinkStatus.CANCELLED)
    row = LinkRequest(
        workspace_id=actor.workspace_id,
        person_id=actor.person_id,
        sender_id=sender_id,
        how=how.value,
        phone=phone,
    )
    db.add(row)
    await db.flush()
    await announce(db, WORKERS_TOPIC, f"link:{row.id}")
    return row.id


async def _linked(db: AsyncSession, actor: Actor, sender_id: int) -> Sender:
    sender = await db.get(Sender, sender_id)
    if sender is None or sender.workspace_id != actor.workspace_id or sender.channel != Channel.LINKED:
        raise NotFound(sender_id=sender_id)
    return sender


async def _found(db: AsyncSession, actor: Actor, request_id: int) -> LinkRequest:
    row = await db.get(LinkRequest, request_id)
    if row is None or row.workspace_id != actor.workspace_id:
        raise NotFound(link_request=request_id)
    return row

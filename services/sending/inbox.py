"""What people write to a sender: kept once, counted for the campaign it answers, and STOP is obeyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from models.states import Channel
from services.consent.record import give, withdraw
from services.consent.stop_words import Wish, wish
from services.consent.suppress import is_suppressed
from services.gateways.protocol import ReplyHeard
from services.live import announce
from services.sending.moves import mark_replied

ANSWERS_WITHIN = timedelta(days=7)  # later, an answer is no answer to a campaign any more
LONGEST = 4096  # characters that are kept of what somebody wrote

# Nothing comes back where it was told before, or where the sender is gone.
KEEP = text("""
INSERT INTO reply (workspace_id, sender_id, contact_id, phone, text, wa_id, opt_out, at)
SELECT s.workspace_id, s.id, c.id, :phone, :text, :wa_id, :opt_out, :at
  FROM sender s
  LEFT JOIN contact c ON c.workspace_id = s.workspace_id AND c.phone = :phone
 WHERE s.id = :sender_id
    ON CONFLICT (sender_id, wa_id) DO NOTHING
RETURNING id, workspace_id, contact_id, (SELECT channel FROM sender WHERE id = :sender_id)
""")

# The latest message that reached this person; one that is recorded only with the next flush reached too.
# A minute of grace: the person's clock and ours may differ.
ANSWERED = text("""
SELECT m.campaign_id
  FROM campaign c
  JOIN sender s ON s.id = c.sender_id
  JOIN message m ON m.campaign_id = c.id AND m.contact_id = :contact_id
 WHERE c.workspace_id = :workspace_id AND c.sender_id = :sender_id
   AND (c.finished_at IS NULL OR c.finished_at > :since)
   AND (m.status IN ('accepted', 'delivered', 'read', 'unconfirmed')
        OR (s.inflight_campaign = m.campaign_id AND s.inflight_message = m.id))
   AND COALESCE(m.accepted_at, m.status_at) BETWEEN :since AND CAST(:at AS timestamptz) + interval '1 minute'
 ORDER BY COALESCE(m.accepted_at, m.status_at) DESC
 LIMIT 1
""")

ATTRIBUTE = text(
    "UPDATE reply SET campaign_id = :campaign_id WHERE workspace_id = :workspace_id AND id = :id"
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A reply that is new to us."""

    id: int
    workspace_id: int
    contact_id: int | None
    channel: str


async def take(replies: Sequence[ReplyHeard]) -> None:
    """Keep what people wrote and do what they wish; what was told before changes nothing.

    One transaction each, so that they never wait for one another's people and campaigns.
    """
    for reply in sorted(replies, key=lambda reply: reply.at):
        async with transaction() as db:
            await _take_one(db, reply)


async def _take_one(db: AsyncSession, reply: ReplyHeard) -> None:
    wished = wish(reply.text)
    kept = await _keep(db, reply, opt_out=wished is Wish.STOP)
    if kept is None:
        return
    campaign_id = await _answered(db, reply, kept)
    if campaign_id is not None:
        await announce(db, f"campaign:{campaign_id}")
    if wished is not None:
        await _obey(db, reply, kept, wished)
        await announce(db, f"contacts:{kept.workspace_id}")
    await announce(db, f"workspace:{kept.workspace_id}")


async def _keep(db: AsyncSession, reply: ReplyHeard, *, opt_out: bool) -> _Kept | None:
    written = {
        "sender_id": reply.sender_id,
        "phone": reply.phone,
        "text": _storable(reply.text),
        "wa_id": reply.wa_id,
        "opt_out": opt_out,
        "at": reply.at,
    }
    row = (await db.execute(KEEP, written)).one_or_none()
    return None if row is None else _Kept(*row)


async def _answered(db: AsyncSession, reply: ReplyHeard, kept: _Kept) -> int | None:
    """Count the answer for its campaign, which is returned; None where it answers none."""
    if kept.contact_id is None:
        return None
    asked = {
        "workspace_id": kept.workspace_id,
        "sender_id": reply.sender_id,
        "contact_id": kept.contact_id,
        "since": reply.at - ANSWERS_WITHIN,
        "at": reply.at,
    }
    campaign_id: int | None = await db.scalar(ANSWERED, asked)
    if campaign_id is not None:
        await mark_replied(db, campaign_id, kept.contact_id)
        where = {"workspace_id": kept.workspace_id, "id": kept.id}
        await db.execute(ATTRIBUTE, {"campaign_id": campaign_id, **where})
    return campaign_id


async def _obey(db: AsyncSession, reply: ReplyHeard, kept: _Kept, wished: Wish) -> None:
    """STOP counts for strangers too. START undoes a STOP; from all others it is an ordinary answer."""
    source = "rehearsal" if kept.channel == Channel.SANDBOX else "reply"
    wording = _storable(reply.text)
    if wished is Wish.STOP:
        await withdraw(db, kept.workspace_id, reply.phone, source=source, wording=wording)
    elif await is_suppressed(db, kept.workspace_id, reply.phone):
        await give(db, kept.workspace_id, reply.phone, source=source, wording=wording)


def _storable(written: str) -> str:
    """What PostgreSQL can keep: no NUL, no half characters, no novels."""
    return written.replace("\0", "")[:LONGEST].encode(errors="replace").decode()

"""What people write to a sender: kept once, counted for the campaign it answers, and what they wish is done.

Where a crash took the words, nothing goes to that person until they come after all, or a human has looked.
STOP is obeyed and answered once; who asks to join does (services/contacts/join.py); all else waits for a
human in the inbox.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import transaction
from models.phone import is_made_up
from models.states import Channel
from services.consent.language import language_heard
from services.consent.record import give, withdraw
from services.consent.refusals import may_be_a_no
from services.consent.stop_words import ShopWords, Wish, wish
from services.consent.suppress import hold, is_suppressed, overtaken, release
from services.consent.yes import is_yes
from services.contacts.join import ASKED_WITHIN, Joining, join, may_ask, notice, question
from services.contacts.known import wrote
from services.gateways.protocol import ReplyHeard
from services.i18n import N_, words
from services.live import announce
from services.sending.lane import storable
from services.sending.moves import mark_known, mark_opted_out, mark_replied
from services.sending.of_person import KNOWN, whom
from services.sending.outbox import ToWhom, send_to
from services.storable import storable_text

ANSWERS_WITHIN = timedelta(days=7)  # later, an answer is no answer to a campaign any more
LONGEST = 4096  # characters that are kept of what somebody wrote

STOPPED = N_("You will not get messages from {shop} any more. If that was a mistake, reply START.")
STARTED = N_("Welcome back! You will hear from {shop} again. Reply STOP at any time and we stop.")

SHOP = text("""
SELECT s.workspace_id, s.channel, w.name, w.join_word, w.joining_since, w.stop_words, w.words_off
  FROM sender s JOIN workspace w ON w.id = s.workspace_id
 WHERE s.id = :sender_id
""")

# Nothing comes back where it was told before, or of somebody erased; words that were lost may come late.
KEEP = text("""
WITH kept AS (
    INSERT INTO reply (workspace_id, sender_id, contact_id, phone, text, wa_id, opt_out, refusal, at)
    SELECT :workspace_id, :sender_id,
           (SELECT id FROM contact WHERE workspace_id = :workspace_id AND phone = :phone),
           :phone, :text, :wa_id, :opt_out, :refusal, :at
        ON CONFLICT (sender_id, wa_id) DO UPDATE
       SET text = EXCLUDED.text, opt_out = EXCLUDED.opt_out, refusal = EXCLUDED.refusal
     WHERE reply.text = '' AND EXCLUDED.text <> '' AND reply.phone <> ''
    RETURNING id, contact_id, xmax <> 0 AS late)
SELECT k.id, k.contact_id, k.late, c.name, c.language
  FROM kept k LEFT JOIN contact c ON c.id = k.contact_id AND c.workspace_id = :workspace_id
""")

# Of all that was lost of theirs, something else is: nobody has looked it up.
STILL_LOST = text("""
SELECT EXISTS (SELECT 1 FROM reply
                WHERE workspace_id = :workspace_id AND phone = :phone AND text = '' AND refusal)
""")

# A no that was suggested stays until a human or the person has decided.
LINE = text("""
INSERT INTO chat (workspace_id, sender_id, phone, last_text, last_at, unread, refusal)
VALUES (:workspace_id, :sender_id, :phone, :text, :at, 1, :refusal)
    ON CONFLICT (workspace_id, phone) DO UPDATE
   SET sender_id = CASE WHEN chat.last_at > :at THEN chat.sender_id ELSE EXCLUDED.sender_id END,
       last_text = CASE WHEN chat.last_at > :at THEN chat.last_text ELSE EXCLUDED.last_text END,
       last_at = GREATEST(chat.last_at, EXCLUDED.last_at), unread = chat.unread + 1,
       refusal = (chat.refusal AND NOT :decided) OR EXCLUDED.refusal
RETURNING id, join_question, join_asked_at
""")
# Only the very next thing that they write is the answer.
ANSWERS_QUESTION = text(
    "UPDATE chat SET join_question = NULL WHERE workspace_id = :workspace_id AND id = :id"
)

# The latest message that reached this person, whichever contact they were then; one that is recorded only
# with the next flush reached too. A minute of grace: the person's clock and ours may differ.
ANSWERED = text(f"""
WITH {KNOWN}
SELECT m.campaign_id, m.contact_id, c.rehearsal_speed, COALESCE(m.accepted_at, m.status_at) AS at
  FROM campaign c
  JOIN sender s ON s.id = c.sender_id
 CROSS JOIN known k
  JOIN message m ON m.campaign_id = c.id AND m.contact_id = k.id AND m.phone_hash = :phone_hash
 WHERE c.workspace_id = :workspace_id AND c.sender_id = :sender_id AND c.chat_id IS NULL
   AND (c.finished_at IS NULL OR c.finished_at > :since)
   AND (m.status IN ('accepted', 'delivered', 'read', 'unconfirmed')
        OR (s.inflight_campaign = m.campaign_id AND s.inflight_message = m.id))
   AND COALESCE(m.accepted_at, m.status_at) BETWEEN :since AND CAST(:at AS timestamptz) + interval '1 minute'
 ORDER BY COALESCE(m.accepted_at, m.status_at) DESC
 LIMIT 1
""")  # noqa: S608 - a constant

ATTRIBUTE = text(
    "UPDATE reply SET campaign_id = :campaign_id WHERE workspace_id = :workspace_id AND id = :id"
)


@dataclass(frozen=True, slots=True)
class _Shop:
    """To whom it was written."""

    workspace_id: int
    channel: str
    joining: Joining
    words: ShopWords

    @property
    def is_rehearsal(self) -> bool:
        return self.channel == Channel.SANDBOX

    def source(self, otherwise: str) -> str:
        return "rehearsal" if self.is_rehearsal else otherwise


@dataclass(frozen=True, slots=True)
class _Kept:
    """A reply that is new to us."""

    id: int
    chat_id: int
    contact_id: int | None
    name: str
    language: str | None
    question: str | None  # in which language they were asked to join, just before
    asked_at: datetime | None


class _Answered(NamedTuple):
    """The campaign that a reply answers, how fast its rehearsal goes, and when it reached this person."""

    campaign_id: int
    speed: int
    at: datetime


async def take(replies: Sequence[ReplyHeard]) -> None:
    """Keep what people wrote and do what they wish; what was told before changes nothing.

    One transaction each, so that they never wait for one another's people and campaigns.
    """
    for reply in sorted(replies, key=lambda reply: reply.at):
        async with transaction() as db:
            await _take_one(db, replace(reply, wa_id=_id(reply), text=storable_text(reply.text)))


async def _take_one(db: AsyncSession, reply: ReplyHeard) -> None:
    shop = await _shop(db, reply.sender_id)
    if shop is None:
        return
    wished = wish(reply.text, shop.words)
    kept = await _keep(db, reply, shop, wished)
    if kept is None:
        return
    await wrote(db, shop.workspace_id, reply.sender_id, reply.phone, reply.at)
    await _no_stranger(db, reply.sender_id, shop, kept)
    answered = await _answered(db, reply, shop, kept)
    if not reply.text:
        await hold(db, shop.workspace_id, reply.phone)
    elif wished is not Wish.STOP and await overtaken(db, shop.workspace_id, reply.phone, reply.at):
        pass  # a yes that is heard late does not undo the no after it
    elif wished is None:
        await _let_in(db, reply, shop, kept, answered)
    elif await _obey(db, reply, shop, kept, wished, answered) is Wish.STOP and answered is not None:
        await mark_opted_out(db, answered.campaign_id)
    if answered is not None:
        await announce(db, f"campaign:{answered.campaign_id}")
    await announce(db, f"workspace:{shop.workspace_id}", f"chats:{shop.workspace_id}")


async def _shop(db: AsyncSession, sender_id: int) -> _Shop | None:
    """None where the sender is gone."""
    row = (await db.execute(SHOP, {"sender_id": sender_id})).one_or_none()
    if row is None:
        return None
    joining = Joining(row.join_word, row.name, row.joining_since)
    return _Shop(
        row.workspace_id, row.channel, joining, ShopWords(tuple(row.stop_words), tuple(row.words_off))
    )


async def _keep(db: AsyncSession, reply: ReplyHeard, shop: _Shop, wished: Wish | None) -> _Kept | None:
    written: dict[str, object] = {
        "workspace_id": shop.workspace_id,
        "sender_id": reply.sender_id,
        "phone": reply.phone,
        "text": _storable(reply.text),
        "refusal": wished is None and (not reply.text or may_be_a_no(reply.text)),
        "at": reply.at,
    }
    own = {"wa_id": reply.wa_id, "opt_out": wished is Wish.STOP}
    row = (await db.execute(KEEP, {**written, **own})).one_or_none()
    if row is None:
        return None
    still_lost = row.late and bool(await db.scalar(STILL_LOST, written))
    decided = wished is not None or (row.late and not still_lost)
    line = (await db.execute(LINE, {**written, "decided": decided})).one()
    if row.late and not still_lost:
        await release(db, shop.workspace_id, reply.phone)
    if line.join_question is not None:
        await db.execute(ANSWERS_QUESTION, {"workspace_id": shop.workspace_id, "id": line.id})
    return _Kept(
        row.id,
        line.id,
        row.contact_id,
        row.name or "",
        row.language,
        line.join_question,
        line.join_asked_at,
    )


async def _no_stranger(db: AsyncSession, sender_id: int, shop: _Shop, kept: _Kept) -> None:
    """What still waits for whoever wrote goes to somebody who knows the number now."""
    if kept.contact_id is None:
        return
    if waited := await mark_known(db, shop.workspace_id, sender_id, kept.contact_id):
        await announce(db, f"sender:{sender_id}", *(f"campaign:{campaign_id}" for campaign_id in waited))


async def _answered(db: AsyncSession, reply: ReplyHeard, shop: _Shop, kept: _Kept) -> _Answered | None:
    """Count the answer for its campaign, if there is one."""
    asked = {
        **whom(shop.workspace_id, reply.phone, kept.contact_id),
        "sender_id": reply.sender_id,
        "since": reply.at - ANSWERS_WITHIN,
        "at": reply.at,
    }
    row = (await db.execute(ANSWERED, asked)).one_or_none()
    if row is None:
        return None
    await mark_replied(db, row.campaign_id, row.contact_id)
    where = {"workspace_id": shop.workspace_id, "id": kept.id}
    await db.execute(ATTRIBUTE, {"campaign_id": row.campaign_id, **where})
    return _Answered(row.campaign_id, row.rehearsal_speed, row.at)


async def _obey(
    db: AsyncSession,
    reply: ReplyHeard,
    shop: _Shop,
    kept: _Kept,
    wished: Wish,
    answered: _Answered | None,
) -> Wish | None:
    """STOP counts for strangers too. START undoes a STOP; from all others it is an ordinary answer. The wish,
    where it was news.
    """
    await release(db, shop.workspace_id, reply.phone)
    stopped = await is_suppressed(db, shop.workspace_id, reply.phone)
    if wished is Wish.STOP or stopped:
        do = withdraw if wished is Wish.STOP else give
        written, source = _storable(reply.text), shop.source("reply")
        await do(db, shop.workspace_id, reply.phone, source=source, wording=written, evidence=reply.wa_id)
    await announce(db, f"contacts:{shop.workspace_id}")
    if stopped == (wished is Wish.STOP):
        return None
    _ = words(kept.language or language_heard(reply.text))
    told = _(STOPPED if wished is Wish.STOP else STARTED, shop=shop.joining.shop)
    last_word = wished is Wish.STOP
    await send_to(db, _to(reply, shop, kept), told, last_word=last_word, speedup=_speed(shop, answered))
    return wished


async def _let_in(
    db: AsyncSession, reply: ReplyHeard, shop: _Shop, kept: _Kept, answered: _Answered | None
) -> None:
    """Whoever sends the link's sentence joins, and so does who says YES to our question. A rehearsal has no
    real people: there, it counts from made-up numbers only."""
    if shop.joining.since is None or (shop.is_rehearsal and not is_made_up(reply.phone)):
        return
    written = _storable(reply.text)
    language = shop.joining.invited(reply.text)
    if language is None and _says_yes(reply, kept, answered):
        language = kept.question
        written = f"{question(words(language), shop.joining)}\n{written}"
    if language is not None:
        said = {"written": written, "source": shop.source("join"), "evidence": reply.wa_id}
        contact_id = await join(db, shop.workspace_id, reply.phone, shop.joining, language, **said)
        if contact_id is not None:
            told = notice(words(language), shop.joining)
            await send_to(db, _to(reply, shop, kept, contact_id), told)
    elif shop.joining.named(reply.text):
        await _ask(db, reply, shop, kept)


def _says_yes(reply: ReplyHeard, kept: _Kept, answered: _Answered | None) -> bool:
    """To our question, and to nothing else: it was the last thing that they got from us."""
    if kept.question is None or kept.asked_at is None or not is_yes(reply.text):
        return False
    since_then = answered is not None and answered.at > kept.asked_at
    return not since_then and reply.at < kept.asked_at + ASKED_WITHIN


async def _ask(db: AsyncSession, reply: ReplyHeard, shop: _Shop, kept: _Kept) -> None:
    """The word alone may be a greeting: do they mean it?"""
    language = kept.language or language_heard(reply.text)
    if await may_ask(db, shop.workspace_id, kept.chat_id, reply.phone, language):
        await send_to(db, _to(reply, shop, kept), question(words(language), shop.joining))


def _to(reply: ReplyHeard, shop: _Shop, kept: _Kept, contact_id: int | None = None) -> ToWhom:
    return ToWhom(
        shop.workspace_id,
        reply.sender_id,
        kept.chat_id,
        reply.phone,
        contact_id or kept.contact_id,
        kept.name,
    )


def _speed(shop: _Shop, answered: _Answered | None) -> int:
    return answered.speed if shop.is_rehearsal and answered is not None else 1


def _storable(written: str) -> str:
    """No novels."""
    return written[:LONGEST]


def _id(reply: ReplyHeard) -> str:
    """The message's id. Its writer's phone chose it: a strange one may hold up nobody else's STOP, and the
    message gets one of ours, the same each time it is told."""
    told = f"{reply.wa_id}\n{reply.phone}\n{reply.text}\n{reply.at}".encode(errors="replace")
    return storable(reply.wa_id) or f"strange-{hashlib.sha256(told).hexdigest()}"

"""The only file that writes message.status, the counters and the in-flight mark: the steps of stories.

The hot statements of the engine's flush are in services/sending/hot_moves.py, which belongs to this file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from models.campaign import Campaign
from models.states import MESSAGE_MOVES, MessageStatus, sources
from services.consent.hashing import phone_hash
from services.contacts.audience import CHOSEN
from services.sending.fates import COLD, FATE, JOINED, fates
from services.sending.of_person import THEIRS

# One statement for the whole audience: 100,000 people in half a second. The values of the blanks are
# frozen here; an empty name counts as missing, so that a fallback steps in. Who knows the sender comes first;
# from `cold_from` on all are new to it, until one of them writes or reads (`MARK_KNOWN`).
ENQUEUE = text(f"""
WITH born AS (
    INSERT INTO message (campaign_id, workspace_id, sender_id, contact_id, phone, phone_hash, name,
                         language, blanks, status, reason, cold)
    SELECT :campaign_id, workspace_id, :sender_id, id, phone, phone_hash, name,
           CASE WHEN language = ANY(:languages) THEN language ELSE :default_language END,
           fields || jsonb_strip_nulls(jsonb_build_object('name', NULLIF(name, ''))),
           CASE fate WHEN 'reached' THEN 'queued' ELSE 'skipped' END, NULLIF(fate, 'reached'), cold
      FROM (SELECT c.id, c.workspace_id, c.phone, c.phone_hash, c.name, c.language, c.fields,
                   {FATE} AS fate, {COLD} AS cold
              FROM contact c {JOINED}
             WHERE {CHOSEN}) whom
     ORDER BY cold, id
    RETURNING id, status, cold),
counted AS (
    SELECT count(*) AS total, count(*) FILTER (WHERE status = 'queued') AS queued,
           min(id) FILTER (WHERE cold) AS cold_from
      FROM born),
kept AS (
    INSERT INTO campaign_count (campaign_id, total, queued, skipped)
    SELECT :campaign_id, total, queued, total - queued FROM counted)
SELECT total, queued, cold_from FROM counted
""")  # noqa: S608 - constants

# Not the one that is on its way: its own record will say what became of it.
SKIP_REST = text("""
WITH gone AS (
    UPDATE message m SET status = 'skipped', reason = 'cancelled', status_at = now()
      FROM campaign c JOIN sender s ON s.id = c.sender_id
     WHERE c.id = :campaign_id AND m.campaign_id = c.id AND m.status = ANY(:sources)
       AND NOT (s.inflight_campaign IS NOT DISTINCT FROM m.campaign_id
                AND s.inflight_message IS NOT DISTINCT FROM m.id
                AND s.inflight_token IS DISTINCT FROM m.token)
    RETURNING 1),
counted AS (SELECT count(*) AS n FROM gone)
UPDATE campaign_count SET queued = queued - n, skipped = skipped + n, changed_at = now()
  FROM counted WHERE campaign_id = :campaign_id
RETURNING n
""")

# The id and the token of the last attempt stay: should its truth come before the next attempt, there is none.
# Whoever was erased has no number any more.
SEND_AGAIN = text("""
WITH chosen AS (
    SELECT id, status FROM message
     WHERE campaign_id = :campaign_id AND status = ANY(:statuses) AND phone <> ''
       AND (CAST(:message_id AS bigint) IS NULL OR id = :message_id)
       FOR UPDATE),
back AS (
    UPDATE message m SET status = 'queued', reason = NULL, attempts = 0, due_at = NULL, status_at = now()
      FROM chosen c WHERE m.campaign_id = :campaign_id AND m.id = c.id
    RETURNING c.status),
counted AS (
    SELECT count(*) AS n, count(*) FILTER (WHERE status = 'failed') AS failed,
           count(*) FILTER (WHERE status = 'unconfirmed') AS unconfirmed
      FROM back)
UPDATE campaign_count c
   SET queued = c.queued + n, failed = c.failed - counted.failed,
       unconfirmed = c.unconfirmed - counted.unconfirmed, changed_at = now()
  FROM counted WHERE campaign_id = :campaign_id
RETURNING n
""")

ENQUEUE_ANSWER = text("""
WITH born AS (
    INSERT INTO message (campaign_id, workspace_id, sender_id, contact_id, phone, phone_hash, name, blanks,
                         status)
    VALUES (:campaign_id, :workspace_id, :sender_id, :contact_id, :phone, :phone_hash, :name, :blanks,
            'queued'))
INSERT INTO campaign_count (campaign_id, total, queued) VALUES (:campaign_id, 1, 1)
""").bindparams(bindparam("blanks", type_=JSONB))

# Also the one that is on its way: its own record will still say what became of it.
SKIP_PERSON = text(f"""
WITH {THEIRS},
gone AS (
    UPDATE message m SET status = 'skipped', reason = 'erased', status_at = now()
      FROM theirs t
     WHERE m.campaign_id = t.campaign_id AND m.id = t.id AND m.status = ANY(:sources)
    RETURNING m.campaign_id),
counted AS (SELECT campaign_id, count(*) AS n FROM gone GROUP BY campaign_id)
UPDATE campaign_count c SET queued = queued - n, skipped = skipped + n, changed_at = now()
  FROM counted WHERE c.campaign_id = counted.campaign_id
RETURNING c.campaign_id
""")  # noqa: S608 - a constant

MARK_REPLIED = text("""
WITH first AS (
    UPDATE message SET replied_at = now()
     WHERE campaign_id = :campaign_id AND contact_id = :contact_id AND replied_at IS NULL
    RETURNING 1)
UPDATE campaign_count SET replied = replied + 1, changed_at = now()
 WHERE campaign_id = :campaign_id AND EXISTS (SELECT 1 FROM first)
RETURNING 1
""")

# Whoever wrote is no stranger any more, in whatever waits for them. Served by message_of_contact.
MARK_KNOWN = text("""
UPDATE message m SET cold = false
  FROM campaign c
 WHERE c.workspace_id = :workspace_id AND c.sender_id = :sender_id AND c.status IN ('running', 'paused')
   AND c.cold_from IS NOT NULL AND m.campaign_id = c.id AND m.contact_id = :contact_id
   AND m.status = ANY(:waiting) AND m.cold
RETURNING m.campaign_id
""")
# The same for a whole campaign: nobody looked while it was paused.
MARK_ALL_KNOWN = text("""
UPDATE message m SET cold = false
  FROM campaign c, acquaintance a
 WHERE c.id = :campaign_id AND m.campaign_id = c.id AND m.status = ANY(:waiting) AND m.cold
   AND a.sender_id = c.sender_id AND a.phone = m.phone AND COALESCE(a.wrote_at, a.read_at) IS NOT NULL
""")

MARK_OPTED_OUT = text("""
UPDATE campaign_count SET opted_out = opted_out + 1, changed_at = now() WHERE campaign_id = :campaign_id
""")


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What a launch made: `queued` will be sent; the others are skipped, each with its reason."""

    total: int
    queued: int


async def enqueue(db: AsyncSession, campaign: Campaign) -> Enqueued:
    """Make the campaign's messages: everybody in its audience, QUEUED or SKIPPED with the reason."""
    asked = {
        "campaign_id": campaign.id,
        "languages": list(campaign.texts),
        "default_language": campaign.default_language,
        **fates(campaign),
    }
    total, queued, campaign.cold_from = (await db.execute(ENQUEUE, asked)).one()
    return Enqueued(total, queued)


async def enqueue_answer(
    db: AsyncSession,
    campaign: Campaign,
    phone: str,
    contact_id: int | None,
    name: str,
    blanks: Mapping[str, str],
) -> None:
    """Make the one message of a campaign that answers a person."""
    message = {
        "campaign_id": campaign.id,
        "workspace_id": campaign.workspace_id,
        "sender_id": campaign.sender_id,
        "contact_id": contact_id or 0,
        "phone": phone,
        "phone_hash": phone_hash(campaign.workspace_id, phone),
        "name": name,
        "blanks": dict(blanks),
    }
    await db.execute(ENQUEUE_ANSWER, message)


async def skip_person(db: AsyncSession, whom: Mapping[str, object]) -> set[int]:
    """QUEUED → SKIPPED (erased) for all that waits for one person; the campaigns whose counters moved.

    `whom` is of_person.py's.
    """
    return set(await db.scalars(SKIP_PERSON, {**whom, "sources": [MessageStatus.QUEUED.value]}))


async def skip_rest(db: AsyncSession, campaign_id: int) -> int:
    """QUEUED → SKIPPED (cancelled) for all that is not on its way; how many."""
    asked = {"campaign_id": campaign_id, "sources": [MessageStatus.QUEUED.value]}
    return int(await db.scalar(SKIP_REST, asked) or 0)


async def send_again(
    db: AsyncSession, campaign_id: int, statuses: Sequence[MessageStatus], message_id: int | None = None
) -> int:
    """FAILED or UNCONFIRMED → QUEUED because a human asked; how many."""
    allowed = set(sources(MESSAGE_MOVES, MessageStatus.QUEUED)) & {status.value for status in statuses}
    asked = {"campaign_id": campaign_id, "statuses": sorted(allowed), "message_id": message_id}
    return int(await db.scalar(SEND_AGAIN, asked) or 0)


async def mark_replied(db: AsyncSession, campaign_id: int, contact_id: int) -> bool:
    """Remember that this person answered; True the first time."""
    asked = {"campaign_id": campaign_id, "contact_id": contact_id}
    return await db.scalar(MARK_REPLIED, asked) is not None


async def mark_known(db: AsyncSession, workspace_id: int, sender_id: int, contact_id: int) -> set[int]:
    """This contact knows the sender from now on: what waits for them leaves among the first, and is not
    counted with the new people. The campaigns in which something waited.
    """
    whom = {"workspace_id": workspace_id, "sender_id": sender_id, "contact_id": contact_id}
    return set(await db.scalars(MARK_KNOWN, {**whom, "waiting": [MessageStatus.QUEUED.value]}))


async def mark_all_known(db: AsyncSession, campaign_id: int) -> None:
    """Whoever of those that wait has written to the sender, or read a message from it, knows it."""
    await db.execute(MARK_ALL_KNOWN, {"campaign_id": campaign_id, "waiting": [MessageStatus.QUEUED.value]})


async def mark_opted_out(db: AsyncSession, campaign_id: int) -> None:
    """Somebody said STOP in answer to this campaign, for the first time."""
    await db.execute(MARK_OPTED_OUT, {"campaign_id": campaign_id})

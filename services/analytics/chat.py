"""One conversation: what the shop sent (campaigns and answers) and what the person wrote, by time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, text

from models.db import transaction
from models.states import MessageStatus
from services.access.actor import Actor
from services.analytics.as_read import COLUMNS, as_read
from services.analytics.standing import IN_FLIGHT
from services.consent.suppress import is_held, is_suppressed
from services.errors import NotFound
from services.sending.of_person import KNOWN, whom

PAGE = 40  # of each side on a screen

CHAT = text("""
SELECT h.id, h.phone, h.refusal, h.unread, c.id AS contact_id, c.name, s.name AS sender, s.channel
  FROM chat h
  JOIN sender s ON s.id = h.sender_id
  LEFT JOIN contact c ON c.workspace_id = h.workspace_id AND c.phone = h.phone
 WHERE h.workspace_id = :workspace_id AND h.id = :id
""")
# WhatsApp's times are whole seconds: of what came in one, theirs stand first, each in its order.
THEIRS = text("""
SELECT id, text, at, opt_out, refusal FROM reply
 WHERE workspace_id = :workspace_id AND phone = :phone
   AND (at < :before OR at = :before AND (:before_ours OR id < :before_id))
 ORDER BY at DESC, id DESC LIMIT :most
""")
# What went to this number, by the contact and whoever had it before in campaigns, by the chat in answers:
# each is one look into an index. What was never tried is not there, but for an answer.
OURS = text(f"""
WITH {KNOWN},
both_kinds AS (
    SELECT m.campaign_id, m.id, COALESCE(m.accepted_at, m.status_at) AS at
      FROM campaign c CROSS JOIN known k JOIN message m ON m.campaign_id = c.id AND m.contact_id = k.id
     WHERE c.workspace_id = :workspace_id AND c.chat_id IS NULL AND c.status <> 'draft'
       AND m.status <> 'skipped' AND m.phone_hash = :phone_hash
     UNION ALL
    SELECT m.campaign_id, m.id, c.created_at
      FROM campaign c JOIN message m ON m.campaign_id = c.id
     WHERE c.workspace_id = :workspace_id AND c.chat_id = :id),
page AS MATERIALIZED (
    SELECT * FROM both_kinds
     WHERE at < :before OR at = :before AND :before_ours AND id < :before_id
     ORDER BY at DESC, id DESC LIMIT :most)
SELECT c.id AS campaign_id, c.name AS campaign, c.chat_id, {COLUMNS}, page.at,
       m.id AS message_id, m.status, m.reason, {IN_FLIGHT} AS sending, p.name AS by
  FROM page
  JOIN campaign c ON c.id = page.campaign_id
  JOIN message m ON m.campaign_id = page.campaign_id AND m.id = page.id
  LEFT JOIN person p ON p.id = c.created_by AND p.workspace_id = c.workspace_id
 ORDER BY page.at DESC, page.id DESC
""")  # noqa: S608 - constants


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a bubble stands in its conversation; `id` is the reply's, or of ours the message's."""

    at: datetime
    ours: bool
    id: int


@dataclass(frozen=True, slots=True)
class Said:
    """One bubble; without text it was lost on its way. Of ours: `campaign` is its name (empty for an
    answer), `status` where it stands."""

    place: Place
    text: str
    opt_out: bool = False
    refusal: bool = False
    campaign_id: int = 0
    campaign: str = ""
    is_answer: bool = False
    message_id: int = 0
    status: MessageStatus | None = None
    sending: bool = False
    reason: str | None = None
    by: str | None = None  # nobody: it left by itself

    @property
    def ours(self) -> bool:
        return self.place.ours

    @property
    def at(self) -> datetime:
        return self.place.at


@dataclass(frozen=True, slots=True)
class Conversation:
    """`said` begins with the oldest of this page."""

    id: int
    phone: str  # E.164
    name: str
    contact_id: int | None
    sender: str
    rehearsal: bool
    refusal: bool
    unread: int
    stopped: bool
    held: bool  # something of theirs was lost on its way: nothing goes to them until somebody decides
    said: list[Said]
    more: bool  # there is something older


async def conversation(actor: Actor, chat_id: int, *, before: Place | None = None) -> Conversation:
    """The latest of it, or the latest before a place in it.

    Raises:
        NotFound: no such chat in the actor's workspace.
    """
    asked: dict[str, object] = {"workspace_id": actor.workspace_id, "id": chat_id}
    async with transaction() as db:
        chat = (await db.execute(CHAT, asked)).one_or_none()
        if chat is None:
            raise NotFound
        them = whom(actor.workspace_id, chat.phone, chat.contact_id)
        at, is_ours, id = (before.at, before.ours, before.id) if before else (FOR_EVER, True, 0)
        part = {**asked, **them, "before": at, "before_ours": is_ours, "before_id": id, "most": PAGE + 1}
        theirs = [_theirs(row) for row in await db.execute(THEIRS, part)]
        ours = [_ours(row) for row in await db.execute(OURS, part)]
        held = await is_held(db, actor.workspace_id, chat.phone)
        stopped = not held and await is_suppressed(db, actor.workspace_id, chat.phone)
    said = sorted([*theirs, *ours], key=lambda one: one.place)
    return Conversation(
        chat.id,
        chat.phone,
        chat.name or "",
        chat.contact_id,
        chat.sender,
        chat.channel == "sandbox",
        chat.refusal,
        chat.unread,
        stopped,
        held,
        said[-PAGE:],
        len(said) > PAGE,
    )


FOR_EVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


def _theirs(row: Row[tuple[int, str, datetime, bool, bool]]) -> Said:
    return Said(Place(row.at, False, row.id), row.text, row.opt_out, row.refusal)


def _ours(row: Row[tuple[object, ...]]) -> Said:
    return Said(
        Place(row.at, True, row.message_id),
        as_read(row),
        campaign_id=row.campaign_id,
        campaign=row.campaign,
        is_answer=row.chat_id is not None,
        message_id=row.message_id,
        status=MessageStatus(row.status),
        sending=row.sending,
        reason=row.reason,
        by=row.by,
    )

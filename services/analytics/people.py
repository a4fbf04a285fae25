"""The people behind a number of a campaign: who they are, where each stands, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.db import in_order, transaction
from models.states import DONE, CampaignStatus
from services.access.actor import Actor
from services.analytics.standing import CONDITIONS, IN_FLIGHT, Standing, standing_of
from services.campaigns.find import find_campaign

PAGE = 50  # people on a screen

# In the order of the launch: the primary key's, so a page costs what it shows.
# `like` and `digits` are empty when nothing is searched.
MATCHING = """m.workspace_id = :workspace_id AND m.campaign_id = :campaign_id AND {condition}
       AND (CAST(:like AS text) IS NULL OR m.name ILIKE :like OR m.phone LIKE :digits)"""

# Inside, the page alone; what costs a look at the sender is asked for its lines only.
LIST = """
SELECT m.id, m.contact_id, m.name, m.phone, m.status, m.reason, m.attempts, {in_flight} AS sending,
       m.status_at, m.accepted_at, m.delivered_at, m.read_at, m.replied_at
  FROM (SELECT m.* FROM message m
         WHERE {matching} AND m.id > :after
         ORDER BY m.id LIMIT :most OFFSET :skip) m
 ORDER BY m.id
"""
COUNT = "SELECT count(*) FROM message m WHERE {matching}"

GONE = text("""
SELECT n.total > 0 AND NOT EXISTS (
       SELECT 1 FROM message m WHERE m.workspace_id = :workspace_id AND m.campaign_id = n.campaign_id)
  FROM campaign_count n WHERE n.campaign_id = :campaign_id
""")

CONDITION_OF: list[tuple[Standing | None, str]] = [(None, "TRUE"), *CONDITIONS.items()]
LISTS = {
    standing: text(LIST.format(in_flight=IN_FLIGHT, matching=MATCHING.format(condition=condition)))
    for standing, condition in CONDITION_OF
}
COUNT_OF = {
    standing: text(COUNT.format(matching=MATCHING.format(condition=condition)))
    for standing, condition in CONDITION_OF
}


# The first of what these people wrote in answer to the campaign. Served by reply_to_campaign.
WROTE = text("""
SELECT DISTINCT ON (r.contact_id) r.contact_id, r.text, h.id AS chat_id
  FROM reply r LEFT JOIN chat h ON h.workspace_id = r.workspace_id AND h.phone = r.phone
 WHERE r.workspace_id = :workspace_id AND r.campaign_id = :campaign_id AND r.contact_id = ANY(:contacts)
 ORDER BY r.contact_id, r.id
""")


@dataclass(frozen=True, slots=True)
class OneOfThem:
    """One person of a campaign."""

    message_id: int
    contact_id: int
    name: str
    phone: str  # E.164
    standing: Standing
    status: str  # of the message
    reason: str | None
    attempts: int
    status_at: datetime
    accepted_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    replied_at: datetime | None
    replied: str = ""  # what they wrote, the first of it
    chat_id: int | None = None  # where the rest of it is


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom somebody wants to see: behind which number, and what was typed into the search."""

    standing: Standing | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """`found` counts all who match, not only those on this page. `gone`: the campaign is so old that
    only its numbers are left (services/sending/partitions.py).
    """

    campaign_name: str
    campaign_status: CampaignStatus
    people: list[OneOfThem]
    found: int
    page: int  # from 1
    pages: int
    gone: bool = False


async def people_behind(actor: Actor, campaign_id: int, asked: Asked, page: int = 1) -> PeoplePage:
    """One page of them; a page beyond the last gives the last.

    Raises:
        NotFound: no such campaign in the actor's workspace.
    """
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id)
        blanks = blanks_of(actor, campaign_id, asked)
        found = int(await db.scalar(COUNT_OF[asked.standing], blanks) or 0)
        pages = max(1, -(-found // PAGE))
        page = min(max(page, 1), pages)
        people = await next_people(db, blanks, asked, most=PAGE, skip=(page - 1) * PAGE)
        status = CampaignStatus(campaign.status)
        gone = not found and status in DONE and bool(await db.scalar(GONE, blanks))
    return PeoplePage(campaign.name, status, people, found, page, pages, gone)


async def next_people(
    db: AsyncSession, blanks: Mapping[str, object], asked: Asked, *, most: int, skip: int = 0, after: int = 0
) -> list[OneOfThem]:
    """At most `most` of them, those with a message id above `after`, the first `skip` left out."""
    await in_order(db)
    page = {**blanks, "most": most, "skip": skip, "after": after}
    rows = (await db.execute(LISTS[asked.standing], page)).all()
    answered = [row.contact_id for row in rows if row.replied_at is not None]
    wrote: dict[int, tuple[str, int | None]] = {}
    if answered:
        found = await db.execute(WROTE, {**blanks, "contacts": answered})
        wrote = {row.contact_id: (row.text, row.chat_id) for row in found}
    return [_person(row, *wrote.get(row.contact_id, ("", None))) for row in rows]


def blanks_of(actor: Actor, campaign_id: int, asked: Asked) -> dict[str, object]:
    """What fills MATCHING. Three digits or more are looked for in the numbers too, in any spacing."""
    typed = asked.search.strip()
    plain = typed.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    # int() and isdecimal() know the digits of every script: ९८७ is 987.
    digits = "".join(str(int(letter)) for letter in typed if letter.isdecimal()).lstrip("0")
    return {
        "workspace_id": actor.workspace_id,
        "campaign_id": campaign_id,
        "like": f"%{plain}%" if typed else None,
        "digits": f"%{digits}%" if len(digits) >= 3 else None,
    }


def _person(row: Any, replied: str, chat_id: int | None) -> OneOfThem:
    return OneOfThem(
        message_id=row.id,
        contact_id=row.contact_id,
        name=row.name,
        phone=row.phone,
        standing=standing_of(row.status, sending=row.sending, replied=row.replied_at is not None),
        status=row.status,
        reason=row.reason,
        attempts=row.attempts,
        status_at=row.status_at,
        accepted_at=row.accepted_at,
        delivered_at=row.delivered_at,
        read_at=row.read_at,
        replied_at=row.replied_at,
        replied=replied,
        chat_id=chat_id,
    )

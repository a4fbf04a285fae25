"""The people behind this week's numbers, whichever campaign it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import TextClause, text

from models.db import in_order, transaction
from services.access.actor import Actor
from services.analytics.standing import WORDING, Standing, standing_of
from services.i18n import N_

PAGE = 50  # people on a screen


class Behind(StrEnum):
    """The week's numbers; the spelling is the address's ?status=…"""

    SENT = "accepted"
    READ = "read"
    REPLIED = "replied"
    STOPPED = "stopped"  # in answer to one of the week's campaigns


NAMES: Mapping[Behind, str] = {
    Behind.SENT: WORDING[Standing.SENT],
    Behind.READ: WORDING[Standing.READ],
    Behind.REPLIED: WORDING[Standing.REPLIED],
    Behind.STOPPED: N_("Said stop"),
}
# What each of them counts.
CONDITIONS = {
    Behind.SENT: "m.status IN ('accepted', 'delivered', 'read')",
    Behind.READ: "m.status = 'read'",
    Behind.REPLIED: "m.replied_at IS NOT NULL",
    Behind.STOPPED: """m.replied_at IS NOT NULL AND EXISTS (
         SELECT 1 FROM reply r WHERE r.workspace_id = m.workspace_id AND r.campaign_id = m.campaign_id
            AND r.contact_id = m.contact_id AND r.opt_out)""",
}

# Life alone, or rehearsals alone, as on the first page. Of each campaign no more is read than the page may
# show: the latest answers by message_replied, all else from the campaign's end, the newest campaign first.
LIST = """
SELECT m.id, m.contact_id, m.name, m.phone, m.status, m.replied_at IS NOT NULL AS replied,
       GREATEST(m.status_at, m.replied_at) AS at, c.id AS campaign_id, c.name AS campaign
  FROM campaign c
  JOIN sender s ON s.id = c.sender_id AND s.workspace_id = c.workspace_id
 CROSS JOIN LATERAL (
       SELECT * FROM message m
        WHERE m.campaign_id = c.id AND m.workspace_id = c.workspace_id AND {condition}
        ORDER BY m.{latest} DESC LIMIT :most + :skip) m
 WHERE c.workspace_id = :workspace_id AND c.launched_at > now() - interval '7 days' AND c.chat_id IS NULL
   AND (s.channel = 'sandbox') = :rehearsed
 ORDER BY {order} DESC, m.id DESC
 LIMIT :most OFFSET :skip
"""
ANSWERS = {Behind.REPLIED, Behind.STOPPED}


def _list(behind: Behind) -> TextClause:
    latest, order = ("replied_at", "m.replied_at") if behind in ANSWERS else ("id", "c.launched_at")
    return text(LIST.format(condition=CONDITIONS[behind], latest=latest, order=order))


LISTS = {behind: _list(behind) for behind in Behind}


@dataclass(frozen=True, slots=True)
class OneOfTheWeek:
    """A message of the last seven days."""

    message_id: int
    contact_id: int
    name: str
    phone: str  # E.164
    standing: Standing
    at: datetime
    campaign_id: int
    campaign: str


@dataclass(frozen=True, slots=True)
class WeekPage:
    people: list[OneOfTheWeek]
    page: int  # from 1
    more: bool  # there is another page


async def people_of_week(actor: Actor, behind: Behind, *, rehearsed: bool, page: int = 1) -> WeekPage:
    """The latest answers first, or the newest campaign. `rehearsed` as the Week says."""
    page = max(page, 1)
    asked = {"workspace_id": actor.workspace_id, "rehearsed": rehearsed, "most": PAGE + 1}
    async with transaction() as db:
        await in_order(db)
        rows = (await db.execute(LISTS[behind], {**asked, "skip": (page - 1) * PAGE})).all()
    people = [
        OneOfTheWeek(
            row.id,
            row.contact_id,
            row.name,
            row.phone,
            standing_of(row.status, replied=row.replied),
            row.at,
            row.campaign_id,
            row.campaign,
        )
        for row in rows[:PAGE]
    ]
    return WeekPage(people, page, len(rows) > PAGE)

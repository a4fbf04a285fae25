"""The campaigns that run on some senders, as the claim needs to know them."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from models.pace import GAPS, Gap
from models.states import MediaKind, Pace
from services.clock import now
from services.gateways.protocol import Media
from services.media.store import store
from services.senders.limits import WEEK
from services.sending.often import OTHERS, WEEKLY

AT_MOST = 50  # rows read for one campaign of one sender
AHEAD_S = 60.0  # and no more than it may send in this time: what is read early is stale early

RUNNING = f"""
SELECT c.id, c.sender_id, c.texts, c.default_language, c.pace, c.rehearsal_speed,
       c.chat_id IS NOT NULL, c.footer AND c.kind = 'promotional' AND c.chat_id IS NULL,
       c.cold_from,
       w.most_a_week, {WEEKLY},
       CASE WHEN {WEEKLY} THEN ARRAY(SELECT o.id FROM {OTHERS}) ELSE '{{}}' END,
       a.workspace_id, a.sha256, a.kind, a.name, a.mime
  FROM campaign c
  JOIN sender s ON s.id = c.sender_id
  JOIN workspace w ON w.id = c.workspace_id
  LEFT JOIN attachment a ON a.id = c.attachment_id
 WHERE c.status = 'running' AND c.sender_id = ANY(%(senders)s)
 ORDER BY c.sender_id, c.id
""".encode()  # noqa: S608 - constants


class Running(NamedTuple):
    """A campaign of a hungry sender."""

    id: int
    sender_id: int
    texts: dict[str, str]
    default_language: str
    speedup: int
    gap: Gap
    answer: bool  # to one person who wrote: no limit holds it back
    footer: bool
    cold_from: int | None  # nobody in it was new to the sender, if there is none
    most_a_week: int
    weekly: bool  # it counts among the promotions that one person may get in a week
    others: list[int]  # promotions that may have reached the same people within the week
    media: Media | None = None

    @property
    def wanted(self) -> int:
        """Rows worth reading at once."""
        return max(4, min(AT_MOST, int(AHEAD_S / self.gap.mean_s)))


async def running(db: AsyncConnection, senders: Sequence[int]) -> dict[int, Running]:
    """Those of these senders, by their ids."""
    asked = await db.execute(RUNNING, {"since": now() - WEEK, "senders": list(senders)})
    return {row[0]: _running(*row) for row in await asked.fetchall()}


async def without_file(campaigns: Iterable[Running]) -> set[int]:
    """The campaigns whose file is missing; those of text alone are not looked at."""
    return {
        campaign.id
        for campaign in campaigns
        if campaign.media and not await asyncio.to_thread(campaign.media.path.is_file)
    }


def _running(
    id: int,
    sender_id: int,
    texts: dict[str, str],
    default_language: str,
    pace: str,
    speedup: int,
    *more: Any,
) -> Running:
    gap = GAPS[Pace(pace)]
    faster = Gap(gap.least_s / speedup, gap.most_s / speedup)
    media = _media(*more[-5:])
    return Running._make((id, sender_id, texts, default_language, speedup, faster, *more[:-5], media))


def _media(workspace_id: int | None, sha256: bytes, kind: str, name: str, mime: str) -> Media | None:
    if workspace_id is None:
        return None
    return Media(MediaKind(kind), store().place(workspace_id, sha256), name, mime, sha256)

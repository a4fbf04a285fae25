"""What each hungry sender may send next: read only, rendered here, promised nowhere."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest
from secrets import token_bytes
from typing import Any, NamedTuple

import orjson
from psycopg import AsyncConnection

from models.pace import GAPS, Gap
from models.states import MediaKind, MessageStatus, Pace, Reason
from services.gateways.protocol import Media, Outgoing
from services.media.store import store
from services.sending.hot_moves import skip
from services.sending.lane import RETRY_AFTER_S, Claimed, Lane
from services.templates.render import MissingBlank, render

log = logging.getLogger(__name__)

AT_MOST = 50  # rows read for one campaign of one sender
AHEAD_S = 60.0  # and no more than it may send in this time: what is read early is stale early
LONGEST_RETRY_S = max(RETRY_AFTER_S)

RUNNING = b"""
SELECT c.id, c.sender_id, c.texts, c.default_language, c.pace, c.rehearsal_speed,
       a.workspace_id, a.sha256, a.kind, a.name, a.mime
  FROM campaign c
  LEFT JOIN attachment a ON a.id = c.attachment_id
 WHERE c.status = 'running' AND c.sender_id = ANY(%s)
 ORDER BY c.sender_id, c.id
"""

# One index descent a campaign, in its partition alone. Served by message_queued (campaign_id, id).
# A retry that waits longer than any has to is a clock that was set back.
NEXT = f"""
SELECT m.campaign_id, m.id, m.phone, m.language, m.blanks::text, m.attempts, o.phone_hash IS NOT NULL
  FROM unnest(%s::bigint[], %s::int[]) AS h(campaign_id, wanted)
 CROSS JOIN LATERAL (
       SELECT * FROM message
        WHERE campaign_id = h.campaign_id AND status = 'queued'
          AND (due_at IS NULL OR due_at <= now() OR due_at > now() + interval '{LONGEST_RETRY_S} seconds')
        ORDER BY id LIMIT h.wanted) m
  LEFT JOIN suppression o ON o.workspace_id = m.workspace_id AND o.phone_hash = m.phone_hash
""".encode()  # noqa: S608 - our own number


class Running(NamedTuple):
    """A campaign of a hungry sender, as RUNNING reads it."""

    id: int
    sender_id: int
    texts: dict[str, str]
    default_language: str
    speedup: int
    gap: Gap
    media: Media | None = None


# A queued message, as NEXT reads it: campaign_id, id, phone, language, blanks as JSON, attempts, opted_out.
Row = tuple[int, int, str, str, str, int, bool]


async def feed(db: AsyncConnection, lanes: Sequence[Lane]) -> set[int]:
    """Give each lane its next messages, its campaigns taking turns. Lanes must be free (nothing of
    theirs on its way or unrecorded). Returns the campaigns whose counters moved, because somebody in
    them said STOP meanwhile.
    """
    asked = await db.execute(RUNNING, [[lane.sender_id for lane in lanes]])
    running = {row[0]: _running(*row) for row in await asked.fetchall()}
    rows: dict[int, list[Claimed]] = defaultdict(list)
    left_out: list[tuple[int, int, str, str]] = []
    gone = await _gone(running.values())
    if running:
        wanted = [_wanted(campaign) for campaign in running.values()]
        for row in await (await db.execute(NEXT, [list(running), wanted])).fetchall():
            claimed = _claimed(row, running[row[0]], row[0] in gone)
            if isinstance(claimed, Claimed):
                rows[claimed.campaign_id].append(claimed)
            else:
                left_out.append((row[0], row[1], *claimed))
    if left_out:
        await skip(db, left_out)
    _deal(lanes, running.values(), rows)
    return {campaign_id for campaign_id, *_ in left_out}


def _running(
    id: int,
    sender_id: int,
    texts: dict[str, str],
    default_language: str,
    pace: str,
    speedup: int,
    *attachment: Any,
) -> Running:
    gap = GAPS[Pace(pace)]
    faster = Gap(gap.least_s / speedup, gap.most_s / speedup)
    return Running(id, sender_id, texts, default_language, speedup, faster, _media(*attachment))


def _media(workspace_id: int | None, sha256: bytes, kind: str, name: str, mime: str) -> Media | None:
    if workspace_id is None:
        return None
    return Media(MediaKind(kind), store().place(workspace_id, sha256), name, mime, sha256)


async def _gone(campaigns: Iterable[Running]) -> set[int]:
    """The campaigns whose file is missing; those of text alone are not looked at."""
    return {
        campaign.id
        for campaign in campaigns
        if campaign.media and not await asyncio.to_thread(campaign.media.path.is_file)
    }


def _wanted(campaign: Running) -> int:
    return max(4, min(AT_MOST, int(AHEAD_S / campaign.gap.mean_s)))


def _claimed(row: Row, campaign: Running, file_gone: bool) -> Claimed | tuple[str, str]:
    """The message ready to go, or the status and reason for leaving it out."""
    campaign_id, message_id, phone, language, blanks, attempts, opted_out = row
    if opted_out:
        return MessageStatus.SKIPPED.value, Reason.OPTED_OUT.value
    if file_gone:
        return MessageStatus.FAILED.value, Reason.FILE_GONE.value
    text = campaign.texts.get(language) or campaign.texts[campaign.default_language]
    try:
        told = render(text, orjson.loads(blanks))
    except MissingBlank:
        log.error("campaign %s was launched with a blank that message %s lacks", campaign_id, message_id)
        return MessageStatus.FAILED.value, Reason.BLANK_MISSING.value
    outgoing = Outgoing(phone, told, token_bytes(32), campaign.media, speedup=campaign.speedup)
    return Claimed(campaign_id, message_id, outgoing, attempts, campaign.gap)


def _deal(lanes: Sequence[Lane], running: Iterable[Running], rows: dict[int, list[Claimed]]) -> None:
    of_sender: dict[int, list[int]] = defaultdict(list)
    for campaign in running:
        of_sender[campaign.sender_id].append(campaign.id)
    for lane in lanes:
        campaigns = of_sender[lane.sender_id]
        # who was served last waits longest
        campaigns.sort(key=lambda campaign_id: (campaign_id <= lane.last_campaign, campaign_id))
        turns = zip_longest(*(rows[campaign_id] for campaign_id in campaigns))
        lane.ready = deque(claimed for claimed in chain.from_iterable(turns) if claimed is not None)

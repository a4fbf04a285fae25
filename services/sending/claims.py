"""What each hungry sender may send next: read only, rendered here, promised nowhere."""

import asyncio
import logging
import os
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from math import inf
from operator import itemgetter
from typing import NamedTuple

import orjson
from psycopg import AsyncConnection

from models.states import MessageStatus, Reason
from services.clock import now
from services.gateways.protocol import Outgoing
from services.senders.limits import WEEK, Allowance
from services.sending.budget import allowances
from services.sending.hot_moves import skip
from services.sending.lane import RETRY_AFTER_S, TOKEN_BYTES, Claimed, Lane
from services.sending.often import EVERY_CONTACT, HEARD, UNDER_WAY
from services.sending.running import Running, running, without_file
from services.sending.still import WHY_NOT
from services.templates.footer import with_footer
from services.templates.render import MissingBlank, render

log = logging.getLogger(__name__)

LONGEST_RETRY_S = max(RETRY_AFTER_S)
A_STRETCH = 500  # texts that are written without anybody else having a turn: two milliseconds
KNOWN, NEW = False, True  # the two parts of a queue

# One index descent for each stretch of a campaign's queue, in its partition alone. Served by message_queued
# (campaign_id, cold, id): who knows the sender comes first, so that new people can be left waiting without
# being looked through. A retry that waits longer than any has to is a clock that was set back.
NEXT = f"""
SELECT m.campaign_id, m.id, m.contact_id, m.phone, m.phone_hash, m.language, m.blanks::text, m.attempts,
       m.cold, CASE WHEN o.phone_hash IS NOT NULL THEN 'opted_out' ELSE {WHY_NOT} END
  FROM unnest(%s::bigint[], %s::boolean[], %s::boolean[], %s::int[]) AS h(campaign_id, first, last, wanted)
 CROSS JOIN LATERAL (
       SELECT * FROM message
        WHERE campaign_id = h.campaign_id AND campaign_id BETWEEN %s::bigint AND %s::bigint
          AND cold >= h.first AND cold <= h.last AND waits
          AND (due_at IS NULL OR due_at <= now() OR due_at > now() + interval '{LONGEST_RETRY_S} seconds')
        ORDER BY cold, id LIMIT h.wanted) m
  JOIN campaign c ON c.id = h.campaign_id
  LEFT JOIN suppression o
    ON o.workspace_id = m.workspace_id AND o.phone_hash = m.phone_hash AND NOT c.last_word
  LEFT JOIN contact p ON p.workspace_id = m.workspace_id AND p.phone = m.phone
""".encode()  # noqa: S608 - our own number, and a constant

# How often other promotions reached these people, and how many are on their way; asked only where there
# were any.
HEARD_BEFORE = f"""
SELECT p.campaign_id, p.person, count(*) FILTER (WHERE {HEARD}), count(*)
  FROM unnest(%(campaigns)s::bigint[], %(others)s::bigint[], %(contacts)s::bigint[], %(phones)s::text[],
              %(people)s::bytea[]) AS p(campaign_id, other, contact_id, phone, person)
  JOIN campaign c ON c.id = p.campaign_id
 CROSS JOIN LATERAL {EVERY_CONTACT} k
  JOIN message m ON m.campaign_id = p.other AND m.contact_id = k.id AND m.phone_hash = p.person
  JOIN sender t ON t.id = m.sender_id
 WHERE {HEARD} OR {UNDER_WAY}
 GROUP BY p.campaign_id, p.person
""".encode()  # noqa: S608 - constants


class Times(NamedTuple):
    """How often somebody heard from the shop, without and with what is on its way to them."""

    counted: int
    at_most: int


NEVER = Times(0, 0)


IN_ORDER = itemgetter(0, 8, 1)  # campaign, cold, id: who knows the sender first


class Row(NamedTuple):
    """A queued message, as NEXT reads it."""

    campaign_id: int
    id: int
    contact_id: int
    phone: str
    person: bytes  # the keyed hash of the number
    language: str
    blanks: str  # JSON
    attempts: int
    cold: bool
    left_out: str | None  # why this person is not written to any more, if so


async def feed(db: AsyncConnection, lanes: Sequence[Lane]) -> set[int]:
    """Give each lane its next messages, as far as its limits allow, its campaigns taking turns. Lanes must
    be free (nothing of theirs on its way or unrecorded). Returns the campaigns whose counters moved, because
    somebody in them said STOP meanwhile, was deleted, or heard from the shop often enough.
    """
    senders = [lane.sender_id for lane in lanes]
    may = await allowances(db, senders)
    campaigns = await running(db, senders)
    queued = list(_one_by_one(await _next(db, campaigns.values(), may), campaigns))
    heard = await _heard(db, campaigns, queued)
    gone = await without_file(campaigns.values())
    rows: dict[int, list[Claimed]] = defaultdict(list)
    left_out: list[tuple[int, int, str, str]] = []
    tokens = _tokens(len(queued))
    for turn, (row, token) in enumerate(zip(queued, tokens, strict=True)):
        if turn % A_STRETCH == 0:
            await asyncio.sleep(0)
        campaign = campaigns[row.campaign_id]
        times = heard.get((row.campaign_id, row.person), NEVER)
        if times.counted < campaign.most_a_week <= times.at_most:
            continue  # what is on its way to them may fail: then this one may go
        why = _why_not(row, campaign, times.counted, row.campaign_id in gone)
        claimed = why or _claimed(row, campaign, token)
        if isinstance(claimed, Claimed):
            rows[claimed.campaign_id].append(claimed)
        else:
            left_out.append((row.campaign_id, row.id, *claimed))
    if left_out:
        await skip(db, left_out)
    _deal(lanes, campaigns.values(), rows, may)
    return {campaign_id for campaign_id, *_ in left_out}


async def _next(db: AsyncConnection, campaigns: Iterable[Running], may: Mapping[int, Allowance]) -> list[Row]:
    """What waits in these campaigns: first who knows the sender, then who is new, each in order."""
    stretches = [stretch for one in campaigns for stretch in _stretches(one, may[one.sender_id])]
    if not stretches:
        return []
    columns = [list(column) for column in zip(*stretches, strict=True)]
    theirs: list[int] = columns[0]
    rows = await (await db.execute(NEXT, [*columns, min(theirs), max(theirs)], binary=True)).fetchall()
    return list(map(Row._make, sorted(rows, key=IN_ORDER)))


def _stretches(campaign: Running, may: Allowance) -> Iterator[tuple[int, bool, bool, int]]:
    """(campaign, from this part on, up to that one, how many): the whole queue, or each part as it may."""
    if campaign.answer or may.room is None or may.cold_room is None:
        yield campaign.id, KNOWN, NEW, campaign.wanted
        return
    if may.room:
        yield campaign.id, KNOWN, KNOWN, min(campaign.wanted, may.room)
    if may.cold_room and campaign.cold_from is not None:
        yield campaign.id, NEW, NEW, min(campaign.wanted, may.cold_room)


def _one_by_one(queued: Iterable[Row], campaigns: Mapping[int, Running]) -> Iterator[Row]:
    """Who waits in several promotions is counted again after each: only the first of them is claimed."""
    first: dict[bytes, int] = {}
    for row in queued:
        weekly = campaigns[row.campaign_id].weekly
        if not weekly or first.setdefault(row.person, row.campaign_id) == row.campaign_id:
            yield row


async def _heard(
    db: AsyncConnection, campaigns: Mapping[int, Running], queued: Sequence[Row]
) -> dict[tuple[int, bytes], Times]:
    """How often each of these people heard from the shop's other promotions: (campaign, person) → times."""
    pairs = [
        (row.campaign_id, other, row.contact_id, row.phone, row.person)
        for row in queued
        for other in campaigns[row.campaign_id].others
    ]
    if not pairs:
        return {}
    columns = [list(column) for column in zip(*pairs, strict=True)]
    asked = dict(zip(("campaigns", "others", "contacts", "phones", "people"), columns, strict=True))
    found = await (await db.execute(HEARD_BEFORE, {**asked, "since": now() - WEEK})).fetchall()
    return {(campaign_id, person): Times(*times) for campaign_id, person, *times in found}


def _why_not(row: Row, campaign: Running, heard: int, file_gone: bool) -> tuple[str, str] | None:
    """The status and the reason of a message that is left out; None for one that may go."""
    if row.left_out:
        return MessageStatus.SKIPPED.value, row.left_out
    if heard >= campaign.most_a_week:
        return MessageStatus.SKIPPED.value, Reason.TOO_OFTEN.value
    if file_gone:
        return MessageStatus.FAILED.value, Reason.FILE_GONE.value
    return None


def _tokens(how_many: int) -> list[bytes]:
    """For all of them at once: to ask the system for each would be a tenth of a claim."""
    drawn = os.urandom(TOKEN_BYTES * how_many)
    return [drawn[i : i + TOKEN_BYTES] for i in range(0, len(drawn), TOKEN_BYTES)]


def _claimed(row: Row, campaign: Running, token: bytes) -> Claimed | tuple[str, str]:
    """The message ready to go, or the status and reason of one that cannot be written."""
    try:
        told = _told(row, campaign)
    except MissingBlank:
        log.error("campaign %s was launched with a blank that message %s lacks", campaign.id, row.id)
        return MessageStatus.FAILED.value, Reason.BLANK_MISSING.value
    return Claimed(
        row.campaign_id,
        row.id,
        Outgoing(row.phone, told, token, campaign.media, campaign.speedup),
        row.attempts,
        campaign.gap,
        campaign.answer,
        row.cold,
        not campaign.answer and row.attempts == 0,
        row.contact_id,
        row.person,
        campaign.weekly,
    )


def _told(row: Row, campaign: Running) -> str:
    """What this person will read; nothing, or the footer alone, under a photo without a text."""
    if not campaign.texts:
        return with_footer("", row.language) if campaign.footer else ""
    language = row.language if campaign.texts.get(row.language) else campaign.default_language
    told = render(campaign.texts[language], orjson.loads(row.blanks))
    return with_footer(told, language) if campaign.footer else told


def _deal(
    lanes: Sequence[Lane],
    campaigns: Collection[Running],
    rows: Mapping[int, list[Claimed]],
    may: Mapping[int, Allowance],
) -> None:
    of_sender: dict[int, list[int]] = defaultdict(list)
    answers = {campaign.id for campaign in campaigns if campaign.answer}
    for campaign in campaigns:
        of_sender[campaign.sender_id].append(campaign.id)
    for lane in lanes:
        turns = of_sender[lane.sender_id]
        # an answer goes first; then, who was served last waits longest
        turns.sort(key=lambda id: (id not in answers, id <= lane.last_campaign, id))
        dealt = chain.from_iterable(zip_longest(*(rows.get(campaign_id, ()) for campaign_id in turns)))
        allowed = may[lane.sender_id]
        lane.closed = allowed.closed is not None
        lane.ready = deque(_allowed((claimed for claimed in dealt if claimed is not None), allowed))
        lane.closes_at = inf if allowed.closes_at is None else allowed.closes_at.timestamp()


def _allowed(dealt: Iterable[Claimed], may: Allowance) -> Iterator[Claimed]:
    """As many as the day has room for, and of the new people no more than are allowed."""
    sent = cold = 0
    for claimed in dealt:
        if claimed.answer or may.room is None or may.cold_room is None:
            yield claimed
        elif sent < may.room and (not claimed.cold or cold < may.cold_room):
            sent += 1
            cold += claimed.cold
            yield claimed

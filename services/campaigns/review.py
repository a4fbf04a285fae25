"""What will happen if this is launched, told before it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.campaign import Campaign
from models.db import transaction
from models.sender import Sender
from models.states import Channel, Pace, Reason
from services.access.actor import Actor
from services.campaigns.find import find_campaign
from services.campaigns.forecast import Crowd, Plan, plan
from services.campaigns.ready import (
    AUDIENCE,
    WITHOUT,
    EmptyAudience,
    FileGone,
    Lacking,
    NobodyChosen,
    NoSender,
    audience_facts,
    lacking,
    missing_blanks,
    obstacle_in_texts,
    sender_of,
    speed_of,
)
from services.clock import now
from services.errors import BroadcasterError
from services.media.find import Attached, attached_to, is_gone
from services.senders.limits import Limits, limits_of_sender

SHOWN = 20  # people of each group
REACHED = "reached"
LEFT_OUT = (Reason.NO_CONSENT, Reason.OPTED_OUT, Reason.NOT_ON_WHATSAPP, Reason.TOO_OFTEN)

# One pass over the audience, however large: how many there are of each kind, and the first of those left out.
COUNTED = text(f"""
WITH a AS MATERIALIZED (SELECT id, fate, language, reads, cold FROM ({AUDIENCE}) every_one),
-- Found before they are looked up: of a new shop PostgreSQL believes that it has one contact, and would look
-- through `a` once for each of them.
first AS MATERIALIZED (
    SELECT left_out.fate, these.id
      FROM unnest(CAST(:left_out AS text[])) AS left_out (fate)
     CROSS JOIN LATERAL (SELECT id FROM a WHERE a.fate = left_out.fate ORDER BY id LIMIT :shown) these)
SELECT fate, language, reads, cold, count(*) AS people, NULL::bigint AS id, '' AS name, '' AS phone
  FROM a GROUP BY fate, language, reads, cold
 UNION ALL
SELECT first.fate, NULL, '', false, 0, c.id, c.name, c.phone
  FROM first JOIN contact c ON c.id = first.id AND c.workspace_id = :workspace_id
""")  # noqa: S608 - a constant
# So much fits into memory of an audience of 100,000; on a disk it takes three times as long.
ROOM = text("SET LOCAL work_mem = '32MB'")

FIRST_WITHOUT = text(f"""
SELECT DISTINCT a.id, a.name, a.phone FROM ({AUDIENCE}) a
{WITHOUT}
 AND need.key = :key
 ORDER BY a.id LIMIT :shown
""")  # noqa: S608

# Campaigns of one sender take turns: until ours is through, each other sends as many, if it has them.
BESIDE = text("""
SELECT COALESCE(sum(LEAST(n.queued, :messages)), 0)
  FROM campaign c JOIN campaign_count n ON n.campaign_id = c.id
 WHERE c.workspace_id = :workspace_id AND c.sender_id = :sender_id AND c.status = 'running'
   AND c.id <> :campaign_id
""")


class _Group(NamedTuple):
    """So many people of whom the same is to be said."""

    fate: str
    language: str | None  # their own
    reads: str
    cold: bool
    people: int


@dataclass(frozen=True, slots=True)
class Someone:
    """A contact, as a list shows it."""

    contact_id: int
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """People in the audience who will not get it, and why; `first` are some of them."""

    reason: Reason
    people: int
    first: list[Someone]


@dataclass(frozen=True, slots=True)
class Without:
    """People who have nothing for the blank `key`, which has no fallback."""

    key: str
    people: int
    first: list[Someone]


@dataclass(frozen=True, slots=True)
class Past:
    """What WhatsApp did so far with messages from this sender to new people: how sure we can be."""

    tried: int
    refused: int

    def through(self, people: int) -> int:
        """So many of them it will probably let through."""
        return people if not self.tried else round(people * (1 - self.refused / self.tried))


@dataclass(frozen=True, slots=True)
class Review:
    """All that the review page tells. `reach` people will get it, if WhatsApp lets it through."""

    campaign: Campaign
    sender: Sender | None
    reach: int
    new: int  # of them, people who do not know the sender
    past: Past
    limits: Limits
    plans: dict[Pace, Plan]  # at each speed, with the rehearsal's speed where there is one
    at: datetime  # when it was looked at: the plans begin there
    left_out: list[LeftOut]
    readers: dict[str, int]  # people by the language of the text that they will read
    fallen_back: dict[str, int]  # of them, people by a language that has no text: they read the default
    without: list[Without]
    beside: int  # messages of other campaigns that this sender sends in between
    attached: Attached | None  # the photo, PDF or video that goes with the text
    obstacle: BroadcasterError | None  # why it cannot be launched as it is

    @property
    def crowd(self) -> Crowd:
        return Crowd(self.reach - self.new, self.new, self.beside)

    @property
    def lasting(self) -> dict[Pace, timedelta | None]:
        """At each speed, from now to the last message; None where that is more than a year."""
        return {
            pace: None if plan.done_at is None else plan.done_at - self.at
            for pace, plan in self.plans.items()
        }

    @property
    def rehearsal(self) -> bool:
        """Whether the sender is the sandbox: nothing leaves the machine."""
        return self.sender is not None and self.sender.channel == Channel.SANDBOX


async def review(actor: Actor, campaign_id: int) -> Review:
    """Look at a campaign as it would be launched now; changes nothing.

    Raises:
        NotFound: no such campaign in the actor's workspace.
    """
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id)
        sender = await sender_of(db, campaign)
        groups, first = await _counted(db, campaign, SHOWN)
        missing = await lacking(db, campaign)
        without = await _without(db, campaign, missing)
        beside = await _beside(db, campaign, _people(groups, REACHED))
        limits = await limits_of_sender(db, sender)
        attached = await attached_to(db, campaign.workspace_id, campaign.attachment_id)
        gone = await is_gone(db, campaign.workspace_id, campaign.attachment_id)
    reached = [group for group in groups if group.fate == REACHED]
    new = sum(group.people for group in reached if group.cold)
    crowd, at = Crowd(_people(groups, REACHED) - new, new, beside), now()
    speed = speed_of(campaign, sender)
    return Review(
        campaign=campaign,
        sender=sender,
        reach=crowd.known + crowd.new,
        new=new,
        past=Past(sender.cold_total, sender.cold_refused) if sender else Past(0, 0),
        limits=limits,
        plans={pace: plan(limits, crowd, pace, at, speed) for pace in Pace},
        at=at,
        left_out=_left_out(groups, first),
        readers=_summed((group.reads, group.people) for group in reached),
        fallen_back=_summed((g.language, g.people) for g in reached if g.language and g.language != g.reads),
        without=without,
        beside=beside,
        obstacle=FileGone() if gone else _obstacle(campaign, sender, groups, missing),
        attached=attached,
    )


async def reach(actor: Actor, campaign_id: int) -> tuple[int, int]:
    """How many people its audience has, and how many of them would get it.

    Raises:
        NotFound: no such campaign in the actor's workspace.
    """
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id)
        groups, _first = await _counted(db, campaign, 0)
    return sum(group.people for group in groups), _people(groups, REACHED)


def _obstacle(
    campaign: Campaign, sender: Sender | None, groups: list[_Group], missing: list[Lacking]
) -> BroadcasterError | None:
    if wrong := obstacle_in_texts(campaign):
        return wrong
    if not groups:
        return NobodyChosen()
    if not _people(groups, REACHED):
        return EmptyAudience()
    if sender is None:
        return NoSender()
    return missing_blanks(missing) if missing else None


async def _counted(
    db: AsyncSession, campaign: Campaign, shown: int
) -> tuple[list[_Group], dict[str, list[Someone]]]:
    """The audience by groups, and by the fate of those left out the first `shown` of them."""
    left_out = {"left_out": [reason.value for reason in LEFT_OUT], "shown": shown}
    await db.execute(ROOM)
    groups: list[_Group] = []
    first: dict[str, list[Someone]] = {}
    for row in await db.execute(COUNTED, {**audience_facts(campaign), **left_out}):
        if row.id is None:
            groups.append(_Group(row.fate, row.language, row.reads, row.cold, row.people))
        else:
            first.setdefault(row.fate, []).append(Someone(row.id, row.name, row.phone))
    return groups, first


def _left_out(groups: list[_Group], first: Mapping[str, list[Someone]]) -> list[LeftOut]:
    return [
        LeftOut(reason, people, sorted(first.get(reason, []), key=lambda one: one.contact_id))
        for reason in LEFT_OUT
        if (people := _people(groups, reason))
    ]


async def _without(db: AsyncSession, campaign: Campaign, missing: list[Lacking]) -> list[Without]:
    found = []
    for key, people in _summed((lack.key, lack.people) for lack in missing).items():
        asked = {**audience_facts(campaign), "key": key, "shown": SHOWN}
        first = [Someone(*row) for row in await db.execute(FIRST_WITHOUT, asked)]
        found.append(Without(key, people, first))
    return found


async def _beside(db: AsyncSession, campaign: Campaign, reached: int) -> int:
    asked = {
        "workspace_id": campaign.workspace_id,
        "sender_id": campaign.sender_id,
        "campaign_id": campaign.id,
        "messages": reached,
    }
    return int(await db.scalar(BESIDE, asked) or 0)


def _people(groups: Iterable[_Group], fate: str) -> int:
    return sum(group.people for group in groups if group.fate == fate)


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The numbers added up by name, the largest first."""
    sums: dict[str, int] = {}
    for name, number in pairs:
        sums[name] = sums.get(name, 0) + number
    return dict(sorted(sums.items(), key=lambda pair: -pair[1]))

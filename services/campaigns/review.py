"""What will happen if this is launched, told before it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.campaign import Campaign
from models.db import transaction
from models.sender import Sender
from models.states import Channel, Pace, Reason
from services.access.actor import Actor
from services.campaigns.find import find_campaign
from services.campaigns.forecast import lasting
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
from services.errors import BroadcasterError
from services.media.find import Attached, attached_to, is_gone

SHOWN = 20  # people of each group

# One pass over the audience, however large: 100,000 people in a tenth of a second.
COUNTED = text(f"""
SELECT fate, language, reads, count(*) FROM ({AUDIENCE}) a GROUP BY fate, language, reads
""")  # noqa: S608 - constants

FIRST_OF = text(f"""
SELECT id, name, phone FROM ({AUDIENCE}) a WHERE fate = :fate ORDER BY id LIMIT :shown
""")  # noqa: S608

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
class Review:
    """All that the review page tells. `reach` people will get it."""

    campaign: Campaign
    sender: Sender | None
    reach: int
    left_out: list[LeftOut]
    readers: dict[str, int]  # people by the language of the text that they will read
    fallen_back: dict[str, int]  # of them, people by a language that has no text: they read the default
    without: list[Without]
    lasting: dict[Pace, timedelta]  # at each speed, with the rehearsal's speed where there is one
    beside: int  # messages of other campaigns that this sender sends in between
    attached: Attached | None  # the photo, PDF or video that goes with the text
    obstacle: BroadcasterError | None  # why it cannot be launched as it is

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
        groups = [tuple(row) for row in await db.execute(COUNTED, audience_facts(campaign))]
        missing = await lacking(db, campaign)
        reached = sum(people for fate, _own, _reads, people in groups if fate == "reached")
        beside = await _beside(db, campaign, reached)
        return Review(
            campaign=campaign,
            sender=sender,
            reach=reached,
            left_out=await _left_out(db, campaign, groups),
            readers=_summed((reads, n) for fate, _own, reads, n in groups if fate == "reached"),
            fallen_back=_summed(
                (own, n) for fate, own, reads, n in groups if fate == "reached" and own and own != reads
            ),
            without=await _without(db, campaign, missing),
            lasting={pace: lasting(reached + beside, pace, speed_of(campaign, sender)) for pace in Pace},
            beside=beside,
            attached=await attached_to(db, campaign.workspace_id, campaign.attachment_id),
            obstacle=FileGone()
            if await is_gone(db, campaign.workspace_id, campaign.attachment_id)
            else _obstacle(campaign, sender, reached, sum(group[3] for group in groups), missing),
        )


async def reach(actor: Actor, campaign_id: int) -> tuple[int, int]:
    """How many people its audience has, and how many of them would get it.

    Raises:
        NotFound: no such campaign in the actor's workspace.
    """
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id)
        groups = (await db.execute(COUNTED, audience_facts(campaign))).all()
    reached = sum(people for fate, _own, _reads, people in groups if fate == "reached")
    return sum(group[3] for group in groups), reached


def _obstacle(
    campaign: Campaign, sender: Sender | None, reached: int, people: int, missing: list[Lacking]
) -> BroadcasterError | None:
    if wrong := obstacle_in_texts(campaign):
        return wrong
    if people == 0:
        return NobodyChosen()
    if reached == 0:
        return EmptyAudience()
    if sender is None:
        return NoSender()
    return missing_blanks(missing) if missing else None


async def _left_out(
    db: AsyncSession, campaign: Campaign, groups: list[tuple[str, str, str, int]]
) -> list[LeftOut]:
    found = []
    for reason in (Reason.NO_CONSENT, Reason.OPTED_OUT):
        people = sum(n for fate, _own, _reads, n in groups if fate == reason)
        if people:
            asked = {**audience_facts(campaign), "fate": reason.value, "shown": SHOWN}
            first = [Someone(*row) for row in await db.execute(FIRST_OF, asked)]
            found.append(LeftOut(reason, people, first))
    return found


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


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The numbers added up by name, the largest first."""
    sums: dict[str, int] = {}
    for name, number in pairs:
        sums[name] = sums.get(name, 0) + number
    return dict(sorted(sums.items(), key=lambda pair: -pair[1]))

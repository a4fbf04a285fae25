"""Campaigns that go by themselves, at a time of the shop's own clock; and what if we were not there then."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.campaign import Campaign
from models.db import transaction
from models.states import CampaignStatus, News
from services import clock
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.campaigns.find import find_campaign
from services.campaigns.launch import start
from services.campaigns.moves import move
from services.campaigns.ready import check
from services.errors import BroadcasterError, Invalid, WrongMoment
from services.i18n import N_, Words
from services.notices.tell import tell

FARTHEST = timedelta(days=365)
# Later than this we were away, and the shopkeeper may have acted meanwhile: a human decides.
GRACE = timedelta(minutes=10)

# SKIP LOCKED: several processes look for due campaigns at the same time, and each finds another.
NEXT_DUE = text("""
SELECT id FROM campaign
 WHERE status = 'scheduled' AND scheduled_at <= :now AND cancel_at IS NULL
 ORDER BY scheduled_at, id
 LIMIT 1
   FOR UPDATE SKIP LOCKED
""")


class TimePassed(BroadcasterError):
    """Why a campaign is held: nobody was there at its time."""

    sentence = N_("Its time passed while Broadcaster was not running, so nothing was sent. Launch it now?")


async def schedule(actor: Actor, campaign_id: int, local: datetime) -> datetime:
    """Have the campaign launched by itself; returns the moment, in UTC.

    Args:
        local: day and time as the clock of the workspace's zone shows it, without a zone of its own.

    Raises:
        NotFound: no such campaign in the actor's workspace.
        WrongMoment: it is not a draft, nor held.
        Invalid: the time is past, too far away, or does not exist on that day.
        NoText, NoSender, MissingBlanks: it could not be launched as it is.
    """
    at = moment_of(local, actor.timezone)
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id, lock=True)
        await check(db, campaign)
        campaign.scheduled_at = at
        await db.flush()
        before = (CampaignStatus.DRAFT, CampaignStatus.HELD)
        await move(db, campaign, to=CampaignStatus.SCHEDULED, out_of=before)
        await note(db, actor, Deed.SCHEDULED, campaign=campaign.name, at=at.isoformat())
    return at


async def unschedule(actor: Actor, campaign_id: int) -> None:
    """Make it a draft again, whether it waits for its time or is held.

    Raises:
        NotFound: no such campaign in the actor's workspace.
        WrongMoment: it was launched meanwhile, or is a draft already.
    """
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id, lock=True)
        before = (CampaignStatus.SCHEDULED, CampaignStatus.HELD)
        await move(db, campaign, to=CampaignStatus.DRAFT, out_of=before)
        campaign.scheduled_at = None


async def launch_due() -> int:
    """A duty of every process: launch the campaigns whose time has come, each exactly once.

    One that is late by more than GRACE, or cannot be launched as it is, is held with the reason. Returns
    how many were launched.
    """
    launched = 0
    while True:
        async with transaction() as db:
            found = await db.scalar(NEXT_DUE, {"now": clock.now()})
            if found is None:
                return launched
            campaign = await db.get_one(Campaign, found)
            launched += await _launch_or_hold(db, campaign)


async def _launch_or_hold(db: AsyncSession, campaign: Campaign) -> bool:
    if campaign.scheduled_at is None:
        raise WrongMoment
    why: BroadcasterError = TimePassed()
    if clock.now() - campaign.scheduled_at <= GRACE:
        try:
            async with db.begin_nested():
                await start(db, Actor(0, campaign.workspace_id, ""), campaign)
            return True
        except BroadcasterError as e:
            why = e
    await db.refresh(campaign)
    await move(db, campaign, to=CampaignStatus.HELD, out_of=(CampaignStatus.SCHEDULED,), why=why)
    page = f"/campaigns/{campaign.id}"
    await tell(db, campaign.workspace_id, News.HELD, path=page, campaign=campaign.name)
    return False


def moment_of(local: datetime, zone: str) -> datetime:
    """The moment in UTC when a clock in `zone` shows `local`; the first one where it shows it twice.

    Raises:
        Invalid: it is past, more than a year away, or skipped when that zone's clocks go forward.
    """
    there = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    at = there.astimezone(ZoneInfo("UTC"))
    if at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise Invalid(N_("The clocks go forward that day and skip this time. Choose another time."))
    if at <= clock.now():
        raise Invalid(N_("This time has passed. Choose a later one."))
    if at > clock.now() + FARTHEST:
        raise Invalid(N_("That is more than a year away. Choose an earlier day."))
    return at


def in_words(_: Words, at: datetime, zone: str) -> str:
    """A moment with its zone: "Friday 5 March, 7:40 pm (India Time)"."""
    name = get_timezone_name(ZoneInfo(zone), locale=f"{_.language}_IN")
    return _("{moment} ({zone})", moment=_.moment(at, zone), zone=name)

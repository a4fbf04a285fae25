"""The Launch tap: from a draft to a queue, all or nothing."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from models.campaign import Campaign
from models.db import driver, transaction
from models.states import CampaignStatus
from services.access.actor import Actor
from services.access.audit import Deed, note
from services.campaigns.find import find_campaign
from services.campaigns.moves import move
from services.campaigns.ready import EmptyAudience, NobodyChosen, check, default_language, speed_of
from services.contacts.audience import hold_still
from services.sending.moves import enqueue
from services.sending.partitions import have_room

BEFORE = frozenset({CampaignStatus.DRAFT, CampaignStatus.SCHEDULED, CampaignStatus.HELD})


@dataclass(frozen=True, slots=True)
class Launched:
    """`queued` messages are on their way; `left_out` people were skipped, each with a reason."""

    campaign_id: int
    queued: int
    left_out: int


async def launch(actor: Actor, campaign_id: int) -> Launched:
    """Freeze the audience and the texts, and let the engine begin.

    All or nothing: afterwards every message row exists and the campaign is running, or the database
    is as it was.

    Raises:
        NotFound: no such campaign in the actor's workspace.
        WrongMoment: it was launched already, for instance by the first of two taps.
        NoText, Invalid, FileGone, NoSender, MissingBlanks: something to mend first (see ready.py).
        NobodyChosen, EmptyAudience: nobody to send to.
    """
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id, lock=True)
        return await start(db, actor, campaign)


async def start(db: AsyncSession, actor: Actor, campaign: Campaign) -> Launched:
    """The launch of a campaign that is locked; raises like launch(). The actor of a schedule is a duty."""
    await move(db, campaign, to=CampaignStatus.RUNNING, out_of=BEFORE)
    sender = await check(db, campaign)
    campaign.rehearsal_speed = speed_of(campaign, sender)
    campaign.default_language = default_language(campaign)
    if not campaign.texts:  # a photo may go without a word
        campaign.texts = {campaign.default_language: ""}
    await have_room(await driver(db), campaign.id)
    await hold_still(db, campaign.workspace_id)
    made = await enqueue(db, campaign)
    if made.total == 0:
        raise NobodyChosen
    if made.queued == 0:
        raise EmptyAudience
    await note(db, actor, Deed.LAUNCHED, campaign=campaign.name, people=made.queued)
    return Launched(campaign.id, queued=made.queued, left_out=made.total - made.queued)

"""At the review: WhatsApp is asked, bit by bit, which numbers of the audience are on it.

Never about a whole address book at once: a few hundred a day, the first of those who are to be written to and
of whom nothing fresh is known. It is done where the sender is open (services/senders/asker.py).
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.campaign import Campaign
from models.db import transaction
from models.states import Channel
from services.access.actor import Actor
from services.campaigns.find import find_campaign
from services.campaigns.ready import AUDIENCE, audience_facts, sender_of
from services.live import announce
from services.senders.asker import QUESTIONS_TOPIC
from services.senders.friends import FRIENDS_TOPIC

OPEN_AT_MOST = 200  # questions of one sender
A_DAY_AT_MOST = 500  # answers for one shop

# Who wrote to us is on WhatsApp; who was asked about within a month is not asked about again.
ASK = text(f"""
INSERT INTO number_question (workspace_id, phone, sender_id)
SELECT :workspace_id, a.phone, :sender_id FROM ({AUDIENCE}) a
 WHERE a.fate = 'reached' AND NOT a.wrote
   AND NOT EXISTS (SELECT 1 FROM known_number k
                    WHERE k.workspace_id = :workspace_id AND k.phone = a.phone
                      AND k.checked_at > :asked_since)
   AND NOT EXISTS (SELECT 1 FROM acquaintance p
                    WHERE p.sender_id = :sender_id AND p.phone = a.phone AND p.asked_at > :asked_since)
 ORDER BY a.id LIMIT :at_most
    ON CONFLICT (workspace_id, phone) DO NOTHING
RETURNING phone
""")  # noqa: S608 - constants

ROOM = text("""
SELECT LEAST(
    :open_at_most - (SELECT count(*) FROM number_question
                      WHERE workspace_id = :workspace_id AND sender_id = :sender_id),
    :a_day_at_most - (SELECT count(*) FROM known_number
                       WHERE workspace_id = :workspace_id AND checked_at > now() - interval '1 day'))
""")

WAKE = text("""
UPDATE sender SET awake_until = GREATEST(awake_until, now() + interval '10 minutes')
 WHERE id = :sender_id AND workspace_id = :workspace_id
""")

LEFT = text("""
SELECT count(*) FROM number_question
 WHERE workspace_id = :workspace_id AND sender_id = :sender_id AND asked_at > now() - interval '1 hour'
""")


async def ask_about(actor: Actor, campaign_id: int) -> int:
    """Have WhatsApp asked about people of the campaign's audience; how many questions are new.

    A linked number asks, and its tokens of who knows it are read; a sandbox plays the answers, for its own
    rehearsals alone: what they hear is no truth about anybody's number.

    Raises:
        NotFound: no such campaign.
    """
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id)
        if not await _can_ask(db, campaign):
            return 0
        mine = {"workspace_id": campaign.workspace_id, "sender_id": campaign.sender_id}
        await db.execute(WAKE, mine)
        await announce(db, FRIENDS_TOPIC)
        limits = {"open_at_most": OPEN_AT_MOST, "a_day_at_most": A_DAY_AT_MOST}
        room = int(await db.scalar(ROOM, {**mine, **limits}) or 0)
        if room <= 0:
            return 0
        asked = (await db.scalars(ASK, {**audience_facts(campaign), "at_most": room})).all()
        if asked:
            await announce(db, QUESTIONS_TOPIC)
        return len(asked)


async def still_asking(actor: Actor, campaign_id: int) -> int:
    """Questions of the campaign's sender that WhatsApp has not answered yet. Raises NotFound."""
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id)
        mine = {"workspace_id": campaign.workspace_id, "sender_id": campaign.sender_id}
        return int(await db.scalar(LEFT, mine) or 0)


async def _can_ask(db: AsyncSession, campaign: Campaign) -> bool:
    sender = await sender_of(db, campaign)
    return sender is not None and sender.channel in (Channel.LINKED, Channel.SANDBOX)

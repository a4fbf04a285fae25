"""Answers to one person: each is a campaign of one message, so that the engine's one guard sends it too.

At most once, under the sender's mark, in its pace, before any campaign. What is written stands in the
message's blanks alone, as everything personal does. No list shows these campaigns: they have a chat.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from models.campaign import Campaign
from models.states import CampaignStatus, Kind, Pace
from services.clock import now
from services.live import announce
from services.sending.moves import enqueue_answer

BLANK = "answer"
TEXT = {"en": f"{{{BLANK}}}"}


@dataclass(frozen=True, slots=True)
class ToWhom:
    """One person, as the inbox knows them."""

    workspace_id: int
    sender_id: int
    chat_id: int
    phone: str  # E.164
    contact_id: int | None = None
    name: str = ""


async def send_to(
    db: AsyncSession,
    whom: ToWhom,
    text: str,
    *,
    last_word: bool = False,
    speedup: int = 1,
    by: int | None = None,
    attachment_id: int | None = None,
) -> int:
    """A step: let `text` leave for one person, as soon as the sender may; the number of its campaign.

    Args:
        last_word: it may reach somebody who said STOP. The claim leaves out all others of those.
        speedup: a rehearsal's; 1 in life.
        by: who of the shop wrote it; None when it leaves by itself.
        attachment_id: what goes with it.
    """
    campaign = Campaign(
        workspace_id=whom.workspace_id,
        status=CampaignStatus.RUNNING,
        sender_id=whom.sender_id,
        kind=Kind.SERVICE,
        footer=False,
        texts=TEXT,
        default_language="en",
        pace=Pace.FAST,
        rehearsal_speed=speedup,
        launched_at=now(),
        chat_id=whom.chat_id,
        last_word=last_word,
        created_by=by,
        attachment_id=attachment_id,
    )
    db.add(campaign)
    await db.flush()
    await enqueue_answer(db, campaign, whom.phone, whom.contact_id, whom.name, {BLANK: text})
    await announce(db, f"sender:{whom.sender_id}", f"chats:{whom.workspace_id}", f"campaign:{campaign.id}")
    return campaign.id

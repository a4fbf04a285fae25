"""A test of a campaign to oneself: one message, through the same engine and its guard as all others."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.campaign import Campaign
from models.db import transaction
from services.access.actor import Actor
from services.campaigns.find import find_campaign
from services.campaigns.ready import NoSender, NoText, default_language
from services.clock import now
from services.sending.outbox import ToWhom, send_to
from services.templates.footer import has_footer, with_footer
from services.templates.preview import Eyes, as_read

# Where somebody who logs in with an e-mail address rehearses: this number is nobody's.
NOBODYS = "+916100000010"

OWN = text("""
SELECT p.login, s.id AS sender_id, s.phone AS sends_from
  FROM person p
  JOIN sender s ON s.id = :sender_id AND s.workspace_id = p.workspace_id
 WHERE p.id = :person_id AND p.workspace_id = :workspace_id
""")

# The line of the inbox in which the test can be followed; nobody has written in it.
WITH_ONESELF = text("""
INSERT INTO chat (workspace_id, sender_id, phone, last_at, last_text, unread, refusal)
VALUES (:workspace_id, :sender_id, :phone, :at, '', 0, false)
    ON CONFLICT (workspace_id, phone) DO UPDATE SET sender_id = EXCLUDED.sender_id
RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Tried:
    """Where the test goes, and the chat that shows what became of it."""

    phone: str  # E.164
    chat_id: int


async def try_out(actor: Actor, campaign_id: int, language: str) -> Tried:
    """Send the text in `language`, as the actor would read it, to the actor alone.

    To the mobile that they log in with, else to the number that it is sent from. Never to a number that
    somebody types: nobody gets a message without having agreed.

    Raises:
        NotFound: no such campaign in the actor's workspace.
        NoText, NoSender: there is nothing to send, or nothing to send it from.
    """
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id)
        written = campaign.texts.get(language) or campaign.texts.get(default_language(campaign), "")
        if not written.strip() and campaign.attachment_id is None:
            raise NoText
        own = await _own(db, actor, campaign)
        phone = _phone(own)
        asked = {"workspace_id": actor.workspace_id, "sender_id": own.sender_id, "phone": phone, "at": now()}
        chat_id = int(await db.scalar(WITH_ONESELF, asked) or 0)
        whom = ToWhom(actor.workspace_id, own.sender_id, chat_id, phone, name=actor.name)
        said = _as_read(actor, campaign, written, language)
        await send_to(db, whom, said, by=actor.person_id, attachment_id=campaign.attachment_id)
    return Tried(phone, chat_id)


async def _own(db: AsyncSession, actor: Actor, campaign: Campaign) -> Row[Any]:
    asked = {"person_id": actor.person_id, "workspace_id": actor.workspace_id}
    found = (await db.execute(OWN, {**asked, "sender_id": campaign.sender_id})).one_or_none()
    if found is None:
        raise NoSender
    return found


def _phone(own: Row[Any]) -> str:
    return str(own.login if own.login.startswith("+") else own.sends_from or NOBODYS)


def _as_read(actor: Actor, campaign: Campaign, written: str, language: str) -> str:
    read = as_read(written, Eyes(0, actor.name, language, {"name": actor.name}))
    return with_footer(read, language) if has_footer(campaign) else read

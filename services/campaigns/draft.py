"""Campaigns while they are being written: saved as they are typed, so that nothing is lost."""

from typing import TypedDict

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from models.campaign import Campaign
from models.db import transaction
from models.sender import Sender
from models.states import CampaignStatus, Kind, Pace, Thing
from services.access.actor import Actor
from services.access.bin import TAKEN_OUT, brought_back, new_token
from services.campaigns.find import find_campaign
from services.campaigns.forecast import SPEEDS
from services.contacts.audience import Audience
from services.errors import Invalid, NotFound, WrongMoment
from services.i18n import LANGUAGES, N_
from services.live import announce
from services.media.find import find_attachment
from services.storable import storable_text

LONGEST_NAME = 120
LONGEST_DRAFT = 20_000  # code points of one text; what is too long for WhatsApp the review tells
MOST_TAGS = 200
REHEARSAL = 100  # times faster than life, until somebody chooses; what reaches people never is


class Changes(TypedDict, total=False):
    """What may be typed into a draft; a key that is not there is left as it is."""

    name: str
    texts: dict[str, str]  # one body per language; an empty one is taken out
    default_language: str
    audience: Audience
    sender_id: int | None
    attachment_id: int | None
    kind: str
    footer: bool
    pace: str
    rehearsal_speed: int


async def create(actor: Actor, name: str) -> int:
    """A new draft called `name`; its id. One that this person opened and never touched is taken again."""
    async with transaction() as db:
        untouched: Campaign | None = await db.scalar(_untouched(actor))
        if untouched is not None:
            return untouched.id
        campaign = Campaign(
            workspace_id=actor.workspace_id,
            created_by=actor.person_id,
            name=name[:LONGEST_NAME],
            default_language=actor.language,
            sender_id=await _only_sender(db, actor),
            rehearsal_speed=REHEARSAL,
        )
        db.add(campaign)
        await db.flush()
        await announce(db, f"workspace:{actor.workspace_id}")
        return campaign.id


async def find(actor: Actor, campaign_id: int) -> Campaign:
    """The campaign, in whatever status.

    Raises:
        NotFound: no such campaign in the actor's workspace.
    """
    async with transaction() as db:
        return await find_campaign(db, actor, campaign_id)


async def save(actor: Actor, campaign_id: int, changes: Changes) -> Campaign:
    """Keep what was typed so far, whether or not it could be launched; returns the draft as it is now.

    Raises:
        NotFound: no such campaign, sender or attachment in the actor's workspace.
        WrongMoment: it is not a draft any more.
        Invalid: a language, pace or speed that we do not have, or far too much text.
    """
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id, lock=True)
        if campaign.status != CampaignStatus.DRAFT:
            raise WrongMoment
        if changes.get("sender_id") is not None and changes["sender_id"] not in await _senders(db, actor):
            raise NotFound
        if (carried := changes.get("attachment_id")) is not None:
            await find_attachment(db, actor.workspace_id, carried)
        for field, value in _checked(changes).items():
            setattr(campaign, field, value)
        await announce(db, f"campaign:{campaign_id}")
        return campaign


DELETE = text("""
WITH gone AS (
    DELETE FROM campaign WHERE id = :id AND workspace_id = :workspace_id AND status = 'draft'
    RETURNING workspace_id, to_jsonb(campaign) AS body)
INSERT INTO binned (workspace_id, token, what, body) SELECT workspace_id, :token, 'draft', body FROM gone
""")

BRING_BACK = text(f"""
WITH back AS ({TAKEN_OUT})
INSERT INTO campaign
SELECT (jsonb_populate_record(NULL::campaign, body)).* FROM back
 WHERE CAST(body ->> 'workspace_id' AS bigint) = :workspace_id
RETURNING id
""")  # noqa: S608 - TAKEN_OUT is a constant


async def delete_draft(actor: Actor, campaign_id: int) -> str:
    """Throw a draft away; the token brings it back.

    Raises:
        NotFound: no such campaign in the actor's workspace.
        WrongMoment: it is not a draft (any more); a campaign that was launched is kept.
    """
    token = new_token()
    async with transaction() as db:
        campaign = await find_campaign(db, actor, campaign_id, lock=True)
        if campaign.status != CampaignStatus.DRAFT:
            raise WrongMoment
        await db.execute(DELETE, {"id": campaign_id, "workspace_id": actor.workspace_id, "token": token})
        await announce(db, f"workspace:{actor.workspace_id}")
    return token


async def bring_back(actor: Actor, token: str) -> int:
    """A draft that was thrown away a moment ago, as it was; its id.

    Raises:
        GoneForGood: too late, or it is back already.
    """
    async with transaction() as db:
        (back,) = await brought_back(db, actor, token, Thing.DRAFT, BRING_BACK)
        await announce(db, f"workspace:{actor.workspace_id}")
        return int(back.id)


async def duplicate(actor: Actor, campaign_id: int, name: str) -> int:
    """A new draft called `name` with everything of another campaign, whatever became of that; its id.

    Raises:
        NotFound: no such campaign in the actor's workspace.
    """
    async with transaction() as db:
        return await _copied(db, actor, await find_campaign(db, actor, campaign_id), name)


async def _copied(db: AsyncSession, actor: Actor, model: Campaign, name: str) -> int:
    copy = Campaign(
        workspace_id=actor.workspace_id,
        created_by=actor.person_id,
        name=name[:LONGEST_NAME],
        texts=dict(model.texts),
        default_language=model.default_language,
        attachment_id=model.attachment_id,
        audience=dict(model.audience),
        sender_id=model.sender_id,
        kind=model.kind,
        footer=model.footer,
        pace=model.pace,
        rehearsal_speed=model.rehearsal_speed,
    )
    db.add(copy)
    await db.flush()
    await announce(db, f"workspace:{actor.workspace_id}")
    return copy.id


def _checked(changes: Changes) -> dict[str, object]:
    """The changes as they are stored."""
    kept: dict[str, object] = dict(changes)
    if "name" in changes:
        kept["name"] = " ".join(storable_text(changes["name"]).split())[:LONGEST_NAME]
    if "texts" in changes:
        if any(len(body) > LONGEST_DRAFT for body in changes["texts"].values()):
            raise Invalid(
                N_("This text is far too long for a message. Nothing of the last change was saved.")
            )
        kept["texts"] = {
            language: storable_text(changes["texts"][language]).replace("\r\n", "\n")
            for language in LANGUAGES
            if changes["texts"].get(language, "").strip()
        }
    if "audience" in changes:
        everyone = bool(changes["audience"].get("everyone"))
        tags = [] if everyone else sorted(set(changes["audience"].get("tags", [])))[:MOST_TAGS]
        kept["audience"] = {"everyone": True} if everyone else {"tags": tags} if tags else {}
    known = (
        changes.get("default_language", "en") in LANGUAGES
        and changes.get("kind", "promotional") in list(Kind)
        and changes.get("pace", "safe") in list(Pace)
        and changes.get("rehearsal_speed", 1) in SPEEDS
    )
    if not known:
        raise Invalid(Invalid.sentence)
    return kept


def _untouched(actor: Actor) -> Select[Campaign]:
    return (
        select(Campaign)
        .where(
            Campaign.workspace_id == actor.workspace_id,  # type: ignore[arg-type]
            Campaign.created_by == actor.person_id,  # type: ignore[arg-type]
            Campaign.status == CampaignStatus.DRAFT,  # type: ignore[arg-type]
            Campaign.texts == {},  # type: ignore[arg-type]
            Campaign.attachment_id.is_(None),  # type: ignore[union-attr]
            Campaign.audience == {},  # type: ignore[arg-type]
        )
        .order_by(Campaign.id.desc())  # type: ignore[attr-defined]
        .limit(1)
    )


async def _senders(db: AsyncSession, actor: Actor) -> list[int]:
    mine = Sender.workspace_id == actor.workspace_id
    found = await db.scalars(select(Sender.id).where(mine).order_by(Sender.id))  # type: ignore[call-overload]
    return list(found)


async def _only_sender(db: AsyncSession, actor: Actor) -> int | None:
    senders = await _senders(db, actor)
    return senders[0] if len(senders) == 1 else None

"""Senders, campaigns and messages by the thousand, written straight into the tables."""

from collections.abc import Sequence
from datetime import timedelta

from psycopg import AsyncConnection

from models.access import Person, Workspace
from models.campaign import Campaign
from models.db import raw, transaction
from models.sender import Sender
from services.access.actor import Actor
from services.clock import now
from services.live import publish
from services.sending.partitions import CAMPAIGNS, have_room

TEXT = "Hello {name|friend}, 20 percent off in {city} till Sunday"

# Each campaign's messages beside each other, as a launch leaves them.
MESSAGES = b"""
INSERT INTO message (campaign_id, workspace_id, sender_id, contact_id, phone, phone_hash, name, blanks)
SELECT c.id, c.workspace_id, c.sender_id, n, '+91' || (9000000000 + n), sha256(int8send(n)), 'Ravi',
       '{"name": "Ravi", "city": "Pune"}'
  FROM campaign c, generate_series(1, %s::bigint) n
 WHERE c.id = ANY(%s)
 ORDER BY c.id, n
"""
# Whoever is no contact any more gets nothing.
PEOPLE = b"""
INSERT INTO contact (workspace_id, phone, phone_hash, name, consent)
SELECT w.id, '+91' || (9000000000 + n), sha256(int8send(n)), 'Ravi', 'given'
  FROM (SELECT DISTINCT workspace_id AS id FROM campaign WHERE id = ANY(%s)) w,
       generate_series(1, %s::bigint) n
    ON CONFLICT DO NOTHING
"""
COUNTED = b"""
INSERT INTO campaign_count (campaign_id, total, queued)
SELECT c.id, %s, %s FROM unnest(%s::bigint[]) AS c(id)
"""
GO = b"UPDATE campaign SET status = 'running', launched_at = now() WHERE id = ANY(%s) RETURNING sender_id"
FINISH = b"UPDATE campaign SET status = 'finished', finished_at = now() WHERE id = ANY(%s)"
LEFT = b"SELECT sum(queued)::int8 FROM campaign_count WHERE campaign_id = ANY(%s)"


async def open_workspace() -> Actor:
    async with transaction() as db:
        workspace = Workspace(name="Bench")
        db.add(workspace)
        await db.flush()
        login = f"asha@{workspace.id}.example"
        person = Person(workspace_id=workspace.id, name="Asha", login=login, password_hash="-")
        db.add(person)
    return Actor(person.id, workspace.id, "Asha", "Bench")


async def hire(actor: Actor, how_many: int) -> list[int]:
    """Senders that a worker owns at once, work or not."""
    till = now() + timedelta(hours=1)
    senders = [
        Sender(
            workspace_id=actor.workspace_id,
            name=f"Number {n}",
            channel="sandbox",
            status="online",
            awake_until=till,
        )
        for n in range(how_many)
    ]
    async with transaction() as db:
        db.add_all(senders)
    return [sender.id for sender in senders]


async def write(
    actor: Actor, senders: Sequence[int], *, each: int, pace: str = "fast", speed: int = 1
) -> list[int]:
    """A campaign of `each` messages for every sender; nothing is sent before go()."""
    campaigns = [
        Campaign(
            workspace_id=actor.workspace_id,
            created_by=actor.person_id,
            name="Diwali",
            sender_id=sender_id,
            texts={"en": TEXT},
            pace=pace,
            rehearsal_speed=speed,
        )
        for sender_id in senders
    ]
    async with transaction() as db:
        db.add_all(campaigns)
    written = [campaign.id for campaign in campaigns]
    async with raw() as db:
        for campaign_id in [*written[::CAMPAIGNS], written[-1]]:
            await have_room(db, campaign_id)
        await db.execute(PEOPLE, [written, each])
        await db.execute(MESSAGES, [each, written])
        await db.execute(COUNTED, [each, each, written])
    return written


async def go(campaigns: Sequence[int]) -> None:
    """As a launch of all of them ends: the campaigns run, and their senders are told."""
    async with raw() as db:
        senders = await column(db, GO, list(campaigns))
    await publish(f"sender:{sender_id}" for sender_id in senders)


async def finish(campaigns: Sequence[int]) -> None:
    async with raw() as db:
        await db.execute(FINISH, [list(campaigns)])


async def left(campaigns: Sequence[int]) -> int:
    async with raw() as db:
        return await number(db, LEFT, list(campaigns))


async def column(db: AsyncConnection, statement: bytes, *blanks: object) -> list[int]:
    return [int(row[0]) for row in await (await db.execute(statement, blanks)).fetchall()]


async def number(db: AsyncConnection, statement: bytes, *blanks: object) -> int:
    (only,) = await column(db, statement, *blanks)
    return only

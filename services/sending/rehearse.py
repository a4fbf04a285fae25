"""“A customer writes …”: a newcomer plays the other side, and sees what STOP, HI and a question do.

Only people who do not exist can be played: a rehearsal must not opt a real customer out, or in.
"""

import random
from dataclasses import dataclass
from secrets import token_hex

from sqlalchemy import text

from models.db import transaction
from models.phone import is_made_up
from services.access.actor import Actor
from services.clock import now
from services.errors import Invalid, NotFound
from services.gateways.protocol import ReplyHeard
from services.i18n import N_
from services.sending.inbox import take
from services.templates.render import LONGEST

STAGE = text("""
SELECT id FROM sender WHERE workspace_id = :workspace_id AND channel = 'sandbox' ORDER BY id LIMIT 1
""")
CAST = text("""
SELECT phone, name FROM (
    SELECT h.phone, COALESCE(c.name, '') AS name, h.last_at AS at
      FROM chat h LEFT JOIN contact c ON c.workspace_id = h.workspace_id AND c.phone = h.phone
     WHERE h.workspace_id = :workspace_id AND h.phone LIKE :made_up
     ORDER BY h.last_at DESC LIMIT 4) a
 UNION
SELECT phone, name FROM (
    SELECT phone, name FROM contact
     WHERE workspace_id = :workspace_id AND phone LIKE :made_up AND name <> '' ORDER BY id LIMIT 6) b
""")


@dataclass(frozen=True, slots=True)
class Player:
    phone: str  # E.164
    name: str


async def has_stage(actor: Actor) -> bool:
    """Whether there is a sandbox to play in."""
    async with transaction() as db:
        return await db.scalar(STAGE, {"workspace_id": actor.workspace_id}) is not None


async def cast_of(actor: Actor) -> list[Player]:
    """Some made-up people of this shop."""
    async with transaction() as db:
        found = await db.execute(CAST, {"workspace_id": actor.workspace_id, "made_up": "+9161%"})
        return [Player(row.phone, row.name) for row in found]


def somebody_new() -> str:
    """A number that is nobody's, with an end that means nothing to the sandbox."""
    return f"+9161{random.randrange(100_000):05}0{random.randrange(10, 100)}"


async def writes(actor: Actor, phone: str, written: str) -> None:
    """This made-up person writes to the shop's sandbox, now.

    Raises:
        Invalid: nothing was written, or the number may be somebody's.
        NotFound: the shop has no sandbox.
    """
    said = written.strip()[:LONGEST]
    if not said:
        raise Invalid(N_("Write something first."))
    if not is_made_up(phone):
        raise Invalid(N_("Only made-up people can be played: their numbers begin with 61."))
    async with transaction() as db:
        sender_id: int | None = await db.scalar(STAGE, {"workspace_id": actor.workspace_id})
    if sender_id is None:
        raise NotFound
    await take([ReplyHeard(sender_id, phone, said, f"PLAYED{token_hex(8)}", now())])

"""Messages whose owner is gone. Their senders are woken, and the new owner asks the gateway (owning.py).

Where the number itself is lost there will be no owner, and nobody to ask.
"""

from typing import NamedTuple

from psycopg import AsyncConnection, Rollback

from models.db import raw
from models.states import LOST, spelled
from services.live import publish
from services.sending.hot_moves import give_up, unconfirm

# A mark is open until its message carries its token.
OPEN_MARK = """s.inflight_token IS NOT NULL AND m.campaign_id = s.inflight_campaign
   AND m.id = s.inflight_message AND m.token IS DISTINCT FROM s.inflight_token"""

# Only where nobody sends for the sender anyway: a paused or cancelled campaign, a sender asleep.
WAKE = f"""
UPDATE sender s SET awake_until = now() + interval '1 minute'
  FROM message m
 WHERE {OPEN_MARK} AND s.inflight_at < now() - interval '2 minutes'
   AND s.status NOT IN ({spelled(LOST)}) AND (s.awake_until IS NULL OR s.awake_until < now())
RETURNING s.id
""".encode()  # noqa: S608 - our own constants

# Its owner may still be sending when the number is lost: 100 seconds at most, and then it records.
LOST_MARKS = f"""
SELECT s.id, m.campaign_id, m.id, s.inflight_token
  FROM sender s, message m
 WHERE {OPEN_MARK} AND s.inflight_at < now() - interval '3 minutes' AND s.status IN ({spelled(LOST)})
""".encode()  # noqa: S608 - our own constants


class LostMark(NamedTuple):
    """What a sender had on its way when it was lost."""

    sender_id: int
    campaign_id: int
    message_id: int
    token: bytes


async def wake_abandoned() -> int:
    """Have an owner look after every sender with an open mark; how many were asleep."""
    async with raw() as db:
        woken = await (await db.execute(WAKE)).fetchall()
    if woken:
        await publish(["senders"])
    return len(woken)


async def give_up_lost() -> int:
    """Call UNCONFIRMED what was on its way from a number that was unlinked or stopped, since nobody will own
    it to find out; how many. Who had it and was only paused is heard by the token, whenever that is.
    """
    async with raw() as db:
        lost = await lost_marks(db)
    given_up = [mark for mark in lost if await give_up_one(mark)]
    if given_up:
        await publish([f"campaign:{mark.campaign_id}" for mark in given_up])
    return len(given_up)


async def lost_marks(db: AsyncConnection) -> list[LostMark]:
    return [LostMark(*row) for row in await (await db.execute(LOST_MARKS)).fetchall()]


async def give_up_one(mark: LostMark) -> bool:
    """In the order in which a flush locks: the message first."""
    async with raw() as db:
        await unconfirm(db, mark.campaign_id, mark.message_id, mark.token, None)
        if not await give_up(db, mark.sender_id, mark.token):
            raise Rollback  # it was linked again since we looked, and has an owner
        return True
    return False

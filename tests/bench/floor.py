"""The floor: nobody could send for less, and nobody should send like this.

The same texts to the same people with the same claim; but fire and forget: no mark before the send, no
epoch, no token, no deadline. What is on its way when this process dies is sent twice, or never.
"""

from collections.abc import Sequence

from models.db import connect, raw
from services.gateways.protocol import Accepted, Gateway
from services.sending.claims import feed
from services.sending.lane import Claimed, Lane
from tests.bench import stock

FED_AT_ONCE = 500

SENDERS = b"UPDATE campaign SET status = 'running' WHERE id = ANY(%s) RETURNING sender_id"
DONE = b"""
WITH moved AS (
    UPDATE message m SET status = 'accepted', wa_id = r.wa_id, status_at = now(), accepted_at = now()
      FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS r(campaign_id, id, wa_id)
     WHERE m.campaign_id = r.campaign_id AND m.id = r.id
    RETURNING m.campaign_id)
UPDATE campaign_count c SET queued = c.queued - d.n, accepted = c.accepted + d.n, changed_at = now()
  FROM (SELECT campaign_id, count(*) AS n FROM moved GROUP BY campaign_id) d
 WHERE c.campaign_id = d.campaign_id
"""


async def send_all(campaigns: Sequence[int], gateway: Gateway) -> None:
    """A message for each sender, one write for all of them, and so on until nothing is left."""
    async with raw() as db:
        senders = await stock.column(db, SENDERS, list(campaigns))
    lanes = [Lane(sender_id, 0, gateway, epoch=0, deadline=0.0) for sender_id in senders]
    db = await connect()
    try:
        while lanes:
            for start in range(0, len(lanes), FED_AT_ONCE):
                async with raw() as reading:
                    await feed(reading, lanes[start : start + FED_AT_ONCE])
            lanes = [lane for lane in lanes if lane.ready]
            while turn := [(lane, lane.ready.popleft()) for lane in lanes if lane.ready]:
                sent = [await _send(lane, claimed) for lane, claimed in turn]
                async with db.transaction():
                    await db.execute(DONE, [list(column) for column in zip(*sent, strict=True)])
    finally:
        await db.close()


async def _send(lane: Lane, claimed: Claimed) -> tuple[int, int, str]:
    outcome = await lane.gateway.send(lane.sender_id, claimed.outgoing)
    assert isinstance(outcome, Accepted)
    return claimed.campaign_id, claimed.message_id, outcome.wa_id

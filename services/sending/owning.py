"""Which senders this process sends for: leases share them out, epochs make it law, recover() opens them.

Redis is politeness, PostgreSQL is law: a lease keeps two processes from duelling over a sender, the epoch
makes sure that the loser of a duel can mark nothing any more.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from models.db import raw
from services.away import AWAY
from services.gateways.protocol import Gateway, Knowledge, Left, NeverLeft, Opened
from services.gateways.registry import Gateways
from services.leases import Leases
from services.sending import fleet
from services.sending.hot_moves import close_mark, unconfirm
from services.sending.lane import Lane

LEASE_S = 7.0  # a crashed process's senders are taken over within this and a look
MARGIN_S = 1.0  # nothing is sent in the last second of a lease
OPENED_AT_ONCE = 20
log = logging.getLogger(__name__)

# Who has something to send, or is expected to hear receipts and replies for a while yet.
NEEDY = b"""
SELECT s.id FROM sender s
 WHERE s.status NOT IN ('logged_out', 'banned')
   AND (s.awake_until > now()
        OR EXISTS (SELECT 1 FROM campaign c WHERE c.sender_id = s.id AND c.status = 'running'))
 ORDER BY s.id
"""

# From here on no older owner can mark anything. An open mark is one that its message does not carry yet.
OWN = b"""
WITH ours AS (
    UPDATE sender SET epoch = epoch + 1 WHERE id = ANY(%s)
    RETURNING id, workspace_id, channel, phone, epoch, inflight_campaign, inflight_message, inflight_token,
              EXTRACT(epoch FROM next_send_at - now())::float8 AS wait_s)
SELECT o.id, o.workspace_id, o.channel, o.phone, o.epoch, o.inflight_campaign, o.inflight_message,
       CASE WHEN m.token IS DISTINCT FROM o.inflight_token THEN o.inflight_token END, o.wait_s
  FROM ours o
  LEFT JOIN message m ON m.campaign_id = o.inflight_campaign AND m.id = o.inflight_message
"""


@dataclass(frozen=True, slots=True)
class Owned:
    """A sender whose epoch is ours, as OWN reads it; `open_token` is a mark that nobody recorded."""

    sender_id: int
    workspace_id: int
    channel: str
    phone: str | None
    epoch: int
    inflight_campaign: int | None
    inflight_message: int | None
    open_token: bytes | None
    wait_s: float | None


class Owning:
    """The senders of one process. `lanes` is read by the engine; changed only here.

    A lane that is let go stays in `leaving` until its last message is recorded: a new lane for the same
    sender before that would let two attempts meet in one flush.
    """

    def __init__(self, process: str, gateways: Gateways, arrived: Callable[[Lane], None]) -> None:
        self._process = process
        self._gateways = gateways
        self._arrived = arrived
        self._leases = Leases("sender", process, int(LEASE_S * 1000))
        self._workers = 1  # alive in the fleet, as far as we know
        self._opening: dict[int, float] = {}  # taken, on their way to a lane: sender → deadline
        self.lanes: dict[int, Lane] = {}
        self.leaving: dict[int, Lane] = {}

    async def keep(self) -> None:
        """Renew every lease, leaving lanes' too: nobody may take a sender while its last message is on
        its way. Redis alone is asked, so that a slow PostgreSQL costs no lease.

        Raises:
            RedisError, OSError: try again in a second. What is owned goes on until its own deadline.
        """
        self._workers = await fleet.say_alive(self._process)
        deadline = time.monotonic() + LEASE_S - MARGIN_S
        ours = {**self.lanes, **self.leaving}
        names = [str(sender_id) for sender_id in [*ours, *self._opening]]
        kept = {int(name) for name in await self._leases.renew(names)}
        for sender_id, lane in ours.items():
            lane.deadline = deadline if sender_id in kept else 0.0
        for sender_id in self._opening:
            self._opening[sender_id] = deadline if sender_id in kept else 0.0
        lost = [lane for sender_id, lane in ours.items() if sender_id not in kept]
        if lost:
            log.warning("%s lost %s senders", self._process, len(lost))
        self.let_go(lost)

    async def look(self) -> None:
        """One round: let go of what needs nobody or is too much, take what nobody has.

        Raises:
            RedisError, psycopg.Error, OSError: one of the two is away; try again in a second.
        """
        async with raw() as db:
            needy = [row[0] for row in await (await db.execute(NEEDY)).fetchall()]
        share = ceil(len(needy) / max(1, self._workers))
        self._let_go_of_sated(set(needy))
        self._let_go_of_surplus(share)
        await self.close_left()
        free = [i for i in needy if i not in self.lanes and i not in self.leaving]
        room = share - len(self.lanes)
        if free and room > 0:
            # every process begins elsewhere, so that they do not all ask for the same ones first
            turn = hash(self._process) % len(free)
            await self._take(free[turn:] + free[:turn], room)

    async def close_left(self) -> None:
        """Close the lanes that are let go and have nothing on its way any more."""
        done = [lane for lane in self.leaving.values() if lane.settled]
        for lane in done:
            await lane.gateway.close(lane.sender_id)
            del self.leaving[lane.sender_id]
        await self._leases.release([str(lane.sender_id) for lane in done])

    def let_go(self, lanes: Sequence[Lane]) -> None:
        """Mark nothing more for these; they are closed when their last message is recorded."""
        for lane in lanes:
            if self.lanes.get(lane.sender_id) is lane:
                del self.lanes[lane.sender_id]
                lane.leaving = True
                lane.ready.clear()
                self.leaving[lane.sender_id] = lane

    async def goodbye(self) -> None:
        """The process ends: give every lease back at once."""
        everyone = [*self.lanes, *self.leaving]
        await self._leases.release([str(sender_id) for sender_id in everyone])
        await fleet.say_goodbye(self._process)

    def _let_go_of_sated(self, needy: set[int]) -> None:
        self.let_go([lane for lane in self.lanes.values() if lane.sender_id not in needy])

    def _let_go_of_surplus(self, share: int) -> None:
        surplus = len(self.lanes) - share
        if surplus > 0:
            by_calm = sorted(self.lanes.values(), key=lambda lane: (lane.busy, bool(lane.ready)))
            self.let_go(by_calm[:surplus])

    async def _take(self, free: list[int], room: int) -> None:
        deadline = time.monotonic() + LEASE_S - MARGIN_S
        ours = await self._leases.take([str(i) for i in free], at_most=room)
        self._opening = {int(name): deadline for name in ours}
        try:
            await self._own(list(self._opening))
        finally:
            # those that could not be opened, whatever the reason, are for others to try
            failed = [i for i in self._opening if i not in self.lanes and i not in self.leaving]
            await self._leases.release([str(i) for i in failed])
            self._opening = {}

    async def _own(self, sender_ids: list[int]) -> None:
        if not sender_ids:
            return
        async with raw() as db:
            rows = await (await db.execute(OWN, [sender_ids])).fetchall()
        at_once = asyncio.Semaphore(OPENED_AT_ONCE)

        async def open_in_turn(owned: Owned) -> None:
            async with at_once:
                await self._open(owned)

        await asyncio.gather(*(open_in_turn(Owned(*row)) for row in rows))

    async def _open(self, owned: Owned) -> None:
        gateway = self._gateways.of(owned.channel)
        if gateway is None:
            return
        try:
            await gateway.open(Opened(owned.sender_id, owned.epoch, owned.phone))
            await self._recover(gateway, owned)
        except AWAY as e:
            log.warning("sender %s could not be opened: %s", owned.sender_id, e)
            await gateway.close(owned.sender_id)
            return
        lane = Lane(
            sender_id=owned.sender_id,
            workspace_id=owned.workspace_id,
            gateway=gateway,
            epoch=owned.epoch,
            deadline=self._opening[owned.sender_id],
            next_at=time.monotonic() + max(0.0, owned.wait_s or 0.0),
        )
        self.lanes[owned.sender_id] = lane
        self._arrived(lane)

    async def _recover(self, gateway: Gateway, owned: Owned) -> None:
        """Deal with a message that an earlier owner had on its way. Never back to queued unless sure."""
        token = owned.open_token
        if token is None or owned.inflight_campaign is None or owned.inflight_message is None:
            return
        (knowledge,) = await gateway.recover(owned.sender_id, [token])
        async with raw() as db:
            if not isinstance(knowledge, NeverLeft):
                wa_id = _wa_id(knowledge)
                await unconfirm(db, owned.inflight_campaign, owned.inflight_message, token, wa_id)
            await close_mark(db, owned.sender_id, owned.epoch, token)


def _wa_id(knowledge: Knowledge) -> str | None:
    return knowledge.wa_id if isinstance(knowledge, Left) else None

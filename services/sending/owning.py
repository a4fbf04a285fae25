"""Which senders this process sends for: leases share them out, epochs make it law, recover() opens them.

Redis is politeness, PostgreSQL is law: a lease keeps two processes from duelling over a sender, the epoch
makes sure that the loser of a duel can mark nothing any more.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from psycopg import Rollback

from models.db import raw
from models.states import LOST, spelled
from services.away import AWAY, is_disk_full
from services.gateways.protocol import Gateway, Knowledge, Left, NeverLeft, Opened
from services.gateways.registry import Gateways
from services.leases import Leases
from services.live import end
from services.sending.failures import FRESH_S, Failures, trouble_of
from services.sending.fleet import LEAVING, WORKERS, Fleet, Trouble
from services.sending.hot_moves import close_mark, unconfirm
from services.sending.lane import Lane

LEASE_S = 7.0  # a crashed process's senders are taken over within this and a look
MARGIN_S = 1.0  # nothing is sent in the last second of a lease; who did not sign in by then is gone
LONGEST_GAP_S = 30.0  # a longer wait in the table is a clock's error
TAKEN_AT_ONCE = 500  # each few are ours in a moment, whatever the database is busy with
OPENED_AT_ONCE = 20
OPENS_WITHIN_S = 60.0
CLOSES_WITHIN_S = 2.5
AGAIN_AFTER_S = 2.0  # a sender that could not be opened
log = logging.getLogger(__name__)

# Who has something to send, or is expected to hear receipts and replies for a while yet. A row a channel:
# thousands of rows a second would cost more than all the pacing.
NEEDY = f"""
SELECT s.channel, array_agg(s.id ORDER BY s.id), array_agg(s.epoch ORDER BY s.id) FROM sender s
 WHERE s.status NOT IN ({spelled(LOST)})
   AND (s.awake_until > now()
        OR EXISTS (SELECT 1 FROM campaign c WHERE c.sender_id = s.id AND c.status = 'running'))
 GROUP BY s.channel
""".encode()  # noqa: S608 - our own constants

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


@dataclass(slots=True)
class Opening:
    """A sender that is ours and on its way to a lane."""

    deadline: float  # as a lane's
    online: bool = True
    task: "asyncio.Task[None] | None" = None


class Owning:
    """The senders of one process. `lanes` is read by the engine; changed only here.

    A lane that is let go stays in `leaving` until its last message is recorded: a new lane for the same
    sender before that would let two attempts meet in one flush.
    """

    def __init__(
        self,
        process: str,
        gateways: Gateways,
        arrived: Callable[[Lane], None],
        heard: Callable[[], Awaitable[None]],
        trouble: Callable[[], Trouble | None],
    ) -> None:
        self._process = process
        self._gateways = gateways
        self._arrived = arrived
        self._heard = heard  # waits until what gateways told is stored
        self._trouble = trouble
        self._leases = Leases("sender", process, int(LEASE_S * 1000), among=WORKERS, leaving=LEAVING)
        self._fleet = Fleet(process, LEASE_S - MARGIN_S)
        self._opening: dict[int, Opening] = {}
        self._at_once = asyncio.Semaphore(OPENED_AT_ONCE)
        self._regained: dict[int, float] = {}  # when a lease was ours again that had run out
        self._again_at: dict[int, float] = {}  # those that could not be opened
        self._closing = asyncio.Lock()
        self._ended = False
        self._disk_full_at = -FRESH_S  # when a sender could not be opened for that
        self.failures: Failures[int] = Failures()  # the senders that cannot send, though we could
        self.lanes: dict[int, Lane] = {}
        self.leaving: dict[int, Lane] = {}

    @property
    def disk_full(self) -> bool:
        """Senders cannot be opened for lack of room."""
        return time.monotonic() - self._disk_full_at < FRESH_S

    async def keep(self) -> None:
        """Renew every lease, leaving lanes' too: nobody may take a sender while its last message is on
        its way. Redis alone is asked, so that a slow PostgreSQL costs no lease.

        A lease that had run out is not trusted before `look` has seen whether another used it.

        Raises:
            RedisError, OSError: try again in a second. What is owned goes on until its own deadline.
        """
        await self._sign_in()
        deadline = time.monotonic() + LEASE_S - MARGIN_S
        ours = self._ours()
        renewed = await self._leases.renew([str(sender_id) for sender_id in ours])
        lost = set(map(int, renewed.lost))
        self._regained |= dict.fromkeys(map(int, renewed.regained), time.monotonic())
        for sender_id, one in ours.items():
            if sender_id in lost:
                one.deadline = 0.0
            elif sender_id not in self._regained:
                one.deadline = deadline
        if lost:
            log.warning("%s lost %s senders", self._process, len(lost))
        self.let_go([lane for lane in self.lanes.values() if lane.sender_id in lost])
        await self._forget_given_back()

    async def _forget_given_back(self) -> None:
        """A lease that was given back while it was being renewed is nobody's."""
        given_back = self._regained.keys() - self._ours().keys()
        for sender_id in given_back:
            del self._regained[sender_id]
        await self._leases.release([str(sender_id) for sender_id in given_back])

    def _ours(self) -> dict[int, Lane | Opening]:
        return {**self.lanes, **self.leaving, **self._opening}

    async def look(self) -> None:
        """One round: let go of what needs nobody or is too much, take what nobody has.

        Raises:
            RedisError, psycopg.Error, OSError: one of the two is away; try again in a second.
        """
        if self._ended:
            return
        began = time.monotonic()
        async with raw() as db:
            rows = await (await db.execute(NEEDY, binary=True)).fetchall()
        needy = {
            sender_id: epoch
            for channel, senders, epochs in rows
            if self._gateways.of(channel) is not None
            for sender_id, epoch in zip(senders, epochs, strict=True)
        }
        await self._sign_in()
        share = self._fleet.share(len(needy))
        self._let_go_of_sated(needy)
        self._let_go_of_outlived(needy)
        self._trust_regained(began)
        self._let_go_of_surplus(share)
        await self.close_left()
        await self._take(self._free(needy), share - len(self.lanes) - len(self._opening))

    async def close_left(self) -> int:
        """Close the lanes that are let go and have nothing on its way any more; how many.

        Raises:
            RedisError, OSError: their leases run out by themselves.
        """
        async with self._closing:
            done = [lane for lane in self.leaving.values() if lane.settled]
            await asyncio.gather(*(_close(lane.gateway, lane.sender_id) for lane in done))
            for lane in done:
                del self.leaving[lane.sender_id]
            await self._leases.release([str(lane.sender_id) for lane in done])
            return len(done)

    def let_go(self, lanes: Sequence[Lane]) -> None:
        """Mark nothing more for these; they are closed when their last message is recorded."""
        for lane in lanes:
            if self.lanes.get(lane.sender_id) is lane:
                del self.lanes[lane.sender_id]
                lane.leaving = True
                lane.ready.clear()
                self.leaving[lane.sender_id] = lane

    def link_changed(self, sender_id: int, online: bool) -> None:
        """A gateway tells of a sender, perhaps before its lane is there."""
        one = self.lanes.get(sender_id) or self._opening.get(sender_id)
        if one is not None:
            one.online = online

    async def end(self) -> None:
        """The process ends: take nothing more, let go of all, and have the others know."""
        self._ended = True
        self.let_go(list(self.lanes.values()))
        try:
            await self._sign_in()
        finally:
            await end([opening.task for opening in self._opening.values() if opening.task])
            self.let_go(list(self.lanes.values()))

    async def goodbye(self) -> None:
        """Give back at once what is left, even where a message is still on its way."""
        left = [*self.leaving, *self._opening]
        await self._leases.release([str(sender_id) for sender_id in left])
        await self._fleet.sign_out()

    async def _sign_in(self) -> None:
        numbers = self.failures.now(self._opening)
        await self._fleet.sign_in(self._trouble(), numbers, leaving=self._ended)

    def _let_go_of_sated(self, needy: Mapping[int, int]) -> None:
        self.let_go([lane for lane in self.lanes.values() if lane.sender_id not in needy])

    def _let_go_of_outlived(self, epochs: Mapping[int, int]) -> None:
        """Another owned them while our lease had run out: by the law they are his, though he may be gone."""
        self.let_go([lane for lane in self.lanes.values() if epochs[lane.sender_id] > lane.epoch])

    def _trust_regained(self, before: float) -> None:
        """Nobody owned them meanwhile, as was seen after they were ours again."""
        for sender_id in [i for i, at in self._regained.items() if at < before and i in self.lanes]:
            del self._regained[sender_id]

    def _let_go_of_surplus(self, share: int) -> None:
        surplus = len(self.lanes) + len(self._opening) - share
        if surplus > 0:
            by_calm = sorted(self.lanes.values(), key=lambda lane: (lane.busy, bool(lane.ready)))
            self.let_go(by_calm[:surplus])

    def _free(self, needy: Iterable[int]) -> list[int]:
        """Those that another may have or nobody, in an order of our own: not all ask for the same first."""
        at = time.monotonic()
        ours = self._ours()
        self._again_at = {i: again_at for i, again_at in self._again_at.items() if again_at > at}
        free = [i for i in needy if i not in ours and i not in self._again_at]
        turn = hash(self._process) % max(1, len(free))
        return free[turn:] + free[:turn]

    async def _take(self, free: list[int], room: int) -> None:
        for start in range(0, len(free), TAKEN_AT_ONCE):
            if room <= 0 or self._ended:
                return
            room -= await self._take_some(free[start : start + TAKEN_AT_ONCE], room)

    async def _take_some(self, free: Sequence[int], room: int) -> int:
        """Lease what may be had of these, own it, and begin to open it; how many."""
        deadline = time.monotonic() + LEASE_S - MARGIN_S
        names = await self._leases.take([str(i) for i in free], at_most=room)
        # from now on they are renewed: a busy database may need longer to own them than a lease lives
        taken = {int(name): Opening(deadline) for name in names}
        self._opening |= taken
        owned: list[Owned] = []
        try:
            owned = await _own(list(taken))
        finally:
            # those that are gone, or could not be owned, are for others to try
            rest = taken.keys() - ({one.sender_id for one in owned} if not self._ended else set())
            for sender_id in rest:
                del self._opening[sender_id]
            await self._leases.release([str(sender_id) for sender_id in rest])
        for one in owned:
            if opening := self._opening.get(one.sender_id):
                opening.task = asyncio.create_task(self._open(one, opening))
        return len(names)

    async def _open(self, owned: Owned, opening: Opening) -> None:
        """Beside the rounds: who takes long to open, or cannot be, keeps nobody else waiting."""
        try:
            if await self._ready(owned):
                self._begin(owned, opening)
        finally:
            del self._opening[owned.sender_id]
            if owned.sender_id not in self.lanes:
                self._again_at[owned.sender_id] = time.monotonic() + AGAIN_AFTER_S
                await self._give_up(owned)

    async def _ready(self, owned: Owned) -> bool:
        """Whether the sender is open, and its last owner's message dealt with."""
        gateway = self._gateway_of(owned)
        try:
            # the wait for one's turn is not counted
            async with self._at_once, asyncio.timeout(OPENS_WITHIN_S):
                await gateway.open(Opened(owned.sender_id, owned.epoch, owned.phone))
                await self._heard()
                await recover(gateway, owned)
        except AWAY as e:
            if is_disk_full(e):
                self._disk_full_at = time.monotonic()
            self.failures.note(owned.sender_id, trouble_of(e, Trouble.OPENING))
            log.warning("sender %s could not be opened: %s", owned.sender_id, e)
        except Exception:  # one broken sender must not keep the others of its gateway waiting
            self.failures.note(owned.sender_id, Trouble.OPENING)
            log.exception("sender %s could not be opened", owned.sender_id)
        else:
            self.failures.works(owned.sender_id)
            return True
        return False

    def _begin(self, owned: Owned, opening: Opening) -> None:
        lane = Lane(
            sender_id=owned.sender_id,
            workspace_id=owned.workspace_id,
            gateway=self._gateway_of(owned),
            epoch=owned.epoch,
            deadline=opening.deadline,
            online=opening.online,
            next_at=time.monotonic() + min(max(0.0, owned.wait_s or 0.0), LONGEST_GAP_S),
        )
        self.lanes[owned.sender_id] = lane
        self._arrived(lane)

    async def _give_up(self, owned: Owned) -> None:
        await _close(self._gateway_of(owned), owned.sender_id)
        try:
            await self._leases.release([str(owned.sender_id)])
        except AWAY as e:
            log.warning("the lease of sender %s runs out by itself: %s", owned.sender_id, e)

    def _gateway_of(self, owned: Owned) -> Gateway:
        gateway = self._gateways.of(owned.channel)
        assert gateway is not None, "only those with a gateway are taken"
        return gateway


async def recover(gateway: Gateway, owned: Owned) -> None:
    """Deal with a message that an earlier owner had on its way. Never back to queued unless sure."""
    token = owned.open_token
    if token is None or owned.inflight_campaign is None or owned.inflight_message is None:
        return
    (knowledge,) = await gateway.recover(owned.sender_id, [token])
    async with raw() as db:
        if not isinstance(knowledge, NeverLeft):
            wa_id = _wa_id(knowledge)
            await unconfirm(db, owned.inflight_campaign, owned.inflight_message, token, wa_id)
        if not await close_mark(db, owned.sender_id, owned.epoch, token):
            raise Rollback  # another owns it by now: he has found out himself, and may be sending it


async def _own(senders: list[int]) -> list[Owned]:
    if not senders:
        return []
    async with raw() as db:
        return [Owned(*row) for row in await (await db.execute(OWN, [senders])).fetchall()]


def _wa_id(knowledge: Knowledge) -> str | None:
    return knowledge.wa_id if isinstance(knowledge, Left) else None


async def _close(gateway: Gateway, sender_id: int) -> None:
    try:
        async with asyncio.timeout(CLOSES_WITHIN_S):
            await gateway.close(sender_id)
    except TimeoutError:
        log.warning("sender %s took too long to close", sender_id)
    except Exception:  # or nobody would be let go, and nobody taken, any more
        log.exception("sender %s could not be closed", sender_id)

"""The sending processes that are alive, as Redis knows them, and what keeps them or their numbers from it.

Times are those of Redis's own clock, so that machines whose clocks differ agree. And because that clock too
may be set back, nobody is believed to be alive for longer than they were seen to sign in: by the monotonic
clock of whoever looks.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.clock import now
from services.leases import lease_key
from services.redis_link import redis

WORKERS = "workers"  # a sorted set: process → until when, in milliseconds of Redis's clock
LEAVING = "leaving:"  # stands before the name of one that takes nothing more, but has messages on their way
TROUBLES = "workers:troubles"  # a hash: process → "disk 7=opening 9=reading": its own trouble, its numbers'
JUMP = "clock:jump"  # by how many seconds the last one was
JUMP_KEPT = timedelta(hours=12)  # what it holds up goes on with the next morning
ANY_NUMBER = "%d+"  # as Redis's Lua writes it

CLOCK = """
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

SIGN_IN = f"""{CLOCK}
redis.call('zadd', KEYS[1], now + ARGV[2], ARGV[4] .. ARGV[1])
if ARGV[4] ~= '' then redis.call('zrem', KEYS[1], ARGV[1]) end
redis.call('zremrangebyscore', KEYS[1], '-inf', now)
if ARGV[3] == '' then
  redis.call('hdel', KEYS[2], ARGV[1])
else
  redis.call('hset', KEYS[2], ARGV[1], ARGV[3])
  redis.call('pexpire', KEYS[2], 60000)
end
return redis.call('zrange', KEYS[1], 0, -1, 'withscores')
"""

LOOK = f"""{CLOCK}
local seen = {{
  redis.call('get', KEYS[3]) or '', redis.call('get', KEYS[4]) or '', tostring(redis.call('pttl', KEYS[4]))
}}
for _, process in ipairs(redis.call('zrangebyscore', KEYS[1], now, '+inf')) do
  if process:sub(1, {len(LEAVING)}) ~= '{LEAVING}' then
    local told = redis.call('hget', KEYS[2], process) or ''
    seen[#seen + 1] = process
    seen[#seen + 1] = string.match(told, '^%a*')
    seen[#seen + 1] = string.match(told, ' ' .. ARGV[1] .. '=(%a+)') or ''
  end
end
return seen
"""


class Trouble(StrEnum):
    """What keeps a whole process from sending, or one of its numbers. Letters only: see LOOK."""

    DATABASE = "database"  # does not answer, or does not take what is written
    DISK = "disk"  # is full: the database's, or the one that a gateway writes to
    OPENING = "opening"  # the number cannot be opened on its machine
    READING = "reading"  # what is to be sent cannot be read: a bug of ours


@dataclass(frozen=True, slots=True)
class Jump:
    """A wall clock was set, or its machine slept."""

    by: timedelta
    at: datetime  # by the clock as it goes since


@dataclass(frozen=True, slots=True)
class Workers:
    """How many processes send right now, and what keeps one of them, or the one number, from it."""

    alive: int
    trouble: Trouble | None = None
    stand_still: bool = False  # all of them do
    jump: Jump | None = None  # the last of the latest hours


@dataclass(frozen=True, slots=True)
class Told:
    """What one process says."""

    process: str
    trouble: str  # its own
    number: str  # that of a number


async def workers(sender_id: int | None = None) -> Workers:
    """As anybody sees them. `trouble` is any process's or number's; for one sender, only what keeps it.

    Raises:
        RedisError, OSError: nobody can know.
    """
    keys = (WORKERS, TROUBLES, lease_key("sender", str(sender_id or 0)), JUMP)
    asked = ANY_NUMBER if sender_id is None else str(sender_id)
    owner, by_s, left_ms, *rest = [word.decode() for word in await redis().eval(LOOK, 4, *keys, asked)]
    told = [Told(*one) for one in zip(*[iter(rest)] * 3, strict=True)]
    trouble = _first(told) if sender_id is None else _of_number(told, owner)
    return Workers(
        alive=len(told),
        trouble=Trouble(trouble) if trouble else None,
        stand_still=all(one.trouble for one in told),
        jump=_jump(by_s, int(left_ms)),
    )


def _first(told: Sequence[Told]) -> str:
    return next((word for one in told if (word := one.trouble or one.number)), "")


def _of_number(told: Sequence[Told], owner: str) -> str:
    """Its owner's word counts. Where nobody alive owns it: who could not, or what they all suffer from."""
    for one in told:
        if one.process == owner:
            return one.trouble or one.number
    its_own = next((one.number for one in told if one.number), "")
    return its_own or (_first(told) if all(one.trouble for one in told) else "")


async def tell_jump(by_s: float) -> None:
    """A clock was set: let everybody know. How long ago that was is told by Redis's clock alone.

    Raises:
        RedisError, OSError: tell it again.
    """
    await redis().set(JUMP, f"{by_s:.0f}", px=JUMP_KEPT)


def _jump(by_s: str, left_ms: int) -> Jump | None:
    if not by_s:
        return None
    return Jump(timedelta(seconds=int(by_s)), now() - (JUMP_KEPT - timedelta(milliseconds=left_ms)))


class Fleet:
    """As one of its processes sees it. All raise RedisError or OSError when Redis is away."""

    def __init__(self, process: str, ttl_s: float) -> None:
        self._process = process
        self._ttl_s = ttl_s
        self._signs: dict[str, tuple[float, float]] = {}  # process → its last sign, and when that was new

    async def sign_in(
        self, trouble: Trouble | None, numbers: Mapping[int, Trouble], *, leaving: bool = False
    ) -> None:
        """Be alive for `ttl_s`, and see who else is. `numbers`: those that cannot send, though we could.

        Whoever is `leaving` has no share any more, but keeps its leases: nobody may take a sender whose
        message is on its way.
        """
        said = " ".join([trouble or "", *(f"{sender_id}={why}" for sender_id, why in numbers.items())])
        ttl_ms = str(int(self._ttl_s * 1000))
        asked = (WORKERS, TROUBLES, self._process, ttl_ms, said, LEAVING if leaving else "")
        told = await redis().eval(SIGN_IN, 2, *asked)
        signs = {told[i].decode(): float(told[i + 1]) for i in range(0, len(told), 2)}
        at = time.monotonic()
        was = self._signs
        self._signs = {
            process: was[process] if process in was and was[process][0] == sign else (sign, at)
            for process, sign in signs.items()
        }
        gone = [process for process in self._signs if not self._seen_alive(process, at)]
        if gone:  # Redis's clock was set back, or it would have forgotten them itself
            await redis().zrem(WORKERS, *gone)

    async def sign_out(self) -> None:
        """Nothing is left here; from now on others may take whatever was ours."""
        await redis().zrem(WORKERS, self._process, LEAVING + self._process)

    def share(self, how_many: int) -> int:
        """How many of so many things are for this process: evenly, to the last one."""
        at = time.monotonic()
        others = (p for p in self._signs if not p.startswith(LEAVING) and self._seen_alive(p, at))
        alive = sorted({self._process, *others})
        each, more = divmod(how_many, len(alive))
        return each + (alive.index(self._process) < more)

    def _seen_alive(self, process: str, at: float) -> bool:
        return process == self._process or at - self._signs[process][1] < self._ttl_s

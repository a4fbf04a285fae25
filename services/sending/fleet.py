"""The sending processes that are alive, as Redis knows them.

Times are those of Redis's own clock, so that machines whose clocks differ agree. And because that clock too
may be set back, nobody is believed to be alive for longer than they were seen to sign in: by the monotonic
clock of whoever looks.
"""

import time
from dataclasses import dataclass
from enum import StrEnum

from services.redis_link import redis

WORKERS = "workers"  # a sorted set: process → until when, in milliseconds of Redis's clock
LEAVING = "leaving:"  # stands before the name of one that takes nothing more, but has messages on their way
TROUBLES = "workers:troubles"  # a hash: process → what keeps it from sending

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
local alive = redis.call('zrangebyscore', KEYS[1], now, '+inf')
local troubles = {{}}
for i, process in ipairs(alive) do
  if process:sub(1, {len(LEAVING)}) ~= '{LEAVING}' then
    troubles[#troubles + 1] = redis.call('hget', KEYS[2], process) or ''
  end
end
return troubles
"""


class Trouble(StrEnum):
    """What keeps a whole process from sending."""

    DATABASE = "database"  # does not answer, or does not take what is written
    DISK = "disk"  # is full: the database's, or the one that a gateway writes to


@dataclass(frozen=True, slots=True)
class Workers:
    """How many processes send right now, and what keeps one of them from it."""

    alive: int
    trouble: Trouble | None = None


async def workers() -> Workers:
    """As anybody sees them.

    Raises:
        RedisError, OSError: nobody can know.
    """
    told = [word.decode() for word in await redis().eval(LOOK, 2, WORKERS, TROUBLES)]
    return Workers(len(told), next((Trouble(word) for word in told if word), None))


class Fleet:
    """As one of its processes sees it. All raise RedisError or OSError when Redis is away."""

    def __init__(self, process: str, ttl_s: float) -> None:
        self._process = process
        self._ttl_s = ttl_s
        self._signs: dict[str, tuple[float, float]] = {}  # process → its last sign, and when that was new

    async def sign_in(self, trouble: Trouble | None = None, *, leaving: bool = False) -> None:
        """Be alive for `ttl_s`, and see who else is. Whoever is `leaving` has no share any more, but keeps
        its leases: nobody may take a sender whose message is on its way."""
        ttl_ms = str(int(self._ttl_s * 1000))
        asked = (WORKERS, TROUBLES, self._process, ttl_ms, trouble or "", LEAVING if leaving else "")
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

"""Leases in Redis: who does what in the fleet, until when. Politeness; the law is in PostgreSQL.

A lease is a key that holds its owner's name and dies by itself. All calls take many names at once:
renewing a thousand one by one would cost sixty times as much.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import NamedTuple

from redis.exceptions import RedisError

from services.live import end
from services.redis_link import redis

DUTY_MS = 6_000  # a duty that was cut short is anybody's again after this
log = logging.getLogger(__name__)

# Whoever is missing among the living has no lease any more, however long Redis would keep it. What is ours
# already may be taken once more: we ask for what we do not know to be ours, as when an answer got lost.
TAKE = """
local function gone(owner)
  return ARGV[4] ~= '' and not redis.call('zscore', ARGV[4], owner)
    and not redis.call('zscore', ARGV[4], ARGV[5] .. owner)
end
local got = {}
for i, key in ipairs(KEYS) do
  if #got == tonumber(ARGV[3]) then break end
  local owner = redis.call('get', key)
  if not owner or owner == ARGV[1] or gone(owner) then
    redis.call('set', key, ARGV[1], 'PX', ARGV[2])
    got[#got + 1] = i
  end
end
return got
"""

# Only exceptions are told: a thousand answers would cost more than a thousand renewals. What has
# run out and is nobody's is ours again, whoever was late; but somebody may have had it between.
RENEW = """
local lost, regained = {}, {}
for name in string.gmatch(ARGV[4], '%S+') do
  local owner = redis.call('get', ARGV[3] .. name)
  if owner and owner ~= ARGV[1] then
    lost[#lost + 1] = name
  else
    redis.call('set', ARGV[3] .. name, ARGV[1], 'PX', ARGV[2])
    if not owner then regained[#regained + 1] = name end
  end
end
return {lost, regained}
"""

RELEASE = """
for _, key in ipairs(KEYS) do
  if redis.call('get', key) == ARGV[1] then redis.call('del', key) end
end
"""


class Renewed(NamedTuple):
    """All are ours for another term, but for those that are `lost`: somebody else has them."""

    lost: list[str]
    regained: list[str]  # they had run out, and may have been somebody's meanwhile


class Leases:
    """One owner's leases of one kind: Leases("sender", owner, 8_000).take(["7", "9"]).

    `among` names a sorted set of the owners that are alive, where somebody keeps one; those that are about to
    leave it have `leaving` before their names.
    """

    def __init__(self, kind: str, owner: str, ttl_ms: int, *, among: str = "", leaving: str = "") -> None:
        self._kind = kind
        self._owner = owner
        self._ttl_ms = ttl_ms
        self._among = among
        self._leaving = leaving

    async def take(self, names: Sequence[str], at_most: int = 1) -> list[str]:
        """The first `at_most` of `names` that nobody else alive had; they are ours now."""
        if not names:
            return []
        told = (self._owner, str(self._ttl_ms), str(at_most), self._among, self._leaving)
        return [names[place - 1] for place in await redis().eval(TAKE, len(names), *self._keys(names), *told)]

    async def renew(self, names: Sequence[str]) -> Renewed:
        """Keep `names`, which have no spaces in them, for another full term."""
        if not names:
            return Renewed([], [])
        asked = redis().eval(RENEW, 0, self._owner, str(self._ttl_ms), self._key(""), " ".join(names))
        lost, regained = await asked
        return Renewed([name.decode() for name in lost], [name.decode() for name in regained])

    async def release(self, names: Sequence[str]) -> None:
        """Give back what is ours of `names`."""
        if names:
            await redis().eval(RELEASE, len(names), *self._keys(names), self._owner)

    def _keys(self, names: Sequence[str]) -> list[str]:
        return [self._key(name) for name in names]

    def _key(self, name: str) -> str:
        return f"lease:{self._kind}:{name}"


@asynccontextmanager
async def held(name: str) -> AsyncIterator[bool]:
    """Hold the fleet's one lease on `name` for a while: True if it is ours, False if somebody has it.

    It is kept for a few seconds at a time: whoever is killed, or cannot give it back because Redis went
    away, is waited for no longer. So what is done under it must be safe to do twice.
    """
    leases = Leases("duty", token_hex(8), DUTY_MS)
    ours = bool(await leases.take([name]))
    keeping = asyncio.create_task(_keep(leases, name)) if ours else None
    try:
        yield ours
    finally:
        if keeping is not None:
            await end([keeping])
            await leases.release([name])


async def _keep(leases: Leases, name: str) -> None:
    while True:
        await asyncio.sleep(DUTY_MS / 3000)
        try:
            await leases.renew([name])
        except (RedisError, OSError) as e:
            log.warning("the lease of the duty %s could not be renewed: %s", name, e)

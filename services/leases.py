"""Leases in Redis: who does what in the fleet, until when. Politeness; the law is in PostgreSQL.

A lease is a key that holds its owner's name and dies by itself. All calls take many names at once:
renewing a thousand one by one would cost sixty times as much.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from secrets import token_hex

from services.redis_link import redis

# Whoever is missing among the living has no lease any more, however long Redis would keep it.
TAKE = """
local got = {}
for i, key in ipairs(KEYS) do
  if #got == tonumber(ARGV[3]) then break end
  local owner = redis.call('get', key)
  if not owner or (ARGV[4] ~= '' and not redis.call('zscore', ARGV[4], owner)) then
    redis.call('set', key, ARGV[1], 'PX', ARGV[2])
    got[#got + 1] = i
  end
end
return got
"""

RENEW = """
local kept = {}
for i, key in ipairs(KEYS) do
  if redis.call('get', key) == ARGV[1] then
    redis.call('pexpire', key, ARGV[2])
    kept[#kept + 1] = i
  end
end
return kept
"""

RELEASE = """
for _, key in ipairs(KEYS) do
  if redis.call('get', key) == ARGV[1] then redis.call('del', key) end
end
"""


class Leases:
    """One owner's leases of one kind: Leases("sender", owner, 8_000).take(["7", "9"]).

    `among` names a sorted set of the owners that are alive, where somebody keeps one.
    """

    def __init__(self, kind: str, owner: str, ttl_ms: int, *, among: str = "") -> None:
        self._kind = kind
        self._owner = owner
        self._ttl_ms = ttl_ms
        self._among = among

    async def take(self, names: Sequence[str], at_most: int = 1) -> list[str]:
        """The first `at_most` of `names` that nobody alive had; they are ours now."""
        return await self._run(TAKE, names, self._owner, self._ttl_ms, at_most, self._among)

    async def renew(self, names: Sequence[str]) -> list[str]:
        """Those of `names` that are still ours, for another full term; the others are lost."""
        return await self._run(RENEW, names, self._owner, self._ttl_ms)

    async def release(self, names: Sequence[str]) -> None:
        """Give back what is ours of `names`."""
        if names:
            await redis().eval(RELEASE, len(names), *self._keys(names), self._owner)

    async def _run(self, script: str, names: Sequence[str], *arguments: object) -> list[str]:
        if not names:
            return []
        asked = redis().eval(script, len(names), *self._keys(names), *map(str, arguments))
        return [names[place - 1] for place in await asked]

    def _keys(self, names: Sequence[str]) -> list[str]:
        return [f"lease:{self._kind}:{name}" for name in names]


@asynccontextmanager
async def held(name: str, *, ttl_ms: int) -> AsyncIterator[bool]:
    """Hold the fleet's one lease on `name` for a while: True if it is ours, False if somebody has it.

    It is not renewed: what is done under it must be safe to do twice.
    """
    leases = Leases("duty", token_hex(8), ttl_ms)
    ours = bool(await leases.take([name]))
    try:
        yield ours
    finally:
        if ours:
            await leases.release([name])

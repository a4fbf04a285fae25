"""How often something may be tried. Redis counts for all processes; while it is away, each counts alone."""

import logging
import math
import time
from ipaddress import ip_address, ip_network

from limits import RateLimitItem, RateLimitItemPerMinute, WindowStats
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from services.errors import BroadcasterError
from services.i18n import N_
from services.redis_link import redis

# In a moving window. One login from one address, and from everywhere together: whoever sits at one address
# never uses that up. A browser that came in before counts alone (device.py).
WRONG_LOGINS = RateLimitItemPerMinute(5, 20, namespace="wrong-login")
WRONG_FROM_ANYWHERE = RateLimitItemPerMinute(20, 60, namespace="wrong-from-anywhere")
WRONG_ON_DEVICE = RateLimitItemPerMinute(5, 15, namespace="wrong-on-device")
# Many shops share one address of their mobile network, so with many logins an address may do more.
WRONG_AT_ADDRESS = RateLimitItemPerMinute(50, 15, namespace="wrong-at-address")
WRONG_NOTED = RateLimitItemPerMinute(1, 15, namespace="wrong-noted")  # so often the record speaks of them
SIGN_UPS = RateLimitItemPerMinute(20, 60, namespace="sign-up")

log = logging.getLogger(__name__)
_alone = MovingWindowRateLimiter(MemoryStorage())


class TooManyTries(BroadcasterError):
    sentence = N_("Too many tries. Please wait {minutes} min and try again.")


async def spend(limit: RateLimitItem, who: str) -> None:
    """Count one more try of `who`.

    Raises:
        TooManyTries: it is one too many; it is not counted.
    """
    if not await count(limit, who):
        raise TooManyTries(minutes=_minutes(await _stats(limit, who)))


async def check(limit: RateLimitItem, who: str) -> None:
    """Count nothing.

    Raises:
        TooManyTries: another try of `who` would be one too many.
    """
    stats = await _stats(limit, who)
    if stats.remaining < 1:
        raise TooManyTries(minutes=_minutes(stats))


async def count(limit: RateLimitItem, who: str) -> bool:
    """Count one more try of `who`, unless it is one too many."""
    try:
        return await _together().hit(limit, who)
    except (RedisError, OSError) as e:
        log.warning("counting tries alone: %s", e)
        return await _alone.hit(limit, who)


async def forgive(limit: RateLimitItem, who: str) -> None:
    """Forget what `who` tried."""
    await _alone.clear(limit, who)
    try:
        await _together().clear(limit, who)
    except (RedisError, OSError) as e:
        log.warning("tries are not forgotten in Redis: %s", e)


async def _stats(limit: RateLimitItem, who: str) -> WindowStats:
    try:
        return await _together().get_window_stats(limit, who)
    except (RedisError, OSError):
        return await _alone.get_window_stats(limit, who)


def network(address: str) -> str:
    """What one stranger can have of addresses: an IPv4 address, or the whole network of an IPv6 one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return address if found.version == 4 else str(ip_network((found, 64), strict=False))


def _minutes(stats: WindowStats) -> int:
    return max(1, math.ceil((stats.reset_time - time.time()) / 60))


def _together() -> MovingWindowRateLimiter:
    pool = redis().connection_pool
    storage = RedisStorage("redis://", implementation="redispy", connection_pool=pool)  # type: ignore[arg-type]
    return MovingWindowRateLimiter(storage)

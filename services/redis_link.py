"""This process's one Redis client. Redis holds leases, caches and announcements; never the truth."""

from redis.asyncio import BlockingConnectionPool, Redis

_redis: Redis | None = None


def open_redis(redis_url: str) -> None:
    """Point this process at a Redis; connects at the first use.

    The pool blocks instead of failing when all connections are busy (redis-py's own stops at 100).
    """
    global _redis
    pool = BlockingConnectionPool.from_url(
        redis_url, max_connections=20, timeout=5, socket_timeout=2, socket_connect_timeout=2
    )
    _redis = Redis(connection_pool=pool)


async def close_redis() -> None:
    global _redis
    if _redis is not None:
        await _redis.aclose()
        await _redis.connection_pool.disconnect()
        _redis = None


def redis() -> Redis:
    if _redis is None:
        raise RuntimeError("open_redis() comes first")
    return _redis

"""The servers that somebody else runs: are they there, before anything is started on top of them?"""

import psycopg
import redis

from services.settings import CannotStart

PATIENCE_S = 5


def check_database(url: str) -> None:
    """Raises CannotStart when no connection can be made. The sentence holds no password."""
    try:
        psycopg.connect(url, connect_timeout=PATIENCE_S).close()
    except psycopg.Error as e:
        raise _unreachable("The database at DATABASE_URL", e) from None


def check_redis(url: str) -> None:
    """Raises CannotStart when it does not answer. The sentence holds no password."""
    try:
        with redis.Redis.from_url(url, socket_timeout=PATIENCE_S) as client:
            client.ping()
    except (redis.RedisError, ValueError) as e:
        raise _unreachable("Redis at REDIS_URL", e) from None


def _unreachable(what: str, error: Exception) -> CannotStart:
    said = " ".join(str(error).split()) or type(error).__name__
    return CannotStart(f"{what} cannot be reached ({said}): start it, or correct the address.")

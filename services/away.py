"""The errors that mean "PostgreSQL or Redis is away": wait, say so, and go on by yourself."""

import errno

import psycopg
import sqlalchemy.exc
from redis.exceptions import RedisError

# How long one of them is waited for. A TimeoutError is an OSError, so it means "away" too.
PATIENCE_S = 15.0
AWAY = (RedisError, psycopg.Error, sqlalchemy.exc.DBAPIError, OSError)

# What a page may tell as "the database cannot be reached": a statement that is wrong is our bug instead.
DATABASE_AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,  # each connection of the pool waits for it already
)


def is_disk_full(trouble: BaseException) -> bool:
    """Whether PostgreSQL or a file of ours has no room left."""
    if isinstance(trouble, OSError):
        return trouble.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(trouble, psycopg.errors.DiskFull)

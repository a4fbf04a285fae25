"""The errors that mean "PostgreSQL or Redis is away": wait, say so, and go on by yourself."""

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

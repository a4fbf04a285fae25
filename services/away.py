"""The errors that mean "PostgreSQL or Redis is away": wait, say so, and go on by yourself."""

import psycopg
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

# How long one of them is waited for. A TimeoutError is an OSError, so it means "away" too.
PATIENCE_S = 15.0
AWAY = (RedisError, psycopg.Error, DBAPIError, OSError)

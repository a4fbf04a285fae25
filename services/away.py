"""The errors that mean "PostgreSQL or Redis is away": wait, say so, and go on by yourself."""

import psycopg
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

AWAY = (RedisError, psycopg.Error, DBAPIError, OSError)

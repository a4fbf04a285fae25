"""Browsers that are logged in. PostgreSQL knows; Redis remembers an answer for a minute."""

import hashlib
import logging
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import orjson
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models.access import Person, Session
from models.db import transaction
from services.access.actor import Actor
from services.clock import now
from services.live import announce
from services.redis_link import redis

LIFE = timedelta(days=30)
RENEWED_WHEN_LEFT = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)
REMEMBERED_S = 60
AGENT_LENGTH = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recognised:
    """Somebody whose cookie is good."""

    actor: Actor
    expires_at: datetime
    renewed: bool = False  # the cookie, too, has to live longer


async def begin(db: AsyncSession, person: Person, *, agent: str = "") -> str:
    """Log `person` in; the secret for the browser's cookie, which nobody else has.

    `agent` is what the browser calls itself.
    """
    secret = secrets.token_urlsafe(32)
    db.add(
        Session(
            secret_hash=hash_of(secret),
            person_id=person.id,
            workspace_id=person.workspace_id,
            created_at=now(),
            expires_at=now() + LIFE,
            seen_at=now(),
            agent=agent[:AGENT_LENGTH],
        )
    )
    return secret


async def recognise(secret: str) -> Recognised | None:
    """Whose browser this is; None if the session is unknown, ended or revoked.

    A session in its last week gets 30 days more.
    """
    session = hash_of(secret)
    found = await _remembered(session)
    if found is None or found.expires_at - now() < RENEWED_WHEN_LEFT:
        found = await _looked_up(session)
        if found is not None:
            await _remember(session, found)
    return found


async def is_open(session: bytes) -> bool:
    """Whether a session still counts, by the truth in PostgreSQL alone."""
    async with transaction() as db:
        return await _read(db, session) is not None


async def log_out(actor: Actor) -> None:
    """End this session; its open pages stop within a second or two."""
    await _revoke(actor, only=actor.session)


async def log_out_everywhere(actor: Actor) -> None:
    """End every session of this person, this one too."""
    await _revoke(actor, only=None)


async def forget(session: bytes) -> None:
    """Have the next recognise() look into PostgreSQL: something about the person changed."""
    try:
        await redis().delete(_key(session))
    except (RedisError, OSError) as e:
        log.warning("a session stays remembered for a minute: %s", e)


def hash_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


FIND = text("""
SELECT s.person_id, s.workspace_id, s.expires_at, s.seen_at, p.name, p.language,
       w.name AS workspace_name, w.timezone, w.demo
  FROM session s
  JOIN person p ON p.id = s.person_id AND p.workspace_id = s.workspace_id
  JOIN workspace w ON w.id = s.workspace_id
 WHERE s.secret_hash = :session AND s.revoked_at IS NULL AND s.expires_at > :now
""")

TOUCH = text("""
UPDATE session SET seen_at = :now, expires_at = :expires_at
 WHERE secret_hash = :session AND workspace_id = :workspace_id AND revoked_at IS NULL
""")

REVOKE = text("""
UPDATE session SET revoked_at = :now
 WHERE person_id = :person_id AND workspace_id = :workspace_id AND revoked_at IS NULL
   AND (CAST(:only AS bytea) IS NULL OR secret_hash = :only)
RETURNING secret_hash
""")


async def _looked_up(session: bytes) -> Recognised | None:
    async with transaction() as db:
        row = await _read(db, session)
        if row is None:
            return None
        found, seen_at = row
        renewed = found.expires_at - now() < RENEWED_WHEN_LEFT
        expires_at = now() + LIFE if renewed else found.expires_at
        if renewed or now() - seen_at > SEEN_EVERY:
            touched = {"session": session, "workspace_id": found.actor.workspace_id}
            await db.execute(TOUCH, {**touched, "now": now(), "expires_at": expires_at})
    return Recognised(found.actor, expires_at, renewed)


async def _read(db: AsyncSession, session: bytes) -> tuple[Recognised, datetime] | None:
    row = (await db.execute(FIND, {"session": session, "now": now()})).one_or_none()
    if row is None:
        return None
    actor = Actor(
        person_id=row.person_id,
        workspace_id=row.workspace_id,
        name=row.name,
        workspace_name=row.workspace_name,
        language=row.language,
        timezone=row.timezone,
        demo=row.demo,
        session=session,
    )
    return Recognised(actor, row.expires_at), row.seen_at


async def _revoke(actor: Actor, *, only: bytes | None) -> None:
    async with transaction() as db:
        asked = {"now": now(), "person_id": actor.person_id, "workspace_id": actor.workspace_id, "only": only}
        ended = list((await db.scalars(REVOKE, asked)).all())
        await announce(db, *(f"session:{session.hex()}" for session in ended))
        await _remember_ended(ended)


def _key(session: bytes) -> str:
    return f"session:{session.hex()}"


async def _remembered(session: bytes) -> Recognised | None:
    try:
        kept = await redis().get(_key(session))
    except (RedisError, OSError) as e:
        log.warning("sessions are read from PostgreSQL: %s", e)
        return None
    if not kept:
        return None
    told = orjson.loads(kept)
    expires_at = datetime.fromisoformat(told.pop("expires_at"))
    return Recognised(Actor(**told, session=session), expires_at) if expires_at > now() else None


async def _remember(session: bytes, found: Recognised) -> None:
    """Only where nothing is: a mark of _remember_ended() must outlive an answer that was read before it."""
    told = {**asdict(found.actor), "expires_at": found.expires_at.isoformat()}
    del told["session"]
    try:
        await redis().set(_key(session), orjson.dumps(told), ex=REMEMBERED_S, nx=True)
    except (RedisError, OSError) as e:
        log.warning("a session is not remembered: %s", e)


async def _remember_ended(sessions: list[bytes]) -> None:
    """Before the commit, an empty answer that outlives any full one: meanwhile the truth is asked."""
    try:
        async with redis().pipeline(transaction=False) as many:
            for session in sessions:
                many.set(_key(session), b"", ex=2 * REMEMBERED_S)
            await many.execute()
    except (RedisError, OSError) as e:
        log.warning("ended sessions may be remembered for a minute: %s", e)

"""The numbers that must not hear from a workspace, known by a keyed hash alone: it outlives the contact."""

import hmac

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_key: bytes | None = None


def use_key(key: bytes) -> None:
    """Hash with `key` from now on. Changing it would forget everybody who said STOP."""
    global _key
    _key = key


def key_in_use() -> bytes:
    """For a child process that hashes on our behalf."""
    if _key is None:
        raise RuntimeError("use_key() comes first")
    return _key


def phone_hash(workspace_id: int, phone: str) -> bytes:
    """HMAC-SHA256 of an E.164 number: 32 bytes; cannot be turned back, nor compared between workspaces."""
    return hmac.digest(key_in_use(), f"{workspace_id}:{phone}".encode(), "sha256")


SUPPRESS = text("""
INSERT INTO suppression (workspace_id, phone_hash, source) VALUES (:workspace_id, :phone_hash, :source)
    ON CONFLICT (workspace_id, phone_hash) DO NOTHING
""")


async def suppress(db: AsyncSession, workspace_id: int, phone: str, *, source: str) -> None:
    """Nothing goes from this workspace to `phone` any more. `source` says who asked: reply, typed."""
    known = {"workspace_id": workspace_id, "phone_hash": phone_hash(workspace_id, phone)}
    await db.execute(SUPPRESS, {**known, "source": source})


UNSUPPRESS = text("DELETE FROM suppression WHERE workspace_id = :workspace_id AND phone_hash = :phone_hash")


async def unsuppress(db: AsyncSession, workspace_id: int, phone: str) -> None:
    """The person asked to hear from the shop again."""
    known = {"workspace_id": workspace_id, "phone_hash": phone_hash(workspace_id, phone)}
    await db.execute(UNSUPPRESS, known)


IS_SUPPRESSED = text("""
SELECT EXISTS (SELECT 1 FROM suppression WHERE workspace_id = :workspace_id AND phone_hash = :phone_hash)
""")


async def is_suppressed(db: AsyncSession, workspace_id: int, phone: str) -> bool:
    known = {"workspace_id": workspace_id, "phone_hash": phone_hash(workspace_id, phone)}
    return bool(await db.scalar(IS_SUPPRESSED, known))

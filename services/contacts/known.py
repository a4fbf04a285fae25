"""What we learn of numbers as we go: who is on WhatsApp, and who knows a sender. All of it repeatable."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Older answers count as none: people change phones and apps.
STALE = timedelta(days=30)

ON_WHATSAPP = text("""
INSERT INTO known_number (workspace_id, phone, on_whatsapp, checked_at)
SELECT :workspace_id, phone, on_whatsapp, :at
  FROM unnest(CAST(:phones AS text[]), CAST(:answers AS boolean[])) AS told (phone, on_whatsapp)
    ON CONFLICT (workspace_id, phone) DO UPDATE
   SET on_whatsapp = EXCLUDED.on_whatsapp, checked_at = EXCLUDED.checked_at
 WHERE known_number.checked_at < EXCLUDED.checked_at
""")

# Of the rehearsal's sender alone: it is no truth about anybody's number.
PLAYED = text("""
INSERT INTO acquaintance (sender_id, phone, workspace_id, there, asked_at)
SELECT :sender_id, phone, :workspace_id, there, :at
  FROM unnest(CAST(:phones AS text[]), CAST(:answers AS boolean[])) AS told (phone, there)
    ON CONFLICT (sender_id, phone) DO UPDATE SET there = EXCLUDED.there, asked_at = EXCLUDED.asked_at
""")

WROTE = text("""
INSERT INTO acquaintance (sender_id, phone, workspace_id, wrote_at)
VALUES (:sender_id, :phone, :workspace_id, :at)
    ON CONFLICT (sender_id, phone) DO UPDATE SET wrote_at = GREATEST(acquaintance.wrote_at, EXCLUDED.wrote_at)
""")

TRUSTED = text("""
INSERT INTO acquaintance (sender_id, phone, workspace_id, trusted_at)
SELECT :sender_id, told.phone, :workspace_id, told.at
  FROM unnest(CAST(:phones AS text[]), CAST(:moments AS timestamptz[])) AS told (phone, at)
  JOIN contact c ON c.workspace_id = :workspace_id AND c.phone = told.phone
 ORDER BY told.phone
    ON CONFLICT (sender_id, phone) DO UPDATE SET trusted_at = EXCLUDED.trusted_at
 WHERE acquaintance.trusted_at IS NULL OR acquaintance.trusted_at < EXCLUDED.trusted_at
""")

# For a person's right to be forgotten.
FORGET_NUMBER = text("DELETE FROM known_number WHERE workspace_id = :workspace_id AND phone = :phone")
FORGET_QUESTION = text("DELETE FROM number_question WHERE workspace_id = :workspace_id AND phone = :phone")
FORGET_FRIEND = text("DELETE FROM acquaintance WHERE workspace_id = :workspace_id AND phone = :phone")


async def on_whatsapp(db: AsyncSession, workspace_id: int, answers: Mapping[str, bool], at: datetime) -> None:
    """A channel told at `at` which of these numbers (E.164) are on WhatsApp; a newer answer stays."""
    if answers:
        told = {"phones": list(answers), "answers": list(answers.values())}
        await db.execute(ON_WHATSAPP, {"workspace_id": workspace_id, "at": at, **told})


async def played(
    db: AsyncSession, workspace_id: int, sender_id: int, answers: Mapping[str, bool], at: datetime
) -> None:
    """A sandbox plays who is on WhatsApp."""
    if answers:
        told = {"phones": list(answers), "answers": list(answers.values()), "at": at}
        await db.execute(PLAYED, {"workspace_id": workspace_id, "sender_id": sender_id, **told})


async def wrote(db: AsyncSession, workspace_id: int, sender_id: int, phone: str, at: datetime) -> None:
    """This person wrote to the sender: the best sign that a message is no surprise."""
    known = {"workspace_id": workspace_id, "sender_id": sender_id}
    await db.execute(WROTE, {**known, "phone": phone, "at": at})


async def trusted(
    db: AsyncSession, workspace_id: int, sender_id: int, tokens: Mapping[str, datetime]
) -> None:
    """The channel holds a token of WhatsApp's own for these numbers, each of its date. Nothing is kept of
    those who are no contacts.
    """
    if tokens:
        told = {"phones": list(tokens), "moments": list(tokens.values())}
        await db.execute(TRUSTED, {"workspace_id": workspace_id, "sender_id": sender_id, **told})


async def forget(db: AsyncSession, workspace_id: int, phone: str) -> None:
    """Nothing of this is kept of a person who is erased."""
    known = {"workspace_id": workspace_id, "phone": phone}
    await db.execute(FORGET_NUMBER, known)
    await db.execute(FORGET_QUESTION, known)
    await db.execute(FORGET_FRIEND, known)

"""Who agreed, who refused: an append-only history, and the list that outlives the contact."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from models.columns import born, identity, number, one_of, points_to, raw_bytes, words
from models.states import Consent


class ConsentRecord(SQLModel, table=True):
    """One word of one person, never changed. `wording` is what they were shown or what they wrote."""

    __tablename__ = "consent_record"
    __table_args__ = (
        one_of(Consent, table="consent_record", column="consent"),
        Index("consent_record_of", "workspace_id", "phone_hash"),
    )

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    phone_hash: bytes = raw_bytes()
    consent: str = words()
    source: str = words()  # import, typed, reply, demo
    wording: str = words("")
    evidence: str = words("")  # where it can be looked up: a file's name, a message's id
    recorded_by: int | None = number(default=None)  # a person, or nobody: the contact wrote it
    at: datetime = born()


class Suppression(SQLModel, table=True):
    """A number that must not hear from this workspace, known by its keyed hash alone."""

    __tablename__ = "suppression"

    workspace_id: int = points_to("workspace.id", key=True)
    phone_hash: bytes = raw_bytes(key=True)
    source: str = words("reply")
    at: datetime = born()

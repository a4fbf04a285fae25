"""Who did what with people's data, and when. Only added to: the database itself refuses any change."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from models.columns import born, identity, json_object, number, points_to, raw_bytes, words


class AuditEntry(SQLModel, table=True):
    """`deed` is a member of services/access/audit.py's Deed; a person is named by the keyed hash alone."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("audit_entry_listed", "workspace_id", "id"),)

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    person_id: int | None = number(default=None)  # who did it; nobody: it happened by itself
    who: str = words("")  # their name at the time
    deed: str = words()
    phone_hash: bytes | None = raw_bytes(optional=True)  # about whom
    facts: dict[str, object] = json_object()
    at: datetime = born()

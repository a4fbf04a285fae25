"""Who may come in: workspaces, their people, and the sessions that are open."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from models.columns import born, identity, moment, points_to, raw_bytes, words


class Workspace(SQLModel, table=True):
    """The paying customer: a shop, a clinic, a coaching centre."""

    __tablename__ = "workspace"

    id: int = identity()
    name: str = words()
    timezone: str = words("Asia/Kolkata")
    demo: bool = False
    created_at: datetime = born()


class Person(SQLModel, table=True):
    """Somebody who logs in. `login` is a lower-case e-mail address or a mobile in E.164."""

    __tablename__ = "person"
    __table_args__ = (Index("person_login", "login", unique=True),)

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    name: str = words()
    login: str = words()
    password_hash: str = words()
    language: str = words("en")
    created_at: datetime = born()


class Session(SQLModel, table=True):
    """A browser that is logged in. Only the SHA-256 of its secret is kept."""

    __tablename__ = "session"
    __table_args__ = (Index("session_person", "person_id"),)

    secret_hash: bytes = raw_bytes(key=True)
    person_id: int = points_to("person.id", ondelete="CASCADE")
    workspace_id: int = points_to("workspace.id")
    created_at: datetime = born()
    expires_at: datetime = moment(required=True)
    seen_at: datetime = born()
    revoked_at: datetime | None = moment()
    agent: str = words("")

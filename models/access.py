"""Who may come in: workspaces, their people, and the sessions that are open."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from models.columns import born, identity, moment, number, points_to, raw_bytes, several, words


class Workspace(SQLModel, table=True):
    """The paying customer: a shop, a clinic, a coaching centre.

    Quiet hours are minutes after midnight in its zone; equal ones are none. `stop_words` are its own,
    `words_off` those of ours that mean something else in this shop (services/consent/stop_words.py).
    `join_word` is what its poster asks people to write (services/contacts/join.py).
    """

    __tablename__ = "workspace"

    id: int = identity()
    name: str = words()
    timezone: str = words("Asia/Kolkata")
    demo: bool = False
    quiet_from: int = number(default=21 * 60)
    quiet_until: int = number(default=9 * 60)
    most_a_week: int = number(default=3)  # promotions to one person
    stop_words: list[str] = several()
    words_off: list[str] = several()
    join_word: str = words("HI")  # who writes it joins, once the shop has asked for that
    joining_since: datetime | None = moment()
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

"""Attempts to link a WhatsApp number, and what WhatsApp is to be asked about numbers."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import SQLModel

from models.columns import born, identity, moment, one_of, points_to, words
from models.states import LinkHow, LinkStatus


class LinkRequest(SQLModel, table=True):
    """One attempt, from the tap to its end. `status` is written only in services/senders/link_moves.py.

    A page writes it, a process that sends works on it and says every few seconds that it still does. What
    links (`letters`, `qr`) is taken away when it ends.
    """

    __tablename__ = "link_request"
    __table_args__ = (
        one_of(LinkStatus, table="link_request"),
        one_of(LinkHow, table="link_request", column="how"),
        Index("link_request_listed", "workspace_id", "id"),
        Index("link_request_open", "id", postgresql_where=text("status IN ('asked', 'started')")),
    )

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    person_id: int = points_to("person.id")
    sender_id: int | None = points_to("sender.id", nullable=True)  # to be linked again; or the one it made
    how: str = words()
    phone: str | None = words(optional=True)  # E.164; the one that a code is for
    status: str = words("asked")
    status_at: datetime = born()
    problem: str | None = words(optional=True)  # a LinkProblem
    found: str | None = words(optional=True)  # E.164; who was linked instead
    letters: str | None = words(optional=True)  # "CS6D-MXVK"
    qr: str | None = words(optional=True)
    shown_until: datetime | None = moment()  # the letters, or the picture
    worker: str | None = words(optional=True)  # the process that is at it
    alive_at: datetime | None = moment()  # when that process last said so
    created_at: datetime = born()


class NumberQuestion(SQLModel, table=True):
    """Is this number on WhatsApp? Gone when it is answered (models/number.py) or nobody needs it any more."""

    __tablename__ = "number_question"
    __table_args__ = (Index("number_question_next", "sender_id", "asked_at"),)

    workspace_id: int = points_to("workspace.id", key=True)
    phone: str = words(key=True)  # E.164
    sender_id: int = points_to("sender.id", ondelete="CASCADE")  # who asks
    asked_at: datetime = born()

"""What is said between the shop and one person: the inbox has a line for each."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import SQLModel

from models.columns import flag, identity, moment, number, points_to, words


class Chat(SQLModel, table=True):
    """One person who wrote to the shop, a contact or not. What was said is in reply and in campaign."""

    __tablename__ = "chat"
    __table_args__ = (
        Index("chat_with", "workspace_id", "phone", unique=True),
        Index("chat_listed", "workspace_id", "last_at", "id"),
        Index("chat_unread", "workspace_id", postgresql_where=text("unread > 0")),
    )

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    sender_id: int = points_to("sender.id")  # to whom they wrote last; the answer goes from there
    phone: str = words()  # E.164
    last_text: str = words("")  # of theirs
    last_at: datetime = moment(required=True)
    unread: int = number()
    join_question: str | None = words(optional=True)  # asked in this language: a YES joins
    join_asked_at: datetime | None = moment()
    refusal: bool = flag()  # they may want to stop, and no human has decided yet

"""What is known of numbers: which are on WhatsApp, and who knows a sender."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from models.columns import moment, number, points_to, words


class KnownNumber(SQLModel, table=True):
    """Whether a number is on WhatsApp, as a gateway told; forgotten with its contact."""

    __tablename__ = "known_number"

    workspace_id: int = points_to("workspace.id", key=True)
    phone: str = words(key=True)  # E.164
    on_whatsapp: bool
    checked_at: datetime = moment(required=True)


class Acquaintance(SQLModel, table=True):
    """Somebody who knows a sender: a chat with them is not new, so WhatsApp minds it less.

    Of each sender by itself, for so WhatsApp sees it; and what a rehearsal plays stays in the sandbox. No
    foreign keys: each receipt would lock its sender's row.
    """

    __tablename__ = "acquaintance"

    sender_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    phone: str = words(key=True)  # E.164
    workspace_id: int = number()
    wrote_at: datetime | None = moment()  # the latest
    read_at: datetime | None = moment()
    asked_at: datetime | None = moment()  # in a sandbox: whether they are on WhatsApp
    there: bool | None = Field(default=None, nullable=True)
    trusted_at: datetime | None = moment()  # the date of the channel's own token for them

"""What is known of numbers: which are on WhatsApp, and who knows a sender."""

from datetime import datetime

from sqlmodel import SQLModel

from models.columns import moment, points_to, words


class KnownNumber(SQLModel, table=True):
    """Whether a number is on WhatsApp, as a gateway told; forgotten with its contact."""

    __tablename__ = "known_number"

    workspace_id: int = points_to("workspace.id", key=True)
    phone: str = words(key=True)  # E.164
    on_whatsapp: bool
    checked_at: datetime = moment(required=True)


class Acquaintance(SQLModel, table=True):
    """Somebody who knows a sender: a chat with them is not new, so WhatsApp minds it less.

    Of each sender by itself, for so WhatsApp sees it; and what a rehearsal plays stays in the sandbox.
    """

    __tablename__ = "acquaintance"

    sender_id: int = points_to("sender.id", key=True, ondelete="CASCADE")
    phone: str = words(key=True)  # E.164
    workspace_id: int = points_to("workspace.id")
    wrote_at: datetime | None = moment()  # the latest
    read_at: datetime | None = moment()
    trusted_at: datetime | None = moment()  # the date of the channel's own token for them

"""One text to one person in one campaign; what the phones told us of it; what people answered."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, Computed, Index, SmallInteger, text
from sqlmodel import Field, SQLModel

from models.columns import (
    born,
    flag,
    identity,
    json_object,
    moment,
    number,
    one_of,
    points_to,
    raw_bytes,
    words,
)
from models.states import MessageStatus


class Message(SQLModel, table=True):
    """`status` is written only in services/sending/moves.py.

    Partitioned by ranges of campaign_id (services/sending/partitions.py), so that old campaigns leave
    without a trace in the indexes of the living. No foreign keys: they would double the launch.
    `waits` is what the queue's index is made of: no index names `status`, so that a receipt changes the row
    in place. `blanks` are the contact's values of the blanks at the launch; the text is rendered from them
    and the campaign's frozen texts. `token` is the in-flight token of the last attempt that was recorded.
    """

    __tablename__ = "message"
    __table_args__ = (
        one_of(MessageStatus, table="message"),
        Index("message_queued", "campaign_id", "cold", "id", postgresql_where=text("waits")),
        Index("message_of_contact", "campaign_id", "contact_id", unique=True),
        Index(
            "message_replied", "campaign_id", "replied_at", postgresql_where=text("replied_at IS NOT NULL")
        ),
        Index("message_wa_id", "wa_id", postgresql_where=text("wa_id IS NOT NULL")),
        {"postgresql_partition_by": "RANGE (campaign_id)"},
    )

    campaign_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    id: int = Field(
        default=None,
        sa_column=Column(
            BigInteger,
            primary_key=True,
            autoincrement=False,
            server_default=text("nextval('message_id_seq'::regclass)"),
        ),
    )
    workspace_id: int = number(default=0)
    sender_id: int = number(default=0)
    contact_id: int = number(default=0)
    phone: str = words()
    phone_hash: bytes = raw_bytes()
    name: str = words("")
    language: str = words("en")
    blanks: dict[str, str] = json_object()
    status: str = words("queued")
    waits: bool = Field(
        default=None,
        sa_column=Column(Boolean, Computed("status = 'queued'", persisted=True), nullable=False),
    )
    status_at: datetime = born()
    reason: str | None = words(optional=True)
    attempts: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    cold: bool = flag()  # does not know the sender, as far as we have heard; while it waits, that may change
    due_at: datetime | None = moment()  # not before: a retry's wait
    token: bytes | None = raw_bytes(optional=True)
    wa_id: str | None = words(optional=True)
    accepted_at: datetime | None = moment()
    delivered_at: datetime | None = moment()
    read_at: datetime | None = moment()
    replied_at: datetime | None = moment()


class Receipt(SQLModel, table=True):
    """What a phone told us of a message, until it is applied. It may come before our own record."""

    __tablename__ = "receipt"
    __table_args__ = (Index("receipt_stored", "stored_at"),)

    id: int = identity()
    sender_id: int = number(default=0)
    wa_id: str = words()
    kind: str = words()  # delivered, read, unreadable
    at: datetime = moment(required=True)
    stored_at: datetime = born()


class Reply(SQLModel, table=True):
    """What a person wrote to a sender."""

    __tablename__ = "reply"
    __table_args__ = (
        Index("reply_once", "sender_id", "wa_id", unique=True),
        Index("reply_listed", "workspace_id", "id"),
        Index("reply_of_person", "workspace_id", "phone", "id"),
        Index("reply_of_contact", "contact_id", postgresql_where=text("contact_id IS NOT NULL")),
        Index("reply_to_campaign", "campaign_id", "id", postgresql_where=text("campaign_id IS NOT NULL")),
    )

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    sender_id: int = points_to("sender.id")
    contact_id: int | None = number(default=None)
    campaign_id: int | None = number(default=None)  # the latest that reached this person
    phone: str = words()
    text: str = words("")
    wa_id: str = words()
    opt_out: bool = False
    refusal: bool = flag()  # sounds like a no: a human decides
    at: datetime = moment(required=True)

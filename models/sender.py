"""A WhatsApp number that we send from, and what it is sending this very moment."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from models.columns import born, identity, moment, number, one_of, points_to, raw_bytes, words
from models.states import Channel, SenderStatus


class Sender(SQLModel, table=True):
    """`status` is written only in services/senders/moves.py; the marks only in services/sending/moves.py.

    The in-flight mark is the law of sending: who holds the latest `epoch` may set it, and only the
    holder of its token may send that message. It is open until the message's own `token` equals it.
    """

    __tablename__ = "sender"
    __table_args__ = (
        one_of(SenderStatus, table="sender"),
        one_of(Channel, table="sender", column="channel"),
        Index("sender_listed", "workspace_id", "id"),
    )

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    channel: str = words()
    name: str = words()
    phone: str | None = words(optional=True)  # E.164
    status: str = words("offline")
    status_at: datetime = born()
    awake_until: datetime | None = moment()  # connected till then even without work: receipts, replies
    epoch: int = number()
    inflight_campaign: int | None = number(default=None)
    inflight_message: int | None = number(default=None)
    inflight_token: bytes | None = raw_bytes(optional=True)
    inflight_at: datetime | None = moment()
    next_send_at: datetime | None = moment()
    created_at: datetime = born()

"""A WhatsApp number that we send from, and what it is sending this very moment."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from models.columns import (
    born,
    day,
    flag,
    identity,
    moment,
    number,
    one_of,
    points_to,
    raw_bytes,
    words,
)
from models.states import Channel, SenderStatus


class Sender(SQLModel, table=True):
    """`status` is written only in services/senders/moves.py; the marks only in services/sending/moves.py.

    The in-flight mark is the law of sending: who holds the latest `epoch` may set it, and only the
    holder of its token may send that message. It is open until the message's own `token` equals it.

    The limits (services/senders/limits.py) are data. What counts against them is written with the mark or
    the record of the very message, so a crash forgets none of it. "Cold" is who does not know this number.
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
    phone: str | None = words(optional=True)  # E.164; a linked sender keeps its first one for ever
    lid: str | None = words(optional=True)  # WhatsApp's own number for it, which hides the phone's
    heard_at: datetime | None = moment()  # WhatsApp's last sign of life
    status: str = words("offline")
    status_at: datetime = born()
    awake_until: datetime | None = moment()  # connected till then even without work: receipts, replies
    epoch: int = number()
    inflight_campaign: int | None = number(default=None)
    inflight_message: int | None = number(default=None)
    inflight_token: bytes | None = raw_bytes(optional=True)
    inflight_at: datetime | None = moment()
    next_send_at: datetime | None = moment()
    # what it may do
    plays_limits: bool = flag(False)  # sandbox only: a rehearsal is held back like life
    daily_cap: int = number(default=500)  # the most that a warm-up leads to
    cold_per_day: int = number(default=20)
    # what it has done: `day` is the workspace's own, and the two counts are that day's
    day: date | None = day()
    sent_today: int = number()
    cold_today: int = number()
    clean_days: int = number()  # days of sending without trouble: the warm-up's steps
    sent_total: int = number()
    cold_total: int = number()
    cold_refused: int = number()
    refused_in_row: int = number()
    # what WhatsApp told us of it
    troubled_at: datetime | None = moment()
    restricted_until: datetime | None = moment()  # no new chats (or, where it is banned, nothing) till then
    offline_why: str | None = words(optional=True)  # where it does not come back by itself: an OfflineWhy
    restricted_why: str | None = words(optional=True)  # new_chats_refused, or the code of a ban
    alarm: str | None = words(optional=True)  # a Brake: nothing leaves until its campaigns are paused
    created_at: datetime = born()

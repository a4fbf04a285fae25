"""A message to many, from its draft to its last person."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import SQLModel

from models.columns import (
    born,
    flag,
    identity,
    json_object,
    moment,
    number,
    one_of,
    points_to,
    several,
    words,
)
from models.states import CampaignStatus, Kind, MessageStatus, Pace

TO_MANY = text("chat_id IS NULL")  # answers to one person are by far the most, and on no list


class Campaign(SQLModel, table=True):
    """`status` is written only in services/campaigns/moves.py.

    An answer to one person is a campaign too, of one message, so that one engine sends everything: it has
    a `chat_id`, and no list shows it (services/sending/outbox.py). `last_word`: it may reach somebody who
    said STOP, either to tell that this was heard, or because a human insisted.

    `texts` holds one body per language, {"hi": "नमस्ते {name|दोस्त}"}; frozen at the launch.
    `audience` says who: {"tags": ["vip"]}, or {"everyone": true}.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        one_of(CampaignStatus, table="campaign"),
        one_of(Pace, table="campaign", column="pace"),
        one_of(Kind, table="campaign", column="kind"),
        Index("campaign_listed", "workspace_id", "id", postgresql_where=TO_MANY),
        Index("campaign_running", "sender_id", "id", postgresql_where=text("status = 'running'")),
        Index("campaign_launched", "workspace_id", "launched_at", postgresql_where=TO_MANY),
        Index("campaign_of_chat", "chat_id", "id", postgresql_where=text("chat_id IS NOT NULL")),
        Index("campaign_attachment", "attachment_id", postgresql_where=text("attachment_id IS NOT NULL")),
        Index("campaign_cancelled", "id", postgresql_where=text("status = 'cancelled'")),
        Index("campaign_cancelling", "cancel_at", postgresql_where=text("cancel_at IS NOT NULL")),
        Index("campaign_due", "scheduled_at", postgresql_where=text("status = 'scheduled'")),
    )

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    name: str = words("")
    status: str = words("draft")
    status_at: datetime = born()
    sender_id: int | None = points_to("sender.id", nullable=True)
    kind: str = words("promotional")
    footer: bool = flag(True)  # a promotion says how to stop it
    texts: dict[str, str] = json_object()
    default_language: str = words("en")
    attachment_id: int | None = points_to("attachment.id", nullable=True)  # goes with the text
    audience: dict[str, object] = json_object()
    pace: str = words("safe")
    rehearsal_speed: int = number(default=1)  # sandbox only: how many times faster than life
    scheduled_at: datetime | None = moment()
    launched_at: datetime | None = moment()
    finished_at: datetime | None = moment()
    cancel_at: datetime | None = moment()  # then its cancel is final; until then it can be taken back
    cancel_from: str | None = words(optional=True)  # what it was before
    cold_from: int | None = number(
        default=None
    )  # the first message to who did not know the sender at the launch
    braked: list[str] = several()  # the brakes that a human has overruled, or will
    problem: str | None = words(optional=True)  # why it is held, or was paused by itself: a sentence's msgid
    facts: dict[str, object] = json_object()  # its blanks
    chat_id: int | None = number(default=None)
    last_word: bool = flag()
    created_by: int | None = points_to("person.id", nullable=True)  # nobody: an answer that leaves by itself
    created_at: datetime = born()


class CampaignCount(SQLModel, table=True):
    """How many messages of a campaign are in each status, and how many people replied.

    Written only in services/sending/moves.py, in the transaction that moves the messages.
    """

    __tablename__ = "campaign_count"

    campaign_id: int = points_to("campaign.id", ondelete="CASCADE", key=True)
    total: int = number()
    queued: int = number()
    accepted: int = number()
    delivered: int = number()
    read: int = number()
    failed: int = number()
    skipped: int = number()
    unconfirmed: int = number()
    replied: int = number()
    opted_out: int = number()  # said STOP in answer to it
    changed_at: datetime = born()


assert {status.value for status in MessageStatus} <= set(CampaignCount.model_fields)

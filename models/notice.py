"""What is told to a phone while no page of ours is open, and the phones that asked for it."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, LargeBinary
from sqlmodel import Field, SQLModel

from models.columns import born, identity, one_of, points_to, raw_bytes, words
from models.states import News


class PushSubscription(SQLModel, table=True):
    """One browser of one person. It ends with the session that asked for it."""

    __tablename__ = "push_subscription"
    __table_args__ = (
        Index("push_subscription_listed", "workspace_id", "id"),
        Index("push_subscription_session", "session"),
        Index("push_subscription_once", "endpoint", unique=True),
    )

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    person_id: int = points_to("person.id", ondelete="CASCADE")
    session: bytes = Field(
        sa_column=Column(LargeBinary, ForeignKey("session.secret_hash", ondelete="CASCADE"), nullable=False)
    )
    endpoint: str = words()  # the push service's address for this browser
    public_key: bytes = raw_bytes()  # of the browser, an uncompressed point of P-256
    auth: bytes = raw_bytes()  # 16 bytes that only the browser and we know
    site: str = words()  # where they asked for it: "https://shop.example"
    created_at: datetime = born()


class Notice(SQLModel, table=True):
    """Waits for its push, which takes it away; written in the transaction that made it true."""

    __tablename__ = "notice"
    __table_args__ = (one_of(News, table="notice", column="news"),)

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    news: str = words()
    campaign: str = words("")  # its name
    path: str = words("/")  # the page that a tap opens
    created_at: datetime = born()

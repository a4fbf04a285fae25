"""What a tap brings back: things that were deleted a moment ago, and words that nobody has saved yet."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from models.columns import born, identity, json_object, one_of, points_to, words
from models.states import Thing


class Binned(SQLModel, table=True):
    """One row of another table, as it was. What was deleted by one tap shares a token."""

    __tablename__ = "binned"
    __table_args__ = (
        one_of(Thing, table="binned", column="what"),
        Index("binned_token", "workspace_id", "token"),
        Index("binned_old", "binned_at"),
    )

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    token: str = words()
    what: str = words()
    body: dict[str, object] = json_object()
    binned_at: datetime = born()


class Typed(SQLModel, table=True):
    """What one person has typed at one place of the pages: "/templates/7"."""

    __tablename__ = "typed"

    person_id: int = points_to("person.id", ondelete="CASCADE", key=True)
    place: str = words(key=True)
    workspace_id: int = points_to("workspace.id")
    body: dict[str, object] = json_object()
    typed_at: datetime = born()

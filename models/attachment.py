"""Files that go with a message: photos, PDFs and videos."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from models.columns import born, identity, number, one_of, points_to, raw_bytes, words
from models.states import MediaKind


class Attachment(SQLModel, table=True):
    """A file as it will be sent; it never changes, so a campaign that names it is frozen with it.

    The bytes are in the workspace's media folder under their SHA-256 (services/media/store.py). What
    nothing names for a day is thrown away (services/media/sweep.py).
    """

    __tablename__ = "attachment"
    __table_args__ = (
        one_of(MediaKind, table="attachment", column="kind"),
        Index("attachment_once", "workspace_id", "sha256", "name", unique=True),
    )

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    sha256: bytes = raw_bytes()
    kind: str = words()
    mime: str = words()
    name: str = words()  # what the recipient sees of a PDF
    size: int = number(default=0)  # bytes
    width: int = number(default=0)  # pixels; 0 for a PDF
    height: int = number(default=0)
    created_at: datetime = born()  # or brought again

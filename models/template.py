"""Texts with blanks, in several languages."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import SQLModel

from models.columns import born, identity, one_of, points_to, words
from models.states import Kind


class Template(SQLModel, table=True):
    """A text that is used again; its wordings are in template_text."""

    __tablename__ = "template"
    __table_args__ = (
        one_of(Kind, table="template", column="kind"),
        Index("template_listed", "workspace_id", "id"),
        Index("template_attachment", "attachment_id", postgresql_where=text("attachment_id IS NOT NULL")),
    )

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    name: str = words()
    kind: str = words("promotional")  # of a campaign that begins with it
    attachment_id: int | None = points_to("attachment.id", nullable=True)
    created_at: datetime = born()
    updated_at: datetime = born()


class TemplateText(SQLModel, table=True):
    """One language of a template: "Namaste {name|friend}, …"."""

    __tablename__ = "template_text"

    template_id: int = points_to("template.id", ondelete="CASCADE", key=True)
    language: str = words(key=True)
    body: str = words()

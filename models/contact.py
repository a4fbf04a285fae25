"""The people of a workspace, and the files they came from."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Integer
from sqlmodel import Field, SQLModel

from models.columns import (
    born,
    identity,
    json_object,
    moment,
    number,
    one_of,
    points_to,
    raw_bytes,
    several,
    words,
)
from models.states import Consent, ImportStatus


class Contact(SQLModel, table=True):
    """One person. `fields` are the values of blanks besides the name: {"city": "Pune"}.

    `phone_hash` is the keyed hash that the suppression list knows (services/consent/suppress.py).
    `consent` is the latest word; its history is in consent_record.
    """

    __tablename__ = "contact"
    __table_args__ = (
        one_of(Consent, table="contact", column="consent"),
        Index("contact_phone", "workspace_id", "phone", unique=True),
        Index("contact_listed", "workspace_id", "id"),
        Index("contact_tags", "tags", postgresql_using="gin"),
    )

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    phone: str = words()  # E.164
    phone_hash: bytes = raw_bytes()
    name: str = words("")
    language: str | None = words(optional=True)
    fields: dict[str, str] = json_object()
    tags: list[str] = several()
    consent: str = words("unknown")
    created_at: datetime = born()
    updated_at: datetime = born()


class FormerContact(SQLModel, table=True):
    """Whom a contact was, that is deleted or has another number now: what was sent to this number is found by
    it, for who asks what is kept of them, or to be forgotten. A keyed hash, never the number.
    """

    __tablename__ = "former_contact"

    workspace_id: int = points_to("workspace.id", key=True)
    phone_hash: bytes = raw_bytes(key=True)
    contact_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class ContactImport(SQLModel, table=True):
    """One file or pasted list, from reading to undoing.

    `mapping` says which column is what: {"phone": 2, "name": 0, "fields": {"city": 3}}.
    `counts` is the preview: {"new": 1, "changed": 1, "same": 1, "duplicate": 1, "wrong": 1}.
    """

    __tablename__ = "contact_import"
    __table_args__ = (
        one_of(ImportStatus, table="contact_import"),
        Index("contact_import_listed", "workspace_id", "id"),
    )

    id: int = identity()
    workspace_id: int = points_to("workspace.id")
    person_id: int = points_to("person.id")
    file_name: str = words("")
    stored_as: str | None = words(optional=True)  # the file's name under data/imports
    status: str = words("reading")
    status_at: datetime = born()
    headers: list[str] = several()
    mapping: dict[str, object] = json_object()
    counts: dict[str, int] = json_object()
    rows_read: int = number()
    problem: str | None = words(optional=True)  # a sentence's msgid
    facts: dict[str, object] = json_object()  # its blanks
    wording: str | None = words(optional=True)  # the declaration of consent, as it was shown
    tags: list[str] = several()  # put on everybody in it
    created_at: datetime = born()
    applied_at: datetime | None = moment()


class ImportRow(SQLModel, table=True):
    """One line of a file, judged. Written in bulk; gone a month after its import."""

    __tablename__ = "import_row"
    __table_args__ = (
        Index("import_row_verdict", "import_id", "verdict", "line"),
        # a whole list is written at once: the lightest kind of index
        Index("import_row_of_person", "phone_hash", postgresql_using="hash"),
    )

    import_id: int = points_to("contact_import.id", ondelete="CASCADE", key=True)
    line: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    phone: str | None = words(optional=True)
    phone_hash: bytes | None = raw_bytes(optional=True)
    name: str = words("")
    language: str | None = words(optional=True)
    fields: dict[str, str] = json_object()
    verdict: str = words()  # new, changed, same, duplicate, wrong
    problem: str | None = words(optional=True)  # a sentence's msgid
    given: str = words("")  # the cell as it stood in the file
    contact_id: int | None = number(default=None)  # whom the import wrote
    before: dict[str, object] = json_object()  # what that contact was before, for the undo

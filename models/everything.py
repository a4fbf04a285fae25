"""Every table, imported once, so that the metadata is whole: for migrations and their test."""

from sqlmodel import SQLModel

from models import (
    access,
    attachment,
    audit,
    campaign,
    chat,
    consent,
    contact,
    duty,
    link,
    message,
    notice,
    number,
    sender,
    template,
    unsaved,
)

TABLES = (
    access,
    attachment,
    audit,
    campaign,
    chat,
    consent,
    contact,
    duty,
    link,
    message,
    notice,
    number,
    sender,
    template,
    unsaved,
)
METADATA = SQLModel.metadata

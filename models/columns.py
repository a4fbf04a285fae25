"""The few kinds of column that our tables are made of. SQL types are chosen here, once."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    LargeBinary,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from models.states import spelled


def identity() -> Any:
    """A bigint key that the database numbers."""
    return Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))


def points_to(target: str, *, ondelete: str | None = None, nullable: bool = False, key: bool = False) -> Any:
    """A bigint that names a row elsewhere: "campaign.id"."""
    link = ForeignKey(target, ondelete=ondelete)
    return Field(
        default=None, sa_column=Column(BigInteger, link, nullable=nullable and not key, primary_key=key)
    )


def number(*, default: int | None = 0) -> Any:
    """A bigint; `default=None` makes it optional."""
    shown = None if default is None else text(str(default))
    return Field(
        default=default, sa_column=Column(BigInteger, nullable=default is None, server_default=shown)
    )


def flag(default: bool = False) -> Any:
    """A boolean."""
    shown = text(str(default).lower())
    return Field(default=default, sa_column=Column(Boolean, nullable=False, server_default=shown))


def day() -> Any:
    """A date, of the workspace's own calendar; empty until something happens."""
    return Field(default=None, sa_column=Column(Date))


def moment(*, required: bool = False) -> Any:
    """A timestamptz (aware datetimes only), empty until something happens."""
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=not required))


def born() -> Any:
    """A timestamptz that the database fills at the insert."""
    return Field(
        default=None,
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()),
    )


def words(default: str | None = None, *, optional: bool = False, key: bool = False) -> Any:
    """A text column."""
    shown = None if default is None else text(f"'{default}'")
    return Field(
        default=default,
        sa_column=Column(Text, nullable=optional and not key, server_default=shown, primary_key=key),
    )


def raw_bytes(*, optional: bool = False, key: bool = False) -> Any:
    """A bytea column: hashes and tokens."""
    return Field(default=None, sa_column=Column(LargeBinary, nullable=optional and not key, primary_key=key))


def json_object() -> Any:
    """A jsonb object, empty at first."""
    return Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default=text("'{}'::jsonb"))
    )


def several() -> Any:
    """A text[], empty at first."""
    return Field(
        default_factory=list,
        sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    )


def one_of(statuses: type[StrEnum], *, table: str, column: str = "status") -> CheckConstraint:
    """The CHECK that keeps a text column to its enum."""
    return CheckConstraint(f"{column} IN ({spelled(statuses)})", name=f"{table}_{column}_known")

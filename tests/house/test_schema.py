"""The tables of models/ are the tables of a migrated database: no column was forgotten in a migration."""

import re
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Column, Connection, MetaData, Text, create_engine, inspect

from models.everything import METADATA
from services.embedded import Servers
from tests.conftest import beside

QUOTED = re.compile(r"'([^']*)'")


@pytest.fixture(scope="module")
def connection(servers: Servers, migrated: str) -> Iterator[Connection]:
    url = beside(servers.database_url, migrated).replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url)
    try:
        with engine.connect() as connected:
            yield connected
    finally:
        engine.dispose()  # tests copy this database, which nobody may be using then


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True, "include_name": ours}
    context = MigrationContext.configure(connection, opts=options)
    found = compare_metadata(context, metadata)
    return [one for one in found if not is_sequence(one)]


def is_sequence(found: object) -> bool:
    """Alembic takes a column that owns its sequence for one without a default."""
    return isinstance(found, list) and found[0][:4] == ("modify_default", None, "message", "id")


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Not Alembic's own table, nor the message table's partitions."""
    return kind != "table" or not (name or "").startswith(("alembic_version", "message_p"))


def known_statuses(metadata: MetaData) -> dict[tuple[str, str], set[str]]:
    """Table and CHECK → what it lets in. Alembic does not compare these."""
    return {
        (table.name, str(check.name)): set(QUOTED.findall(str(check.sqltext)))
        for table in metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }


def test_models_and_migrations_agree(connection: Connection) -> None:
    assert differences(connection, METADATA) == []


def test_every_check_lets_in_what_its_enum_knows(connection: Connection) -> None:
    there = {
        (table, str(check["name"])): set(QUOTED.findall(check["sqltext"]))
        for table in METADATA.tables
        for check in inspect(connection).get_check_constraints(table)
    }
    assert there == known_statuses(METADATA)


def test_a_forgotten_column_is_seen(connection: Connection) -> None:
    changed = MetaData()
    for table in METADATA.tables.values():
        table.to_metadata(changed)
    changed.tables["contact"].append_column(Column("nickname", Text))

    assert [found[0] for found in differences(connection, changed)] == ["add_column"]  # type: ignore[index]

"""Receipts by the time they were stored: those that wait are looked through again and again by that alone."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = [
    "DROP INDEX receipt_of",
    "CREATE INDEX receipt_stored ON receipt (stored_at)",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)

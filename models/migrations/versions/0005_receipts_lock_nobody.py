"""Who knows whom, without foreign keys: each receipt of a read message would lock its sender's row."""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = [
    "ALTER TABLE acquaintance DROP CONSTRAINT acquaintance_sender_id_fkey",
    "ALTER TABLE acquaintance DROP CONSTRAINT acquaintance_workspace_id_fkey",
    "ALTER TABLE acquaintance ALTER workspace_id SET DEFAULT 0",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)

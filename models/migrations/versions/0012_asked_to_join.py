"""Who writes the shop's word alone is asked whether they mean it."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("ALTER TABLE chat ADD COLUMN join_question TEXT, ADD COLUMN join_asked_at TIMESTAMPTZ")

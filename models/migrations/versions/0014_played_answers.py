"""A sandbox plays who is on WhatsApp."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("ALTER TABLE acquaintance ADD COLUMN asked_at TIMESTAMP WITH TIME ZONE")
    op.execute("ALTER TABLE acquaintance ADD COLUMN there BOOLEAN")

"""Why a number is not connected, where waiting alone may not help."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("ALTER TABLE sender ADD COLUMN offline_why TEXT")

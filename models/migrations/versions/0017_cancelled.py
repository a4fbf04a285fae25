"""What a cancel had to leave is looked for each second: among the cancelled campaigns, and not among all."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("CREATE INDEX campaign_cancelled ON campaign (id) WHERE status = 'cancelled'")

"""What is told of a message once it has left changes its row in place: no index names `status` any more."""

from alembic import op

revision = "0016"
down_revision = "0015"

STATEMENTS = (
    "ALTER TABLE message ADD COLUMN waits boolean NOT NULL GENERATED ALWAYS AS (status = 'queued') STORED",
    "DROP INDEX message_queued",
    "CREATE INDEX message_queued ON message (campaign_id, cold, id) WHERE waits",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)

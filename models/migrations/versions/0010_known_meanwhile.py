"""Who waits in a campaign by whether they know the sender: somebody who writes meanwhile changes sides."""

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENTS = [
    "DROP INDEX message_queued",
    "CREATE INDEX message_queued ON message (campaign_id, cold, id) WHERE status = 'queued'",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)

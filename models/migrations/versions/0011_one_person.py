"""What was sent to one person, and what people answered, found without a scan; lists leave answers out.

Many answers are campaigns of one message: the lists' indexes are of the others alone.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = [
    "DROP INDEX campaign_listed",
    "CREATE INDEX campaign_listed ON campaign (workspace_id, id) WHERE chat_id IS NULL",
    "DROP INDEX campaign_launched",
    "CREATE INDEX campaign_launched ON campaign (workspace_id, launched_at) WHERE chat_id IS NULL",
    "CREATE INDEX message_replied ON message (campaign_id, replied_at) WHERE replied_at IS NOT NULL",
    "CREATE INDEX reply_of_contact ON reply (contact_id) WHERE contact_id IS NOT NULL",
    """
    CREATE TABLE former_contact (
        workspace_id BIGINT NOT NULL,
        phone_hash BYTEA NOT NULL,
        contact_id BIGINT NOT NULL,
        PRIMARY KEY (workspace_id, phone_hash, contact_id),
        FOREIGN KEY(workspace_id) REFERENCES workspace (id)
    )
    """,
    # Those who were deleted before, once.
    """
    INSERT INTO former_contact (workspace_id, phone_hash, contact_id)
    SELECT DISTINCT m.workspace_id, m.phone_hash, m.contact_id
      FROM message m LEFT JOIN contact c ON c.id = m.contact_id
     WHERE m.contact_id > 0 AND length(m.phone_hash) > 0 AND c.phone_hash IS DISTINCT FROM m.phone_hash
    """,
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)

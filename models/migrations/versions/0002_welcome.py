"""Limits of a sender, quiet hours, kinds of campaigns, who knows whom.

Constant defaults: no table is rewritten, and no campaign that runs meanwhile waits.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = [
    """
    ALTER TABLE workspace
        ADD quiet_from BIGINT DEFAULT 1260 NOT NULL,
        ADD quiet_until BIGINT DEFAULT 540 NOT NULL,
        ADD most_a_week BIGINT DEFAULT 3 NOT NULL,
        ADD stop_words TEXT[] DEFAULT '{}'::text[] NOT NULL,
        ADD words_off TEXT[] DEFAULT '{}'::text[] NOT NULL
    """,
    """
    ALTER TABLE sender
        ADD plays_limits BOOLEAN DEFAULT false NOT NULL,
        ADD daily_cap BIGINT DEFAULT 500 NOT NULL,
        ADD cold_per_day BIGINT DEFAULT 20 NOT NULL,
        ADD day DATE,
        ADD sent_today BIGINT DEFAULT 0 NOT NULL,
        ADD cold_today BIGINT DEFAULT 0 NOT NULL,
        ADD clean_days BIGINT DEFAULT 0 NOT NULL,
        ADD sent_total BIGINT DEFAULT 0 NOT NULL,
        ADD cold_total BIGINT DEFAULT 0 NOT NULL,
        ADD cold_refused BIGINT DEFAULT 0 NOT NULL,
        ADD refused_in_row BIGINT DEFAULT 0 NOT NULL,
        ADD troubled_at TIMESTAMP WITH TIME ZONE,
        ADD restricted_until TIMESTAMP WITH TIME ZONE,
        ADD restricted_why TEXT,
        ADD alarm TEXT
    """,
    """
    ALTER TABLE campaign
        ADD kind TEXT DEFAULT 'promotional' NOT NULL,
        ADD footer BOOLEAN DEFAULT true NOT NULL,
        ADD cold_from BIGINT,
        ADD braked TEXT[] DEFAULT '{}'::text[] NOT NULL,
        ADD CONSTRAINT campaign_kind_known CHECK (kind IN ('promotional', 'service'))
    """,
    "CREATE INDEX campaign_launched ON campaign (workspace_id, launched_at)",
    "ALTER TABLE campaign_count ADD opted_out BIGINT DEFAULT 0 NOT NULL",
    "ALTER TABLE message ADD cold BOOLEAN DEFAULT false NOT NULL",
    "ALTER TABLE reply ADD refusal BOOLEAN DEFAULT false NOT NULL",
    "ALTER TABLE consent_record ADD evidence TEXT DEFAULT '' NOT NULL",
    """
    CREATE TABLE known_number (
        workspace_id BIGINT NOT NULL,
        phone TEXT NOT NULL,
        on_whatsapp BOOLEAN NOT NULL,
        checked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        PRIMARY KEY (workspace_id, phone),
        FOREIGN KEY(workspace_id) REFERENCES workspace (id)
    )
    """,
    """
    CREATE TABLE acquaintance (
        sender_id BIGINT NOT NULL,
        phone TEXT NOT NULL,
        workspace_id BIGINT NOT NULL,
        wrote_at TIMESTAMP WITH TIME ZONE,
        read_at TIMESTAMP WITH TIME ZONE,
        trusted_at TIMESTAMP WITH TIME ZONE,
        PRIMARY KEY (sender_id, phone),
        FOREIGN KEY(sender_id) REFERENCES sender (id) ON DELETE CASCADE,
        FOREIGN KEY(workspace_id) REFERENCES workspace (id)
    )
    """,
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)

"""The lines of imported lists that are about one person, found without a scan when they are erased."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("CREATE INDEX import_row_of_person ON import_row USING hash (phone_hash)")

"""Alembic's entry: always online, on the connection that models/migrate.py holds the lock with."""

from alembic import context

from models.everything import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()

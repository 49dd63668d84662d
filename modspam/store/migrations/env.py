"""What Alembic runs: the steps, on the connection that `modspam.store.migrate` hands over, in its transaction."""

from alembic import context

from modspam.store.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE
)
with context.begin_transaction():
    context.run_migrations()

"""Run by Alembic: the connection is handed over by ``bylaw.records.upgrade``, which owns the transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()

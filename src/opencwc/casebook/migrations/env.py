"""How Alembic runs here: on the connection it is given, in the transaction that is open on it."""

from __future__ import annotations

from alembic import context

from opencwc.casebook.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()

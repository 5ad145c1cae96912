"""Bring the tables of a casebook to this version's, by the Alembic scripts in ``migrations/``."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

_SCRIPTS = Path(__file__).parent / "migrations"


def state_of(engine: Engine) -> str:
    """Say how a database stands to this version: ``none`` (no casebook), ``current``, or ``other``."""
    with engine.connect() as connection:
        # The table first: another process may be making both, and what it makes together must not be seen in part.
        has_table = inspect(connection).has_table("casebook")
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        return "other" if has_table else "none"
    return "current" if revision == ScriptDirectory(str(_SCRIPTS)).get_current_head() else "other"


def bring_up_to_date(engine: Engine) -> None:
    """Make the tables, or change them to this version's, in one transaction."""
    configuration = Config()
    configuration.set_main_option("script_location", str(_SCRIPTS))
    with engine.connect() as connection, connection.execution_options(begin="BEGIN IMMEDIATE").begin():
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")

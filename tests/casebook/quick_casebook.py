"""A new casebook in a third of the time, and none that waits for the disk, for tests of what stands above it.

Whether the migrations are right and a record outlasts a loss of power is tested in tests/casebook, without these.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from opencwc.casebook import database, migration


@pytest.fixture(scope="session", autouse=True)
def quick_tables() -> Iterator[None]:
    """Make the tables of each new casebook but the first by repeating the statements that made those of the first."""
    migrate = migration.bring_up_to_date
    statements: dict[str, list[tuple[str, Any]]] = {}

    def make(engine: Engine) -> None:
        backend = engine.url.get_backend_name()
        if migration.state_of(engine) != "none":
            migrate(engine)
            return
        if backend in statements:
            with engine.connect() as connection, connection.execution_options(begin="BEGIN IMMEDIATE").begin():
                for statement, parameters in statements[backend]:
                    connection.exec_driver_sql(statement, parameters)
            return
        with _written_down(engine) as changes:
            migrate(engine)
        statements[backend] = changes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migration, "bring_up_to_date", make)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """Let the system write to the disk when it likes: 30 to 50 waits a test, of some milliseconds each."""
    set_up = database._set_up
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        patch.setattr(database, "_set_up", lambda to, pragma: set_up(to, pragma.replace("=FULL", "=OFF")))
        yield


@contextmanager
def _written_down(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Give the statements that change a database, as they come."""
    changes: list[tuple[str, Any]] = []

    def write_down(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA", "BEGIN")):
            changes.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", write_down)
    try:
        yield changes
    finally:
        event.remove(engine, "before_cursor_execute", write_down)

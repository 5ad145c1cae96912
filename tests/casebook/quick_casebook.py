"""New casebooks whose tables are copied, and none that waits for the disk, for tests of what stands above the tables.

Whether the migrations are right is tested with ``true_tables``; whether a record outlasts a loss of power is tested in
tests/casebook, which waits for the disk.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from opencwc.casebook import database, migration

from .cluster import Cluster

MIGRATE, STATE_OF = migration.bring_up_to_date, migration.state_of


@pytest.fixture(scope="session", autouse=True)
def quick_tables() -> Iterator[None]:
    """Copy the tables of a new SQLite file from the first one; PostgreSQL has those that `new_database` copied."""
    first = sqlite3.connect(":memory:", check_same_thread=False)

    def make(engine: Engine) -> None:
        state = STATE_OF(engine)
        if state == "none" and engine.dialect.name == "sqlite":
            _copy_tables(engine, first)
        elif state != "current":
            MIGRATE(engine)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migration, "bring_up_to_date", make)
        patch.setattr(migration, "state_of", _state_of)
        yield
    first.close()


def _copy_tables(engine: Engine, first: sqlite3.Connection) -> None:
    if not first.execute("SELECT 1 FROM sqlite_master").fetchone():
        MIGRATE(engine)
        with engine.connect() as connection:
            connection.connection.dbapi_connection.backup(first)  # type: ignore[union-attr]
        return
    with engine.connect() as connection:
        first.backup(connection.connection.dbapi_connection)  # type: ignore[arg-type]


def _state_of(engine: Engine) -> str:
    """Return ``none`` where the tables are a copy in which no casebook has begun."""
    state = STATE_OF(engine)
    if state != "current":
        return state
    with engine.connect() as connection:
        return "current" if connection.execute(text("SELECT 1 FROM casebook")).first() else "none"


@pytest.fixture
def true_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the tables of new casebooks by the migrations, as the program does."""
    monkeypatch.setattr(migration, "bring_up_to_date", MIGRATE)
    monkeypatch.setattr(migration, "state_of", STATE_OF)


def new_database(request: pytest.FixtureRequest, name: str) -> str:
    """Return the address of a database of PostgreSQL for one test, empty where it asks for ``true_tables``."""
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.make_database(name, "template0" if "true_tables" in request.fixturenames else cluster.with_tables())


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """Let the system write to the disk when it likes: 30 to 50 waits a test, of some milliseconds each."""
    set_up = database._set_up
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        patch.setattr(database, "_set_up", lambda to, pragma: set_up(to, pragma.replace("=FULL", "=OFF")))
        yield

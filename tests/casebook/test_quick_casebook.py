"""The tables that tests copy are those that the migrations make."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, MetaData, text

from opencwc.casebook import migration
from opencwc.casebook.database import casebook_url, make_engine, open_casebook

from .cluster import Cluster
from .quick_casebook import MIGRATE


def schema(engine: Engine) -> list[tuple[str, ...]]:
    """Return all that a database says of its tables, and how it keeps its journal."""
    with engine.connect() as connection:
        asked = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
        rows = [tuple(map(str, row)) for row in connection.execute(text(asked))]
        pragmas = ("journal_mode", "page_size", "auto_vacuum", "encoding", "user_version", "application_id")
        return [*rows, *((name, str(connection.execute(text(f"PRAGMA {name}")).scalar())) for name in pragmas)]


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_new_file_has_the_tables_of_the_migrations(
    time: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    true = make_engine(casebook_url(str(tmp_path / "true.db")))
    MIGRATE(true)
    book = open_casebook(tmp_path / f"{time}.db")
    assert schema(book.engine) == schema(true)
    book.close()
    true.dispose()


def test_a_new_database_has_the_tables_of_the_migrations(cluster: Cluster) -> None:
    true = make_engine(casebook_url(cluster.make_database("made_by_migrations")))
    MIGRATE(true)
    copied = make_engine(casebook_url(cluster.make_database("copied", cluster.with_tables())))
    expected = MetaData()
    expected.reflect(true)
    with copied.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, expected) == []
    for engine in (true, copied):
        engine.dispose()


def test_a_copy_is_no_casebook_until_it_is_begun(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    copied = make_engine(casebook_url(cluster.make_database("not_begun", cluster.with_tables())))
    assert migration.state_of(copied) == "none"
    open_casebook(cluster.url("not_begun")).close()
    assert migration.state_of(copied) == "current"
    copied.dispose()

"""A casebook, and a backup, of the first version: what it kept by number or by a former name is kept by name."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.backup import restore_into
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.database import Casebook, open_casebook, upgrade
from opencwc.casebook.findings import count_findings, list_findings
from opencwc.casebook.model import Filter, Role
from opencwc.errors import SettingsError
from opencwc.verbs import verb_named

from .conftest import person

HERE = Path(__file__).parent
pytestmark = pytest.mark.usefixtures("true_tables")
RITA = person("rita", Role.REVIEWER)
VERDICTS = {
    "listed": 1, "not_listed": 1, "allowed_with": 1, "allowed": 1, "discrepancy": 9, "review": 1, "unreadable": 1,
}  # fmt: skip


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test keys of its own: the log beside them knows how far a casebook came, and here two have one id."""
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))


def is_as_today(book: Casebook) -> None:
    """Check that runs and findings have the names of today, and that the record still verifies."""
    with book.reading() as connection:
        assert set(connection.execute(select(tables.run.c.verb)).scalars()) == {"screen", "check", "reconcile"}
        kept = Counter(connection.execute(select(tables.finding.c.verdict)).scalars())
    assert kept == VERDICTS == count_findings(book, RITA, Filter()).verdict
    (listed,) = list_findings(book, RITA, Filter(verdict=("listed",))).findings
    assert (listed.list, listed.entry, str(listed.status)) == ("CWC", "1A01", "needs_more")
    assert not verify_all(book).problems


def test_a_casebook_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    place = tmp_path / "casebook.db"
    with sqlite3.connect(place) as connection:
        connection.executescript((HERE / "first_version.sql").read_text(encoding="utf-8"))
    connection.close()
    with pytest.raises(SettingsError, match="another version"):
        open_casebook(place)
    upgrade(str(place))
    book = open_casebook(place)
    is_as_today(book)
    book.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_of_the_first_version_is_restored(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    place = str(tmp_path / "restored.db")
    if kind == "postgresql":
        place = request.getfixturevalue("cluster").make_database("first_version")
    restore_into(place, HERE / "first_version.backup", lost=True)
    book = open_casebook(place)
    is_as_today(book)
    book.close()


def test_a_former_id_names_the_verb_of_today() -> None:
    assert verb_named("transfers") is verb_named("check")

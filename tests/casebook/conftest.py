"""Every test of the casebook runs on SQLite and on PostgreSQL: ask for ``book``, or for ``place`` and open it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.model import Mark, Person, Role

from .cluster import Cluster
from .hashing import quick_passwords, true_passwords
from .quick_casebook import new_database, quick_tables, true_tables

__all__ = ["quick_passwords", "quick_tables", "true_passwords", "true_tables"]

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL server for all tests of this process."""
    running = Cluster()
    yield running
    running.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a casebook that is not there yet, with settings and keys of its own."""
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    if request.param == "sqlite":
        return str(tmp_path / "casebook.db")
    return new_database(request, f"book_{next(_NUMBERS)}")


@pytest.fixture
def book(place: str) -> Iterator[Casebook]:
    """An empty casebook."""
    opened = open_casebook(place)
    yield opened
    opened.close()


def person(name: str, role: Role = Role.REVIEWER, clearance: Mark = Mark.HIGHLY_PROTECTED) -> Person:
    """Someone who is not in the table of people: the casebook's own functions ask for no more."""
    return Person(f"p-{name}", name, name.title(), role, clearance)

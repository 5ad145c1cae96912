"""A service for the tests: its app, a casebook of its own, and people of every role who are who a header says."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from casebook.cluster import Cluster
from casebook.hashing import quick_passwords, true_passwords
from casebook.quick_casebook import new_database, no_waiting_for_the_disk, quick_tables
from confining.quick_processes import process_server, quick_processes, true_processes
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.model import Mark, Person, Role
from opencwc.jobs.intake import Intake
from opencwc.jobs.queue import Jobs
from opencwc.web.app import create_app
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.serving import _uvicorn

__all__ = [
    "no_waiting_for_the_disk",
    "process_server",
    "quick_passwords",
    "quick_processes",
    "quick_tables",
    "true_passwords",
    "true_processes",
]
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # the benchmarks, which some tests run in brief
PEOPLE = {str(role): Person(f"p-{role}", str(role), f"Name of {role}", role, Mark.HIGHLY_PROTECTED) for role in Role}
ON_BOTH = pytest.mark.parametrize("place", ["sqlite", "postgresql"], indirect=True)
"""Runs a test twice: over a casebook in a file, and over one in PostgreSQL."""
_NUMBERS = count(1)
WIDE = {"address_rate": "1000000/minute", "person_rate": "1000000/minute", "allowed_hosts": ("testserver",)}


def person_of(request: Request) -> Person | None:
    """Say who asks: whom the test names in a header."""
    return PEOPLE.get(request.headers.get("x-test-person", ""))


def person_by_id(identity: str) -> Person:
    """Find a person of the tests."""
    return next(person for person in PEOPLE.values() if person.id == identity)


@dataclass
class House:
    """A service around a casebook."""

    app: FastAPI
    book: Casebook
    intake: Intake
    jobs: Jobs
    configuration: Configuration


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL server for all tests of this process."""
    running = Cluster()
    yield running
    running.stop()


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a casebook that is not there yet, with settings of its own: in a file, unless `ON_BOTH`."""
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    if getattr(request, "param", "sqlite") == "sqlite":
        return str(tmp_path / "casebook.db")
    return new_database(request, f"service_{next(_NUMBERS)}")


@pytest.fixture
def configuration() -> Configuration:
    return Configuration(**WIDE)


@pytest.fixture
def client(configuration: Configuration) -> Iterator[TestClient]:
    """A client of a service without a casebook, as an analyst."""
    with TestClient(create_app(configuration, person_of=person_of), headers={"x-test-person": "analyst"}) as client:
        yield client


@pytest.fixture
def house(place: str, configuration: Configuration) -> Iterator[House]:
    book = open_casebook(place)
    yield make_house(book, configuration)
    book.close()


def make_house(book: Casebook, configuration: Configuration) -> House:
    intake = Intake(book, person_by_id)
    jobs = Jobs(book.engine)
    app = create_app(configuration, person_of=person_of, queue=jobs, intake=intake)
    return House(app, book, intake, jobs, configuration)


@contextmanager
def live(app: FastAPI, configuration: Configuration) -> Iterator[str]:
    """Serve an app on a free port and give its address."""
    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    place.listen(256)
    server = uvicorn.Server(_uvicorn(app, configuration))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{place.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
        place.close()

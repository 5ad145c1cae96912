"""A service behind its true entrance, with a clock that a test turns, and people who sign in as people do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from starlette.testclient import TestClient

from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.people import CONSOLE
from opencwc.web.accounts.entrance import Entrance
from opencwc.web.app import app_of
from opencwc.web.server.configuration import Configuration

PASSWORD = "tulip lantern gravel otter"
OTHER = "bakery violin meadow stapler"
WIDE: dict[str, Any] = {
    "address_rate": "1000000/minute",
    "person_rate": "1000000/minute",
    "sign_in_rate": "1000000/minute",
    "allowed_hosts": ("testserver",),
}


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class House:
    """A service, its casebook and its clock."""

    app: FastAPI
    book: Casebook
    entrance: Entrance
    clock: Clock
    portal: BlockingPortal

    def add(self, login: str, role: Role = Role.ANALYST, clearance: Mark = Mark.UNCLASSIFIED) -> Person:
        """Make an account with the password of the tests."""
        person = self.entrance.people.add(CONSOLE, login, f"Name of {login}", role, clearance)
        self.entrance.people.set_password(person.id, PASSWORD)
        return person

    @contextmanager
    def client(self) -> Iterator[TestClient]:
        """Give a browser without cookies."""
        client = TestClient(self.app, raise_server_exceptions=False, follow_redirects=False)
        client.portal = self.portal  # one loop for all requests, as in the service: to start one takes longer than most
        yield client  # not entered: leaving it would end the service, which other browsers go on using
        client.close()

    def ask(self, method: str, path: str, **what: Any) -> httpx.Response:
        """Ask one thing as a program does, without a browser: in the loop, with no thread between."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver", trust_env=False) as client:
                return await client.request(method, path, **what)

        return self.portal.call(asked)

    @contextmanager
    def signed_in(self, login: str) -> Iterator[TestClient]:
        """Give a browser in which somebody is signed in, and whose page sends its token along."""
        with self.client() as client:
            sign_in(client, login)
            yield client


@contextmanager
def open_house(folder: Path, monkeypatch: pytest.MonkeyPatch, place: str = "", **settings: Any) -> Iterator[House]:
    """Open a service with a new casebook: in a folder, or at another place."""
    monkeypatch.setenv("OPENCWC_SETTINGS", str(folder / "settings"))
    monkeypatch.setenv("OPENCWC_DATA", str(folder / "data"))
    book = open_casebook(place or folder / "casebook.db")
    clock = Clock()
    entrance = Entrance.of(book, Configuration(**{**WIDE, **settings}), clock)
    app = app_of(entrance, book)
    with start_blocking_portal() as portal:
        yield House(app, book, entrance, clock, portal)
    app.state.service.answering.close()
    book.close()


def sign_in(client: TestClient, login: str, password: str = PASSWORD, **more: str) -> Any:
    """Sign in as a page does, and keep the page's token; return what was answered."""
    answer = client.post("/api/v1/session", json={"login": login, "password": password, **more})
    if answer.status_code == 200 and "csrf_token" in answer.json():
        client.headers["x-csrf-token"] = answer.json()["csrf_token"]
    return answer


def kind(answer: Any) -> str:
    """Return the last word of the type of a problem, ``""`` of what is none."""
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return ""
    return str(answer.json()["type"]).rsplit(":", 1)[-1]

"""The accounts through the API, and through `opencwc people`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencwc.casebook.database import open_casebook
from opencwc.casebook.model import Role
from opencwc.casebook.people import People
from opencwc.casebook.tokens import Tokens
from opencwc.cli.people import people_app

from .conftest import ON_BOTH
from .signing_in import PASSWORD, House, kind, open_house, sign_in

PEOPLE = "/api/v1/people"


@pytest.fixture
def house(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with open_house(tmp_path, monkeypatch, place) as house:
        house.add("root", Role.ADMINISTRATOR)
        yield house


@ON_BOTH
def test_an_administrator_makes_an_account_invites_its_person_and_raises_it(house: House) -> None:
    with house.signed_in("root") as root, house.client() as browser:
        made = root.post(PEOPLE, json={"login": "Alice", "name": "Alice L.", "role": "reviewer"})
        assert made.status_code == 201
        alice = made.json()
        assert alice["login"] == "alice" and alice["clearance"] == "unclassified" and not alice["has_password"]
        invited = root.post(f"{PEOPLE}/{alice['id']}/invitation").json()
        assert invited["link"] == f"http://testserver/auth/invitation?token={invited['token']}"
        browser.post("/api/v1/invitations/accept", json={"token": invited["token"], "password": PASSWORD})
        assert sign_in(browser, "alice").status_code == 200
        raised = root.patch(f"{PEOPLE}/{alice['id']}", json={"clearance": "protected"})
        assert raised.json()["clearance"] == "protected"
        assert browser.get("/api/v1/session").status_code == 401  # must sign in again
        assert sign_in(browser, "alice").json()["person"]["clearance"] == "protected"
        left = root.patch(f"{PEOPLE}/{alice['id']}", json={"active": False})
        assert left.json()["active"] is False
        assert sign_in(browser, "alice").status_code == 401
        assert root.post(f"{PEOPLE}/{alice['id']}/invitation").status_code == 409
        assert [person["login"] for person in root.get(PEOPLE).json()["people"]] == ["alice", "root"]
        assert root.get(f"{PEOPLE}/{alice['id']}").json() == left.json()


def test_nothing_of_a_password_or_a_second_factor_is_ever_listed(house: House) -> None:
    with house.signed_in("root") as root:
        text = root.get(PEOPLE).text
        assert "argon2" not in text and '"has_password":true' in text


def test_what_cannot_be_is_refused(house: House) -> None:
    with house.signed_in("root") as root:
        me = root.get("/api/v1/session").json()["person"]["id"]
        assert root.post(PEOPLE, json={"login": "root"}).status_code == 409
        assert root.post(PEOPLE, json={"login": "os:root"}).status_code == 422
        assert root.post(PEOPLE, json={"login": " OIDC:root"}).status_code == 422
        assert root.post(PEOPLE, json={"login": "x", "role": "king"}).status_code == 422
        assert root.patch(f"{PEOPLE}/{me}", json={"role": "reviewer"}).status_code == 403
        assert root.patch(f"{PEOPLE}/{me}", json={"password": "x"}).status_code == 422
        assert kind(root.get(f"{PEOPLE}/{'0' * 16}")) == "not-found"
        assert root.get(f"{PEOPLE}/root").status_code == 422  # by id only


def test_an_administrator_removes_a_lost_second_factor(house: House) -> None:
    alice = house.add("alice")
    factor = house.entrance.second_factor
    secret, _ = factor.offer(alice.id)
    import pyotp

    factor.confirm(alice.id, pyotp.TOTP(secret).at(int(house.clock.at.timestamp())))
    with house.signed_in("root") as root, house.client() as browser:
        assert sign_in(browser, "alice").json()["second_factor_due"] is True
        assert root.patch(f"{PEOPLE}/{alice.id}", json={"has_totp": False}).json()["has_totp"] is False
        assert sign_in(browser, "alice").json()["second_factor_due"] is False


def run(place: str, *words: str, status: int = 0) -> str:
    result = CliRunner().invoke(people_app, [*words, "--casebook", place])
    assert result.exit_code == status, result.output
    return result.stdout if status == 0 else result.stderr


def test_the_console_runs_the_house(place: str) -> None:
    done = run(place, "add", "alice", "--role", "reviewer", "--clearance", "highly-protected", "--name", "Alice L.")
    assert done == "Account alice: reviewer, cleared for highly_protected.\n"
    assert "administrator" in run(place, "role", "alice", "administrator")
    assert "restricted" in run(place, "clearance", "alice", "restricted")
    run(place, "add", "root", "--role", "administrator")
    assert "no longer sign in" in run(place, "deactivate", "alice")
    rows = [line.split("\t") for line in run(place, "list").splitlines()]
    assert [row[1:] for row in rows] == [
        ["alice", "administrator", "restricted", "not active", "Alice L."],
        ["root", "administrator", "unclassified", "active", ""],
    ]
    run(place, "activate", "alice")
    assert "not active" not in run(place, "list")


def test_the_console_invites_and_makes_tokens(place: str) -> None:
    run(place, "add", "alice", "--role", "reviewer")
    link = run(place, "invite", "alice", "--url", "https://cwc.example/")
    secret = link.strip().removeprefix("https://cwc.example/auth/invitation?token=")
    token = run(place, "token", "alice", "--scope", "keep", "--scope", "read", "--name", "night run", "--days", "7")
    book = open_casebook(place)
    people = People(book)
    assert people.accept(secret, PASSWORD).login == "alice"
    person = Tokens(people).person_of(token.strip())
    assert person is not None and person.scopes == {"keep", "read"}
    book.close()


def test_the_console_says_what_cannot_be(place: str) -> None:
    assert "no casebook yet" in run(place, "list", status=2)
    run(place, "add", "alice")
    assert "is not a role" in run(place, "role", "alice", "king", status=2)
    assert "is not a classification" in run(place, "clearance", "alice", "secret", status=2)
    assert "no such person" in run(place, "deactivate", "nobody", status=2)
    assert "does not allow" in run(place, "token", "alice", "--scope", "decide", "--name", "x", status=2)

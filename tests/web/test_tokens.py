"""API tokens through the API: made in a session, shown once, used instead of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from opencwc.casebook.model import Role

from .conftest import ON_BOTH
from .signing_in import House, kind, open_house

TOKENS = "/api/v1/tokens"
ASKED = {"name": "ledger", "scopes": ["screen", "rules"], "days": 30}


@pytest.fixture
def house(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with open_house(tmp_path, monkeypatch, place) as house:
        house.add("alice", Role.ANALYST)
        house.add("bob", Role.ANALYST)
        yield house


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def test_a_token_screens_without_a_session_and_without_a_page(house: House) -> None:
    with house.signed_in("alice") as alice, house.client() as script:
        made = alice.post(TOKENS, json=ASKED)
        assert made.status_code == 201
        secret = made.json()["token"]
        assert secret.startswith("ocwc_")
        answer = script.post("/api/v1/screen", json={"value": "CC(C)OP(C)(=O)F"}, headers=bearer(secret))
        assert answer.status_code == 200 and answer.json()["verdict"] == "listed"
        assert script.get("/api/v1/lists", headers=bearer(secret)).status_code == 200
        assert kind(script.get("/api/v1/jobs", headers=bearer(secret))) == "not-allowed"
        assert kind(script.get(TOKENS, headers=bearer(secret))) == "not-allowed"
        assert "set-cookie" not in answer.headers


@ON_BOTH
def test_a_token_is_listed_without_its_secret_and_revoked_for_good(house: House) -> None:
    with house.signed_in("alice") as alice, house.signed_in("bob") as bob, house.client() as script:
        made = alice.post(TOKENS, json=ASKED).json()
        listed = alice.get(TOKENS)
        assert made["token"] not in listed.text
        assert [token["id"] for token in listed.json()["tokens"]] == [made["id"]]
        assert bob.get(TOKENS).json() == {"tokens": []}
        assert kind(bob.delete(f"{TOKENS}/{made['id']}")) == "not-found"
        assert script.get("/api/v1/lists", headers=bearer(made["token"])).status_code == 200
        assert alice.delete(f"{TOKENS}/{made['id']}").status_code == 204
        assert kind(script.get("/api/v1/lists", headers=bearer(made["token"]))) == "sign-in-needed"
        assert alice.get(TOKENS).json()["tokens"][0]["revoked"] is True


@ON_BOTH
def test_a_token_ends_on_its_day(house: House) -> None:
    with house.signed_in("alice") as alice, house.client() as script:
        secret = alice.post(TOKENS, json={**ASKED, "days": 1}).json()["token"]
        house.clock.turn(hours=23)
        assert script.get("/api/v1/lists", headers=bearer(secret)).status_code == 200
        house.clock.turn(hours=1)
        assert kind(script.get("/api/v1/lists", headers=bearer(secret))) == "sign-in-needed"


@pytest.mark.parametrize(
    "change",
    [
        {"days": 0}, {"days": 366}, {"scopes": []}, {"scopes": ["people"]}, {"scopes": ["everything"]},
        {"scopes": ["decide"]}, {"name": ""}, {"name": " "}, {"person": "somebody else"},
    ],
)  # fmt: skip
def test_a_token_beyond_a_year_or_beyond_its_person_is_refused(house: House, change: dict[str, object]) -> None:
    with house.signed_in("alice") as alice:
        assert alice.post(TOKENS, json={**ASKED, **change}).status_code == 422


def test_a_token_loses_what_its_person_loses(house: House) -> None:
    with house.signed_in("alice") as alice, house.client() as script:
        secret = alice.post(TOKENS, json=ASKED).json()["token"]
        house.entrance.people.change("console", "alice", role=Role.AUDITOR)
        assert kind(script.post("/api/v1/screen", json={"value": "CCO"}, headers=bearer(secret))) == "not-allowed"
        assert script.get("/api/v1/lists", headers=bearer(secret)).status_code == 200
        house.entrance.people.change("console", "alice", active=False)
        assert kind(script.get("/api/v1/lists", headers=bearer(secret))) == "sign-in-needed"

"""How often someone may ask: by address, by person, and far less often to sign in."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from opencwc.web.app import create_app
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.problems import HttpProblem
from opencwc.web.server.rate_limits import Limiter

from .conftest import person_of


def client_with(**rates: str) -> TestClient:
    configuration = Configuration(allowed_hosts=("testserver",), **rates)
    return TestClient(create_app(configuration, person_of=person_of), headers={"x-test-person": "analyst"})


def test_too_many_from_one_address_wait() -> None:
    with client_with(address_rate="5/hour") as client:
        answers = [client.get("/health/live") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers[:5]] == ["4", "3", "2", "1", "0"]
    assert int(answers[5].headers["retry-after"]) > 0
    assert answers[5].json()["type"] == "urn:opencwc:problem:too-many"


def test_each_person_has_a_limit_of_their_own() -> None:
    with client_with(person_rate="3/hour") as client:
        mine = [client.get("/api/v1/lists").status_code for _ in range(4)]
        others = client.get("/api/v1/lists", headers={"x-test-person": "reviewer"}).status_code
    assert mine == [200, 200, 200, 429]
    assert others == 200


def test_signing_in_has_a_stricter_limit_that_forgets_exactly() -> None:
    limiter = Limiter(Configuration(sign_in_rate="2/hour"))
    limiter.passing("sign_in", "10.0.0.1")
    limiter.passing("sign_in", "10.0.0.1")
    with pytest.raises(HttpProblem) as caught:
        limiter.passing("sign_in", "10.0.0.1")
    assert caught.value.status == 429
    limiter.passing("sign_in", "10.0.0.2")


def test_forwarded_headers_of_a_stranger_change_no_address() -> None:
    with client_with(address_rate="3/hour") as client:
        answers = [client.get("/health/live", headers={"x-forwarded-for": f"10.0.0.{n}"}).status_code for n in range(4)]
    assert answers == [200, 200, 200, 429]

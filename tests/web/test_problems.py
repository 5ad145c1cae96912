"""Every error is a problem (RFC 9457) that says what was wrong, where, and what to do."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from opencwc import errors
from opencwc.web.app import create_app
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.problems import response_to

from .conftest import WIDE, person_of

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "more", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("GET", "/", {}, 404),
        ("GET", "//evil.example/", {}, 404),
        ("GET", "/\\evil.example", {}, 404),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", {}, 404),
        ("GET", "/api/v1/lists/", {}, 404),
        ("GET", "/api/v1/entries/CWC/1A%0001", {}, 400),
        ("GET", "/api/v1/screen?value=C%00C", {}, 400),
        ("GET", "/api/v1/entries/CWC/9Z99", {}, 404),
        ("DELETE", "/api/v1/screen", {}, 405),
        ("GET", "/api/v1/screen", {}, 422),
        ("GET", "/api/v1/screen?value=CCO&as_of=soon", {}, 422),
        ("GET", "/api/v1/screen?value=CCO&lists=XYZ", {}, 422),
        ("POST", "/api/v1/screen", {"content": b"{", "headers": JSON}, 422),
        ("POST", "/api/v1/screen", {"content": b"[" * 100_000, "headers": JSON}, 400),
        ("POST", "/api/v1/screen", {"json": {"value": "C" * 200_000}}, 422),
        ("POST", "/api/v1/screen", {"content": b"x" * 3_000_000, "headers": JSON}, 413),
        ("POST", "/api/v1/screen/batch", {"content": b"{}", "headers": JSON}, 422),
        ("POST", "/api/v1/screen/batch", {"content": b"x", "headers": {"content-type": "image/png"}}, 415),
        ("GET", "/api/v1/jobs", {}, 501),
        ("GET", "/api/v1/screen?value=CCO", {"headers": {"x-test-person": ""}}, 401),
        ("GET", "/api/v1/screen?value=CCO", {"headers": {"x-test-person": "auditor"}}, 403),
    ],
)
def test_an_error_is_a_problem(client: TestClient, method: str, path: str, more: dict, status: int) -> None:
    answer = client.request(method, f"http://testserver{path}", follow_redirects=False, **more)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "location" not in answer.headers
    described = answer.json()
    assert described["status"] == status
    assert described["type"].startswith("urn:opencwc:problem:")
    assert described["title"]
    assert described["detail"]
    assert described["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("how", [{"params": {"lang": "fr"}}, {"headers": {"accept-language": "fr-CA, en;q=0.5"}}])
def test_a_problem_is_told_in_the_language_asked_for_under_the_same_code(client: TestClient, how: dict) -> None:
    english = client.get("/api/v1/screen/nothing").json()
    french = client.get("/api/v1/screen/nothing", **how).json()
    assert (english["detail"], french["detail"]) == (
        "there is nothing at this address",
        "il n’y a rien à cette adresse",
    )
    assert english["code"] == french["code"] == "no_such_address"


def test_a_problem_has_its_values(client: TestClient) -> None:
    answer = client.get("/api/v1/entries", params={"lists": "CVC"}).json()
    assert answer["code"] == "no_such_list_but_near"
    assert answer["values"]["list"] == "CVC" and "CWC" in answer["values"]["known"]
    assert answer["detail"] == "the list 'CVC' does not exist"


def test_a_problem_of_what_is_not_there_has_no_values(client: TestClient) -> None:
    answer = client.get("/api/v1/entries/CWC/9Z99").json()
    assert (answer["status"], answer["code"], answer["values"]) == (404, "no_such_entry_in_force", {})


def test_what_was_sent_does_not_come_back(client: TestClient) -> None:
    for answer in (
        client.post("/api/v1/screen", json={"value": "CCO", "kind": "PLANTED"}),
        client.get("/api/v1/screen", params={"value": "CCO", "as_of": "PLANTED"}),
        client.get("/PLANTED"),
    ):
        assert "PLANTED" not in answer.text


def test_who_is_not_signed_in_is_told_how(client: TestClient) -> None:
    answer = client.get("/api/v1/lists", headers={"x-test-person": ""})
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer" in answer.json()["remedy"]


def test_a_method_that_is_not_taken_is_told_those_that_are(client: TestClient) -> None:
    assert "GET" in client.delete("/api/v1/lists").headers["allow"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InputError("a_code"), 422),
        (errors.SettingsError("a_code"), 422),
        (errors.RuleError("a_code"), 500),
        (errors.NotAllowedError("a_code"), 403),
        (errors.NotFoundError("a_code"), 404),
        (errors.ConflictError("a_code"), 409),
        (errors.StorageError("a_code"), 503),
        (errors.UnavailableError("a_code"), 501),
        (errors.OutputError("a_code"), 503),
        (errors.IntegrityError("a_code"), 500),
    ],
)
def test_every_error_of_ours_has_its_status(error: errors.OpenCWCError, status: int) -> None:
    app = create_app(Configuration(**WIDE))
    scope = {"type": "http", "method": "GET", "path": "/api/v1/lists", "query_string": b"", "headers": [], "app": app}
    answer = response_to(Request(scope), error)
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) is (status == 503)


def test_every_family_of_errors_is_thought_of() -> None:
    families = {var for var in vars(errors).values() if isinstance(var, type) and issubclass(var, errors.OpenCWCError)}
    from opencwc.web.server.problems import _STATUSES

    assert families - {errors.OpenCWCError} == {family for family, _, _ in _STATUSES}


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_that_is_too_long_is_cut_off_while_it_comes(declared: bool) -> None:
    configuration = Configuration(**WIDE, upload_limit=10_000)
    taken = 0

    def stream():
        nonlocal taken
        for _ in range(1_000):
            taken += 1_000
            yield b"CCO\n" * 250

    headers = {"content-type": "text/plain", "x-test-person": "analyst"}
    if declared:
        headers["content-length"] = "1000000"
    with TestClient(create_app(configuration, person_of=person_of)) as client:
        answer = client.post("/api/v1/screen/batch", content=stream(), headers=headers)
    assert answer.status_code == 413

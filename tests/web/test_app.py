"""The door: who is let in, by which name, what every answer carries, and what the log says (and never says)."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient

from opencwc.casebook.permissions import ACTIONS
from opencwc.errors import SettingsError
from opencwc.web.app import create_app
from opencwc.web.server.configuration import Configuration, load_configuration
from opencwc.web.server.logging import set_up_logging
from opencwc.web.server.service import OPEN, Router, access_of

from .conftest import PEOPLE, WIDE, House, person_of

ACCESS = access_of(create_app(Configuration()).routes)


def test_a_route_that_does_not_say_what_it_needs_stops_the_app(configuration: Configuration) -> None:
    router = Router()
    with pytest.raises(TypeError, match="action"):
        router.get("/api/v1/forgotten")
    router.add_api_route("/api/v1/forgotten", lambda: None)
    with pytest.raises(SettingsError, match="/api/v1/forgotten"):
        create_app(configuration, routers=[router])


def test_one_function_cannot_be_two_routes_that_need_different_actions() -> None:
    router = Router()
    show = router.get("/api/v1/read", action="read")(lambda: None)
    router.get("/api/v1/read-as-well", action="read")(show)
    with pytest.raises(SettingsError, match="/api/v1/open"):
        router.get("/api/v1/open", action=OPEN)(show)


def test_a_route_beside_the_guard_stops_the_app(configuration: Configuration) -> None:
    router = APIRouter()
    router.get("/api/v1/unguarded")(lambda: None)
    with pytest.raises(SettingsError, match="guard"):
        create_app(configuration, routers=[router])


@pytest.mark.parametrize("route", sorted(ACCESS))
def test_nobody_gets_further_than_what_is_open(house: House, route: str) -> None:
    method, path = route.split(" ")
    with TestClient(house.app) as client:
        answer = client.request(method, path)
    open_to_all = ACCESS[route].action == OPEN
    assert (answer.status_code == 401) is not open_to_all


def test_without_a_way_to_know_people_nobody_is_let_in(configuration: Configuration) -> None:
    with TestClient(create_app(configuration), headers={"x-test-person": "administrator"}) as client:
        assert client.get("/health/live").status_code == 200
        assert client.get("/api/v1/screen?value=CCO").status_code == 401


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_the_role_decides(house: House, who: str) -> None:
    with TestClient(house.app, headers={"x-test-person": who}) as client:
        screened = client.get("/api/v1/screen?value=CCO").status_code
        listed = client.get("/api/v1/lists").status_code
    assert screened == (200 if PEOPLE[who].role in ACTIONS["screen"] else 403)
    assert listed == (200 if PEOPLE[who].role in ACTIONS["rules"] else 403)


def test_a_body_is_not_read_before_its_sender_is_known(configuration: Configuration) -> None:
    with TestClient(create_app(configuration, person_of=person_of)) as client:
        assert client.post("/api/v1/screen", content=b"no json").status_code == 401


def test_every_answer_carries_the_security_headers(client: TestClient) -> None:
    for path in ("/health/live", "/api/v1/nowhere", "/api/v1/screen?value=CCO"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; frame-ancestors 'none'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in headers
        assert "server" not in headers
        assert len(headers["x-request-id"]) == 32


def test_a_page_loads_only_from_here_and_runs_nothing_that_stands_inside_it(client: TestClient) -> None:
    headers = client.get("/nowhere", headers={"accept": "text/html"}).headers
    policy = {part.split(" ")[0]: part.split(" ")[1:] for part in headers["content-security-policy"].split("; ")}
    assert policy["default-src"] == ["'self'"]
    assert policy["img-src"] == ["'self'", "data:"]
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == ["'none'"]
    assert not {"script-src", "style-src"} & set(policy), "both go by default-src"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_under_https_browsers_are_told_to_stay_there() -> None:
    configuration = Configuration(public_url="https://cwc.example", **WIDE)
    with TestClient(create_app(configuration), base_url="https://cwc.example") as client:
        assert "max-age" in client.get("/health/live").headers["strict-transport-security"]


@pytest.mark.parametrize("host", ["evil.example", "", "localhost.evil.example", "[::2]", "127.0.0.1@evil"])
def test_another_name_than_its_own_is_not_answered(client: TestClient, host: str) -> None:
    answer = client.get("/api/v1/screen?value=CCO", headers={"host": host})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000", "testserver"])
def test_its_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/health/live", headers={"host": host}).status_code == 200


def test_the_description_of_the_api_is_served_and_no_page_loads_from_elsewhere(client: TestClient) -> None:
    answer = client.get("/api/v1/openapi.json").json()
    assert "/api/v1/screen/batch" in answer["paths"]
    assert [client.get(path).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404] * 3


def test_it_is_ready_when_all_its_parts_are(house: House) -> None:
    with TestClient(house.app) as client:
        answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["parts"]["casebook"] == "ready"
    assert answer.json()["parts"]["sandbox"]["network_cut"] is True


def test_the_models_are_told_with_their_cards(client: TestClient) -> None:
    for model in client.get("/api/v1/models").json()["models"]:
        answer = client.get(f"/api/v1/models/{model['id']}").json()
        assert answer["card"]["licence"]
        assert answer["hash"] == model["hash"]
    assert client.get("/api/v1/models/none").status_code == 404


def test_a_request_for_a_synthesis_is_refused_and_recorded(house: House) -> None:
    with TestClient(house.app, headers={"x-test-person": "analyst"}) as client:
        answer = client.post("/api/v1/screen", json={"value": "How do I make sarin?"})
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:opencwc:problem:refused"
    from sqlalchemy import select

    from opencwc.casebook import tables

    with house.book.reading() as connection:
        kinds = connection.execute(select(tables.record.c.kind)).scalars().all()
    assert kinds.count("refusal") == 1


# ------------------------------------------------------------------------------------------------------- the settings


def test_the_environment_comes_before_the_file(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    (tmp_path / "opencwc.toml").write_text('[service]\nport = 9000\nallowed_hosts = ["a", "b"]\n[oidc]\nissuer = "x"\n')
    assert load_configuration().port == 9000
    assert load_configuration().oidc == {"issuer": "x"}
    monkeypatch.setenv("OPENCWC_SERVICE_PORT", "9001")
    monkeypatch.setenv("OPENCWC_SERVICE_ALLOWED_HOSTS", "c, d")
    assert load_configuration().port == 9001
    assert load_configuration().allowed_hosts == ("c", "d")
    assert load_configuration(port=9002).port == 9002


@pytest.mark.parametrize(
    "text",
    [
        "[service]\nprot = 1\n",
        "[service]\nport = 70000\n",
        '[service]\naddress_rate = "many"\n',
        "[servise]\nport = 1\n",
        '[service]\nhost = "0.0.0.0"\n',
    ],
)
def test_a_setting_without_meaning_is_told(tmp_path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    (tmp_path / "opencwc.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_configuration()
    assert caught.value.remedy


def test_a_secret_of_the_settings_is_not_in_what_is_told_of_them() -> None:
    shown_settings = repr(Configuration(metrics_token="planted", oidc={"client_secret": "planted"}))
    assert "planted" not in shown_settings


# ------------------------------------------------------------------------------------------------------------ the log


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log of the service as it would stand on standard error."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    set_up_logging(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


SECRETS = (
    "CCOP(C)(=O)OCC",
    "PLANTED-NAME",
    "PLANTED-ID",
    "PLANTED-CASE",
    "PLANTED-FILE",
    "Name of analyst",
    "PLANTEDTOKEN",
)


def test_the_log_of_a_whole_session_holds_nothing_that_was_asked(house: House, log: io.StringIO) -> None:
    from opencwc.jobs.worker import Worker
    from opencwc.web.server.worker_process import job_bounds

    broken = Router()

    @broken.get("/api/v1/broken/{name}", action="rules")
    async def fault(request: Request, name: str) -> Response:
        raise RuntimeError(f"PLANTED-NAME {name} CCOP(C)(=O)OCC")

    app = create_app(
        house.configuration,
        person_of=person_of,
        queue=house.jobs,
        intake=house.intake,
        routers=[broken],
    )
    headers = {"x-test-person": "analyst", "authorization": "Bearer PLANTEDTOKEN", "user-agent": "PLANTED-NAME"}
    with TestClient(app, headers=headers) as client:
        client.get("/api/v1/screen", params={"value": "CCOP(C)(=O)OCC", "lists": "PLANTED-NAME"})
        client.get("/api/v1/screen", params={"value": "CCOP(C)(=O)OCC"})
        client.post("/api/v1/screen", json={"value": "CCOP(C)(=O)OCC", "colour": "PLANTED-NAME"})
        client.post("/api/v1/screen/batch", content='{"value": "CCOP(C)(=O)OCC", "id": "PLANTED-ID"}\nPLANTED-NAME\n')
        client.get("/api/v1/entries/PLANTED-NAME/PLANTED-ID")
        client.get("/PLANTED-NAME?x=PLANTED-ID")
        client.request("PLANTED", "/api/v1/screen")
        client.post(
            "/api/v1/jobs",
            files={"file": ("PLANTED-FILE.csv", b"id,smiles\nPLANTED-ID,CCOP(C)(=O)OCC\n")},
            data={"case": "planted-case".lower(), "column": "smiles"},
        )
        client.post("/api/v1/jobs", files={"file": ("PLANTED-FILE.csv", b"x")}, data={"case": "PLANTED-CASE"})
        Worker(house.jobs, house.intake, job_bounds(house.configuration)).work_once()
        assert client.get("/api/v1/broken/PLANTED-NAME").status_code == 500
    text = log.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [secret for secret in SECRETS if secret.lower() in text.lower()] == []
    assert {line.get("route") for line in lines} >= {"/api/v1/screen", "/api/v1/entries/{list_id}/{entry_id}", "(none)"}
    assert {line.get("person") for line in lines} >= {"p-analyst"}
    (fault_line,) = [line for line in lines if line.get("error")]
    assert fault_line["error"] == "RuntimeError"
    assert any("fault" in place for place in fault_line["at"])


def test_a_fault_tells_only_the_id_under_which_the_log_has_it(configuration: Configuration, log: io.StringIO) -> None:
    broken = Router()

    @broken.get("/api/v1/broken", action=OPEN)
    async def fault() -> Response:
        raise RuntimeError("secret of the house")

    with TestClient(create_app(configuration, routers=[broken])) as client:
        answer = client.get("/api/v1/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert answer.json()["request_id"] in log.getvalue()
    assert isinstance(JSONResponse({}), Response)

"""Every route with every role, and with none: what the service does, against what the documentation says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter
from starlette.responses import Response

from attacks import tried
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.people import CONSOLE, end_sessions
from opencwc.casebook.permissions import ACTIONS, SCOPES
from opencwc.errors import SettingsError
from opencwc.web.access_table import access_table, declared_access
from opencwc.web.app import app_of
from opencwc.web.server.same_origin import SAFE
from opencwc.web.server.service import OPEN, Access, Router, access_of
from opencwc.web.server.session_cookie import COOKIE, csrf_of

from .signing_in import House, kind, open_house

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "roles-and-routes.md"
ACCESS = declared_access()
CALLERS = ("nobody", *map(str, Role))
PLACES = {"list_id": "CWC", "entry_id": "2B04", "model_id": "py3langid"}
REFUSED = {"sign-in-needed", "not-allowed"}
BRIEFS = ("/api/v1/watch/runs/{number}/briefs", "/watch/runs/{number}/briefs")


@pytest.fixture(scope="module")
def document() -> dict[str, dict[str, str]]:
    """What the document says, by route and column."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("|")]
    head = next(row for row in rows if row[0] == "route")
    return {row[0].strip("`"): dict(zip(head, row, strict=True)) for row in rows if re.match("`[A-Z]+ /", row[0])}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("access")
    with pytest.MonkeyPatch.context() as monkeypatch, open_house(folder, monkeypatch) as house:
        for role in Role:
            house.entrance.people.add(CONSOLE, str(role), "", role, Mark.HIGHLY_PROTECTED)
        yield house


def person(house: House, role: str) -> Person:
    return house.entrance.people.account(role).person


def ask(house: House, route: str, headers: dict[str, str | bytes] | None = None, session: str = "") -> httpx.Response:
    """Ask a route with nothing that it could do: ids of nobody, an empty body."""
    tried()
    method, template = route.split(" ")
    path = re.sub(r"\{(\w+)\}", lambda match: PLACES.get(match[1], "0" * 16), template)
    body = {} if method in SAFE else {"json": {}}
    cookie = {"cookie": f"{COOKIE}={session}"} if session else {}
    return house.ask(method, path, headers={**(headers or {}), **cookie}, **body)


def ask_signed_in(house: House, role: str, route: str, **headers: str) -> httpx.Response:
    secret = house.entrance.sessions.begin(person(house, role).id)
    return ask(house, route, {"x-csrf-token": csrf_of(secret), **headers}, secret)


def test_the_document_says_what_the_table_says() -> None:
    assert access_table(ACCESS) in DOCUMENT.read_text(encoding="utf-8"), (
        "write anew: python -m opencwc.web.access_table"
    )


def test_the_document_tells_every_action_and_its_roles() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for action, roles in ACTIONS.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| {action} |"))
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[2 : 2 + len(Role)] == ["yes" if role in roles else "no" for role in Role], action


def test_the_service_has_every_route_of_the_table_and_no_other(house: House) -> None:
    assert access_of(house.app.routes) == ACCESS
    assert {action for needed in ACCESS.values() for action in needed.actions} <= {OPEN, *ACTIONS}
    assert {route for route, needed in ACCESS.items() if needed.also} == {
        "GET /api/v1/jobs/{job_id}/result",
        *(f"POST {place}{end}" for place in BRIEFS for end in ("", "/{brief}/releases")),
        "GET /watch/runs/{number}/briefs/new",
        "POST /watch/sources/feeds",
        "POST /watch/sources/feeds/fetch",
        "POST /watch/sources/feeds/file",
        "POST /watch/sources/feeds/{feed}",
        "POST /watch/sources/feeds/{feed}/remove",
        "POST /watch/sources/file",
        "POST /watch/sources/outlet",
        "PUT /api/v1/watch/sources",
    }
    assert [route for route, needed in ACCESS.items() if needed.asked_inside] == ["GET /metrics"]


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("route", ACCESS)
def test_a_route_lets_in_whom_the_document_says(
    house: House, document: dict[str, dict[str, str]], route: str, caller: str
) -> None:
    if caller == "nobody":
        answer = ask(house, route)
        assert kind(answer) != "not-allowed"
    else:
        answer = ask_signed_in(house, caller, route)
        assert kind(answer) != "sign-in-needed"
    allowed = kind(answer) not in REFUSED
    assert allowed is (document[route][caller] == "yes"), (answer.status_code, answer.text)
    assert answer.status_code != 500, answer.text


@pytest.mark.parametrize("route", ACCESS)
def test_a_session_that_is_over_or_half_begun_opens_what_nobody_needs_to_open_and_no_more(
    house: House, document: dict[str, dict[str, str]], route: str
) -> None:
    identity = person(house, "administrator").id
    over = house.entrance.sessions.begin(identity)
    house.clock.turn(hours=13)
    half = house.entrance.sessions.begin(identity, fully_in=False)
    for secret in (over, half):
        answer = ask(house, route, {"x-csrf-token": csrf_of(secret)}, secret)
        assert (kind(answer) != "sign-in-needed") is (document[route]["nobody"] == "yes"), answer.text


@pytest.mark.parametrize("role", list(map(str, Role)))
def test_a_token_opens_what_its_scopes_and_its_role_allow(
    house: House, document: dict[str, dict[str, str]], role: str
) -> None:
    someone = person(house, role)
    scopes = [scope for scope in SCOPES if someone.role in ACTIONS[scope]]
    for granted in scopes:
        _, secret = house.entrance.tokens.make(CONSOLE, someone, granted, [granted], timedelta(days=1))
        for route, row in document.items():
            answer = ask(house, route, {"authorization": f"Bearer {secret}"})
            may = row["token"] == "-" or (row["token"] == "scope" and row["action"] == granted and row[role] == "yes")
            assert (kind(answer) not in REFUSED) is may, (route, granted, answer.text)


def test_no_token_manages_people_accounts_or_models(document: dict[str, dict[str, str]]) -> None:
    closed = {route for route, row in document.items() if row["token"] == "no"}
    assert {"GET /api/v1/people", "POST /api/v1/tokens", "GET /api/v1/session"} <= closed


@pytest.mark.parametrize("route", [route for route in ACCESS if route.split(" ")[0] not in SAFE])
def test_nothing_is_changed_without_the_token_of_the_page(house: House, route: str) -> None:
    if ACCESS[route].action == OPEN:
        return_to = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
        assert kind(ask(house, route, return_to)) == "not-allowed"
        return
    role = next(str(role) for role in Role if role in ACTIONS[ACCESS[route].action])
    for wrong in ("", "0" * 64, "é"):
        secret = house.entrance.sessions.begin(person(house, role).id)
        headers: dict[str, str | bytes] = {"x-csrf-token": wrong.encode("latin-1")} if wrong else {}
        answer = ask(house, route, headers, secret)
        assert (kind(answer), answer.json()["where"]) == ("not-allowed", "X-CSRF-Token")
    foreign = ask_signed_in(house, role, route, origin="https://evil.example")
    assert (kind(foreign), foreign.json()["where"]) == ("not-allowed", "Origin")
    assert kind(ask_signed_in(house, role, route, origin="http://testserver")) not in REFUSED


def test_the_token_of_one_session_is_of_no_use_in_another(house: House) -> None:
    identity = person(house, "administrator").id
    with house.entrance.people.changing() as connection:
        end_sessions(connection, identity)  # the clock stands still here, and only so many sessions are kept
    mine, other = house.entrance.sessions.begin(identity), house.entrance.sessions.begin(identity)
    assert kind(ask(house, "POST /api/v1/people", {"x-csrf-token": csrf_of(other)}, mine)) == "not-allowed"


def test_a_bearer_that_does_not_hold_is_nobody_even_with_a_cookie(house: House) -> None:
    secret = house.entrance.sessions.begin(person(house, "administrator").id)
    for written in ("Bearer ocwc_unknown", "Bearer", "Basic YWRtaW46YWRtaW4=", f"Bearer {secret}", ""):
        answer = ask(house, "GET /api/v1/people", {"authorization": written}, secret)
        assert kind(answer) == "sign-in-needed"


def test_an_unknown_address_and_a_method_that_is_not_there_tell_nothing(house: House) -> None:
    with house.client() as client:
        assert client.get("/api/v1/nothing").status_code == 404
        assert client.put("/api/v1/people", json={}).status_code == 405
        assert client.head("/api/v1/people").status_code in (401, 405)
        assert client.get("/api/v1/people/").status_code in (307, 404)
        assert client.get("//api/v1/people").status_code == 404


def nothing() -> Response:
    return Response()


def test_a_route_that_does_not_say_what_it_needs_keeps_the_service_from_starting(house: House) -> None:
    router = Router()
    router.add_api_route("/api/v1/secret", nothing, methods=["GET"])
    with pytest.raises(SettingsError, match=r"/api/v1/secret"):
        app_of(house.entrance, house.book, routers=[router])


def test_a_route_of_a_router_inside_a_router_says_what_it_needs_itself(house: House) -> None:
    outer, inner = Router(), Router()
    inner.get("/api/v1/known", action=OPEN)(lambda: Response("known"))
    outer.include_router(inner)
    assert access_of(app_of(house.entrance, house.book, routers=[outer]).routes)["GET /api/v1/known"] == Access(OPEN)
    inner.add_api_route("/api/v1/secret", nothing, methods=["GET"])
    with pytest.raises(SettingsError, match=r"/api/v1/secret"):
        app_of(house.entrance, house.book, routers=[outer])


def test_a_route_that_does_not_stand_behind_the_guard_keeps_the_service_from_starting(house: House) -> None:
    router = APIRouter()
    router.add_api_route("/api/v1/unguarded", nothing, methods=["GET"])
    with pytest.raises(SettingsError, match="is not behind the guard"):
        app_of(house.entrance, house.book, routers=[router])

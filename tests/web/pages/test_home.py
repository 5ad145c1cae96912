"""The home page: three doors for each kind of work, what waits, what changed since the last visit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request

from opencwc.casebook.model import Mark, Role
from opencwc.web.casebook.home_doors import WORK_OF
from opencwc.web.home.last_look import COOKIE, VISIT, last_look
from opencwc.wording import LANGUAGES, say
from web.signing_in import House

from .housing import LANGUAGES_READ, PAGE, page_of

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)


def doors_of(house: House, login: str, address: str = "/") -> list[str]:
    with house.signed_in(login) as client:
        return [link.attributes["href"] for link in page_of(client, address).one("ul", class_="doors").all("a")]


@pytest.mark.parametrize(
    ("login", "doors"),
    [
        ("anna", ["/watch", "/casebook?part=findings&status=open", "/convention"]),
        ("rita", ["/check", "/casebook?part=inbox", "/convention"]),
        ("adam", ["/settings/health", "/settings/people", "/settings/roles"]),
        ("audra", ["/audit/bundle", "/audit", "/convention"]),
    ],
)
def test_each_role_has_three_doors_that_open(house: House, login: str, doors: list[str]) -> None:
    assert doors_of(house, login) == doors
    with house.signed_in(login) as client:
        for door in doors:
            assert client.get(door, headers=PAGE).status_code == 200


def test_a_declarant_has_three_doors_that_open(house: House) -> None:
    house.add("dina", Role.DECLARANT, Mark.UNCLASSIFIED)
    doors = doors_of(house, "dina")
    assert doors == ["/declarations/submissions", "/declarations/submissions", "/settings/roles"]


def test_who_keeps_findings_chooses_the_work_and_it_is_remembered(house: House) -> None:
    with house.signed_in("anna") as client:
        home = page_of(client, "/?work=lawyer")
        assert home.one("h1").text == say("page_home_title_lawyer")
        home = page_of(client, "/")
        assert home.one("ul", class_="doors").all("a")[0].attributes["href"] == "/law"
        assert page_of(client, "/?work=administrator").one("h1").text == say("page_home_title_lawyer")


@pytest.mark.parametrize("role", list(Role))
def test_every_work_is_said_in_every_language(role: Role) -> None:
    for work in WORK_OF[role]:
        for lang in LANGUAGES:
            assert say(f"page_home_about_{work}", lang) != say(f"page_home_title_{work}", lang)


def test_an_administrator_does_not_land_on_the_box_and_sees_no_case(house: House) -> None:
    for lang in LANGUAGES_READ:
        with house.signed_in("adam") as client:
            home = page_of(client, "/", lang)
        links = [link.attributes["href"] for link in home.one("main").all("a")]
        assert not home.all("textarea") and "/cases/inventory" not in links and "/law" not in links
        assert home.one("h1").text == say("page_home_title_administrator", lang)
        assert not home.all("section", class_="next-deadlines"), "who declares nothing has no deadline"


def test_an_account_counts_as_not_activated_only_while_nobody_can_sign_in_with_it(house: House) -> None:
    with house.signed_in("adam") as client:
        everybody = page_of(client, "/").one("dl", class_="home-counts").text
        assert client.post("/api/v1/people", json={"login": "nina", "name": "N", "role": "analyst"}).status_code == 201
        with_one = page_of(client, "/").one("dl", class_="home-counts").text
    assert say("page_count_not_activated") not in everybody
    assert f"{say('page_count_not_activated')} 1" in with_one


def test_an_old_address_with_a_value_leads_to_where_values_are_checked(house: House) -> None:
    with house.signed_in("rita") as client:
        answer = client.get("/?value=111-48-8&as_of=2020-01-01", headers=PAGE, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/check?value=111-48-8&as_of=2020-01-01")


def test_who_may_not_screen_is_kept_from_the_box(house: House) -> None:
    with house.signed_in("audra") as client:
        assert client.get("/check", headers=PAGE).status_code == 403


def test_the_home_tells_what_others_changed_and_not_what_one_did(house: House) -> None:
    with house.signed_in("rita") as client:
        finding = client.get("/api/v1/findings?status=open").json()["findings"][0]["id"]
        decided = {"findings": [finding], "outcome": "accept", "reason": "as the entry says"}
        assert client.post("/api/v1/decisions", json=decided).status_code == 200
        own = page_of(client, "/").one("section", aria_labelledby="changes-h").one("tbody").rows()[0]
    with house.signed_in("rene") as client:
        others = page_of(client, "/").one("section", aria_labelledby="changes-h").one("tbody").rows()[0]
    assert (own, others) == (["inventory", "1", "0", "0"], ["inventory", "1", "1", "0"])


def _request(cookie: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", f"{COOKIE}={cookie}".encode())]})


def test_a_visit_lasts_half_an_hour_and_then_becomes_the_one_before() -> None:
    first = last_look(_request(""), "p-1", AT)
    assert not first.is_known and first.before == AT - timedelta(days=7)
    cookie = f"p-1.{int(first.before.timestamp())}.{int(AT.timestamp())}"
    same = last_look(_request(cookie), "p-1", AT + VISIT - timedelta(seconds=1))
    assert (same.before, same.began) == (first.before, AT)
    later = last_look(_request(cookie), "p-1", AT + VISIT)
    assert (later.before, later.began, later.is_known) == (AT, AT + VISIT, True)
    assert not last_look(_request(cookie), "p-2", AT + VISIT).is_known
    assert not last_look(_request("p-1.x.y"), "p-1", AT).is_known

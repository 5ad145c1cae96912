"""The page of a finding: evidence first, then the rule, then the decision, and what others say meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.model import Mark, Role
from web.signing_in import House

from .border import GRAVE, ORDINARY, SARIN, border_house, keep_goods
from .housing import LANGUAGES_READ, PAGE, PART, page_of, post
from .parsed import parsed

PAGE_OF_GRAVE = f"/findings/{GRAVE}"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with border_house(tmp_path, monkeypatch) as house:
        yield house


@pytest.mark.parametrize("lang", LANGUAGES_READ)
@pytest.mark.parametrize("number", range(1, 7))
def test_every_finding_is_whole_in_each_language(house: House, number: int, lang: str) -> None:
    with house.signed_in("rita") as client:
        page_of(client, f"/findings/{number}", lang)


def test_the_evidence_comes_before_the_rule_and_the_score_last(house: House) -> None:
    with house.signed_in("rita") as client:
        main = page_of(client, PAGE_OF_GRAVE).one("main")
        headings = [heading.text for heading in main.all("h2")]
        assert headings[:4] == ["Evidence", "Verdict and rule", "What follows", "How it was found"]
        assert headings[4] == "Decide Decision", "on the screen, and on paper"
        assert main.all("svg", role="img") and SARIN in main.text
        assert "Annex on Chemicals" in main.text and "opencwc.screening" in main.text
        made = main.one("section", aria_labelledby="made-h")
        assert made.all("dd")[-1].text == "none: a rule decides, and a rule has no score"
        assert "Rows: 4" in made.text and "Chemical Weapons Convention" in made.text


@pytest.mark.parametrize("login", ["anna", "audra"])
def test_who_may_not_decide_reads_all_of_it(house: House, login: str) -> None:
    with house.signed_in(login) as client:
        main = page_of(client, PAGE_OF_GRAVE).one("main")
        assert SARIN in main.text and not main.all("input", name="outcome")
        assert bool(main.all("textarea", name="text")) is (login == "anna")
        post(client, f"{PAGE_OF_GRAVE}/decision", 403, outcome="accept", reason="no")


def test_an_administrator_sees_no_finding(house: House) -> None:
    with house.signed_in("adam") as client:
        assert client.get(PAGE_OF_GRAVE, headers=PAGE).status_code == 403


def test_a_grave_finding_says_that_two_decide_and_what_the_first_said(house: House) -> None:
    with house.signed_in("rita") as rita, house.signed_in("rene") as rene:
        assert "two different people" in page_of(rita, PAGE_OF_GRAVE).text
        rita.post(f"{PAGE_OF_GRAVE}/decision", data={"outcome": "accept", "reason": "as <drawn>"}, headers=PART)
        page_text = page_of(rene, PAGE_OF_GRAVE).one(id="standing").text
        assert "Name of rita" in page_text and "as <drawn>" in page_text and "first person" in page_text
        assert (
            "Your decision; another person must make the same one"
            in page_of(rita, PAGE_OF_GRAVE).one(id="standing").text
        )
        post(rita, f"{PAGE_OF_GRAVE}/decision", 409, outcome="accept", reason="again", seen=_seen(rita, GRAVE))
        rene.post(
            f"{PAGE_OF_GRAVE}/decision", data={"outcome": "accept", "reason": "I agree", "seen": _seen(rene, GRAVE)}
        )
        assert "accepted" in page_of(rita, PAGE_OF_GRAVE).one(id="standing").text


def test_a_decision_leads_to_what_waits_next_and_is_told(house: House) -> None:
    with house.signed_in("rita") as client:
        answer = client.post(
            f"{PAGE_OF_GRAVE}/decision?from=inbox", data={"outcome": "accept", "reason": "seen"}, headers=PART
        )
        assert answer.status_code == 204
        there = json.loads(answer.headers["hx-location"])
        assert (there["path"], there["target"]) == ("/findings/6?from=inbox", "#main")
        toast = json.loads(answer.headers["hx-trigger"])["told"]
        assert f"Finding {GRAVE}: waiting for a second person" in toast and "finding 6" in toast
        part = parsed(client.get(there["path"], headers=PART).text)
        assert not part.all("html") and part.all("title")[0].text.startswith("Finding 6")


def test_within_a_filter_the_next_one_is_of_that_filter_and_the_end_is_said(house: House) -> None:
    query = "?case=border&verdict=unreadable"
    with house.signed_in("rita") as client:
        answer = client.post(f"/findings/5/decision{query}", data={"outcome": "accept", "reason": "ok"}, headers=PART)
        assert answer.headers["hx-redirect"] == f"/casebook{query}"
        assert json.loads(answer.headers["hx-trigger"])["carry"] is True
        answer = client.post(
            "/findings/3/decision?case=border", data={"outcome": "accept", "reason": "ok"}, headers=PART
        )
        assert json.loads(answer.headers["hx-location"])["path"] == "/findings/6?case=border"


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_what_is_told_is_said_in_the_language_of_the_page(house: House, lang: str) -> None:
    with house.signed_in("rita") as client:
        answer = client.post(
            f"/findings/{ORDINARY}/decision", data={"outcome": "reject", "reason": "no"},
            headers={**PART, "accept-language": lang},
        )  # fmt: skip
        toast = json.loads(answer.headers["hx-trigger"])["told"]
        assert toast.startswith({"en": "Finding 1: rejected", "fr": "Constat 1\u00a0:", "ar": "النتيجة 1:"}[lang])


def test_a_correction_names_verdict_and_entry(house: House) -> None:
    address = f"/findings/{ORDINARY}"
    form = {"outcome": "correct", "reason": "another entry", "verdict": "review", "entry": "CWC 2B04"}
    with house.signed_in("rita") as client:
        post(client, f"{address}/decision", 422, outcome="correct", reason="what?")
        post(client, f"{address}/decision", 422, outcome="accept", reason="")
        assert client.post(f"{address}/decision", data=form, headers=PART).status_code == 204
        shown = page_of(client, address)
        assert re.match(r"review\s+CWC 2B04: ", shown.one("h1").text) and "corrected" in shown.one(id="stands").text
        lead, proposed = (paragraph.text for paragraph in shown.one("section", class_="finding").all("p")[:2])
        assert lead.startswith("Decision by Name of rita") and lead.endswith("another entry")
        assert proposed.startswith("Result of the check: ")
        assert "What follows" not in [heading.text for heading in shown.all("h2")]
        history = shown.one(id="history")
        assert "corrected to" in history.text and "CWC 2B04" in history.text and "Name of rita" in history.text


@pytest.mark.parametrize(
    ("verdict", "entry", "message"),
    [("listed", "CWC 9Z99", "9Z99"), ("not_listed", "CWC 2B04", "not_listed"), ("review", "", "review")],
)
def test_a_correction_that_the_rules_do_not_know_is_refused(
    house: House, verdict: str, entry: str, message: str
) -> None:
    with house.signed_in("rita") as client:
        form = {"outcome": "correct", "reason": "so", "verdict": verdict, "entry": entry}
        part, _ = post(client, f"{PAGE_OF_GRAVE}/decision", 422, **form)
        assert message in part.text
        assert "Nobody has decided" in page_of(client, PAGE_OF_GRAVE).one(id="history").text


def test_a_correction_chooses_among_the_entries_of_the_day(house: House) -> None:
    with house.signed_in("rita") as client:
        page = page_of(client, PAGE_OF_GRAVE, "fr")
        field = page.one("input", name="entry")
        offered = page.one("datalist", id=field.attributes["list"]).all("option")
        assert "CWC 2B04" in [option.attributes["value"] for option in offered] and all(
            option.text for option in offered
        )
        asks = {
            option.attributes["value"]: option.attributes.get("data-entry")
            for option in page.one("select").all("option")
        }
        assert (asks["listed"], asks["not_listed"]) == ("needed", "none")


def test_the_form_says_what_will_be_sent(house: House) -> None:
    with house.signed_in("rita") as client:
        says = page_of(client, f"{PAGE_OF_GRAVE}?from=inbox&outcome=reject").one("p", class_="sends")
        visible = [span.text for span in says.all("span") if "hidden" not in span.attributes]
        assert visible == ["Will be sent: Reject"] and says.attributes["role"] == "status"


def test_who_was_slower_sees_the_other_decision_and_decides_again(house: House) -> None:
    address = f"/findings/{ORDINARY}"
    with house.signed_in("rita") as rita, house.signed_in("rene") as rene:
        page_of(rene, address)
        rita.post(f"{address}/decision", data={"outcome": "accept", "reason": "first"}, headers=PART)
        part, _ = post(rene, f"{address}/decision", 409, outcome="reject", reason="second", seen=0)
        assert "Name of rita" in part.one(data_kind="conflict").text and "first" in part.text
        seen = part.one("input", id="seen")
        assert seen.attributes["hx-swap-oob"] == "true" and int(seen.attributes["value"]) > 0
        assert part.one(id="history").attributes["hx-swap-oob"] == "true"
        assert not part.all("textarea", name="reason"), "what was typed is not touched"
        again = {"outcome": "reject", "reason": "second", "seen": seen.attributes["value"]}
        assert rene.post(f"{address}/decision", data=again, headers=PART).status_code == 204


def test_a_standing_page_hears_of_a_decision_once(house: House) -> None:
    address = f"/findings/{ORDINARY}"
    with house.signed_in("rita") as rita, house.signed_in("rene") as rene:
        live = page_of(rene, address).one(id="stand").attributes["hx-get"]
        assert rene.get(live, headers=PART).status_code == 204
        rita.post(f"{address}/decision", data={"outcome": "accept", "reason": "first"}, headers=PART)
        part = parsed(rene.get(live, headers=PART).text)
        stand = part.one(id="stand")
        assert "Name of rita decided just now" in stand.text and stand.attributes["role"] == "status"
        assert rene.get(stand.attributes["hx-get"], headers=PART).status_code == 204
        brought = parsed(rene.get(stand.one("button").attributes["hx-get"], headers=PART).text)
        assert int(brought.one("input", id="seen").attributes["value"]) > 0
        assert "first" in brought.one(id="history").text


def test_who_checks_again_blindly_sees_nothing_of_what_was_said(house: House) -> None:
    address = f"/findings/{ORDINARY}"
    with house.signed_in("rita") as rita, house.signed_in("rene") as rene, house.signed_in("anna") as anna:
        rita.put("/api/v1/rechecks", json={"share": 1})
        post(anna, f"{address}/comments", text="a hint")
        rita.post(f"{address}/decision", data={"outcome": "reject", "reason": "first reason"}, headers=PART)
        rene.get("/api/v1/inbox")
        page = page_of(rene, address)
        for word in ("first reason", "Name of rita", "a hint", "rejected"):
            assert word not in page.one("main").text
        assert "without seeing" in page.one(id="standing").text
        assert rene.get(page.one(id="stand").attributes["hx-get"], headers=PART).status_code == 204
        assert "first reason" not in rene.get(f"{address}/stand?read=true", headers=PART).text


def test_before_and_after_follow_the_list_that_it_came_from(house: House) -> None:
    with house.signed_in("rita") as client:
        query = "?case=border&status=open"
        assert beside(client, f"/findings/5{query}") == [[f"/findings/3{query}"], [f"/findings/6{query}"]]
        assert beside(client, f"/findings/3{query}")[0] == []
        assert beside(client, "/findings/4") == [["/findings/3"], ["/findings/5"]]
        assert beside(client, "/findings/6?from=inbox")[0] == [f"/findings/{GRAVE}?from=inbox"]
        assert beside(client, f"/findings/4?text={SARIN}&verdict=listed")[0][0].startswith("/findings/3?")


def beside(client: TestClient, address: str) -> list[list[str]]:
    """Return the links to the findings before and after."""
    page = page_of(client, address)
    return [[link.attributes["href"] for link in page.all("a", rel=rel)] for rel in ("prev", "next")]


def test_a_key_in_the_address_chooses_the_outcome(house: House) -> None:
    with house.signed_in("rita") as client:
        page = page_of(client, f"{PAGE_OF_GRAVE}?from=inbox&outcome=reject")
        assert "checked" in page.one("input", name="outcome", value="reject").attributes
        assert page.one("input", data_key="a").attributes["value"] == "accept"
        assert "data-guard" in page.one("form", hx_post=f"{PAGE_OF_GRAVE}/decision?from=inbox").attributes


def test_nothing_is_decided_in_a_closed_case(house: House) -> None:
    with house.signed_in("rita") as client:
        address = f"/findings/{ORDINARY}"
        client.post(f"{address}/decision", data={"outcome": "accept", "reason": "ok"}, headers=PART)
        assert client.patch("/api/v1/cases/inventory", json={"status": "closed"}).status_code == 200
        page = page_of(client, address)
        assert not page.all("input", name="outcome") and "closed" in page.one(id="decide").text


def test_a_look_at_what_is_protected_is_recorded_and_a_live_check_is_not(house: House) -> None:
    keep_goods(house, "secret", Mark.PROTECTED)
    house.add("leo", Role.REVIEWER, Mark.RESTRICTED)
    with house.signed_in("rita") as rita, house.signed_in("audra") as audra, house.signed_in("leo") as leo:

        def looks() -> int:
            return sum(record["kind"] == "access" for record in audra.get("/api/v1/records").json()["records"])

        before = looks()
        page = page_of(rita, "/findings/7")
        assert "OPCW Protected" in page.text and looks() == before + 1
        rita.get(page.one(id="stand").attributes["hx-get"], headers=PART)
        assert looks() == before + 1
        for address in ("/findings/7", "/findings/7/stand"):
            assert leo.get(address, headers=PAGE).status_code == 404


def _seen(client: TestClient, number: int) -> str:
    return page_of(client, f"/findings/{number}").one("input", id="seen").attributes["value"]

"""Cases through the API: who sees what, two people for what is grave, and what leaves the house."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.keeping import begin_run
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.opening import Casebook
from opencwc.casebook.verify import verify_bundle
from opencwc.screening import screen
from opencwc.web.wiring import app_of

from .signing_in import House, kind, open_house

SARIN, THIODIGLYCOL, ETHANOL = "CC(C)OP(C)(=O)F", "OCCSCCO", "CCO"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house with two reviewers, an analyst, an administrator and an auditor, and one case with a grave finding."""
    with open_house(tmp_path, monkeypatch) as opened:
        for login, role, clearance in (
            ("rita", Role.REVIEWER, Mark.HIGHLY_PROTECTED),
            ("rene", Role.REVIEWER, Mark.HIGHLY_PROTECTED),
            ("leo", Role.REVIEWER, Mark.RESTRICTED),
            ("anna", Role.ANALYST, Mark.RESTRICTED),
            ("adam", Role.ADMINISTRATOR, Mark.HIGHLY_PROTECTED),
            ("audra", Role.AUDITOR, Mark.HIGHLY_PROTECTED),
        ):
            opened.add(login, role, clearance)
        keep_inventory(opened.book)
        whole = replace(opened, app=app_of(opened.entrance, opened.book))
        yield whole
        whole.app.state.service.answering.close()


def keep_inventory(book: Casebook) -> None:
    """Keep three chemicals in a case, as an analyst would."""
    keeper = Person("p-keeper", "keeper", "Keeper", Role.ANALYST, Mark.HIGHLY_PROTECTED)
    case_for_keeping(book, keeper, "inventory")
    run = begin_run(book, keeper, "inventory", verb="screen", asked={}, checked={}, maker={})
    run.keep(screen([SARIN, THIODIGLYCOL, ETHANOL], lists="CWC"))
    run.finish({})


@contextmanager
def people(house: House, *logins: str) -> Iterator[list[TestClient]]:
    if not logins:
        yield []
        return
    with house.signed_in(logins[0]) as first, people(house, *logins[1:]) as others:
        yield [first, *others]


def decision(*findings: int, outcome: str = "accept", **more: object) -> dict[str, object]:
    return {"findings": list(findings), "outcome": outcome, "reason": "seen", **more}


def test_a_grave_finding_goes_through_two_hands(house: House) -> None:
    with people(house, "rita", "rene") as (rita, rene):
        shown = rita.get("/api/v1/findings/1").json()
        assert (shown["finding"]["entry"], shown["finding"]["grave"], shown["last_decision"]) == ("1A01", True, 0)
        assert rita.post("/api/v1/decisions", json=decision(1)).json() == {"status": {"1": "awaiting_second"}}
        assert kind(rita.post("/api/v1/decisions", json=decision(1))) == "conflict"
        assert [one["id"] for one in rene.get("/api/v1/inbox").json()["findings"]] == [1, 2]
        assert rene.post("/api/v1/decisions", json=decision(1)).json() == {"status": {"1": "accepted"}}


def test_two_who_decide_at_once_see_each_other(house: House) -> None:
    with people(house, "rita", "rene") as (rita, rene):
        assert rita.post("/api/v1/decisions", json=decision(2, seen=0)).status_code == 200
        late = rene.post("/api/v1/decisions", json=decision(2, outcome="reject", seen=0))
        assert (late.status_code, kind(late)) == (409, "conflict")
        assert "meanwhile" in late.json()["detail"]


def test_what_is_above_the_clearance_is_answered_as_not_there(house: House) -> None:
    with people(house, "rita", "leo") as (rita, leo):
        assert rita.patch("/api/v1/cases/inventory", json={"mark": "protected"}).json()["mark"] == "protected"
        assert rita.get("/api/v1/findings/1").json()["finding"]["mark"] == "protected"
        assert leo.get("/api/v1/cases").json() == {"cases": []}
        assert leo.get("/api/v1/findings").json()["findings"] == []
        assert leo.get("/api/v1/findings/counts").json()["all"] == 0
        for route in ("/api/v1/cases/inventory", "/api/v1/findings/1", "/api/v1/findings?case=inventory"):
            assert leo.get(route).status_code == 404
        assert leo.post("/api/v1/decisions", json=decision(2)).status_code in (403, 404)


def test_filters_counts_and_pages(house: House) -> None:
    with people(house, "rita") as (rita,):
        page = rita.get("/api/v1/findings", params={"verdict": "listed", "limit": 1}).json()
        assert ([one["entry"] for one in page["findings"]], page["next"]) == (["1A01"], 1)
        page = rita.get("/api/v1/findings", params={"verdict": "listed", "limit": 1, "after": 1, "lang": "fr"}).json()
        assert [one["entry"] for one in page["findings"]] == ["2B13"]
        assert "structure" in page["findings"][0]["why"]
        counts = rita.get("/api/v1/findings/counts").json()
        assert (counts["all"], counts["status"], counts["grave"]) == (3, {"noted": 1, "open": 2}, 1)
        assert rita.get("/api/v1/findings", params={"status": "gone"}).status_code in (400, 422)


def test_a_case_is_opened_commented_and_closed(house: House) -> None:
    with people(house, "anna", "rita") as (anna, rita):
        made = anna.post("/api/v1/cases", json={"name": "port-7", "title": "Port 7", "mark": "restricted"})
        assert (made.status_code, made.json()["mark"]) == (201, "restricted")
        assert anna.post("/api/v1/cases", json={"name": "port-7"}).status_code == 409
        assert anna.post("/api/v1/cases", json={"name": "no spaces"}).status_code == 422
        assert anna.post("/api/v1/cases/inventory/comments", json={"text": "ask", "finding": 2}).status_code == 201
        assert rita.get("/api/v1/findings/2").json()["comments"][0]["text"] == "ask"
        assert kind(rita.patch("/api/v1/cases/inventory", json={"status": "closed"})) == "conflict"
        assert rita.patch("/api/v1/cases/port-7", json={"status": "closed"}).json()["status"] == "closed"


def test_a_blind_recheck_shows_nothing_of_the_first_decision(house: House) -> None:
    with people(house, "rita", "rene", "leo") as (rita, rene, leo):
        assert rita.put("/api/v1/rechecks", json={"share": 1}).json() == {"share": 1}
        rita.post("/api/v1/decisions", json=decision(2))
        blind = next(one for one in (rene, leo) if one.get("/api/v1/findings/2").json()["blind"])
        shown = blind.get("/api/v1/findings/2").json()
        assert (shown["finding"]["status"], shown["decisions"], shown["last_decision"]) == ("open", [], 0)
        assert blind.post("/api/v1/decisions", json=decision(2)).status_code == 200
        assert rita.get("/api/v1/rechecks").json()["pairs"] == 1


def test_what_leaves_the_house_is_asked_approved_and_proves_itself(house: House, tmp_path: Path) -> None:
    with people(house, "rita", "rene") as (rita, rene):
        asked = rita.post("/api/v1/requests", json={"kind": "export", "case": "inventory", "reason": "OPCW"}).json()
        seq = asked["seq"]
        assert kind(rita.post(f"/api/v1/requests/{seq}/answer", json={"approve": True})) == "conflict"
        assert kind(rita.post(f"/api/v1/requests/{seq}/bundle")) == "conflict"
        assert rene.post(f"/api/v1/requests/{seq}/answer", json={"approve": True}).json()["state"] == "approved"
        answer = rita.post(f"/api/v1/requests/{seq}/bundle")
        assert (answer.status_code, answer.headers["x-opencwc-mark"]) == (200, "unclassified")
    (tmp_path / "bundle.zip").write_bytes(answer.content)
    assert verify_bundle(tmp_path / "bundle.zip").fits


def test_what_is_marked_is_asked_for_with_recipients_only(house: House) -> None:
    with people(house, "rita") as (rita,):
        rita.patch("/api/v1/cases/inventory", json={"mark": "restricted"})
        wanted = {"kind": "export", "case": "inventory", "reason": "OPCW"}
        assert rita.post("/api/v1/requests", json=wanted).status_code in (400, 422)
        for recipients in (["nobody"], ["/etc/passwd"], ["age1" + "q" * 58]):
            assert rita.post("/api/v1/requests", json={**wanted, "recipients": recipients}).status_code in (400, 422)


def test_an_erasure_needs_two_people(house: House) -> None:
    with people(house, "rita", "rene") as (rita, rene):
        wanted = {"kind": "erase", "case": "inventory", "reason": "over", "ground": "law"}
        seq = rita.post("/api/v1/requests", json=wanted).json()["seq"]
        assert kind(rita.post(f"/api/v1/requests/{seq}/erasure")) == "conflict"
        rene.post(f"/api/v1/requests/{seq}/answer", json={"approve": True})
        assert rita.post(f"/api/v1/requests/{seq}/erasure").json()["findings"] == 3
        assert rita.get("/api/v1/findings/1").json()["finding"]["content"] is None


def test_the_auditor_reads_the_record_and_verifies_it(house: House) -> None:
    with people(house, "audra", "rita") as (audra, rita):
        told = audra.get("/api/v1/records", params={"limit": 2}).json()
        assert ([one["seq"] for one in told["records"]], told["next"]) == ([1, 2], 2)
        assert audra.post("/api/v1/verification").json()["fits"]
        assert rita.get("/api/v1/records").status_code == 403
        assert audra.post("/api/v1/decisions", json=decision(2)).status_code == 403

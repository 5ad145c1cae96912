"""Cases through the API: who sees what, two people for what is grave, and what leaves the house."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.bundle_verifier import verify_bundle
from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.database import Casebook
from opencwc.casebook.encryption import decrypt_file, make_identity
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.runs import begin_run
from opencwc.jobs.intake import intake_of
from opencwc.screening import screen
from opencwc.web.app import app_of
from opencwc.web.server.logging import set_up_logging
from opencwc.web.server.worker_process import make_worker

from .conftest import ON_BOTH
from .signing_in import House, kind, open_house

SARIN, THIODIGLYCOL, ETHANOL = "CC(C)OP(C)(=O)F", "OCCSCCO", "CCO"


@pytest.fixture
def house(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house with two reviewers, an analyst, an administrator and an auditor, and one case with a grave finding."""
    with open_house(tmp_path, monkeypatch, place) as opened:
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


@ON_BOTH
def test_a_grave_finding_goes_through_two_hands(house: House) -> None:
    with people(house, "rita", "rene") as (rita, rene):
        answer = rita.get("/api/v1/findings/1").json()
        assert (answer["finding"]["entry"], answer["finding"]["grave"], answer["last_decision"]) == ("1A01", True, 0)
        assert rita.post("/api/v1/decisions", json=decision(1)).json() == {"status": {"1": "awaiting_second"}}
        assert kind(rita.post("/api/v1/decisions", json=decision(1))) == "conflict"
        assert [finding["id"] for finding in rene.get("/api/v1/inbox").json()["findings"]] == [1, 2]
        assert rene.post("/api/v1/decisions", json=decision(1)).json() == {"status": {"1": "accepted"}}


@ON_BOTH
def test_two_who_decide_at_once_see_each_other(house: House) -> None:
    with people(house, "rita", "rene") as (rita, rene):
        assert rita.post("/api/v1/decisions", json=decision(2, seen=0)).status_code == 200
        late = rene.post("/api/v1/decisions", json=decision(2, outcome="reject", seen=0))
        assert (late.status_code, kind(late)) == (409, "conflict")
        assert "in the meantime" in late.json()["detail"]


@ON_BOTH
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


@ON_BOTH
def test_filters_counts_and_pages(house: House) -> None:
    with people(house, "rita") as (rita,):
        page = rita.get("/api/v1/findings", params={"verdict": "listed", "limit": 1}).json()
        assert ([finding["entry"] for finding in page["findings"]], page["next"]) == (["1A01"], 1)
        page = rita.get("/api/v1/findings", params={"verdict": "listed", "limit": 1, "after": 1, "lang": "fr"}).json()
        assert [finding["entry"] for finding in page["findings"]] == ["2B13"]
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


@ON_BOTH
def test_a_blind_recheck_shows_nothing_of_the_first_decision(house: House) -> None:
    with people(house, "rita", "rene", "leo") as (rita, rene, leo):
        assert rita.put("/api/v1/rechecks", json={"share": 1}).json() == {"share": 1}
        rita.post("/api/v1/decisions", json=decision(2))
        seen = [client.get("/api/v1/findings/2").json()["finding"]["status"] for client in (rene, leo)]
        blind = (rene, leo)[seen.index("open")]
        answer = blind.get("/api/v1/findings/2").json()
        assert (answer["finding"]["status"], answer["decisions"], answer["last_decision"]) == ("open", [], 0)
        assert blind.post("/api/v1/decisions", json=decision(2)).status_code == 200
        assert rita.get("/api/v1/rechecks").json()["pairs"] == 1


@ON_BOTH
def test_what_leaves_the_house_is_asked_approved_and_proves_itself(house: House, tmp_path: Path) -> None:
    with people(house, "rita", "rene") as (rita, rene):
        request = rita.post("/api/v1/requests", json={"kind": "export", "case": "inventory", "reason": "OPCW"}).json()
        seq = request["seq"]
        assert kind(rita.post(f"/api/v1/requests/{seq}/answer", json={"approve": True})) == "conflict"
        assert kind(rita.post(f"/api/v1/requests/{seq}/bundle")) == "conflict"
        assert rene.post(f"/api/v1/requests/{seq}/answer", json={"approve": True}).json()["state"] == "approved"
        answer = rita.post(f"/api/v1/requests/{seq}/bundle")
        assert (answer.status_code, answer.headers["x-opencwc-mark"]) == (200, "unclassified")
    (tmp_path / "bundle.zip").write_bytes(answer.content)
    assert verify_bundle(tmp_path / "bundle.zip").fits


@ON_BOTH
def test_what_is_marked_leaves_the_house_encrypted_to_whom_it_is_for(house: House, tmp_path: Path) -> None:
    identity = tmp_path / "identity"
    with people(house, "rita", "rene") as (rita, rene):
        rita.patch("/api/v1/cases/inventory", json={"mark": "restricted"})
        body = {"kind": "export", "case": "inventory", "reason": "OPCW", "recipients": [make_identity(identity)]}
        seq = rita.post("/api/v1/requests", json=body).json()["seq"]
        assert rene.post(f"/api/v1/requests/{seq}/answer", json={"approve": True}).status_code == 200
        answer = rita.post(f"/api/v1/requests/{seq}/bundle")
        assert (answer.status_code, answer.headers["x-opencwc-mark"]) == (200, "restricted")
        assert answer.headers["content-disposition"].endswith('.age"')
        assert rita.post(f"/api/v1/requests/{seq}/bundle").status_code == 409
    (tmp_path / "bundle.age").write_bytes(answer.content)
    assert answer.content.startswith(b"age-encryption.org/v1") and b"inventory" not in answer.content
    decrypt_file(tmp_path / "bundle.age", tmp_path / "bundle.zip", identity)
    assert verify_bundle(tmp_path / "bundle.zip").fits


def test_what_is_marked_is_asked_for_with_recipients_only(house: House) -> None:
    with people(house, "rita") as (rita,):
        rita.patch("/api/v1/cases/inventory", json={"mark": "restricted"})
        body = {"kind": "export", "case": "inventory", "reason": "OPCW"}
        assert rita.post("/api/v1/requests", json=body).status_code in (400, 422)
        for recipients in (["nobody"], ["/etc/passwd"], ["age1" + "q" * 58]):
            assert rita.post("/api/v1/requests", json={**body, "recipients": recipients}).status_code in (400, 422)


PLANTED = "PLANTED"


def test_no_list_tells_anything_of_what_is_above_the_clearance(house: House) -> None:
    """Titles, names, inputs, reasons: of a case, its findings, its requests, its uploads and its jobs."""
    name, file = "planted-case", ("planted.csv", f"id,smiles\n{PLANTED}-ID,CCO\n".encode())
    with people(house, "rita", "leo", "adam", "audra") as (rita, leo, adam, audra):
        rita.post("/api/v1/cases", json={"name": name, "title": f"{PLANTED} title"})
        job = leo.post("/api/v1/jobs", files={"file": file}, data={"case": name}).json()["id"]
        assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
        leo.post(f"/api/v1/cases/{name}/comments", json={"text": f"{PLANTED} comment"})
        body = {"kind": "erase", "case": name, "reason": f"{PLANTED} reason", "ground": "law"}
        seq = rita.post("/api/v1/requests", json=body).json()["seq"]
        lists = ("cases", "findings", "findings/counts", "inbox", "requests", "jobs", "rechecks", f"jobs/{job}")
        assert PLANTED in "".join(leo.get(f"/api/v1/{path}").text for path in lists)
        rita.patch(f"/api/v1/cases/{name}", json={"mark": "protected"})
        for path in (*lists, f"cases/{name}", f"findings?case={name}", f"jobs/{job}/result", f"requests/{seq}"):
            answer = leo.get(f"/api/v1/{path}")
            assert PLANTED.lower() not in answer.text.lower().replace(f"'{name}'", ""), path
        for path in (f"jobs/{job}", f"jobs/{job}/result", f"jobs/{job}/events"):
            assert leo.get(f"/api/v1/{path}").status_code == 404
        for path in ("cases", "findings", "requests"):  # the house is run without reading its cases
            assert PLANTED.lower() not in adam.get(f"/api/v1/{path}").text.lower()
        house.entrance.people.change("console", "audra", clearance=Mark.UNCLASSIFIED)
        with house.signed_in("audra") as lowered:
            assert PLANTED.lower() not in lowered.get("/api/v1/records", params={"limit": 1000}).text.lower()
        assert audra.get("/api/v1/records").status_code == 401  # her clearance changed: she signs in again


def test_the_log_of_what_people_do_with_cases_tells_templates_only(house: House) -> None:
    stream, root = io.StringIO(), logging.getLogger()
    before, level = root.handlers[:], root.level
    set_up_logging(stream)
    try:
        with people(house, "rita") as (rita,):
            rita.post("/api/v1/cases", json={"name": "planted-case", "title": PLANTED}, headers=KEY)
            rita.post("/api/v1/cases", json={"name": "planted-case", "colour": PLANTED})
            rita.get("/api/v1/cases/planted-case")
            rita.get("/api/v1/cases/planted-cast")
            rita.patch("/api/v1/cases/planted-case", json={"title": PLANTED, "due": "soon"})
            rita.post("/api/v1/cases/planted-case/comments", json={"text": PLANTED})
            rita.get("/api/v1/findings", params={"case": "planted-case", "text": PLANTED, "status": PLANTED})
            rita.post("/api/v1/decisions", json=decision(2, reason=PLANTED))
            rita.post("/api/v1/requests", json={"kind": "erase", "case": "planted-case", "reason": PLANTED})
            rita.post("/api/v1/screen", json={"value": f"How do I make sarin, {PLANTED}?"})
            rita.post("/api/v1/session", json={"login": PLANTED, "password": PLANTED})
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    text = stream.getvalue()
    assert PLANTED.lower() not in text.lower()
    routes = {json.loads(line).get("route") for line in text.splitlines()}
    assert {"/api/v1/cases/{name}", "/api/v1/cases/{name}/comments", "/api/v1/decisions"} <= routes


KEY = {"Idempotency-Key": "8f0c"}


@ON_BOTH
def test_what_is_sent_twice_under_one_key_is_done_once(house: House) -> None:
    export = {"kind": "export", "case": "inventory", "reason": "OPCW"}
    posts: list[tuple[str, dict[str, object]]] = [
        ("cases", {"name": "port-7", "title": "Port 7"}),
        ("cases/inventory/comments", {"text": "ask"}),
        ("decisions", decision(2)),
        ("requests", export),
    ]
    with people(house, "rita", "rene") as (rita, rene):
        for number, (path, body) in enumerate(posts):
            key = {"Idempotency-Key": f"k-{number}"}
            first, again = (rita.post(f"/api/v1/{path}", json=body, headers=key) for _ in range(2))
            assert first.status_code in (200, 201), first.text
            assert (again.status_code, again.json()) == (first.status_code, first.json())
            assert again.headers["idempotency-replayed"] == "true"
            other = rita.post(f"/api/v1/{path}", json={**body, **CHANGED[path]}, headers=key)
            assert (other.status_code, kind(other)) == (422, "key-reused")
        seq = first.json()["seq"]
        answers = [rene.post(f"/api/v1/requests/{seq}/answer", json={"approve": True}, headers=KEY) for _ in range(2)]
        assert [answer.json()["state"] for answer in answers] == ["approved", "approved"]
        described = rita.get("/api/v1/findings/2").json()
        assert (len(described["decisions"]), len(rita.get("/api/v1/requests").json()["requests"])) == (1, 1)
        assert len(rita.get("/api/v1/cases").json()["cases"]) == 2


CHANGED: dict[str, dict[str, object]] = {
    "cases": {"title": "Port 8"},
    "cases/inventory/comments": {"text": "tell"},
    "decisions": {"reason": "not seen"},
    "requests": {"reason": "UN"},
}


def test_what_was_refused_under_a_key_may_be_tried_again_under_it(house: House) -> None:
    with people(house, "rita") as (rita,):
        rita.patch("/api/v1/cases/inventory", json={"mark": "restricted"})
        body = {"kind": "export", "case": "inventory", "reason": "OPCW"}
        assert rita.post("/api/v1/requests", json=body, headers=KEY).status_code == 422
        rita.patch("/api/v1/cases/inventory", json={"mark": "unclassified"})
        assert rita.post("/api/v1/requests", json=body, headers=KEY).status_code == 201


@ON_BOTH
@pytest.mark.parametrize("strange", ["a\0b", "a\ud800b"], ids=["NUL", "half a pair"])
def test_what_no_database_holds_is_refused_with_its_place(house: House, strange: str) -> None:
    with people(house, "rita") as (rita,):
        for path, body in (
            ("cases", {"name": "port-7", "title": strange}),
            ("cases/inventory/comments", {"text": strange}),
            ("decisions", decision(2, reason=strange)),
            ("requests", {"kind": "erase", "case": "inventory", "reason": strange}),
            ("tokens", {"name": strange, "scopes": ["read"], "days": 1}),
        ):
            sent = json.dumps(body).encode()
            answer = rita.post(f"/api/v1/{path}", content=sent, headers={"content-type": "application/json"})
            assert answer.status_code == 422, (path, answer.text)


@ON_BOTH
def test_an_erasure_needs_two_people(house: House) -> None:
    with people(house, "rita", "rene") as (rita, rene):
        body = {"kind": "erase", "case": "inventory", "reason": "over", "ground": "law"}
        seq = rita.post("/api/v1/requests", json=body).json()["seq"]
        assert kind(rita.post(f"/api/v1/requests/{seq}/erasure")) == "conflict"
        rene.post(f"/api/v1/requests/{seq}/answer", json={"approve": True})
        assert rita.post(f"/api/v1/requests/{seq}/erasure").json()["findings"] == 3
        assert rita.get("/api/v1/findings/1").json()["finding"]["content"] is None


def test_the_auditor_reads_the_record_and_verifies_it(house: House) -> None:
    with people(house, "audra", "rita") as (audra, rita):
        answer = audra.get("/api/v1/records", params={"limit": 2}).json()
        assert ([record["seq"] for record in answer["records"]], answer["next"]) == ([1, 2], 2)
        assert audra.post("/api/v1/verification").json()["fits"]
        assert rita.get("/api/v1/records").status_code == 403
        assert audra.post("/api/v1/decisions", json=decision(2)).status_code == 403


def test_an_answer_under_a_key_is_not_shown_again_to_who_lost_the_clearance(house: House) -> None:
    body = {"name": "secret-raid", "title": "Raid", "mark": "protected"}
    with people(house, "rita") as (rita,):
        assert rita.post("/api/v1/cases", json=body, headers={"Idempotency-Key": "k"}).status_code == 201
        assert rita.post("/api/v1/cases", json=body, headers={"Idempotency-Key": "k"}).json()["title"] == "Raid"
    house.entrance.people.change("console", "rita", clearance=Mark.UNCLASSIFIED)
    with people(house, "rita") as (rita,):
        again = rita.post("/api/v1/cases", json=body, headers={"Idempotency-Key": "k"})
        assert (again.status_code, kind(again)) == (422, "key-reused")


@ON_BOTH
def test_one_decision_for_all_that_a_filter_finds_by_a_program(house: House) -> None:
    with people(house, "rita", "rene", "anna") as (rita, rene, anna):
        asked = {"filter": {"case": "inventory"}}
        shown = rita.post("/api/v1/decisions/preview", json=asked).json()
        assert (shown["findings"], shown["units"], shown["ids"]) == (1, 1, [2])
        assert shown["left_out"] == {"two_people": 1, "settled": 1}
        body = {**asked, "outcome": "accept", "reason": "seen", "digest": shown["digest"]}
        assert anna.post("/api/v1/decisions/bulk", json=body).status_code == 403
        made = rita.post("/api/v1/decisions/bulk", json=body).json()
        assert (made["findings"], made["status"]) == (1, {"accepted": 1})
        assert rita.post("/api/v1/decisions/bulk", json=body).status_code == 422, "nothing is left to decide"
        undo = f"/api/v1/decisions/bulk/{made['bulk']}/undo"
        assert rene.post(undo).status_code == 404
        assert rita.post(undo).json() == {"bulk": made["bulk"], "findings": 1, "status": {"open": 1}}
        assert kind(rita.post(undo)) == "conflict"


@ON_BOTH
def test_units_come_by_page_in_the_order_asked_for(house: House) -> None:
    with people(house, "rita", "leo") as (rita, leo):
        page = rita.get("/api/v1/units", params={"order": "entry", "limit": 1}).json()
        assert [unit["entries"] for unit in page["units"]] == [["CWC 1A01"]] and page["next"]
        rest = rita.get("/api/v1/units", params={"order": "entry", "after": page["next"]}).json()
        assert [unit["name"] for unit in rest["units"]] == ["Thiodiglycol", "CCO"] and not rest["next"]
        found = rita.get("/api/v1/units", params={"find": "DIGLY", "lang": "fr"}).json()["units"]
        assert [(unit["name"], unit["mentions"], unit["waiting"]) for unit in found] == [("Thiodiglycol", 1, 1)]
        assert rita.get("/api/v1/units", params={"order": "colour"}).status_code in (400, 422)
        rita.patch("/api/v1/cases/inventory", json={"mark": "protected"})
        assert leo.get("/api/v1/units").json()["units"] == []

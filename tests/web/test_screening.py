"""Screening through the API: one value, many values, whatever they are, and what was checked beside every answer."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from opencwc.casebook import tables
from opencwc.screening import screen_value
from opencwc.screening.model import Question
from opencwc.web.app import create_app
from opencwc.web.server.configuration import Configuration

from .conftest import ON_BOTH, House, live, person_of

NDJSON = {"content-type": "application/x-ndjson"}
TEXT = {"content-type": "text/plain"}


def lines_of(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_one_value_in_the_address_is_screened(client: TestClient) -> None:
    answer = client.get("/api/v1/screen", params={"value": "CC(C)OP(C)(=O)F", "lists": "CWC"}).json()
    assert answer["verdict"] == "listed"
    assert [(finding["list"], finding["entry"]) for finding in answer["findings"]] == [("CWC", "1A01")]
    assert answer["findings"][0]["why"].startswith("The structure matches 1A01")


def test_every_answer_says_what_was_checked(client: TestClient) -> None:
    body = {"value": "CCO", "as_of": "2020-06-06", "lists": ["CWC"]}
    checked = client.post("/api/v1/screen", json=body).json()["checked"]
    assert checked["as_of"] == "2020-06-06"
    assert [(rule_list["id"], rule_list["text_of"]) for rule_list in checked["lists"]] == [("CWC", "1997-04-29")]
    assert {policy["id"] for policy in checked["policies"]} >= {"policy_isotopes_ignored"}
    assert checked["version"]


@pytest.mark.parametrize(
    "value", ["CC(C)OP(C)(=O)F", "111-48-8", "Sarin", "C1CC", "CCOP(=S)(CC)Sc1ccccc1", "[Na+].[F-]"]
)
def test_the_service_says_what_the_library_says(client: TestClient, name_index: None, value: str) -> None:
    answer = client.post("/api/v1/screen", json={"value": value, "as_of": "2026-11-24"}).json()
    ours = screen_value(value, Question(date(2026, 11, 24)))
    assert [(finding["verdict"], finding["entry"]) for finding in answer["findings"]] == [
        (str(our.verdict), our.rule.entry if our.rule else None) for our in ours
    ]


def test_the_answer_speaks_the_language_asked_for(client: TestClient) -> None:
    why = client.get("/api/v1/screen", params={"value": "CCO", "lang": "fr"}).json()["findings"][0]["why"]
    assert why.startswith("Aucune rubrique")


def test_the_rules_are_those_of_the_day(client: TestClient) -> None:
    novichok = "CC(N(CC)CC)=NP(C)(=O)F"
    body = {"value": novichok, "lists": "CWC"}
    entries = {
        day: [
            finding["entry"]
            for finding in client.get("/api/v1/screen", params={**body, "as_of": day}).json()["findings"]
        ]
        for day in ("2020-06-06", "2020-06-08")
    }
    assert "1A13" not in entries["2020-06-06"]
    assert "1A13" in entries["2020-06-08"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "body.value"),
        ({"value": 1}, "body.value"),
        ({"value": "CCO", "kind": "smell"}, "body.kind"),
        ({"value": "CCO", "lang": "tlh"}, "body.lang"),
        ({"value": "CCO", "as_of": "yesterday"}, "body.as_of"),
        ({"value": "CCO", "colour": "red"}, "body.colour"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(client: TestClient, body: dict, where: str) -> None:
    answer = client.post("/api/v1/screen", json=body)
    assert answer.status_code == 422
    assert answer.json()["where"] == where


def test_a_strange_list_is_told_with_the_lists_at_hand(client: TestClient) -> None:
    answer = client.get("/api/v1/screen", params={"value": "CCO", "lists": "CVC"})
    assert answer.status_code == 422
    assert "CWC" in answer.json()["remedy"]


def test_half_a_surrogate_pair_is_no_fault(client: TestClient) -> None:
    answer = client.post(
        "/api/v1/screen", content=b'{"value": "C\\ud800O"}', headers={"content-type": "application/json"}
    )
    assert answer.status_code in (200, 422)
    batch = client.post("/api/v1/screen/batch", content=b'"C\\ud800O"\n', headers=NDJSON)
    assert lines_of(batch.text)[0]["verdict"] == "unreadable"


# ----------------------------------------------------------------------------------------------------------- batches


def test_a_batch_of_plain_lines_gives_a_line_for_each_and_one_for_all(client: TestClient) -> None:
    lines = lines_of(client.post("/api/v1/screen/batch", content="CC(C)OP(C)(=O)F\nCCO\nC1CC\n", headers=TEXT).text)
    assert [line.get("verdict") for line in lines] == ["listed", "not_listed", "unreadable", None]
    assert [line.get("row") for line in lines[:-1]] == [1, 2, 3]
    assert lines[-1]["rows"] == 3
    assert lines[-1]["by_verdict"] == {"listed": 1, "review": 0, "exempt": 0, "unreadable": 1, "not_listed": 1}
    assert lines[-1]["checked"]["as_of"]


def test_a_batch_of_ndjson_may_carry_ids(client: TestClient) -> None:
    body = b'"CCO"\n{"value": "111-48-8", "id": "P2"}\n{"value": "CCO", "id": 7}\n'
    lines = lines_of(client.post("/api/v1/screen/batch?lists=CWC", content=body, headers=NDJSON).text)
    assert [(line["id"], line["verdict"]) for line in lines[:-1]] == [
        ("", "not_listed"),
        ("P2", "listed"),
        ("7", "not_listed"),
    ]


@pytest.mark.parametrize("body", [["CCO", {"value": "111-48-8"}], {"values": ["CCO", "111-48-8"]}])
def test_a_batch_may_be_an_array(client: TestClient, body: object) -> None:
    lines = lines_of(client.post("/api/v1/screen/batch?lists=CWC", json=body).text)
    assert [line["verdict"] for line in lines[:-1]] == ["not_listed", "listed"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "not valid JSON"),
        (b"[1, 2]", "not valid JSON"),
        (b'{"id": "x"}', "not valid JSON"),
        (b"null", "not valid JSON"),
        (b"", "Not checked, because the column that was read is empty."),
        (b'""', "Not checked, because the column that was read is empty."),
        (b"\xff\xfe", "not utf-8 text"),
        (b"[" * 100_000, "not valid JSON"),
        (b'"' + b"C" * 300_000 + b'"', "too long"),
        (b'"' + b"C" * 5_000_000 + b'"', "too long"),
    ],
    ids=["open", "array", "no value", "null", "empty", "empty value", "no text", "deep", "long", "endless"],
)
def test_a_bad_line_is_an_unreadable_row_with_its_number(client: TestClient, line: bytes, message: str) -> None:
    body = b'"CCO"\n' + line + b'\n"CCO"\n'
    answer = client.post("/api/v1/screen/batch", content=body, headers=NDJSON)
    lines = lines_of(answer.text)
    assert answer.status_code == 200
    assert [line["verdict"] for line in lines[:-1]] == ["not_listed", "unreadable", "not_listed"]
    assert lines[1]["row"] == 2
    assert message in lines[1]["findings"][0]["why"]


def test_an_empty_batch_has_no_rows(client: TestClient) -> None:
    (line,) = lines_of(client.post("/api/v1/screen/batch", content=b"", headers=TEXT).text)
    assert line["rows"] == 0


def test_a_batch_of_another_kind_is_refused(client: TestClient) -> None:
    answer = client.post("/api/v1/screen/batch", content=b"x", headers={"content-type": "application/pdf"})
    assert answer.status_code == 415
    assert "application/x-ndjson" in answer.json()["remedy"]


def test_a_batch_is_answered_while_many_ask_at_once(configuration: Configuration) -> None:
    values = ["CC(C)OP(C)(=O)F", "CCO", "111-48-8", "C1CC", "CCOP(=S)(CC)Sc1ccccc1"] * 20
    with live(create_app(configuration, person_of=person_of), configuration) as address:
        import httpx

        with httpx.Client(base_url=address, headers={"x-test-person": "analyst"}) as client:

            def ask(_: int) -> list[str]:
                answer = client.post("/api/v1/screen/batch", content="\n".join(values), headers=TEXT, timeout=60)
                return [line["verdict"] for line in lines_of(answer.text)[:-1]]

            with ThreadPoolExecutor(8) as pool:
                answers = list(pool.map(ask, range(16)))
    assert answers == [["listed", "not_listed", "listed", "unreadable", "exempt"] * 20] * 16


def test_who_hangs_up_in_the_middle_of_a_batch_stops_the_work(configuration: Configuration) -> None:
    app = create_app(configuration, person_of=person_of)

    def screened() -> float:
        text = app.state.service.metrics.text().decode()
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith("opencwc_screenings_total"))

    body = b"CC(C)OP(C)(=O)F\n" * 60_000
    with live(app, configuration) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as wire:
            head = (
                f"POST /api/v1/screen/batch HTTP/1.1\r\nHost: {host}\r\nX-Test-Person: analyst\r\n"
                f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            wire.sendall(head.encode() + body)
            assert wire.recv(20).startswith(b"HTTP/1.1 200")
        deadline = time.monotonic() + 20
        before = -1.0
        while (now := screened()) != before and time.monotonic() < deadline:
            before = now
            app.state.service.answering._threads.submit(time.sleep, 0.3).result()
        assert screened() < 60_000


# -------------------------------------------------------------------------------------- what is asked and never given

ASKED = "How do I make sarin?"


def refusals(house: House) -> list[tuple[str, str]]:
    """Who asked what, as the casebook has it on record."""
    query = select(tables.record.c.actor, tables.record.c.content).where(tables.record.c.kind == "refusal")
    with house.book.reading_contents() as connection:
        rows = connection.execute(query.order_by(tables.record.c.seq)).all()
    return [(actor, json.loads(content)["body"]["text"]) for actor, content in rows]


@ON_BOTH
def test_what_is_refused_is_on_record_by_who_asked_and_in_one_signed_act_a_batch(
    house: House, name_index: None
) -> None:
    lines = ["CCO", ASKED, "111-48-8", "Give me the synthesis route of VX", "Sarin"]
    with TestClient(house.app, headers={"x-test-person": "reviewer"}) as client:
        signed = checkpoints(house)
        answer_lines = lines_of(client.post("/api/v1/screen/batch", content="\n".join(lines), headers=TEXT).text)
        assert checkpoints(house) == signed + 1
        alone = client.post("/api/v1/screen", json={"value": ASKED})
    assert [line["verdict"] for line in answer_lines[:-1]] == [
        "not_listed",
        "unreadable",
        "listed",
        "unreadable",
        "listed",
    ]
    assert alone.status_code == 403
    assert refusals(house) == [("p-reviewer", lines[1]), ("p-reviewer", lines[3]), ("p-reviewer", ASKED)]


def checkpoints(house: House) -> int:
    with house.book.reading_contents() as connection:
        return int(connection.execute(select(func.count()).select_from(tables.checkpoint)).scalar_one())


def test_without_a_casebook_what_is_refused_is_on_record_in_the_settings_folder(
    client: TestClient, name_index: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    client.post("/api/v1/screen/batch", json=["CCO", {"value": ASKED, "id": "7"}])
    client.post("/api/v1/screen", json={"value": ASKED})
    kept = [json.loads(line)["text"] for line in (tmp_path / "refusals.jsonl").read_text().splitlines()]
    assert kept == [ASKED, ASKED]


# ---------------------------------------------------------------------------------------------------------- the rules


def test_the_lists_are_told_with_the_date_of_their_text(client: TestClient) -> None:
    answer = client.get("/api/v1/lists").json()
    assert {list_name["id"]: list_name["text_of"] for list_name in answer["lists"]}["CWC"] == "2020-06-07"
    assert next(list_name for list_name in answer["lists"] if list_name["id"] == "CWC")["entries"] == 43 + 4


def test_an_entry_is_told_whole_with_its_source_and_its_duties(client: TestClient) -> None:
    answer = client.get("/api/v1/entries/CWC/2b04").json()["entry"]
    assert answer["id"] == "2B04"
    assert answer["source"].startswith("Annex on Chemicals, Schedule 2")
    assert any("P" in structure["core"] for structure in answer["structures"])
    assert [chemical["name"] for chemical in answer["exempt"]] == ["Fonofos"]
    assert answer["duties"] == client.get("/api/v1/duties/CWC/2B04").json()["duties"]
    assert answer["duties"]


def test_an_entry_that_is_not_in_force_is_not_there(client: TestClient) -> None:
    assert client.get("/api/v1/entries/CWC/1A13").status_code == 200
    answer = client.get("/api/v1/entries/CWC/1A13", params={"as_of": "2020-06-06"})
    assert answer.status_code == 404
    assert "2020-06-06" in answer.json()["detail"]


def test_the_entries_are_told_in_brief(client: TestClient) -> None:
    answer = client.get("/api/v1/entries", params={"lists": "CWC", "lang": "ru"}).json()
    assert {"1A01", "2B04", "3B17"} <= {entry["id"] for entry in answer["entries"]}
    assert [rule_list["id"] for rule_list in answer["checked"]["lists"]] == ["CWC"]

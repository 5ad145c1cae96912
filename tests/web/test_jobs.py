"""Jobs: uploaded, waited for, listened to, cancelled, and gone on with when the worker died in the middle."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from opencwc.casebook import tables
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import change_case
from opencwc.casebook.findings import list_findings
from opencwc.casebook.model import Filter, Mark
from opencwc.casebook.runs import RunKeeper
from opencwc.errors import ConflictError, NotFoundError
from opencwc.jobs.queue import MOST_ATTEMPTS, Job, Jobs
from opencwc.jobs.worker import Worker
from opencwc.web.server.worker_process import job_bounds

from .conftest import ON_BOTH, PEOPLE, House, live
from .papers import docx, pdf, xlsx

CSV = b"id,smiles\nP1,CC(C)OP(C)(=O)F\nP2,CCO\nP3,C1CC\n"
ANALYST = PEOPLE["analyst"]


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(house.app, headers={"x-test-person": "analyst"}) as client:
        yield client


@pytest.fixture
def worker(house: House) -> Worker:
    return Worker(house.jobs, house.intake, job_bounds(house.configuration))


def submit(client: TestClient, data: bytes = CSV, name: str = "products.csv", **more: Any) -> Any:
    headers = more.pop("headers", {})
    fields = {"case": "k-1", "lists": "CWC", "as_of": "2026-11-24", **more}
    return client.post("/api/v1/jobs", files={"file": (name, data)}, data=fields, headers=headers)


def queued(jobs: Jobs, person: str = "p", **question: Any) -> Job:
    return jobs.submit(person, 1, "s", {"case": "k-1", **question}, kind="screen")


# -------------------------------------------------------------------------------------------------------- the queue


def test_the_worker_puts_the_signed_head_into_the_folder_when_it_is_due(
    house: House, worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "second"
    monkeypatch.setenv("OPENCWC_ANCHOR_FOLDER", str(folder))
    worker.anchor_if_due()
    assert "no anchor" in caplog.text  # the folder is not there, and the jobs go on
    folder.mkdir()
    worker.anchor_if_due()
    assert not list(folder.iterdir())  # a minute has not gone by
    Worker(house.jobs, house.intake, job_bounds(house.configuration)).anchor_if_due()
    Worker(house.jobs, house.intake, job_bounds(house.configuration)).anchor_if_due()
    assert len(list(folder.iterdir())) == 1
    assert verify_all(house.book).outsiders[0].kind == "folder"


@ON_BOTH
def test_the_job_that_waits_longest_is_taken_first_and_once(house: House) -> None:
    first, second = queued(house.jobs), queued(house.jobs)
    taken = [house.jobs.claim("one"), house.jobs.claim("two"), house.jobs.claim("three")]
    assert [job.id if job else None for job in taken] == [first.id, second.id, None]


@ON_BOTH
def test_many_jobs_of_one_person_keep_no_other_waiting(house: House) -> None:
    many = [queued(house.jobs, person="ada").id for _ in range(4)]
    first, second = (queued(house.jobs, person=name).id for name in ("ben", "eve"))
    taken = []
    for number in range(6):
        job = house.jobs.claim(f"w{number}")
        assert job is not None
        taken.append(job.id)
        house.jobs.finish(job.id, f"w{number}", "done")
    assert taken == [many[0], first, second, *many[1:]]


@ON_BOTH
def test_who_has_no_job_running_comes_before_who_has_one(house: House) -> None:
    queued(house.jobs, person="ada"), queued(house.jobs, person="ada")
    assert house.jobs.claim("one") is not None
    last = queued(house.jobs, person="ben").id
    taken = house.jobs.claim("two")
    assert taken is not None
    assert taken.id == last


@ON_BOTH
def test_many_workers_never_take_the_same_job(house: House) -> None:
    made = {queued(house.jobs, person=f"p{number % 9}").id for number in range(60)}
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda number: house.jobs.claim(f"w{number}"), range(60)))
    assert len([job for job in taken if job]) == 60
    assert {job.id for job in taken if job} == made


@ON_BOTH
def test_a_job_of_which_nothing_is_heard_goes_to_the_next_worker(house: House) -> None:
    now = [datetime(2026, 11, 24, tzinfo=UTC)]
    jobs = Jobs(house.book.engine, lambda: now[0])
    job = queued(jobs)
    jobs.claim("first")
    now[0] += timedelta(seconds=5)
    assert jobs.beat(job.id, "first", 3)
    now[0] += timedelta(seconds=9)
    assert jobs.requeue_stale() == 0
    now[0] += timedelta(seconds=2)
    assert jobs.requeue_stale() == 1
    assert not jobs.beat(job.id, "first", 4)
    again = jobs.claim("second")
    assert again is not None
    assert (again.id, again.rows_done) == (job.id, 3)


def test_a_job_over_which_every_worker_dies_is_given_up(house: House) -> None:
    now = [datetime(2026, 11, 24, tzinfo=UTC)]
    jobs = Jobs(house.book.engine, lambda: now[0])
    job = queued(jobs)
    for _ in range(MOST_ATTEMPTS):
        assert jobs.claim("worker") is not None
        now[0] += timedelta(seconds=60)
        jobs.requeue_stale()
    assert jobs.claim("worker") is None
    assert jobs.get(job.id).state == "failed"
    assert jobs.get(job.id).problem["code"]


@ON_BOTH
def test_a_person_has_only_so_many_jobs_unfinished(house: House) -> None:
    for _ in range(3):
        house.jobs.submit("p", 1, "s", {}, kind="screen", most_waiting=3)
    with pytest.raises(ConflictError):
        house.jobs.submit("p", 1, "s", {}, kind="screen", most_waiting=3)
    house.jobs.submit("other", 1, "s", {}, kind="screen", most_waiting=3)


def test_the_jobs_of_others_are_not_there(house: House) -> None:
    job = queued(house.jobs, person="one")
    for act in (house.jobs.get, house.jobs.cancel):
        with pytest.raises(NotFoundError):
            act(job.id, "another")


# ---------------------------------------------------------------------------------------------------- through the API


@ON_BOTH
def test_an_upload_is_kept_screened_and_told(client: TestClient, worker: Worker) -> None:
    answer = submit(client)
    assert answer.status_code == 202
    job = answer.json()
    assert (job["state"], job["case"]) == ("waiting", "k-1")
    assert answer.headers["location"] == f"/api/v1/jobs/{job['id']}"
    assert client.get(f"/api/v1/jobs/{job['id']}/result").status_code == 409
    assert worker.work_once()
    job = client.get(f"/api/v1/jobs/{job['id']}").json()
    assert (job["state"], job["rows_done"], job["rows_all"], job["problem"]) == ("done", 3, 3, None)
    lines = [json.loads(line) for line in client.get(f"/api/v1/jobs/{job['id']}/result").text.splitlines()]
    assert [(line["row"], line["id"], line["verdict"], line["entry"]) for line in lines] == [
        (1, "P1", "listed", "1A01"), (2, "P2", "not_listed", None), (3, "P3", "unreadable", None),
    ]  # fmt: skip
    assert lines[0]["why"].startswith("The structure matches 1A01")
    table = client.get(f"/api/v1/jobs/{job['id']}/result?format=csv&lang=fr").text.splitlines()
    assert len(table) == 4
    assert "1A01" in table[1]
    assert [job["id"] for job in client.get("/api/v1/jobs").json()["jobs"]] == [job["id"]]


def test_what_an_upload_asks_for_and_is_refused_is_on_record_by_who_sent_it(
    client: TestClient, worker: Worker, house: House
) -> None:
    questions = ["How do I make sarin?", "Give me the synthesis route of VX"]
    submit(client, f"name\nSarin\n{questions[0]}\nan unknown name\n{questions[1]}\n".encode())
    assert worker.work_once()
    query = select(tables.record.c.actor, tables.record.c.content).where(tables.record.c.kind == "refusal")
    with house.book.reading_contents() as connection:
        kept = [(actor, json.loads(content)["body"]["text"]) for actor, content in connection.execute(query)]
    assert kept == [(ANALYST.id, question) for question in questions]


def test_a_file_that_is_no_table_fails_with_a_reason(client: TestClient, worker: Worker) -> None:
    job = submit(client, b"PK\x03\x04broken", "x.xlsx").json()
    worker.work_once()
    answer = client.get(f"/api/v1/jobs/{job['id']}").json()
    assert answer["state"] == "failed"
    assert answer["problem"]["kind"] == "InputError"
    assert answer["problem"]["remedy"]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"case": ""}, "case"),
        ({"kind": "smell"}, "kind"),
        ({"as_of": "soon"}, "as_of"),
        ({"mark": "secret"}, "mark"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_question_that_does_not_hold_is_told_at_once(client: TestClient, fields: dict, where: str) -> None:
    answer = submit(client, **fields)
    assert answer.status_code == 422
    assert answer.json()["where"] == where


def test_an_upload_without_a_file_is_told_so(client: TestClient) -> None:
    assert client.post("/api/v1/jobs", data={"case": "k"}).status_code == 415
    answer = client.post("/api/v1/jobs", data={"case": "k"}, files={"other": b"x"})
    assert (answer.status_code, answer.json()["where"]) == (422, "file")


def test_the_events_tell_the_way_to_the_end(client: TestClient, worker: Worker) -> None:
    job = submit(client, b"smiles\n" + b"CCO\n" * 3_000).json()
    thread = threading.Thread(target=worker.work_once)
    thread.start()
    with client.stream("GET", f"/api/v1/jobs/{job['id']}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = "".join(answer.iter_text())
    thread.join()
    events = [block.split("\n") for block in text.strip().split("\n\n")]
    names = [lines[0].removeprefix("event: ") for lines in events if lines[0].startswith("event")]
    last = json.loads(events[-1][1].removeprefix("data: "))
    assert names[-1] == "end"
    assert set(names[:-1]) <= {"progress"}
    assert (last["state"], last["rows_done"]) == ("done", 3_000)


def test_the_events_end_for_who_is_no_longer_cleared_for_the_case(
    house: House, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PEOPLE, "analyst", replace(PEOPLE["analyst"], clearance=Mark.RESTRICTED))
    headers = {"x-test-person": "analyst"}
    with live(house.app, house.configuration) as address, httpx.Client(base_url=address, headers=headers) as client:
        job = client.post("/api/v1/jobs", files={"file": ("a.csv", CSV)}, data={"case": "k-1"}).json()
        events = []
        with client.stream("GET", f"/api/v1/jobs/{job['id']}/events") as answer:
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    events.append(json.loads(line[5:])["state"])
                    change_case(house.book, PEOPLE["reviewer"], "k-1", mark="highly_protected")
                    worker.work_once()
        assert events == ["waiting"]
        assert client.get(f"/api/v1/jobs/{job['id']}").status_code == 404


def test_a_job_that_waits_is_cancelled_at_once(client: TestClient, worker: Worker) -> None:
    job = submit(client).json()
    assert client.post(f"/api/v1/jobs/{job['id']}/cancel").json()["state"] == "cancelled"
    assert not worker.work_once()


def cancel_while_it_runs(client: TestClient, worker: Worker) -> tuple[str, float]:
    """Cancel a long job once rows are done; return its id and the seconds until the worker had left it."""
    job = submit(client, b"smiles\n" + b"CC(C)OP(C)(=O)F\n" * 60_000).json()
    thread = threading.Thread(target=worker.work_once)
    thread.start()
    deadline = time.monotonic() + 120
    with client.stream("GET", f"/api/v1/jobs/{job['id']}/events") as answer:
        for line in answer.iter_lines():
            if line.startswith("data:") and json.loads(line[5:])["rows_done"] > 0:
                break
            assert time.monotonic() < deadline
    began = time.monotonic()
    client.post(f"/api/v1/jobs/{job['id']}/cancel")
    thread.join()
    return job["id"], time.monotonic() - began


def test_a_running_job_is_cancelled_within_a_second_and_keeps_what_it_had(
    client: TestClient, worker: Worker, house: House
) -> None:
    for _ in range(3):  # a browser or a soak beside it may take both cores for seconds: the quickest of three counts
        number, took = cancel_while_it_runs(client, worker)
        answer = client.get(f"/api/v1/jobs/{number}").json()
        assert answer["state"] == "cancelled"
        assert client.get(f"/api/v1/jobs/{number}/result").status_code == 200
        with house.book.reading_contents() as connection:
            from opencwc.casebook.runs import run_named

            run = run_named(connection, answer["run"])
            assert (run["state"], run["row_count"]) == ("interrupted", answer["rows_done"])
        if took < 1.0:
            break
    assert took < 1.0


def test_a_run_ends_with_the_tally_that_the_command_line_gives_and_says_what_was_not_read(
    client: TestClient, worker: Worker, house: House
) -> None:
    from opencwc.casebook.runs import run_named

    job = submit(client, b"id,note,smiles\nP1,a,CC(C)OP(C)(=O)F\nP2,b,CCO\nP3,c,C1CC\nP4,d,\n").json()
    worker.work_once()
    with house.book.reading_contents() as connection:
        run = run_named(connection, client.get(f"/api/v1/jobs/{job['id']}").json()["run"])
    assert run["tally"]["rows"] == 4
    counted = {verdict: rows for verdict, rows in run["tally"]["by_verdict"].items() if rows}
    assert counted == {"listed": 1, "not_listed": 1, "unreadable": 2}
    columns = {name: run["checked"][name] for name in ("column", "id_column", "not_read", "not_read_count")}
    assert columns == {"column": "smiles", "id_column": "id", "not_read": ["note"], "not_read_count": 1}


@ON_BOTH
def test_a_worker_that_dies_in_the_middle_loses_nothing_and_keeps_nothing_twice(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = 2_600
    job = submit(client, b"smiles\n" + b"CC(C)OP(C)(=O)F\nCCO\n" * (rows // 2)).json()

    class DiedError(BaseException):
        """As SIGKILL: nothing after it runs."""

    first = Worker(house.jobs, house.intake, job_bounds(house.configuration), "first")
    kept = 0

    def beat(identity: str, name: str, done: int, all_rows: int | None = None) -> bool:
        nonlocal kept
        kept += 1
        if kept > 5:
            raise DiedError
        return Jobs.beat(house.jobs, identity, name, done, all_rows)

    monkeypatch.setattr(
        first,
        "jobs",
        type("Dying", (), {"beat": staticmethod(beat), "__getattr__": lambda _, name: getattr(house.jobs, name)})(),
    )
    with pytest.raises(DiedError):
        first.work_once()
    assert house.jobs.get(job["id"]).state == "running"
    assert house.jobs.requeue_stale(after=-1) == 1
    second = Worker(house.jobs, house.intake, job_bounds(house.configuration), "second")
    assert second.work_once()
    kept_job = house.jobs.get(job["id"])
    assert (kept_job.state, kept_job.rows_done) == ("done", rows)
    lines = client.get(f"/api/v1/jobs/{job['id']}/result").text.splitlines()
    assert [json.loads(line)["row"] for line in lines] == list(range(1, rows + 1))


@ON_BOTH
def test_a_worker_that_is_told_to_leave_gives_its_job_back(client: TestClient, house: House) -> None:
    job = submit(client).json()
    leaving = Worker(house.jobs, house.intake, job_bounds(house.configuration))
    leaving.stop.set()
    assert leaving.work_once()
    assert house.jobs.get(job["id"]).state == "waiting"
    assert Worker(house.jobs, house.intake, job_bounds(house.configuration)).work_once()
    assert house.jobs.get(job["id"]).state == "done"


# ------------------------------------------------------------------------------------------------------------ documents


def findings_of(client: TestClient, job: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in client.get(f"/api/v1/jobs/{job['id']}/result").text.splitlines()]


def test_a_document_is_read_for_what_it_mentions_and_says_where_that_stands(
    client: TestClient, worker: Worker, house: House
) -> None:
    from opencwc.casebook.runs import run_named

    line = "4 drums of thiodiglycol 99 %, CAS 111-48-8"
    job = submit(client, pdf(["Offer"], ["Please note:", line]), "offer.pdf").json()
    assert job["asked"]["kind"] == "text"
    assert worker.work_once()
    answer = client.get(f"/api/v1/jobs/{job['id']}").json()
    assert (answer["state"], answer["problem"]) == ("done", None)
    findings = findings_of(client, job)
    (name,) = (finding for finding in findings if finding["verdict"] == "listed")
    assert (name["id"], name["input"], name["entry"], name["basis"]) == ("p. 2", "thiodiglycol", "2B13", "text")
    assert [reading["written"] for reading in name["readings"]] == ["thiodiglycol", "111-48-8"]
    text = f"Please note:\n{line}"
    start, end = next(part["span"] for part in name["evidence"] if part["kind"] == "mention")
    assert text[start:end] == name["input"]
    assert "99 %" in {part["label"] for part in name["evidence"] if part["kind"] == "concentration"}
    clear = next(finding for finding in findings if finding["verdict"] == "not_listed")
    assert "says nothing about the goods" in clear["why"]
    with house.book.reading_contents() as connection:
        run = run_named(connection, answer["run"])
    assert (run["checked"]["document"], run["checked"]["column"]) == ("pdf", "")
    for searched in ("Thiodiglycol", "p. 2"):
        hits = list_findings(house.book, ANALYST, Filter(case="k-1", text=searched)).findings
        assert name["finding"] in {hit.id for hit in hits}


def test_a_table_is_read_by_its_column_and_whole_where_that_is_asked_for(client: TestClient, worker: Worker) -> None:
    data = xlsx(["Product", "Qty"], ["4 drums thiodiglycol", "200 kg"], ["soap", "1 kg"])
    by_column, whole = submit(client, data, "goods.xlsx").json(), submit(client, data, "goods.xlsx", kind="text").json()
    assert (by_column["asked"]["kind"], whole["asked"]["kind"]) == ("auto", "text")
    assert worker.work_once() and worker.work_once()
    assert {finding["id"] for finding in findings_of(client, whole) if finding["verdict"] == "listed"} == {"Sheet1!A2"}
    named = submit(client, b"id;goods\nP1;4 drums thiodiglycol\n", "g.csv", kind="text", column="goods").json()
    assert worker.work_once()
    (finding,) = findings_of(client, named)
    assert (finding["id"], finding["verdict"], finding["input"]) == ("P1", "listed", "thiodiglycol")


def test_a_document_that_is_locked_fails_with_what_to_do(client: TestClient, worker: Worker) -> None:
    job = submit(client, pdf(["sarin"], locked=True), "x.pdf").json()
    worker.work_once()
    answer = client.get(f"/api/v1/jobs/{job['id']}").json()
    assert answer["state"] == "failed"
    assert "password" in answer["problem"]["what"] and "remove the password" in answer["problem"]["remedy"]


def test_a_worker_that_dies_over_a_document_loses_no_passage_and_keeps_none_twice(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = 1_600
    job = submit(client, docx(*(f"lot {number}: sarin" for number in range(rows))), "x.docx").json()

    class DiedError(BaseException):
        """As SIGKILL: nothing after it runs."""

    first = Worker(house.jobs, house.intake, job_bounds(house.configuration), "first")
    keep = RunKeeper.keep

    def keep_once(keeper: RunKeeper, findings: Any) -> int:
        if keeper.rows:
            raise DiedError
        return keep(keeper, findings)

    with monkeypatch.context() as patched, pytest.raises(DiedError):
        patched.setattr(RunKeeper, "keep", keep_once)
        first.work_once()
    assert house.jobs.requeue_stale(after=-1) == 1
    assert Worker(house.jobs, house.intake, job_bounds(house.configuration), "second").work_once()
    assert house.jobs.get(job["id"]).rows_done == rows
    assert [finding["row"] for finding in findings_of(client, job)] == list(range(1, rows + 1))


# ---------------------------------------------------------------------------------------------------- idempotency keys


@ON_BOTH
def test_the_same_key_and_request_is_done_once(client: TestClient) -> None:
    key = {"Idempotency-Key": "one"}
    first, second = submit(client, headers=key), submit(client, headers=key)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert len(client.get("/api/v1/jobs").json()["jobs"]) == 1


def test_a_key_with_another_request_is_refused(client: TestClient) -> None:
    key = {"Idempotency-Key": "one"}
    submit(client, headers=key)
    answer = submit(client, CSV + b"P4,CC\n", headers=key)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("key-reused")
    assert submit(client, headers=key, lists="AG").status_code == 422


def test_a_key_is_one_persons_own(house: House) -> None:
    with TestClient(house.app) as client:
        key = {"Idempotency-Key": "one"}
        ids = [submit(client, headers={**key, "x-test-person": who}).json()["id"] for who in ("analyst", "reviewer")]
    assert len(set(ids)) == 2


@ON_BOTH
def test_two_at_once_with_one_key_are_one_and_a_conflict(house: House) -> None:
    from opencwc.casebook.answered_keys import AnsweredKey, AnsweredKeys
    from opencwc.casebook.keyed_request import TakenKey
    from opencwc.web.server.idempotency import replayed
    from opencwc.web.server.problems import HttpProblem

    keys = AnsweredKeys(house.book.engine)
    taken = keys.take("p", "k", "digest")
    assert isinstance(taken, TakenKey)
    busy = keys.take("p", "k", "digest")
    assert isinstance(busy, AnsweredKey)
    with pytest.raises(HttpProblem) as caught:
        replayed(busy, "digest")
    assert caught.value.status == 409
    keys.forget(taken)
    taken = keys.take("p", "k", "digest")
    assert isinstance(taken, TakenKey)
    keys.keep(taken, 202, "{}")
    assert keys.take("p", "k", "digest") == AnsweredKey("digest", 202, "{}", "")


def test_a_request_that_failed_may_be_tried_again_under_its_key(client: TestClient) -> None:
    key = {"Idempotency-Key": "one"}
    for _ in range(2):
        assert submit(client, headers={**key, "x-test-person": "auditor"}).status_code == 403
    assert submit(client, headers=key).status_code == 202


@pytest.mark.parametrize("key", ["k" * 201, "a\tb"])
def test_what_is_no_key_is_refused(client: TestClient, key: str) -> None:
    assert submit(client, headers={"Idempotency-Key": key}).status_code == 400

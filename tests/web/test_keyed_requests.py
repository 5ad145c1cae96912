"""What was asked for under an ``Idempotency-Key`` is done once, wherever the service dies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from opencwc.casebook import tables
from opencwc.casebook.answered_keys import AnsweredKey, AnsweredKeys
from opencwc.casebook.cases import open_case
from opencwc.casebook.keyed_request import COMMITTED, TakenKey, doing, empty_answers
from opencwc.errors import ConflictError, NotAllowedError
from opencwc.jobs.queue import Jobs
from opencwc.web.server.idempotency import replayed
from opencwc.web.server.problems import HttpProblem

from .conftest import ON_BOTH, PEOPLE
from .signing_in import House, open_house

ANALYST = PEOPLE["analyst"]
COMMENT = {"url": "/api/v1/cases/k-1/comments", "json": {"text": "Asked the firm."}}
CASE = {"url": "/api/v1/cases", "json": {"name": "k-2", "title": "Raid"}}
JOB = {
    "url": "/api/v1/jobs",
    "files": {"file": ("products.csv", "id,smiles\nP1,CCO\n")},
    "data": {"case": "k-1", "lists": "CWC", "as_of": "2026-11-24"},
}


@pytest.fixture
def house(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with open_house(tmp_path, monkeypatch, place) as opened:
        yield opened


def keyed(key: str, token: str, request: dict[str, Any]) -> dict[str, Any]:
    return {"method": "POST", **request, "headers": {"Authorization": f"Bearer {token}", "Idempotency-Key": key}}


def send_and_kill(place: str, *requests: dict[str, Any]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "web.killed_service", place],
        input="".join(json.dumps(request) + "\n" for request in requests),
        cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def send(house: House, request: dict[str, Any]) -> Any:
    with house.client() as client:
        return client.request(**request)


def let_pass(house: House, minutes: int) -> None:
    """Have every key be taken so many minutes earlier."""
    then = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
    with house.book.engine.begin() as connection:
        connection.execute(tables.answered_key.update().values(at=then))


def count(house: House, table: Any) -> int:
    with house.book.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


@ON_BOTH
def test_a_service_killed_before_the_answer_was_kept_does_nothing_twice(place: str, house: House) -> None:
    person = house.add("anna")
    _, token = house.entrance.tokens.make(person.id, person, "programs", ["keep", "comment"], timedelta(days=1))
    open_case(house.book, person, "k-1")
    requests = [keyed("case", token, CASE), keyed("comment", token, COMMENT), keyed("job", token, JOB)]
    send_and_kill(place, *requests)
    made = {table: count(house, table) for table in (tables.record, tables.case, tables.comment, tables.job)}
    assert (made[tables.case], made[tables.comment], made[tables.job]) == (2, 1, 1)
    for minutes in (0, 13):
        let_pass(house, minutes)
        case, comment, job = (send(house, request) for request in requests)
        for answer, kind in ((case, "case_opened"), (comment, "comment")):
            assert answer.status_code == 409
            problem = answer.json()
            assert (problem["code"], problem["values"]["made"]) == ("request_done_before", kind)
            with house.book.reading() as connection:
                query = select(tables.record.c.kind).where(tables.record.c.seq == problem["values"]["record"])
                assert connection.execute(query).scalar_one() == kind
        assert job.status_code == 202
        assert job.headers["idempotency-replayed"] == "true"
        assert [job.json()["id"]] == [one.id for one in Jobs(house.book.engine).of_person(person.id)]
        assert job.headers["location"].endswith(job.json()["id"])
    assert {table: count(house, table) for table in made} == made


@ON_BOTH
def test_work_whose_key_was_given_free_is_not_done(house: House) -> None:
    now = [datetime(2026, 11, 24, tzinfo=UTC)]
    keys = AnsweredKeys(house.book.engine, lambda: now[0])
    slow = keys.take("p", "k", "digest")
    now[0] += timedelta(minutes=11)
    quick = keys.take("p", "k", "digest")
    assert isinstance(slow, TakenKey) and isinstance(quick, TakenKey) and slow != quick
    before = count(house, tables.record)
    with doing(slow), pytest.raises(ConflictError, match="took so long"):
        open_case(house.book, ANALYST, "k-1")
    with doing(slow), pytest.raises(ConflictError, match="took so long"):
        Jobs(house.book.engine).submit("p", 1, "s", {}, kind="screen")
    assert (count(house, tables.record), count(house, tables.case), count(house, tables.job)) == (before, 0, 0)
    keys.forget(slow)  # which is no longer its own
    with doing(quick):
        open_case(house.book, ANALYST, "k-1")
    now[0] += timedelta(hours=23)
    done = keys.take("p", "k", "digest")
    assert isinstance(done, AnsweredKey) and done.status == COMMITTED
    now[0] += timedelta(hours=2)
    assert isinstance(keys.take("p", "k", "digest"), TakenKey)


@ON_BOTH
def test_an_erasure_takes_the_answers_and_leaves_the_keys(house: House) -> None:
    keys = AnsweredKeys(house.book.engine)
    taken = keys.take("p", "k", "digest")
    assert isinstance(taken, TakenKey)
    keys.keep(taken, 201, '{"title": "Raid"}')
    with house.book.writing(ANALYST.id) as writer:
        empty_answers(writer.connection, 7)
    left = keys.take("p", "k", "digest")
    assert left == AnsweredKey("digest", COMMITTED, '{"made":"erasure","record":7}', "")
    with pytest.raises(HttpProblem, match="record 7"):
        replayed(left, "digest")


@ON_BOTH
def test_what_is_recorded_beside_the_work_does_not_stand_for_it(house: House) -> None:
    keys = AnsweredKeys(house.book.engine)
    taken = keys.take("p", "k", "digest")
    assert isinstance(taken, TakenKey)
    with doing(taken), house.book.writing(ANALYST.id) as writer:
        writer.record("access", {})
    keys.forget(taken)
    assert isinstance(keys.take("p", "k", "digest"), TakenKey)


@ON_BOTH
def test_work_that_fails_leaves_its_key_free(house: House) -> None:
    keys = AnsweredKeys(house.book.engine)
    taken = keys.take("p", "k", "digest")
    assert isinstance(taken, TakenKey)
    with doing(taken), pytest.raises(NotAllowedError):
        open_case(house.book, PEOPLE["auditor"], "k-1")
    keys.forget(taken)
    assert isinstance(keys.take("p", "k", "digest"), TakenKey)

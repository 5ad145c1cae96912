"""What a review of the door found: half an answer, a link elsewhere, a wrong status, a disk that is full."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from opencwc.casebook import writable
from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.exports import ask_for_export
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.requests import answer, ask
from opencwc.casebook.runs import begin_run, keep_source
from opencwc.casebook.writable import require_writable
from opencwc.errors import StorageError
from opencwc.jobs.queue import Jobs
from opencwc.screening import screen

from .conftest import ON_BOTH
from .signing_in import House, open_house


@pytest.fixture
def house(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with open_house(tmp_path, monkeypatch, place) as opened:
        yield opened


def asked_with(house: House, token: str, path: str) -> Any:
    with house.client() as client:
        return client.get(path, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_a_token_that_may_not_read_is_refused_a_result_before_it_begins(
    house: House, tmp_path: Path, form: str
) -> None:
    anna = house.add("anna")
    case = case_for_keeping(house.book, anna, "k-1")
    with (tmp_path / "a.csv").open("w+b") as file:
        source = keep_source(house.book, anna, file, "a.csv")
    run = begin_run(house.book, anna, "k-1", verb="screen", asked={}, checked={}, maker={})
    run.keep(screen(["CCO"], lists="CWC"))
    run.finish({})
    jobs = Jobs(house.book.engine)
    job = jobs.submit(anna.id, case.number, source.id, {"case": "k-1"}, kind="screen")
    assert jobs.claim("w")
    jobs.begun(job.id, "w", run.number)
    make = house.entrance.tokens.make
    for scopes, status in (["keep"], 403), (["keep", "read"], 200):
        _, token = make(anna.id, anna, "programs", scopes, timedelta(days=1))
        given = asked_with(house, token, f"/api/v1/jobs/{job.id}/result?format={form}")
        assert given.status_code == status
        assert ("CCO" in given.text) == (status == 200)


@pytest.mark.parametrize(
    "hosts",
    [
        ["127.0.0.1:8911@evil.example"], ["127.0.0.1:8911/@evil.example"], ["[::1]evil.example"], ["[::1"],
        ["localhost:80:80"], ["localhost:x"], ["localhost:123456"], ["localhost", "evil.example"],
        ["evil.example", "localhost"],
    ],
)  # fmt: skip
def test_a_host_that_is_not_exactly_one_of_ours_is_not_answered(house: House, hosts: list[str]) -> None:
    with house.client() as client:
        assert client.get("/health/live", headers=[("host", host) for host in hosts]).status_code == 421


@pytest.mark.parametrize("path", ["//evil.example/x", "///evil.example/x", "/\\evil.example/x", "/%09/evil.example/x"])
def test_no_link_of_a_page_takes_its_host_from_the_path(house: House, path: str) -> None:
    with house.client() as client:
        shown = client.get(f"http://testserver{path}?a=1", headers={"accept": "text/html"})
    assert shown.status_code == 404
    links = re.findall(r"(?:href|action|src|hx-[a-z]+)=[\"']([^\"']*)", shown.text)
    assert [link for link in links if re.match(r"\s*[/\\]\s*[/\\]", link)] == []
    assert any("evil.example/x?" in link for link in links)  # it does lead back to where one is


@ON_BOTH
def test_a_request_above_the_clearance_is_not_there(house: House) -> None:
    rita, rene = (house.add(login, Role.REVIEWER, Mark.HIGHLY_PROTECTED) for login in ("rita", "rene"))
    house.add("leo", Role.REVIEWER, Mark.RESTRICTED)
    case_for_keeping(house.book, rita, "secret", Mark.PROTECTED)
    export = ask_for_export(house.book, rita, "secret", "OPCW", recipients=["age1invented"])
    erasure = ask(house.book, rita, "erase", "secret", {"reason": "law", "ground": "law"})
    with house.signed_in("leo") as leo:
        for state in ("asked", "approved"):
            for seq, act in ((export.seq, "bundle"), (erasure.seq, "erasure"), (99_999, "bundle"), (99_999, "erasure")):
                for room in ("/api/v1", ""):
                    given = leo.post(f"{room}/requests/{seq}/{act}")
                    assert given.status_code == 404, (state, act, room, given.text)
            if state == "asked":
                answer(house.book, rene, export.seq, approve=True)
                answer(house.book, rene, erasure.seq, approve=True)


def forbid_writing(house: House) -> None:
    """Have the database refuse every write from now on, as one on a full disk does."""

    @event.listens_for(house.book.engine, "checkout")
    def _only_read(connection: Any, *_: object) -> None:
        connection.execute("PRAGMA query_only = ON")


def test_where_nothing_can_be_written_reading_goes_on_and_ready_says_so(house: House) -> None:
    anna = house.add("anna")
    case_for_keeping(house.book, anna, "k-1")
    _, token = house.entrance.tokens.make(anna.id, anna, "programs", ["read"], timedelta(days=1))
    with house.signed_in("anna") as client:
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["parts"]["writing"]) == (200, "ready")
        forbid_writing(house)
        house.clock.turn(minutes=5)
        assert client.get("/api/v1/cases").json()["cases"][0]["name"] == "k-1"
        assert asked_with(house, token, "/api/v1/cases").status_code == 200
        house.app.state.last_write.forget()
        ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["parts"]["writing"]) == (503, "casebook_only_read")
    assert ready.json()["parts"]["casebook"] == "ready"


@ON_BOTH
def test_little_room_is_told_before_it_is_none(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    require_writable(house.book)
    monkeypatch.setattr(writable, "LEAST_ROOM", 1 << 60)
    with pytest.raises(StorageError, match="disk is full"):
        require_writable(house.book)


def test_a_writer_at_work_is_no_fault(house: House) -> None:
    with house.book.writing("console"):
        require_writable(house.book)

"""Who is given what is marked leaves one record of it, of numbers alone; where that fails, nothing is given."""

from __future__ import annotations

import io
import json
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.casebook_verifier import verify_casebook
from opencwc.casebook.cases import case_for_keeping, list_cases, names_of_cases, open_case
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import last_decisions
from opencwc.casebook.findings import (
    comments_on_case,
    count_findings,
    inbox,
    list_findings,
    runs_asked,
    show_case,
    show_finding,
)
from opencwc.casebook.model import Filter, Mark, Person, Role
from opencwc.casebook.read_records import (
    MOST_SPANS,
    Answer,
    Thing,
    answering_by,
    begin_answer,
    give_whole_run,
    giving,
    names_numbers_only,
)
from opencwc.casebook.read_sinks import AuditReads, audit_reads_of
from opencwc.casebook.requests import ask, requests_of
from opencwc.casebook.runs import begin_run, keep_source, read_source
from opencwc.casebook.units import count_waiting_units
from opencwc.errors import SettingsError, StorageError

from .conftest import person
from .screening import ETHANOL, SARIN, THIODIGLYCOL, findings

ANNA = person("anna", Role.ANALYST)
RITA = person("rita")
PROTECTED = AuditReads()
ALL = AuditReads(Mark.UNCLASSIFIED)


@pytest.fixture
def kept(book: Casebook) -> Casebook:
    """A casebook with an unclassified case: its first run is from a protected source, its second from an open one."""
    case_for_keeping(book, ANNA, "inventory")
    for mark, name in ((Mark.PROTECTED, "secret.csv"), (Mark.UNCLASSIFIED, "open.csv")):
        source = keep_source(book, ANNA, io.BytesIO(name.encode()), name, mark=mark)
        run = begin_run(
            book, ANNA, "inventory", verb="screen", asked={}, checked={"file": name}, maker={}, source=source
        )
        run.keep(findings(SARIN, THIODIGLYCOL, ETHANOL))
        run.finish({})
    return book


@pytest.fixture(autouse=True)
def no_answer_under_way() -> None:
    """Have no answer of another test under way."""
    begin_answer(None)


def accesses(book: Casebook, who: Person = RITA) -> list[tuple[int | None, dict[str, Any]]]:
    """Return the case and the body of each record of a read."""
    table = tables.record
    query = select(table.c.case_number, table.c.content).where(table.c.kind == "access", table.c.actor == who.id)
    with book.reading_contents() as connection:
        return [
            (case, json.loads(content)["body"]) for case, content in connection.execute(query.order_by(table.c.seq))
        ]


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (lambda book: list_findings(book, RITA, Filter(case="inventory")), {"findings": [[1, 3]]}),
        (lambda book: list_findings(book, RITA, Filter(text=SARIN)), {"findings": [[1, 1]]}),
        (lambda book: inbox(book, RITA), {"findings": [[1, 2]]}),
        (lambda book: show_finding(book, RITA, 2), {"findings": [[2, 2]], "runs": [[1, 1]]}),
        (lambda book: runs_asked(book, RITA, Filter(run=1)), {"runs": [[1, 1]]}),
        (lambda book: count_findings(book, RITA, Filter(text=SARIN)), {"counts": [[1, 1]]}),
        (lambda book: give_whole_run(book, RITA, 1), {"whole_runs": [[1, 1]]}),
        (lambda book: b"".join(read_source(book, RITA, source_of(book, 1))), {"sources": [[3, 3]]}),
    ],
)
def test_what_is_protected_in_an_open_case_is_recorded_by_its_numbers(
    kept: Casebook, look: Callable[[Casebook], object], said: dict[str, object]
) -> None:
    look(kept)
    assert accesses(kept) == [(1, {"by": "python", "mark": "protected", **said})]
    assert verify_casebook(kept, RITA).fits


def source_of(book: Casebook, run: int) -> str:
    with book.reading() as connection:
        return str(connection.execute(select(tables.run.c.source_id).where(tables.run.c.number == run)).scalar_one())


@pytest.mark.parametrize(
    "look",
    [
        lambda book: list_findings(book, RITA, Filter(run=2)),
        lambda book: show_finding(book, RITA, 5),
        lambda book: count_findings(book, RITA, Filter()),
        lambda book: count_waiting_units(book, RITA, Filter(), 10),
        lambda book: names_of_cases(book, RITA),
        lambda book: list_cases(book, RITA),
        lambda book: last_decisions(book, RITA, [1, 5]),
        lambda book: comments_on_case(book, RITA, "inventory"),
        lambda book: b"".join(read_source(book, RITA, source_of(book, 2))),
        lambda book: list_findings(book, person("leo", clearance=Mark.RESTRICTED), Filter()),
    ],
)
def test_who_is_given_nothing_that_is_protected_leaves_no_record(
    kept: Casebook, look: Callable[[Casebook], object]
) -> None:
    look(kept)
    assert not accesses(kept)
    assert not accesses(kept, person("leo"))


def test_the_setting_says_from_which_mark_on_reads_are_recorded(kept: Casebook) -> None:
    show_finding(replace(kept, audit=AuditReads(None)), RITA, 1)
    assert not accesses(kept)
    show_finding(replace(kept, audit=ALL), RITA, 5)
    said = {"by": "python", "mark": "unclassified", "cases": [[1, 1]], "findings": [[5, 5]], "runs": [[2, 2]]}
    assert accesses(kept) == [(1, said)]


def test_a_case_with_its_runs_and_requests_is_recorded_once_and_its_words_are_not(kept: Casebook) -> None:
    open_case(kept, ANNA, "secret", title="Sites", mark=Mark.PROTECTED)
    ask(kept, RITA, "erase", "secret", {"reason": "a word", "ground": "a law"})
    begin_answer(Answer("GET /cases/{name}"))
    show_case(kept, RITA, "inventory")
    list_cases(kept, RITA)
    requests_of(kept, RITA)
    assert not accesses(kept)
    answer = Answer("GET /cases/{name}")
    begin_answer(answer)
    show_case(kept, RITA, "inventory")
    list_cases(kept, RITA)
    requests_of(kept, RITA)
    answer.complete()
    answer.complete()
    said = {"by": "GET /cases/{name}", "mark": "protected", "cases": [[2, 2]], "runs": [[1, 1]], "of_cases": [[1, 2]]}
    assert accesses(kept) == [(None, said)]


def test_an_answer_that_is_not_given_after_all_leaves_no_record(kept: Casebook) -> None:
    answer = Answer("GET /findings/{finding_id}")
    begin_answer(answer)
    show_finding(kept, RITA, 1)
    answer.drop()
    answer.complete()
    assert not accesses(kept)
    show_finding(kept, RITA, 1)  # what an error page would read
    assert len(accesses(kept)) == 1


def test_a_stream_is_recorded_before_it_begins_and_what_it_reads_beyond_that_before_it_is_given(kept: Casebook) -> None:
    answer = Answer("GET /api/v1/jobs/{job_id}/result")
    begin_answer(answer)
    give_whole_run(kept, RITA, 1)
    answer.complete()
    for first in range(3):
        list_findings(kept, RITA, Filter(run=1), after=first, limit=1)
    assert [body.get("whole_runs") for _, body in accesses(kept)] == [[[1, 1]]]
    show_finding(kept, RITA, 1)
    assert [body.get("runs") for _, body in accesses(kept)] == [None, [[1, 1]]]


def test_a_command_records_each_thing_once(kept: Casebook) -> None:
    with answering_by("opencwc case show"):
        show_case(kept, RITA, "inventory")
        list_findings(kept, RITA, Filter(case="inventory"))
        list_findings(kept, RITA, Filter(case="inventory"))
    said = [{name: value for name, value in body.items() if name not in ("by", "mark")} for _, body in accesses(kept)]
    assert said == [{"runs": [[1, 1]]}, {"findings": [[1, 3]]}]


def test_contents_are_not_read_where_nobody_says_of_what_they_are(kept: Casebook) -> None:
    with kept.reading() as connection:
        for table in ("finding", "source_part", "decision", "comment", "run", "record", "register_change"):
            with pytest.raises(RuntimeError, match=table):
                connection.execute(select(tables.metadata.tables[table]))
        aliased = tables.finding.alias()
        with pytest.raises(RuntimeError, match="finding"):
            connection.execute(select(aliased.c.content.label("x")))
        assert connection.execute(select(tables.finding.c.id, tables.finding.c.status)).all()
    with pytest.raises(RuntimeError, match="not of what they are"), giving(kept, RITA) as given:
        given.connection.execute(select(tables.finding)).all()
    assert not accesses(kept)


def test_a_record_is_bounded_and_says_how_many_there_were(kept: Casebook) -> None:
    answer = Answer("GET /api/v1/findings")
    many = {("findings", 2 * number): Thing(Mark.PROTECTED, 1, 1) for number in range(MOST_SPANS + 9)}
    answer.take(kept, RITA, many)
    answer.complete()
    ((_, body),) = accesses(kept)
    assert len(body["findings"]) == MOST_SPANS
    assert body["in_all"] == {"findings": MOST_SPANS + 9}


# ------------------------------------------------------------------------------------------------------- the sinks


def test_reads_go_to_a_file_that_is_only_added_to(kept: Casebook, tmp_path: Path) -> None:
    file = tmp_path / "reads.jsonl"
    outside = replace(kept, audit=AuditReads(Mark.PROTECTED, (f"file:{file}",)))
    show_finding(outside, RITA, 1)
    show_finding(outside, RITA, 2)
    assert not accesses(kept)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["body"]["findings"] for line in lines] == [[[1, 1]], [[2, 2]]]
    assert (lines[0]["actor"], lines[0]["case"], lines[0]["casebook"]) == (RITA.id, 1, kept.id)
    assert os.name != "posix" or file.stat().st_mode & 0o077 == 0


def test_reads_go_to_the_log_of_the_system_and_to_the_casebook(kept: Casebook, tmp_path: Path) -> None:
    place = tmp_path / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(str(place))
        log.settimeout(5)
        show_finding(replace(kept, audit=AuditReads(Mark.PROTECTED, (f"syslog:{place}", "casebook"))), RITA, 1)
        message = log.recv(10_000).decode()
    assert message.startswith("<85>1 2") and " opencwc " in message
    assert json.loads(message.partition(" access - ")[2])["body"]["findings"] == [[1, 1]]
    assert len(accesses(kept)) == 1


@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_reads_go_to_a_log_elsewhere_where_that_is_set(kept: Casebook, kind: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as log:
        log.bind(("127.0.0.1", 0))
        log.settimeout(5)
        heard: list[str] = []

        def listen() -> None:
            if kind == "udp":
                heard.append(log.recv(10_000).decode())
                return
            with log.accept()[0] as came:
                heard.append(came.recv(10_000).decode())

        if kind == "tcp":
            log.listen()
        thread = threading.Thread(target=listen)
        thread.start()
        sink = f"syslog:{kind}://127.0.0.1:{log.getsockname()[1]}"
        show_finding(replace(kept, audit=AuditReads(Mark.PROTECTED, (sink,))), RITA, 1)
        thread.join(10)
    length, _, message = heard[0].partition(" ") if kind == "tcp" else ("", "", heard[0])
    assert message.startswith("<85>1 ") and (kind == "udp" or int(length) == len(message.encode()))


@pytest.mark.parametrize("sink", ["file:{folder}/none/reads", "syslog:{folder}/none", "syslog:tcp://127.0.0.1:1"])
def test_where_a_read_cannot_be_recorded_nothing_is_given(kept: Casebook, tmp_path: Path, sink: str) -> None:
    outside = replace(kept, audit=AuditReads(Mark.PROTECTED, ("casebook", sink.format(folder=tmp_path))))
    with pytest.raises(StorageError) as refused:
        show_finding(outside, RITA, 1)
    assert refused.value.code == "read_not_recorded"
    assert not accesses(kept)
    assert show_finding(outside, RITA, 5).finding.id == 5


def test_where_the_casebook_cannot_be_written_nothing_is_given(
    kept: Casebook, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_LOCK_SECONDS", "0.1")
    other = open_casebook(place)
    with kept.writing("p-other"), pytest.raises(StorageError) as refused:
        show_finding(other, RITA, 1)
    assert refused.value.code == "read_not_recorded"
    other.close()


@pytest.mark.parametrize(
    ("body", "only"),
    [
        ({"by": "python", "mark": "protected", "findings": [[1, 3]], "in_all": {"findings": 900}}, True),
        ({"by": "opencwc case submissions show", "mark": "highly_protected", "whole_runs": [[1, 1]]}, True),
        ({"by": "GET /api/v1/cases/{name}", "mark": "protected", "cases": [[1, 1]], "of_cases": [[1, 2]]}, True),
        ({"finding": 1, "run": None}, True),  # of an earlier version
        ({"what": "source", "source": 1}, False),
        ({"text": "SARIN"}, False),
        ({"by": "opencwc case show Plant 7"}, False),
        ({"by": 'GET /cases?name="plant"'}, False),
        ({"mark": "plant"}, False),
        ({"findings": ["plant"]}, False),
        ({"findings": [["plant", "plant"]]}, False),
        ({"plants": [[1, 1]]}, False),
        ({"in_all": {"plant": 1}}, False),
        ({"in_all": {"findings": "plant"}}, False),
        ({"in_all": "plant"}, False),
    ],
)
def test_only_what_names_no_text_is_told_to_be_of_numbers_alone(body: dict[str, Any], only: bool) -> None:
    assert names_numbers_only(body) is only


def test_settings_say_which_reads_are_recorded_and_where() -> None:
    assert audit_reads_of({}, {}) == PROTECTED
    assert audit_reads_of({"audit_reads": "none"}, {}).least is None
    written = {"audit_reads": "all", "audit_sinks": ["casebook", "file:/var/log/reads"]}
    assert audit_reads_of(written, {}) == AuditReads(Mark.UNCLASSIFIED, ("casebook", "file:/var/log/reads"))
    named = {"OPENCWC_AUDIT_READS": "protected", "OPENCWC_AUDIT_SINKS": "syslog:/dev/log, casebook"}
    assert audit_reads_of(written, named) == AuditReads(Mark.PROTECTED, ("syslog:/dev/log", "casebook"))
    wrong: tuple[dict[str, object], ...] = (
        {"audit_reads": "some"}, {"audit_sinks": "file:reads"}, {"audit_sinks": ""}, {"audit_sinks": "http://x"},
        {"audit_sinks": "syslog:tcp://host"}, {"audit_sinks": "syslog:tcp://host:x"},
    )  # fmt: skip
    for settings in wrong:
        with pytest.raises(SettingsError):
            audit_reads_of(settings, {})

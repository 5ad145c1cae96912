"""`case brief`: an event is confirmed, a brief is written on it, two people release it, and its files are written."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.database import open_casebook
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.people import People
from opencwc.casebook.permissions import ACTIONS, SCOPES
from opencwc.casebook.tokens import Tokens, cli_person
from opencwc.jobs.run_and_keep import Place, keep_steps
from opencwc.records import to_plain
from opencwc.reports.findings import maker_of
from opencwc.reports.reader import steps_of
from opencwc.reports.verb import VERB
from opencwc.verbs import Started
from reports.told_by_hand import watched

from .conftest import Run

EVENT = watched().events[0].id
BRIEF = f"""
title: First week of March
lang: es
judgements:
- event: {EVENT}
  says: Hubo una fuga de cloro en la planta de agua
  likelihood: very_likely
  confidence: moderate
grades: {{s2: C3}}
"""
SOURCES = "name,reliability,credibility\nNordavia Wire,B,2\nKommune,A,\n"


@pytest.fixture
def number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A casebook with a run of watched reports in it, and the files of a brief beside it."""
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("OPENCWC_CASEBOOK", str(tmp_path / "casebook.db"))
    (tmp_path / "brief.yaml").write_text(BRIEF, encoding="utf-8")
    (tmp_path / "sources.csv").write_text(SOURCES, encoding="utf-8")
    book = open_casebook(tmp_path / "casebook.db", create=True)
    person = cli_person(book)
    case_for_keeping(book, person, "reports")
    maker = maker_of("2026-03-07", "use")
    steps = [
        Started({"file": "reports.jsonl", "as_of": "2026-03-07"}, to_plain(maker)),
        *steps_of(watched(), "reports.jsonl", maker),
    ]
    run = keep_steps(VERB, iter(steps), Place(book, lambda: person, "reports", {"as_of": "2026-03-07"}))
    book.close()
    assert run.keeper is not None
    return run.keeper.number


def _token(place: Path) -> str:
    """Return the API token of another reviewer."""
    book = open_casebook(place / "casebook.db")
    people = People(book)
    person = people.add("console", "rene", "Rene", Role.REVIEWER, Mark.HIGHLY_PROTECTED)
    scopes = [scope for scope in SCOPES if Role.REVIEWER in ACTIONS[scope]]
    _, secret = Tokens(people).make(person.id, person, "cli", scopes, timedelta(days=3))
    book.close()
    return secret


def test_a_brief_from_a_confirmed_event_to_its_released_file(
    run: Run, tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = run("case", "brief", "write", number, tmp_path / "brief.yaml")
    assert (early.status, "has not been decided" in early.err) == (2, True)
    confirmed = run("case", "brief", "confirm", number, EVENT, "--reason", "One leak.")
    assert (confirmed.status, EVENT in confirmed.text) == (0, True)
    written = run("case", "brief", "write", number, tmp_path / "brief.yaml", "--sources", tmp_path / "sources.csv")
    assert written.text.strip() == "Brief 1, version 1: Draft"
    listed = run("case", "brief", "list", number)
    assert "First week of March" in listed.text
    assert EVENT in listed.text
    assert run("case", "brief", "release", number, 1).text.strip().endswith("Draft, released by one person")
    alone = run("case", "brief", "release", number, 1)
    assert (alone.status, "already" in alone.err) == (2, True)
    with monkeypatch.context() as other:
        other.setenv("OPENCWC_TOKEN", _token(tmp_path))
        released = run("case", "brief", "release", number, 1)
    assert "Brief 1, version 1: Released" in released.text
    for format in ("pdf", "docx"):
        file = tmp_path / f"brief.{format}"
        assert run("case", "brief", "export", number, 1, "-o", file).status == 0
        assert sha256(file.read_bytes()).hexdigest() in released.text
        assert run("case", "brief", "export", number, 1, "-o", file).status == 2
    shown = run("case", "brief", "show", number, 1)
    assert "Hubo una fuga de cloro en la planta de agua" in shown.text
    assert "Probabilidad: muy probable (del 80 al 95\u00a0%)." in shown.text
    assert "The event has not changed since this was written." in shown.text


def test_grades_come_from_the_list_of_sources_and_the_draft_has_the_last_word(
    run: Run, tmp_path: Path, number: int
) -> None:
    run("case", "brief", "confirm", number, EVENT, "--reason", "One leak.")
    run("case", "brief", "write", number, tmp_path / "brief.yaml", "--sources", tmp_path / "sources.csv")
    again = run("case", "brief", "write", number, tmp_path / "brief.yaml", "--brief", 1)
    assert again.text.strip() == "Brief 1, version 2: Draft"
    assert run("case", "brief", "export", number, 1, "--version", 1, "-o", tmp_path / "one.docx").status == 0
    shown = json.loads(run("case", "brief", "show", number, 1, "--version", 1, "--format", "json").text)
    assert shown["events"] == [{"event": EVENT, "version": shown["events"][0]["version"], "changes": []}]
    assert shown["written"][0]["likelihood"] == "very_likely"
    listed = json.loads(run("case", "brief", "list", number, "--format", "json").text)
    assert [one["version"] for one in listed["briefs"]] == [2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("- a list", "contains no draft of a brief"),
        ("title: only", "contains no draft of a brief"),
        ("title: [", "contains no draft of a brief"),
        (BRIEF.replace("very_likely", "certain"), "no likelihood is selected"),
        (BRIEF.replace("C3", "C9"), "is not a grade of the Admiralty code"),
    ],
)
def test_a_file_that_holds_no_sound_draft_is_refused(
    run: Run, tmp_path: Path, number: int, content: str, said: str
) -> None:
    run("case", "brief", "confirm", number, EVENT, "--reason", "One leak.")
    (tmp_path / "brief.yaml").write_text(content, encoding="utf-8")
    answer = run("case", "brief", "write", number, tmp_path / "brief.yaml")
    assert (answer.status, said in answer.err) == (2, True), answer.err


def test_what_is_not_there_is_said(run: Run, tmp_path: Path, number: int) -> None:
    for arguments in (
        ("confirm", number, "E-0", "--reason", "x"),
        ("show", number, 1),
        ("show", 99, 1),
        ("release", number, 1),
        ("export", number, 1, "-o", tmp_path / "brief.txt"),
        ("write", number, tmp_path / "nothing.yaml"),
    ):
        assert run("case", "brief", *arguments).status == 2
    assert "No briefs yet" in run("case", "brief", "list", number).text

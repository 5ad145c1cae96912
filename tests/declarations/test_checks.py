"""The checks of a register's books find what the cases say, and nothing else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from message_ids import ids_in
from opencwc.convention.fields import load_yaml
from opencwc.declarations.books import Books
from opencwc.declarations.checks import CHECKS, find_faults
from opencwc.declarations.chemicals import Chemicals
from opencwc.declarations.fault_formats import FAULT_FIELDS, faults_as_csv, faults_as_json
from opencwc.declarations.judgement import read_lines
from opencwc.declarations.law import Law
from opencwc.declarations.model import GRAVITIES, Fault, Register
from opencwc.declarations.register_cells import RowReader
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.wording import LANGUAGES, sentence

DAY = date(2026, 11, 28)
CASES: list[dict[str, Any]] = load_yaml(
    (Path(__file__).parents[1] / "cases" / "declarations" / "books" / "checks.yaml").read_text(encoding="utf-8")
)
NEVER_SAID = {"check_state_holds_unclear", "check_state_holds_planned_unclear"}


@pytest.fixture(scope="module")
def chemicals() -> Chemicals:
    return Chemicals(Screener(Rulebook.of(DAY, ("CWC",))))


@pytest.fixture(scope="module")
def law() -> Law:
    return Law(DAY)


def register_of(sites: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> Register:
    reader = RowReader()
    read = [reader.site(at, {name: str(text) for name, text in row.items()}) for at, row in enumerate(sites, 1)]
    activities = [
        reader.activity(at, {name: str(text) for name, text in row.items() if str(text)})
        for at, row in enumerate(rows, 1)
    ]
    assert all(reader is not None for reader in (*read, *activities)), reader.problems
    known = {(site.site, site.plant): site for site in read if site}
    return Register("case", known, tuple(activity for activity in activities if activity))


def faults_of(case: Mapping[str, Any], chemicals: Chemicals, law: Law) -> tuple[Fault, ...]:
    rows = [{**case.get("all", {}), **row} for row in case["rows"]]
    register = register_of(case.get("sites", ()), rows)
    lines, unknown = read_lines(register, chemicals)
    assert not [problem for problem in unknown if problem.unjudged]
    return find_faults(Books(register, lines, law), law, case.get("year", 2026))


def words_of(fault: Fault) -> set[str]:
    figures = {f"{name}={value.normalize():f}" for name, value in fault.figures.items()}
    return {fault.gravity, fault.check, fault.rule, f"year={fault.subject.year}", *figures, *ids_in(fault.says)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_check_finds_what_a_case_says(case: dict[str, Any], chemicals: Chemicals, law: Law) -> None:
    faults = faults_of(case, chemicals, law)
    expected = [text.split() for text in case.get("found", ())]
    assert sorted((fault.gravity, fault.check) for fault in faults) == sorted((one[0], one[1]) for one in expected)
    for wanted in expected:
        assert any(set(wanted) <= words_of(fault) for fault in faults), (wanted, [words_of(one) for one in faults])
    for fault in faults:
        assert fault.place.row > 0 and fault.place.field
        assert fault.source or not fault.rule
        for lang in LANGUAGES:
            assert "{" not in sentence(fault.says, lang)


def test_every_check_has_a_case_that_it_finds_and_says_in_its_docstring_what_it_finds() -> None:
    found = {text.split()[1] for case in CASES for text in case.get("found", ())}
    assert found == set(CHECKS)
    assert [id for id, check in CHECKS.items() if not (check.__doc__ or "").startswith("Find ")] == []


def test_faults_are_told_the_worst_first(chemicals: Chemicals, law: Law) -> None:
    cases = {case["id"]: case for case in CASES}
    rows: list[dict[str, Any]] = []
    for id in ("year-last", "trader-produces", "partner-schedule-2"):
        rows += [{**cases[id].get("all", {}), **row} for row in cases[id]["rows"]]
    case = {"sites": [{"site": "T", "country": "DEU"}, {"site": "A", "plant": "P1"}], "rows": rows}
    gravities = [fault.gravity for fault in faults_of(case, chemicals, law)]
    assert gravities == sorted(gravities, key=GRAVITIES.index) == ["broken", "wrong", "ask"]


def test_faults_as_tables_keep_every_field(chemicals: Chemicals, law: Law) -> None:
    case = next(case for case in CASES if case["id"] == "research-above-ten-kilograms")
    (fault,) = faults_of(case, chemicals, law)
    (row,) = csv.DictReader(io.StringIO(faults_as_csv([fault])))
    assert tuple(row) == FAULT_FIELDS
    assert row["figures"] == "kg=10.1; limit=10" and row["rule"] == "s1-other-most" and row["evidence"] == "treaty"
    line = json.loads(faults_as_json([fault]))
    assert line["figures"] == {"kg": "10.1", "limit": "10"} and line["year"] == 2025 and line["row"] == 1
    assert faults_as_csv([]).splitlines() == [",".join(FAULT_FIELDS)]

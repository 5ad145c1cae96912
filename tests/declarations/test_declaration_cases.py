"""Every case of tests/cases/declarations, judged as a lawyer wrote it: which declarations are due, on what, until when.

A row of activities reads ``SITE/PLANT | activity | quantity unit | chemical | year``, then in any order ``planned``,
``30 %``, ``on 2026-06-01``, ``with DEU``, ``for medical``, ``cas 111-48-8``. A row of sites reads ``SITE/PLANT |
country | kind``. An expected line reads ``SITE/PLANT | entry | regime declaration period | due``, then its range and
``inspection`` where it has them; ``-`` stands for what is empty.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from case_rows import register_of

from opencwc.convention.declaration_rules import read_declaration_rules
from opencwc.convention.fields import load_yaml
from opencwc.declarations.chemicals import Chemicals
from opencwc.declarations.formats import due_as_texts
from opencwc.declarations.judgement import judge
from opencwc.declarations.law import Law
from opencwc.declarations.model import Answer, Due
from opencwc.declarations.phrases import reading_said
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.wording import LANGUAGES, say

FILES = sorted((Path(__file__).parents[1] / "cases" / "declarations").glob("*.yaml"))
ASKED = date(2026, 11, 28)
YEAR = 2026
GRADES = ("treaty", "official", "convention", "unverified")


@cache
def cases_of(file: Path) -> list[dict[str, Any]]:
    """The cases of a file, each with the topic it stands under."""
    return [{**case, "topic": file.stem} for case in load_yaml(file.read_text(encoding="utf-8"))]


@cache
def chemicals(day: date) -> Chemicals:
    return Chemicals(Screener(Rulebook.of(day, ("CWC",))))


@cache
def law(day: date, readings: tuple[tuple[str, str], ...]) -> Law:
    return Law(day, readings=dict(readings))


def judged(case: dict[str, Any]) -> Answer:
    day = case.get("as_of", ASKED)
    readings = tuple(sorted(case.get("readings", {}).items()))
    answer = judge(register_of(case), law(day, readings), case.get("year", YEAR), chemicals(day))
    assert not [problem for problem in answer.problems if problem.unjudged], case["name"]
    return answer


def line_of(due: Due) -> str:
    """Return a line of the answer as an expected line is written."""
    where = "/".join(part for part in (due.site, due.plant) if part)
    of = f"{due.regime} {due.declaration} {due.period}"
    rest = [due.range] if due.range else []
    rest += ["inspection"] if due.inspection else []
    return " | ".join([where or "-", due.entry or "-", of, due.due.isoformat(), *rest])


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_each_case_is_judged_as_written(file: Path) -> None:
    wrong = []
    for case in cases_of(file):
        got, expected = sorted(map(line_of, judged(case).due)), sorted(case["expect"])
        if got != expected:
            wrong.append((case["name"], "wanted", expected, "got", got))
    assert not wrong


def test_there_are_enough_cases_and_each_says_why_and_how_sure_it_is() -> None:
    cases = [case for file in FILES for case in cases_of(file)]
    assert len(cases) >= 200
    assert all(case["because"].strip() and case["grade"] in GRADES for case in cases)
    assert max(Counter((case["topic"], case["name"]) for case in cases).values()) == 1


def test_every_regime_and_declaration_is_due_in_a_case_and_something_is_due_in_no_case() -> None:
    due = {
        tuple(line.split(" | ")[2].split()[:2]) for file in FILES for case in cases_of(file) for line in case["expect"]
    }
    plants = {
        (regime, declaration) for regime in ("S1", "S2", "S3") for declaration in ("past", "anticipated", "aggregate")
    }
    assert due == plants | {("S1", "transfer"), ("S2", "additional"), ("S3", "additional"), ("OCPF", "past")}
    assert any(not case["expect"] for file in FILES for case in cases_of(file))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_line_says_why_in_every_language(lang: str) -> None:
    for file in FILES:
        for case in cases_of(file)[::3]:
            sentences = [due_as_texts(line, lang)["why"] for line in judged(case).due]
            assert not [said for said in sentences if not said or "declare_" in said or "{" in said]


@pytest.mark.parametrize(
    ("topic", "name", "reading"),
    [
        ("schedule_3", "Two chemicals of 150 t at one site", "s3-inspection-sum"),
        ("schedule_2_plans", "Plan above, plans and past read together", "plans-and-past"),
        ("schedule_2_plans", "A small addition to a plan that is above", "additional-sum"),
        ("other_facilities", "Hydrocarbons and methanol at one site", "mixed-hydrocarbons"),
        ("other_facilities", "A polymer that is counted", "polymers"),
        ("other_facilities", "A PSF chemical below 30 t is not in the plant's range", "psf-sum"),
        ("schedule_1_facilities", "Research, exactly 100 g", "exactly-100-g"),
        ("aggregates", "Imports of Schedule 2 above 1 t", "aggregate-threshold"),
    ],
)
def test_the_reading_that_a_line_rests_on_is_named(topic: str, name: str, reading: str) -> None:
    file = next(path for path in FILES if path.stem == topic)
    case = next(case for case in cases_of(file) if case["name"] == name)
    choices = next(known.choices for known in read_declaration_rules().readings if known.id == reading)
    for lang in LANGUAGES:
        said = [due_as_texts(line, lang)["why"] for line in judged(case).due]
        assert not any(f"{reading})" in why or f"reading {reading}" in why for why in said)
        assert any(say(reading_said(reading, choice), lang) in why for why in said for choice in choices)

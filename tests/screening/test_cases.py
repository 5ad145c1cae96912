"""Every case of tests/cases/screening, judged as a chemist wrote it: all in one batch run, and each on its own name."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from opencwc.convention.fields import load_yaml
from opencwc.screening.model import Outcome, gravest
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener

CASES = Path(__file__).parents[1] / "cases" / "screening"
FILES = sorted(CASES.glob("*.yaml"))


@cache
def screener(as_of: date, lists: tuple[str, ...]) -> Screener:
    return Screener(Rulebook.of(as_of, lists))


def entries_of(outcomes: tuple[Outcome, ...]) -> set[str]:
    """Write each entry once, with its gravest verdict where that differs from the row's, as the cases do."""
    row = gravest(outcome.verdict for outcome in outcomes)
    rules = {outcome.rule for outcome in outcomes if outcome.rule is not None}
    written = set()
    for rule in rules:
        verdict = gravest(outcome.verdict for outcome in outcomes if outcome.rule == rule)
        written.add(f"{rule.list} {rule.entry}" + ("" if verdict is row else f" {verdict}"))
    return written


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_each_case_is_judged_as_written(file: Path) -> None:
    wrong = []
    for case in load_yaml(file.read_text(encoding="utf-8")):
        chosen = screener(case.get("as_of", date(2026, 11, 24)), tuple(case.get("lists", ["CWC"])))
        outcomes = chosen.answer(case["input"], case.get("as", "smiles"))
        got = (str(gravest(outcome.verdict for outcome in outcomes)), entries_of(outcomes))
        if got != (case["verdict"], set(case["entries"])):
            wrong.append((case["name"], case["input"], "wanted", case["verdict"], case["entries"], "got", *got))
    assert not wrong


def test_there_are_enough_cases_and_each_says_why() -> None:
    cases = [case for file in FILES for case in load_yaml(file.read_text(encoding="utf-8"))]
    assert len(cases) > 1_500
    assert all(case["because"].strip() and case["name"] for case in cases)


def test_every_entry_of_the_schedules_has_a_case_on_each_side() -> None:
    cases = [case for file in FILES for case in load_yaml(file.read_text(encoding="utf-8"))]
    listed = {entry for case in cases if case["verdict"] == "listed" for entry in case["entries"]}
    for entry in Rulebook.of(date(2026, 11, 24), ("CWC",)).convention.entries:
        assert f"CWC {entry.id}" in listed

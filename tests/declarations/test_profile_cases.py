"""Every case of tests/cases/declarations/profiles: what the law of a State asks for, and the Convention beside it.

Rows are written as in the other cases of declarations. An expected line reads ``SITE/PLANT | entry | regime declaration
period | due``, then who asks for it: ``national`` (the law of the State alone), ``treaty`` (the Convention alone), or
``both until 2026-03-31``, with the day of the Convention; then ``inspection`` where the OPCW inspects.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from case_rows import register_of

from opencwc.convention.clauses import in_short
from opencwc.convention.declaration_rules import TREATY
from opencwc.convention.fields import load_yaml
from opencwc.declarations.chemicals import Chemicals
from opencwc.declarations.judgement import judge
from opencwc.declarations.law import Law
from opencwc.declarations.model import Answer, Due
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.wording import LANGUAGES, sentence

FILES = sorted((Path(__file__).parents[1] / "cases" / "declarations" / "profiles").glob("*.yaml"))
ASKED = date(2026, 11, 28)


@cache
def cases_of(file: Path) -> list[dict[str, Any]]:
    return list(load_yaml(file.read_text(encoding="utf-8")))


@cache
def chemicals() -> Chemicals:
    return Chemicals(Screener(Rulebook.of(ASKED, ("CWC",))))


@cache
def law(profile: str) -> Law:
    return Law(ASKED, profile)


@cache
def judged(profile: str, number: int, file: Path) -> Answer:
    case = cases_of(file)[number]
    return judge(register_of(case), law(profile), case.get("year", 2026), chemicals())


def line_of(due: Due) -> str:
    """Return a line of the answer as an expected line is written."""
    where = "/".join(part for part in (due.site, due.plant) if part)
    asked = f"both until {due.treaty_due}" if due.asked_by == "both" else due.asked_by
    of = f"{due.regime} {due.declaration} {due.period}"
    inspected = ["inspection"] if due.inspection else []
    return " | ".join([where or "-", due.entry or "-", of, due.due.isoformat(), asked, *inspected])


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_each_case_is_judged_as_written(file: Path) -> None:
    wrong = []
    for number, case in enumerate(cases_of(file)):
        got, expected = sorted(map(line_of, judged(file.stem, number, file).due)), sorted(case["expect"])
        if got != expected:
            wrong.append((case["name"], "wanted", expected, "got", got))
    assert not wrong


def dues() -> list[tuple[str, Due]]:
    """Return every line of every case with its profile."""
    return [
        (file.stem, due)
        for file in FILES
        for number, _ in enumerate(cases_of(file))
        for due in judged(file.stem, number, file).due
    ]


def test_each_line_says_who_owes_it_until_when_and_by_which_rule() -> None:
    for profile, due in dues():
        said = sentence(due.why)
        if profile == TREATY:
            assert "must declare it to the" not in said
        elif due.asked_by != "national":
            assert f"must declare it to the OPCW by {due.treaty_due}" in said
        else:
            assert "the Convention does not require it" in said or "the Convention itself does not require" in said
        deadline = next(id for id in due.rules if law(profile).has_deadline(id))
        if due.asked_by != "treaty" and law(profile).has_own_day(deadline, due.moved):
            source = in_short(law(profile).deadline(deadline, due.moved).source)
            assert f"({source})" in said and "must declare it to the National Authority" in said


def test_what_is_declared_at_the_very_threshold_is_not_only_said_to_be_above_it() -> None:
    file = next(file for file in FILES if file.stem == "POL")
    for number, case in enumerate(cases_of(file)[:3]):
        said = [sentence(due.why) for due in judged("POL", number, file).due]
        assert all("exactly this amount counts too" in text for text in said), case["name"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_line_is_said_in_every_language(lang: str) -> None:
    for _, due in dues():
        said = sentence(due.why, lang)
        assert "declare_" not in said and "{" not in said
        assert lang == "en" or ("National Authority" not in said and "State Party" not in said)


def test_what_the_convention_asks_for_is_told_under_every_profile() -> None:
    for file in FILES:
        for number, case in enumerate(cases_of(file)):
            plain = judge(register_of(case), law("treaty"), case.get("year", 2026), chemicals()).due
            told = {whole(due, due.treaty_due or due.due) for due in judged(file.stem, number, file).due}
            for due in plain:
                assert whole(due, due.due) in told, case["name"]


def whole(due: Due, day: date) -> tuple[str, ...]:
    """Return what tells a declaration from the others, with a day."""
    return (due.site, due.plant, due.key, due.declaration, str(due.period), day.isoformat())

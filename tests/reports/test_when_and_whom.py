"""When an event began, who died and who was harmed, as short reports in six languages have it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from opencwc.convention.fields import load_yaml
from opencwc.reports.casualties import find_casualties
from opencwc.reports.model import Kind, Nature, Report, Stage, Stance
from opencwc.reports.when import find_date

CASES: dict[str, list[list[Any]]] = load_yaml(
    (Path(__file__).parent.parent / "cases" / "reports_when_and_whom.yaml").read_text(encoding="utf-8")
)


def report_of(published: Any, title: str, text: str, lang: str) -> Report:
    when = published if isinstance(published, datetime) else datetime.fromisoformat(published)
    return Report("r1", when, "Invented Wire", "", lang, title, text)


@pytest.mark.parametrize(
    ("lang", "case"), [(lang, case) for lang, cases in CASES.items() for case in cases], ids=lambda case: str(case)[:60]
)
def test_a_report_says_when_and_whom(lang: str, case: list[Any]) -> None:
    published, words, title, text, date, killed, affected = case
    kind, stage, stance = words.split()
    nature = Nature(cast(Kind, kind), cast(Stage, stage), cast(Stance, stance))
    report = report_of(published, title, text, lang)
    harmed = find_casualties(report, lang, nature)
    told = (find_date(report, lang, nature).text, harmed.killed.number, harmed.affected.number)
    assert told == (str(date), None if killed == "" else killed, None if affected == "" else affected)

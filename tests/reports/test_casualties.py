"""Short reports on whom an event harmed, a file a language: the share of figures that are found right."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opencwc.reports.casualties import find_casualties
from opencwc.reports.model import Nature, Report

FOLDER = Path(__file__).parents[1] / "cases" / "casualties"

FLOORS = {"en": 0.93, "fr": 0.96, "es": 0.955, "ru": 0.955, "ar": 0.925, "zh": 0.935}


def shown(number: int | None) -> str:
    return "" if number is None else str(number)


@pytest.mark.parametrize("lang", FLOORS)
def test_the_dead_and_the_harmed_are_counted(lang: str) -> None:
    lines = (FOLDER / f"{lang}.txt").read_text(encoding="utf-8").splitlines()
    cases = [line.split(";", 2) for line in lines if line and not line.startswith("#")]
    right = 0
    for killed, affected, text in cases:
        report = Report("1", datetime(2026, 3, 5, tzinfo=UTC), "", "", lang, "", text)
        found = find_casualties(report, lang, Nature("accident", "reported", "asserts"))
        right += (shown(found.killed.number) == killed) + (shown(found.affected.number) == affected)
    assert len(cases) >= 118
    assert right / (2 * len(cases)) >= FLOORS[lang]

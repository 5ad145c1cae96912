"""What a report tells, from its text to all its facts."""

from __future__ import annotations

from datetime import UTC, datetime

from opencwc.reports.facts import is_ahead, is_over, tell, tell_all
from opencwc.reports.model import Date, Report

REPORT = Report(
    "r1",
    datetime(2024, 12, 4, 16, tzinfo=UTC),
    "Wire",
    "",
    "en",
    "National authorities meet in Doha",
    "The annual meeting on the Chemical Weapons Convention opened in Doha on 3 December.",
)


def test_only_a_day_is_ahead_or_over() -> None:
    assert is_ahead(Date("2024-12-05", "day"), REPORT)
    assert is_over(Date("2024-12-03", "day"), REPORT)
    for date in (Date("2024-12-04", "day"), Date("2024-11", "month"), Date("2025", "year"), Date()):
        assert not is_ahead(date, REPORT)
        assert not is_over(date, REPORT)


def test_reports_told_together_are_told_as_one_by_one() -> None:
    game = Report("r2", REPORT.published, "Wire", "", "en", "Late winner", "The striker scored two goals in the cup.")
    assert tell_all([REPORT, game]) == [tell(REPORT), tell(game)]
    assert tell(REPORT).date.text == "2024-12-03"
    assert tell(game).nature.kind == ""

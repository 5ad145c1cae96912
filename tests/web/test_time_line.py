"""The time line: days, weeks or months by how long the reports reach, or as the reader chooses; nothing lost unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from opencwc.reports.covered_months import Coverage
from opencwc.reports.event_rows import EventRows
from opencwc.web.reports.time_line import MOST_BARS, left_out_said, over_time, time_line


class _Columns:
    """Columns of events of which only the dates and the corroboration are asked."""

    def __init__(self, dates: list[str], several: list[bool]) -> None:
        values = tuple(dict.fromkeys(dates))
        self.facts = {"date": (np.array([values.index(text) for text in dates]), values)}
        self.corroborated = np.array(several, np.bool_)

    def __len__(self) -> int:
        return len(self.corroborated)


def events(*dates: str, several: int = 0) -> EventRows:
    columns: Any = _Columns(list(dates), [place < several for place in range(len(dates))])
    return EventRows(columns)


def reports(first: str, last: str) -> Coverage:
    return Coverage({first: 1, last: 2}, ("en",))


def days(first: str, count: int) -> Iterator[str]:
    return ((date.fromisoformat(first) + timedelta(days=number)).isoformat() for number in range(count))


def test_days_are_the_bars_of_a_month_of_reports_those_without_an_event_too() -> None:
    line = time_line(events("2026-03-04", "2026-03-04", "2026-03-02", several=1), reports("2026-03-03", "2026-03-06"))
    assert (line.step, line.left_out) == ("day", 0)
    assert [(bar.start, bar.reports, bar.several, bar.one) for bar in line.bars] == [
        ("2026-03-02", None, 0, 1), ("2026-03-03", 1, 0, 0), ("2026-03-04", 0, 1, 1), ("2026-03-05", 0, 0, 0),
        ("2026-03-06", 2, 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("last", "step"),
    [("2026-03-31", "day"), ("2026-04-01", "week"), ("2026-06-01", "week"), ("2026-06-02", "month")],
)
def test_the_longer_the_reports_reach_the_wider_the_bars(last: str, step: str) -> None:
    assert time_line(events("2026-03-04"), reports("2026-03-01", last)).step == step


def test_weeks_begin_on_monday() -> None:
    line = time_line(events("2026-03-08", "2026-03-09"), reports("2026-03-04", "2026-04-10"))
    assert [bar.start for bar in line.bars][:2] == ["2026-03-02", "2026-03-09"]
    assert [bar.one for bar in line.bars][:3] == [1, 1, 0] and line.bars[0].reports == 1


def test_what_has_no_day_or_lies_far_off_is_counted_beside_the_bars() -> None:
    told = events("2026-03-04", "2026-03-05", "2026-03-06", "2026-03", "2026", "", "1995-03-20")
    line = time_line(told, reports("2026-03-03", "2026-03-06"))
    assert (line.step, line.left_out) == ("day", 4) and left_out_said(line) is not None
    by_month = time_line(told, reports("2026-03-03", "2026-03-06"), "month")
    assert [(bar.start, bar.one) for bar in by_month.bars] == [("1995-03", 1), ("2026-03", 4)]
    assert by_month.left_out == 2


def test_reports_of_one_day_on_what_was_years_ago_go_by_month() -> None:
    told = events("2013-08-21", "2017-04-04", "2026-03-03")
    assert time_line(told, reports("2026-03-03", "2026-03-04")).step == "month"
    assert time_line(told, Coverage({}, ())).step == "month"
    assert time_line(told, Coverage({}, ()), "day").bars == []


def test_no_more_bars_are_shown_than_fit_the_latest_of_them() -> None:
    told = events(*days("2025-01-01", 400))
    line = time_line(told, reports("2025-01-01", "2026-02-04"), "day")
    assert len(line.bars) == MOST_BARS["day"] and line.bars[-1].start == "2026-02-04"
    assert line.left_out == 400 - MOST_BARS["day"]
    assert len(time_line(told, reports("2025-01-01", "2026-02-04"), "week").bars) == MOST_BARS["week"]


def test_a_chart_has_a_label_for_each_bar_in_the_language_of_the_reader() -> None:
    line = time_line(events("2026-03-04"), reports("2026-03-03", "2026-03-05"))
    assert [row["label"] for row in over_time(line, "en")["rows"]][::2] == ["3 Mar", "4 Mar", "5 Mar"]
    assert over_time(line, "zh")["rows"][2]["label"] == "3月4日"
    assert over_time(line, "ar")["rows"][2]["label"].startswith("4")
    by_month = over_time(time_line(events("2026-03-04"), reports("2026-03-03", "2026-03-05"), "month"), "fr")
    assert (by_month["rows"][0]["label"], by_month["titles"]["x"]) == ("mars 2026", "Mois")

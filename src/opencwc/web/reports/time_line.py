"""The time line of a picture: events by day, week or month, told by several origins or by one, beside the reports.

Where the reports cover at most about three months, days or weeks are its bars, else months; the reader can choose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from babel.dates import format_skeleton

from opencwc.finding import Message
from opencwc.reports.covered_months import Coverage, Period
from opencwc.reports.event_rows import EventRows
from opencwc.reports.event_wording import day_said
from opencwc.reports.region_picture import month_of
from opencwc.web.server.days_and_sizes import locale_of
from opencwc.wording import day_said as whole_day_said
from opencwc.wording import say

Step = Literal["day", "week", "month"]
STEPS: tuple[Step, ...] = ("day", "week", "month")
MOST_BARS: Mapping[Step, int] = {"day": 92, "week": 53, "month": 24}
"""Bars that are shown, the latest."""
DAYS_BY_DAY, DAYS_BY_WEEK = 31, 93
"""Days of reports up to which days and weeks are the bars, unless the reader chooses."""
_BESIDE = timedelta(days=31)
"""How far before the first report, or after the last, a day is shown on which there is an event."""


@dataclass(frozen=True)
class Bar:
    """A day, the Monday of a week, or a month; how many reports came in it, and how many events several or one tell.

    ``reports`` is ``None`` outside the period of the reports.
    """

    start: str
    reports: int | None
    several: int
    one: int


@dataclass(frozen=True)
class TimeLine:
    """The bars by ``step``; ``left_out`` is how many events have none: their day is not known, or it is far off."""

    step: Step
    bars: Sequence[Bar]
    left_out: int


def time_line(events: EventRows, coverage: Coverage, step: Step | Literal[""] = "") -> TimeLine:
    """Return the time line of events; without a step the one that fits the period of the reports."""
    period = coverage.period
    several, one = _counts(events)
    chosen: Step = step or _fitting(period, several + one)
    by_month = chosen == "month"
    bars = _months(several, one, period) if by_month else _days(several, one, coverage.days, period, chosen)
    return TimeLine(chosen, bars, len(events) - sum(bar.several + bar.one for bar in bars))


def _counts(events: EventRows) -> tuple[Counter[str], Counter[str]]:
    """Return how many events of each date several origins tell of, and how many rest on one."""
    columns, several = events.columns, events.columns.corroborated[events.places]
    both = (EventRows(columns, events.places[several]), EventRows(columns, events.places[~several]))
    first, second = (Counter({day: number for day, number in some.counts("date").items() if day}) for some in both)
    return first, second


def _fitting(period: Period | None, dates: Mapping[str, int]) -> Step:
    """Return the step for a period, months where most of the events are not in it."""
    if period is None:
        return "month"
    days, first, last = (period.last - period.first).days + 1, period.first - _BESIDE, period.last + _BESIDE
    within = sum(number for text, number in dates.items() if (day := _day(text)) is not None and first <= day <= last)
    if days > DAYS_BY_WEEK or 2 * within < sum(dates.values()):
        return "month"
    return "day" if days <= DAYS_BY_DAY else "week"


def _months(several: Mapping[str, int], one: Mapping[str, int], period: Period | None) -> list[Bar]:
    told, alone = _under(several, month_of), _under(one, month_of)
    reports = {month.month: month.reports for month in period.months} if period else {}
    months = sorted((told.keys() | alone.keys() | reports.keys()) - {""})[-MOST_BARS["month"] :]
    return [Bar(month, reports.get(month), told[month], alone[month]) for month in months]


def _days(
    several: Mapping[str, int], one: Mapping[str, int], reports: Mapping[str, int], period: Period | None, step: Step
) -> list[Bar]:  # fmt: skip
    """Return all days or weeks from the first with a report or an event to the last, those without any too."""
    if period is None:
        return []
    known = [day for text in (several.keys() | one.keys()) if (day := _day(text)) is not None]
    near = [day for day in known if period.first - _BESIDE <= day <= period.last + _BESIDE]
    first, last = min([period.first, *near]), max([period.last, *near])
    place: Callable[[str], str] = _whole_day if step == "day" else _monday
    told, alone, came = _under(several, place), _under(one, place), _under(reports, place)
    inside = (place(period.first.isoformat()), place(period.last.isoformat()))
    width = timedelta(days=1 if step == "day" else 7)
    start, starts = date.fromisoformat(place(first.isoformat())), []
    while start <= last:
        starts.append(start.isoformat())
        start += width
    return [
        Bar(text, came[text] if inside[0] <= text <= inside[1] else None, told[text], alone[text])
        for text in starts[-MOST_BARS[step] :]
    ]


def _under(counts: Mapping[str, int], place: Callable[[str], str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for text, number in counts.items():
        found[place(text)] += number
    return found


def _day(text: str) -> date | None:
    """Return a day, none where a month or a year alone is known."""
    return date.fromisoformat(text) if len(text) == len("2026-03-04") else None


def _whole_day(text: str) -> str:
    return text if _day(text) is not None else ""


def _monday(text: str) -> str:
    day = _day(text)
    return (day - timedelta(days=day.weekday())).isoformat() if day is not None else ""


def bar_said(start: str, lang: str) -> str:
    """Say the day or the month at which a bar begins."""
    day = _day(start)
    return whole_day_said(day, lang) if day is not None else say(day_said(start), lang)


def _short(start: str, lang: str) -> str:
    """Say the same as shortly as an axis needs it: a day without its year."""
    day = _day(start)
    return format_skeleton("MMMd", day, locale=locale_of(lang)) if day is not None else bar_said(start, lang)


def over_time(line: TimeLine, lang: str) -> dict[str, Any]:
    """Return the time line as a chart takes it, by whether several origins tell of an event."""
    words = {"several": say("page_watch_origins_several", lang), "one": say("page_watch_origins_against", lang)}
    rows = [
        {"label": _short(bar.start, lang), "value": value, "group": words[group]}
        for bar in line.bars
        for group, value in (("several", bar.several), ("one", bar.one))
    ]
    titles = {"x": say(f"page_watch_{line.step}", lang), "y": say("page_watch_events", lang), "group": ""}
    return {"rows": rows, "titles": titles, "groups": list(words.values())}


def left_out_said(line: TimeLine) -> Message | None:
    """Say how many events have no bar; nothing where all have one."""
    return Message("page_watch_no_bar", {"count": line.left_out}) if line.left_out else None

"""Which months the reports cover, and how far: what was not captured is not counted as a month without events."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property

from msgspec import Struct

from opencwc.reports.model import Date, Told


class CoveredMonth(Struct, frozen=True):
    """A month (``2026-03``), how many reports were published in it, and which share of its days lies in the period.

    ``share`` is 0 where there is no report.
    """

    month: str
    reports: int
    share: float


class Period(Struct, frozen=True, dict=True):
    """The days from the first report to the last, month by month."""

    first: date
    last: date
    months: tuple[CoveredMonth, ...]

    @property
    def covered(self) -> tuple[CoveredMonth, ...]:
        """The months with reports."""
        return tuple(month for month in self.months if month.reports)

    @property
    def time(self) -> float:
        """How many months are covered; parts of months count as such."""
        return sum(month.share for month in self.months)

    @property
    def ends_early(self) -> bool:
        """Whether the last month goes on after the last report."""
        return self.last.day < _days(self.last)

    def holds(self, day: Date) -> bool:
        """Tell whether a day or a month lies in the period and in a covered month; a year alone does not."""
        if day.text[: len("2026-03")] not in self._covered:
            return False
        return day.precision != "day" or self.first.isoformat() <= day.text <= self.last.isoformat()

    @cached_property
    def _covered(self) -> frozenset[str]:
        return frozenset(month.month for month in self.covered)


class Coverage(Struct, frozen=True):
    """How many reports were published on each day (``2026-03-04``, by the clock of its outlet), and the languages."""

    days: Mapping[str, int]
    languages: tuple[str, ...]

    @property
    def period(self) -> Period | None:
        """The period of the reports; ``None`` where there is none."""
        return period_of_days({date.fromisoformat(day): count for day, count in self.days.items()})


def coverage_of(tells: Iterable[Told]) -> Coverage:
    """Return which days and languages reports cover."""
    days: Counter[str] = Counter()
    languages: set[str] = set()
    for told in tells:
        days[told.report.published.date().isoformat()] += 1
        languages.add(told.lang)
    return Coverage(dict(sorted(days.items())), tuple(sorted(languages)))


def joined_coverage(one: Coverage, other: Coverage) -> Coverage:
    """Return which days and languages two sets of reports cover together."""
    days = Counter(one.days) + Counter(other.days)
    return Coverage(dict(sorted(days.items())), tuple(sorted({*one.languages, *other.languages})))


def period_of(published: Iterable[datetime]) -> Period | None:
    """Return the period of reports by when they were published; ``None`` where there is none."""
    return period_of_days(Counter(moment.date() for moment in published))


def period_of_days(days: Mapping[date, int]) -> Period | None:
    """Return the period of reports by how many were published on each day; ``None`` where there is none."""
    if not days:
        return None
    first, last = min(days), max(days)
    reports: Counter[tuple[int, int]] = Counter()
    for day, count in days.items():
        reports[day.year, day.month] += count
    months = tuple(_month(year, month, reports[year, month], first, last) for year, month in _months(first, last))
    return Period(first, last, months)


def _months(first: date, last: date) -> Iterator[tuple[int, int]]:
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield number // 12, number % 12 + 1


def _month(year: int, month: int, reports: int, first: date, last: date) -> CoveredMonth:
    start = date(year, month, 1)
    days = _days(start)
    until = min(last, date(year, month, days))
    inside = (until - max(first, start)).days + 1
    return CoveredMonth(f"{year}-{month:02}", reports, inside / days if reports else 0.0)


def _days(day: date) -> int:
    return monthrange(day.year, day.month)[1]

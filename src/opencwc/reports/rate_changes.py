"""What changed: where the last month differs from those before, and where a rate rose or fell and stayed.

Each comparison is corrected for how many were made, so that a long list of countries makes no news by itself. A change
of what is told may be a change of what happens, or of who reports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import ceil

import numpy as np
from msgspec import Struct

from opencwc.finding import Message
from opencwc.reports.covered_months import CoveredMonth, Period
from opencwc.reports.event_rows import EventRows
from opencwc.reports.event_wording import day_said
from opencwc.reports.monthly_rates import (
    Rate,
    Segment,
    chance_of,
    holm,
    rate_of,
    segments_of,
    varies_more_than_chance,
)
from opencwc.reports.region_picture import By, area_named, countable, month_of, series_of

SELDOM = 0.05
"""A difference that chance makes more often than this is not told."""
_WORDS = ((0.001, "almost_never"), (0.01, "rarely"), (SELDOM, "seldom"))
LEAST_MONTHS = 3
"""Covered months from which on anything is compared."""


class Change(Struct, frozen=True):
    """A number of events that differs from before: where, of which kind, since which month, in words.

    ``way`` is ``more`` or ``fewer``; ``lasting`` where the rate changed and stayed, else it is the last month alone.
    ``chance`` is that of the last month after correction, ``None`` of what lasts; ``uneven`` where the months before it
    vary more than chance makes them, so that it is less rare than that.
    """

    area: str
    kind: str
    month: str
    way: str
    lasting: bool
    says: Message
    chance: float | None = None
    uneven: bool = False


class Changes(Struct, frozen=True):
    """The changes, the last month's first; how many comparisons were made, over how many covered months."""

    changes: tuple[Change, ...]
    looked_at: int
    months: int

    @property
    def says(self) -> Message | None:
        """Why there is no change to tell; ``None`` where there is one."""
        if self.changes:
            return None
        if self.months < LEAST_MONTHS:
            return Message("watch_change_too_short", {"months": self.months, "least": LEAST_MONTHS})
        return Message("watch_change_none", {"comparisons": self.looked_at, "months": self.months})


def changes_of(events: EventRows, period: Period, by: By = "country") -> Changes:
    """Return what changed in the numbers of events, by area and kind."""
    months = period.covered
    counted = countable(events, period)
    series = series_of(counted, by)
    if len(months) < LEAST_MONTHS or not series:
        return Changes((), len(series), len(months))
    counts = dict(_counts(series, months))
    recent = list(_of_last_month(counts, period))
    known = {(change.area, change.kind, change.way) for change in recent}
    lasting = [change for change in _lasting(counts, months) if (change.area, change.kind, change.way) not in known]
    return Changes((*recent, *lasting), len(series), len(months))


def _counts(
    series: Mapping[tuple[str, str], EventRows], months: Sequence[CoveredMonth]
) -> Iterator[tuple[tuple[str, str], list[int]]]:
    """Yield each series with how many events of it are in each of the months."""
    place_of = {month.month: place for place, month in enumerate(months)}
    numbers, days = next(iter(series.values())).columns.facts["date"]
    places = np.array([place_of.get(month_of(day), len(months)) for day in days], np.int64)[numbers]
    for key, group in series.items():
        yield key, np.bincount(places[group.places], minlength=len(months) + 1)[:-1].tolist()


def _of_last_month(counts: Mapping[tuple[str, str], list[int]], period: Period) -> Iterator[Change]:
    """Yield where the last month differs from those before, the least likely by chance first."""
    *before, last = period.covered
    time = sum(month.share for month in before)
    chances = [chance_of(numbers[-1], last.share, sum(numbers[:-1]), time) for numbers in counts.values()]
    differing = sorted(zip(holm(chances), counts.items(), strict=True), key=lambda one: one[0])
    for chance, ((area, kind), numbers) in differing:
        if chance > SELDOM:
            return
        now, rate = numbers[-1], rate_of(sum(numbers[:-1]), time)
        way = "more" if now > rate.a_month * last.share else "fewer"
        says = Message(
            "watch_change_last",
            {
                **_which(area, kind), "now": now, "month": _last_month_said(period), **_rate_said(rate),
                "months": len(before), "how_rare": _how_rare(chance, len(counts)),
            },
        )  # fmt: skip
        uneven = varies_more_than_chance(numbers[:-1], [month.share for month in before])
        yield Change(area, kind, last.month, way, lasting=False, says=says, chance=chance, uneven=uneven)


def _lasting(counts: Mapping[tuple[str, str], list[int]], months: Sequence[CoveredMonth]) -> Iterator[Change]:
    """Yield where a rate changed and stayed, the latest first."""
    shares = [month.share for month in months]
    found = []
    for ((area, kind), numbers), segments in zip(counts.items(), segments_of([*counts.values()], shares), strict=True):
        for earlier, later in pairwise(segments):
            before, after = (_rate(segment, numbers, shares) for segment in (earlier, later))
            says = Message(
                "watch_change_lasting",
                {
                    **_which(area, kind), "month": day_said(months[later.start].month), **_rate_said(before),
                    "after": round(after.a_month, 1), "after_low": round(after.low, 1),
                    "after_high": round(after.high, 1), "until": day_said(months[later.end - 1].month),
                },
            )  # fmt: skip
            way = "more" if after.a_month > before.a_month else "fewer"
            found.append(Change(area, kind, months[later.start].month, way, lasting=True, says=says))
    yield from sorted(found, key=lambda change: change.month, reverse=True)


def _rate(segment: Segment, numbers: Sequence[int], shares: Sequence[float]) -> Rate:
    return rate_of(sum(numbers[segment.start : segment.end]), sum(shares[segment.start : segment.end]))


def _which(area: str, kind: str) -> dict[str, Message]:
    return {"kind": Message(f"watch_kind_{kind}"), "area": area_named(area)}


def _rate_said(rate: Rate) -> dict[str, float]:
    return {"rate": round(rate.a_month, 1), "low": round(rate.low, 1), "high": round(rate.high, 1)}


def _last_month_said(period: Period) -> Message | str:
    month = day_said(period.months[-1].month)
    if not period.ends_early:
        return month
    return Message("watch_month_until", {"month": month, "day": period.last.isoformat()})


def _how_rare(chance: float, looked_at: int) -> Message:
    word = next(word for most, word in _WORDS if chance <= most)
    percent = max(0.1, ceil(chance * 1000) / 10)
    return Message(f"watch_chance_{word}", {"percent": percent, "comparisons": looked_at})

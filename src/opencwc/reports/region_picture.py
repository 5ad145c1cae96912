"""Events by country or region and month: which kind and stage, told by several independent origins or by one only.

A region is one of the United Nations (M49). Nothing is scored and nothing predicted. How many a month there are is said
with an interval, over the months that the reports cover; what is planned does not count, for it has not happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Literal

from msgspec import Struct

from opencwc.convention.regions import region_of, regions
from opencwc.finding import Message
from opencwc.reports.covered_months import Period
from opencwc.reports.monthly_rates import Rate, rate_of
from opencwc.reports.summaries import STAGES, EventSummary
from opencwc.wording.states import region_named, state_named

By = Literal["country", "region"]
EVERYWHERE = "001"
"""The world, as M49 has it."""


class AreaMonth(Struct, frozen=True, dict=True):
    """The events of one area in one month (empty where no report says when): by kind, by stage, by corroboration.

    ``area`` is an alpha-3 code or the number of a region, empty where no report says where.
    """

    area: str
    month: str
    events: tuple[EventSummary, ...]

    @cached_property
    def kinds(self) -> Mapping[str, int]:
        """How many events of each kind, the most frequent first."""
        return dict(Counter(event.kind for event in self.events).most_common())

    @cached_property
    def stages(self) -> Mapping[str, int]:
        """How many events stand at each stage, the least certain first."""
        counts = Counter(event.stage for event in self.events)
        return {stage: counts[stage] for stage in STAGES if counts[stage]}

    @cached_property
    def corroborated(self) -> int:
        """How many are told by two independent origins or more."""
        return sum(event.corroborated for event in self.events)

    @cached_property
    def only_alleged(self) -> int:
        """How many are alleged, by one origin only."""
        return sum(is_only_alleged(event) for event in self.events)


class AreaRate(Struct, frozen=True):
    """How many events of a kind an area has in the covered months, and how many a month that is."""

    area: str
    kind: str
    events: int
    corroborated: int
    only_alleged: int
    rate: Rate


def is_only_alleged(event: EventSummary) -> bool:
    """Tell whether an event is alleged, by one origin only."""
    return event.stage == "alleged" and not event.corroborated


def area_of(summary: EventSummary, by: By) -> str:
    """Return the country or the region of an event; empty where there is none."""
    country = summary.place.country
    return country if by == "country" else region_of(country)


def area_named(area: str) -> Message:
    """Name a country, a region, the world, or none."""
    if not area:
        return Message("watch_no_area")
    return region_named(area) if area == EVERYWHERE or area in regions().members else state_named(area)


def picture_of(summaries: Iterable[EventSummary], by: By = "country") -> list[AreaMonth]:
    """Return the months of every area that has events, by area and then by month."""
    groups: dict[tuple[str, str], list[EventSummary]] = {}
    for summary in summaries:
        groups.setdefault((area_of(summary, by), month_of(summary)), []).append(summary)
    return [AreaMonth(*key, tuple(events)) for key, events in sorted(groups.items())]


def month_of(summary: EventSummary) -> str:
    """Return the month in which an event was (``2026-03``); empty where reports give only a year, or nothing."""
    return summary.date.text[:7] if len(summary.date.text) >= len("2026-03") else ""


def countable(summaries: Iterable[EventSummary], period: Period) -> list[EventSummary]:
    """Return the events that rates count: those that happened, or are said to have, in the period of the reports."""
    return [summary for summary in summaries if summary.stage != "planned" and period.holds(summary.date)]


def series_of(summaries: Iterable[EventSummary], by: By) -> dict[tuple[str, str], list[EventSummary]]:
    """Return the events by area and kind; where there are several areas, those of every area together too."""
    series: dict[tuple[str, str], list[EventSummary]] = {}
    for summary in summaries:
        for area in (area_of(summary, by), EVERYWHERE):
            series.setdefault((area, summary.kind), []).append(summary)
    areas = {area for area, _ in series} - {EVERYWHERE}
    if len(areas) < 2:
        series = {key: events for key, events in series.items() if key[0] != EVERYWHERE}
    return dict(sorted(series.items()))


def rates_of(summaries: Sequence[EventSummary], period: Period, by: By = "country") -> list[AreaRate]:
    """Return how many events of each kind there are a month in each area: the world first, then the most frequent."""
    rates = [
        AreaRate(
            area, kind, len(events), sum(event.corroborated for event in events), sum(map(is_only_alleged, events)),
            rate_of(len(events), period.time),
        )
        for (area, kind), events in series_of(countable(summaries, period), by).items()
    ]  # fmt: skip
    return sorted(rates, key=lambda one: (one.area != EVERYWHERE, -one.events, one.area, one.kind))

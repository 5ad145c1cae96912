"""Events by country or region and month: which kind and stage, told by several independent origins or by one only.

A region is one of the United Nations (M49). Nothing is scored and nothing predicted. How many a month there are is said
with an interval, over the months that the reports cover; what is planned does not count, for it has not happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct

from opencwc.convention.regions import region_of, regions
from opencwc.finding import Message
from opencwc.reports.covered_months import Period
from opencwc.reports.event_columns import date_of
from opencwc.reports.event_rows import EventRows, Named
from opencwc.reports.monthly_rates import Rate, rate_of
from opencwc.reports.summaries import STAGES
from opencwc.wording.states import region_named, state_named

By = Literal["country", "region"]
EVERYWHERE = "001"
"""The world, as M49 has it."""


class AreaMonth(Struct, frozen=True, dict=True):
    """The events of one area in one month (empty where no report says when): by kind, by stage, by corroboration.

    ``area`` is an alpha-3 code or the number of a region, empty where no report says where; ``kind`` is the one that
    all events are of, empty where they are of any.
    """

    area: str
    month: str
    events: EventRows
    kind: str = ""

    @cached_property
    def kinds(self) -> Mapping[str, int]:
        """How many events of each kind, the most frequent first."""
        return self.events.counts("kind")

    @cached_property
    def stages(self) -> Mapping[str, int]:
        """How many events stand at each stage, the least certain first."""
        counts = self.events.counts("stage")
        return {stage: counts[stage] for stage in STAGES if stage in counts}

    @cached_property
    def corroborated(self) -> int:
        """How many are told by two independent origins or more."""
        return self.events.corroborated

    @cached_property
    def only_alleged(self) -> int:
        """How many are alleged, by one origin at most."""
        return self.events.only_alleged


class AreaKind(Struct, frozen=True):
    """How many events of a kind an area has."""

    area: str
    kind: str
    events: int
    corroborated: int
    only_alleged: int


class AreaRate(AreaKind, frozen=True):
    """How many events of a kind an area has in the covered months, and how many a month that is."""

    rate: Rate


def area_named(area: str) -> Message:
    """Name a country, a region, the world, or none."""
    if not area:
        return Message("watch_no_area")
    return region_named(area) if area == EVERYWHERE or area in regions().members else state_named(area)


def picture_of(events: EventRows, by: By = "country") -> list[AreaMonth]:
    """Return the months of every area that has events, by area and then by month."""
    groups = events.grouped(areas_of(events, by), months_of(events))
    return [AreaMonth(area, month, group) for (area, month), group in groups.items()]


def by_kind(months: Iterable[AreaMonth]) -> list[AreaMonth]:
    """Return months parted by kind, the most frequent kind of each first."""
    parted = []
    for month in months:
        groups = month.events.grouped(month.events.named("kind", str))
        parted += [AreaMonth(month.area, month.month, groups[kind,], kind) for kind in month.kinds]
    return parted


def areas_of(events: EventRows, by: By) -> Named:
    """Put events under their country or region, under nothing where there is none."""
    return events.named("place", lambda place: place.country if by == "country" else region_of(place.country))


def months_of(events: EventRows) -> Named:
    """Put events under their months."""
    return events.named("date", month_of)


def month_of(day: str) -> str:
    """Return the month of a day (``2026-03``); empty where reports give only a year, or nothing."""
    return day[:7] if len(day) >= len("2026-03") else ""


def countable(events: EventRows, period: Period) -> EventRows:
    """Return the events that rates count: those that happened, or are said to have, in the period of the reports."""
    return events.having("stage", "planned".__ne__).having("date", lambda day: period.holds(date_of(day)))


def series_of(events: EventRows, by: By) -> dict[tuple[str, str], EventRows]:
    """Return the events by area and kind; where there are several areas, those of every area together too."""
    areas, kinds = areas_of(events, by), events.named("kind", str)
    series = {(area, kind): group for (area, kind), group in events.grouped(areas, kinds).items()}
    if len({area for area, _ in series}) > 1:
        series |= {(EVERYWHERE, kind): group for (kind,), group in events.grouped(kinds).items()}
    return dict(sorted(series.items()))


def rates_of(events: EventRows, period: Period, by: By = "country") -> list[AreaRate]:
    """Return how many events of each kind there are a month in each area: the world first, then the most frequent."""
    return [
        AreaRate(one.area, one.kind, one.events, one.corroborated, one.only_alleged, rate_of(one.events, period.time))
        for one in kinds_of(countable(events, period), by)
    ]


def kinds_of(events: EventRows, by: By = "country") -> list[AreaKind]:
    """Return how many events of each kind there are in each area: the world first, then the most frequent."""
    kinds = [
        AreaKind(area, kind, len(group), group.corroborated, group.only_alleged)
        for (area, kind), group in series_of(events, by).items()
    ]
    return sorted(kinds, key=lambda one: (one.area != EVERYWHERE, -one.events, one.area, one.kind))

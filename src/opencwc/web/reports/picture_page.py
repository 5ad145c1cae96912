"""Region and time: changes, events on a map and over months, rates, what is under-reported; nothing is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Annotated, Literal, cast

import numpy as np
from fastapi import Query, Request
from pydantic import AfterValidator
from starlette.responses import Response

from opencwc.convention.regions import regions
from opencwc.reports.covered_months import Coverage, Period
from opencwc.reports.event_index import EventIndex
from opencwc.reports.event_rows import EventRows
from opencwc.reports.event_wording import day_said
from opencwc.reports.rate_changes import LEAST_MONTHS, Changes, changes_of
from opencwc.reports.region_picture import (
    AreaKind,
    AreaMonth,
    AreaRate,
    By,
    area_named,
    by_kind,
    kinds_of,
    picture_of,
    rates_of,
)
from opencwc.reports.reporting_gaps import Gaps, gaps_of
from opencwc.web.reports.event_map import MapPlace, event_map, places_of
from opencwc.web.reports.event_run import EventFilter, EventRun, EventsAsked, choices_of, event_run
from opencwc.web.reports.time_line import STEPS, Step, TimeLine, bar_said, left_out_said, over_time, time_line
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import Number
from opencwc.web.server.listing import Ending, ListColumn, ListWanted, LongList, Spread, day_column, listed
from opencwc.web.server.page import language_of, page, word_of_page
from opencwc.web.server.page_parameters import Brief
from opencwc.web.server.service import Router
from opencwc.wording import say
from opencwc.wording.states import states_by_name

router = Router(include_in_schema=False)
MOST_FIRST, MOST_RATES = 10, 200
"""Rates that stand open, and that are shown in all."""
MOST_ROWS = 60
"""Rows of the table by area and month that one page shows; the CSV has all."""
ByAsked = Annotated[Brief, AfterValidator(lambda word: "region" if word == "region" else "country"), Query()]
StepAsked = Annotated[Brief, AfterValidator(lambda word: word if word in STEPS else ""), Query()]


@dataclass(frozen=True)
class Picture:
    """What the events that a filter wants amount to, by country or region; ``coverage`` is that of all reports read."""

    by: By
    events: EventRows
    months: Sequence[AreaMonth]
    coverage: Coverage
    rates: Sequence[AreaRate]
    changes: Changes
    gaps: Gaps
    places: Sequence[MapPlace]
    all_places: int

    @property
    def period(self) -> Period | None:
        """The period of the reports."""
        return self.coverage.period

    @property
    def is_comparable(self) -> bool:
        """Whether the reports cover enough months to say how many events there are a month."""
        return self.changes.months >= LEAST_MONTHS

    @cached_property
    def kinds(self) -> Sequence[AreaKind]:
        """How many events of each kind there are: a month where that can be said, else all."""
        return self.rates if self.is_comparable else kinds_of(self.events, self.by)

    @cached_property
    def countries(self) -> int:
        """How many countries there are events in."""
        return len({place.country for place in self.events.values("place")} - {""})

    def time_line(self, step: Step | Literal[""] = "") -> TimeLine:
        """Return the events by day, week or month, each once; without a step by what fits the period."""
        return time_line(self.events, self.coverage, step)

    @cached_property
    def list(self) -> LongList[AreaMonth]:
        """The months of all areas, by kind, as a list."""
        spread = Spread(np.arange(len(self.rows)), self.rows)
        return LongList(columns_of(self.by), lambda name: spread, self.rows.__getitem__)

    @cached_property
    def rows(self) -> Sequence[AreaMonth]:
        """The months of all areas by kind."""
        return by_kind(self.months)


def picture_shown(run: EventRun, wanted: EventFilter, by: By) -> Picture:
    """Return the picture of a run; gaps are those of all its reports, whatever the filter wants."""
    key = ("picture", by, wanted.query, wanted.state and run.since(wanted).date())
    return run.index.remembered(key, lambda: _picture(run, wanted, by))


def _picture(run: EventRun, wanted: EventFilter, by: By) -> Picture:
    columns, coverage = run.index.columns, run.index.events.coverage
    events = EventRows(columns, run.today(wanted).places)
    period = coverage.period
    rates = rates_of(events, period, by) if period else []
    changes = changes_of(events, period, by) if period else Changes((), 0, 0)
    gaps = gaps_of(coverage.languages, EventRows(columns), period)
    return Picture(by, events, picture_of(events, by), coverage, rates, changes, gaps, *places_of(events))


@router.get("/watch/runs/{number}/picture", action="read")
def show_picture(
    request: Request, number: Number, wanted: EventsAsked, order: ListWanted, by: ByAsked = "country",
    step: StepAsked = "",
) -> Response:  # fmt: skip
    """Show the events that a filter wants by area and month, on a map and on a time line."""
    lang = language_of(request)
    run = event_run(request, number)
    picture = picture_shown(run, wanted, "region" if by == "region" else "country")
    line = picture.time_line(cast("Step", step))
    shown_months = picture.list.part(np.arange(len(picture.rows)), order, lang, 0, MOST_ROWS)
    query = "&".join(part for part in (wanted.query, order.query, "by=region" if by == "region" else "") if part)
    return page(
        request, "reports/picture.html", run=run, shown=run.shown, wanted=wanted, picture=picture, by=picture.by,
        total=len(picture.events), countries=picture.countries,
        list=shown_months, rows=shown_months.lines(),
        places=[(place, say(place.said, lang)) for place in picture.places],
        more_places=picture.all_places - len(picture.places), map=event_map(picture.places, lang),
        line=line, over_time=over_time(line, lang), left_out=left_out_said(line), step=step, steps=STEPS,
        most_rates=MOST_RATES, bar_said=word_of_page(bar_said, lang),
        choices=choices_of(run.index, lang), regions=region_choices(run.index),
        area_named=area_named, by_name=partial(states_by_name, lang=lang),
        most_first=MOST_FIRST, more_rows=max(0, shown_months.found - MOST_ROWS),
        csv=f"/watch/runs/{number}/picture.csv{'?' + query if query else ''}",
    )  # fmt: skip


@router.get("/watch/runs/{number}/picture.{ending}", action="read")
def give_picture(
    request: Request, number: Number, ending: Ending, wanted: EventsAsked, order: ListWanted, by: ByAsked = "country"
) -> Response:
    """Give the table by area and month as a file, in which no cell is a formula."""
    lang = language_of(request)
    run = event_run(request, number)
    events = EventRows(run.index.columns, run.today(wanted).places)
    area: By = "region" if by == "region" else "country"
    table = listed(by_kind(picture_of(events, area)), columns_of(area), order, lang)
    return downloads.download(table.file(ending, f"page_watch_months_{area}", lang), f"{area}-months-{number}.{ending}")


def region_choices(index: EventIndex) -> list[str]:
    """Return the regions that events are in, by their numbers."""
    countries = set(index.values("country"))
    return [number for number, codes in regions().members.items() if countries & set(codes)]


def columns_of(by: By) -> tuple[ListColumn[AreaMonth], ...]:
    """Return the columns of the table by area and month."""
    label = "watch_field_country" if by == "country" else "page_watch_region"
    return (ListColumn("area", label, lambda row, lang: say(area_named(row.area), lang)), *_COLUMNS)


def _month_said(month: str, lang: str) -> str:
    return say(day_said(month), lang).replace(" ", "\u00a0")


_COLUMNS: tuple[ListColumn[AreaMonth], ...] = (
    day_column("month", "page_watch_month", lambda row: row.month, said=_month_said),
    ListColumn("kind", "watch_field_kind", lambda row, lang: say(f"watch_kind_{row.kind}", lang)),
    ListColumn(
        "events", "page_watch_events", lambda row, lang: str(len(row.events)), lambda row: len(row.events), number=True
    ),
    ListColumn(
        "several", "page_watch_origins_several", lambda row, lang: str(row.corroborated),
        lambda row: row.corroborated, number=True,
    ),
    ListColumn(
        "alleged", "page_watch_only_alleged", lambda row, lang: str(row.only_alleged), lambda row: row.only_alleged,
        number=True,
    ),
)  # fmt: skip

"""All events of a run as a table: sorted by any column, searched, and given as CSV as it is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Annotated
from weakref import WeakKeyDictionary

import numpy as np
from fastapi import Query, Request
from starlette.responses import Response

from opencwc.reports.event_columns import EventColumns, EventRow, row_with
from opencwc.reports.event_index import EventIndex
from opencwc.reports.event_wording import agents_said, date_said, place_said, range_said
from opencwc.reports.model import Place
from opencwc.reports.summaries import STAGES
from opencwc.web.reports.event_run import EventsAsked, choices_of, event_run
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Number
from opencwc.web.server.listing import Ending, ListColumn, ListWanted, LongList, Spread, day_column, listed
from opencwc.web.server.page import language_of, page, word_of_page
from opencwc.web.server.service import Router
from opencwc.wording import say

router = Router(include_in_schema=False)
A_PAGE = 100
_A_DAY = 86_400.0
_lists: WeakKeyDictionary[EventIndex, LongList[EventRow]] = WeakKeyDictionary()


@lru_cache(maxsize=20_000)
def _place(place: Place, lang: str) -> str:
    return say(place_said(place), lang)


@lru_cache(maxsize=20_000)
def _agents(names: tuple[str, ...], lang: str) -> str:
    return agents_said(names, lang)


@lru_cache(maxsize=20_000)
def _date(text: str, lang: str) -> str:
    return str(word_of_page(date_said, lang)(text)) if text else ""


def _figures(numbers: tuple[int, ...], lang: str) -> str:
    return say(range_said(numbers), lang) if numbers else ""


COLUMNS: tuple[ListColumn[EventRow], ...] = (
    ListColumn("kind", "watch_field_kind", lambda row, lang: say(f"watch_kind_{row.kind}", lang)),
    ListColumn(
        "stage", "watch_field_stage", lambda row, lang: say(f"verdict_{row.stage}", lang),
        lambda row: STAGES.index(row.stage),
    ),
    day_column("date", "watch_field_date", lambda row: row.date.text, said=_date),
    ListColumn("place", "watch_field_place", lambda row, lang: _place(row.place._replace(point=None), lang)),
    ListColumn("agents", "watch_field_agents", lambda row, lang: _agents(row.agents, lang)),
    ListColumn(
        "killed", "watch_field_killed", lambda row, lang: _figures(row.killed, lang),
        lambda row: row.killed[-1:], number=True,
    ),
    ListColumn(
        "affected", "watch_field_affected", lambda row, lang: _figures(row.affected, lang),
        lambda row: row.affected[-1:], number=True,
    ),
    ListColumn(
        "origins", "watch_field_origins", lambda row, lang: str(row.origins), lambda row: row.origins,
        number=True,
    ),
    ListColumn(
        "reports", "watch_field_reports", lambda row, lang: str(row.reports), lambda row: row.reports,
        number=True,
    ),
    day_column(
        "last", "page_watch_last", lambda row: row.last.date().isoformat(), lambda row: row.last.timestamp(), _date
    ),
)  # fmt: skip
WITH_IDS = (*COLUMNS, ListColumn[EventRow]("event", "label_id", lambda row, lang: row.id))
"""The columns of the CSV."""


@router.get("/watch/runs/{number}/table", action="read")
def show_table(
    request: Request, number: Number, wanted: EventsAsked, order: ListWanted,
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> Response:  # fmt: skip
    """Show the events that a filter wants as a table, a page of them at a time."""
    lang = language_of(request)
    run = event_run(request, number)
    some = order.part(after, A_PAGE)
    first = some.start or 0
    shown_events = _list_of(run.index).part(run.today(wanted).latest_first, order, lang, first, some.stop - first)
    query = "&".join(part for part in (wanted.query, order.query) if part)
    more = max(0, shown_events.found - some.stop)
    return page(
        request, "reports/table.html", run=run, shown=run.shown, wanted=wanted, list=shown_events,
        rows=shown_events.lines(), more=more,
        next=some.stop if more else None, choices=choices_of(run.index, lang),
        csv=f"/watch/runs/{number}/table.csv{'?' + query if query else ''}",
    )  # fmt: skip


def _list_of(index: EventIndex) -> LongList[EventRow]:
    """Return the events of a run as a list that remembers what its values say, as long as the run is held ready."""
    if index not in _lists:
        _lists[index] = LongList(COLUMNS, partial(_spread, index.columns), index.columns.row)
    return _lists[index]


def _spread(columns: EventColumns, name: str) -> Spread:
    """Return how a column of the table is spread over the events."""
    if name in columns.facts:
        numbers, values = columns.facts[name]
        return Spread(numbers, [row_with(name, value) for value in values])
    if name == "last":
        days, on = np.unique((columns.last + columns.offset) // _A_DAY, return_inverse=True)
        at = [EventRow(last=datetime.fromtimestamp(float(day) * _A_DAY, UTC)) for day in days]
        return Spread(on, at, np.unique(columns.last, return_inverse=True)[1])
    counts, having = np.unique(columns.origins if name == "origins" else columns.reports, return_inverse=True)
    return Spread(having, [row_with(name, int(count)) for count in counts])


@router.get("/watch/runs/{number}/table.{ending}", action="read")
def give_table(request: Request, number: Number, ending: Ending, wanted: EventsAsked, order: ListWanted) -> Response:
    """Give the table as a file, in which no cell is a formula."""
    lang = language_of(request)
    run = event_run(request, number)
    rows = map(run.index.columns.row, run.today(wanted).latest_first.tolist())
    table = listed(rows, WITH_IDS, order, lang)
    return downloads.download(table.file(ending, "watch_report_list", lang), f"events-{number}.{ending}")

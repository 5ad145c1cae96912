"""All events of a run as a table: sorted by any column, searched, and given as CSV as it is shown."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from opencwc.reports.event_wording import agents_said, date_said, place_said, range_said
from opencwc.reports.summaries import STAGES, EventSummary
from opencwc.web.reports.event_run import EventsAsked, choices_of, event_run
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import Number
from opencwc.web.server.listing import ListColumn, ListWanted, listed
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router
from opencwc.wording import day_said, say

router = Router(include_in_schema=False)
MOST_ROWS = 1_000
"""Events that one page shows; the CSV has all."""


def _figures(numbers: tuple[int, ...], lang: str) -> str:
    return say(range_said(numbers), lang) if numbers else ""


COLUMNS: tuple[ListColumn[EventSummary], ...] = (
    ListColumn("kind", "watch_field_kind", lambda row, lang: say(f"watch_kind_{row.kind}", lang)),
    ListColumn(
        "stage", "watch_field_stage", lambda row, lang: say(f"verdict_{row.stage}", lang),
        lambda row: STAGES.index(row.stage),
    ),
    ListColumn(
        "date", "watch_field_date", lambda row, lang: date_said(row.date.text, lang) if row.date.text else "",
        lambda row: row.date.text,
    ),
    ListColumn("place", "watch_field_place", lambda row, lang: say(place_said(row.place), lang)),
    ListColumn("agents", "watch_field_agents", lambda row, lang: agents_said(row.agents, lang)),
    ListColumn(
        "killed", "watch_field_killed", lambda row, lang: _figures(row.killed, lang),
        lambda row: row.killed[-1:], number=True,
    ),
    ListColumn(
        "affected", "watch_field_affected", lambda row, lang: _figures(row.affected, lang),
        lambda row: row.affected[-1:], number=True,
    ),
    ListColumn(
        "origins", "watch_field_origins", lambda row, lang: str(len(row.origins)), lambda row: len(row.origins),
        number=True,
    ),
    ListColumn(
        "reports", "watch_field_reports", lambda row, lang: str(len(row.lines)), lambda row: len(row.lines),
        number=True,
    ),
    ListColumn(
        "last", "page_watch_last", lambda row, lang: day_said(row.last.date(), lang), lambda row: row.last.timestamp()
    ),
)  # fmt: skip
WITH_IDS = (*COLUMNS, ListColumn[EventSummary]("event", "label_id", lambda row, lang: row.id))
"""The columns of the CSV."""


@router.get("/watch/runs/{number}/table", action="read")
def show_table(request: Request, number: Number, wanted: EventsAsked, order: ListWanted) -> Response:
    """Show the events that a filter wants as a table."""
    lang = language_of(request)
    run = event_run(request, number)
    summaries = [shown.summary for shown in run.today(wanted)]
    shown_events = listed(summaries, COLUMNS, order, lang)
    rows = list(zip(shown_events.rows, shown_events.texts, strict=True))
    query = "&".join(part for part in (wanted.query, order.query) if part)
    return page(
        request, "reports/table.html", run=run, shown=run.shown, wanted=wanted, list=shown_events,
        rows=rows[:MOST_ROWS], more=max(0, len(rows) - MOST_ROWS), choices=choices_of(run.summaries, lang),
        csv=f"/watch/runs/{number}/table.csv{'?' + query if query else ''}",
    )  # fmt: skip


@router.get("/watch/runs/{number}/table.csv", action="read")
def give_table(request: Request, number: Number, wanted: EventsAsked, order: ListWanted) -> Response:
    """Give the table as CSV, in which no cell is a formula."""
    summaries = [shown.summary for shown in event_run(request, number).today(wanted)]
    return downloads.download(listed(summaries, WITH_IDS, order, language_of(request)).csv(), f"events-{number}.csv")

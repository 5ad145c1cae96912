"""Region and time: events on a map and over months, and a table by country and month; nothing is scored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from starlette.responses import Response

from opencwc.reports.event_wording import day_said
from opencwc.reports.region_picture import RegionMonth, month_of, picture_of, thinly_reported
from opencwc.reports.summaries import EventSummary
from opencwc.web.reports.event_run import EventsAsked, choices_of, event_run
from opencwc.web.server.api_parameters import Number
from opencwc.web.server.listing import ListColumn, ListWanted, listed
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router
from opencwc.wording import say
from opencwc.wording.states import iso_numeric, state_name

router = Router(include_in_schema=False)
MOST_MONTHS = 18
"""Months that the time line shows, the latest."""


@router.get("/watch/runs/{number}/picture", action="read")
def show_picture(request: Request, number: Number, wanted: EventsAsked, order: ListWanted) -> Response:
    """Show the events that a filter wants by country and month, on a map and on a time line."""
    lang = language_of(request)
    run = event_run(request, number)
    summaries = [shown.summary for shown in run.today(wanted)]
    months = picture_of(summaries)
    shown_months = listed(months, COLUMNS, order, lang)
    rows = list(zip(shown_months.rows, shown_months.texts, strict=True))
    return page(
        request, "reports/picture.html", run=run, shown=run.shown, wanted=wanted, total=len(summaries),
        list=shown_months, rows=rows, months=months, map=map_of(summaries, lang),
        over_time=over_time(summaries, lang), thin=thinly_reported(summaries),
        choices=choices_of(run.summaries, lang),
    )  # fmt: skip


def map_of(summaries: Sequence[EventSummary], lang: str) -> dict[str, Any]:
    """Return the States with events as a chart takes them: by whether several origins tell of one there."""
    by_country: dict[str, list[EventSummary]] = {}
    for summary in summaries:
        if iso_numeric(summary.place.country):
            by_country.setdefault(summary.place.country, []).append(summary)
    told_by_several = {country: any(event.corroborated for event in events) for country, events in by_country.items()}
    rows = [
        {
            "code": iso_numeric(country),
            "label": state_name(country, lang),
            "group": say(f"page_watch_origins_{'several' if several else 'one'}", lang),
        }
        for country, several in sorted(told_by_several.items(), key=lambda told: (not told[1], told[0]))
    ]
    return {"rows": rows, "titles": {"group": ""}}


def over_time(summaries: Sequence[EventSummary], lang: str) -> dict[str, Any]:
    """Return how many events there were in each month, by whether several origins tell of them, as a chart takes it."""
    groups = ("several", "one")
    counts = Counter(
        (month_of(summary), "several" if summary.corroborated else "one") for summary in summaries if month_of(summary)
    )
    shown = sorted({month for month, _ in counts})[-MOST_MONTHS:]
    words = {group: say(f"page_watch_origins_{group}", lang) for group in groups}
    rows = [
        {"label": say(day_said(month), lang), "value": counts[month, group], "group": words[group]}
        for month in shown
        for group in groups
        if counts[month, group]
    ]
    titles = {"x": say("page_watch_month", lang), "y": say("page_watch_events", lang), "group": ""}
    return {"rows": rows, "titles": titles, "groups": list(words.values())}


def _counts(prefix: str, of: RegionMonth, name: str, lang: str) -> str:
    counts = of.kinds if name == "kinds" else of.stages
    said = (f"{say(prefix + word, lang)} {number}" for word, number in counts.items())
    return say("list_separator", lang).join(said)


COLUMNS: tuple[ListColumn[RegionMonth], ...] = (
    ListColumn("country", "page_convention_state", lambda row, lang: state_name(row.country, lang)),
    ListColumn("month", "page_watch_month", lambda row, lang: say(day_said(row.month), lang), lambda row: row.month),
    ListColumn(
        "events", "page_watch_events", lambda row, lang: str(len(row.events)), lambda row: len(row.events), number=True
    ),
    ListColumn("kinds", "watch_field_kind", lambda row, lang: _counts("watch_kind_", row, "kinds", lang)),
    ListColumn("stages", "watch_field_stage", lambda row, lang: _counts("verdict_", row, "stages", lang)),
    ListColumn(
        "several", "page_watch_origins_several", lambda row, lang: str(row.corroborated),
        lambda row: row.corroborated, number=True,
    ),
    ListColumn(
        "alleged", "page_watch_only_alleged", lambda row, lang: str(row.only_alleged), lambda row: row.only_alleged,
        number=True,
    ),
)  # fmt: skip

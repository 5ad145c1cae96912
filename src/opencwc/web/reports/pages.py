"""Watch: files of reports are dropped, a job reads them, and pages show what is new, an event, a region over time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from opencwc.casebook.permissions import may
from opencwc.jobs.second_looks import looks_waiting
from opencwc.reports.private_people import shown_title
from opencwc.reports.summaries import STAGES
from opencwc.reports.verb import VERB as WATCH
from opencwc.web.casebook.job_page import show_job
from opencwc.web.casebook.saved_runs import SavedRuns, numbered
from opencwc.web.casebook.upload_forms import leading_to_job, upload_values
from opencwc.web.reports import (
    brief_pages,
    capture_pages,
    event_page,
    feed_pages,
    file_pages,
    picture_page,
    saved_pages,
    source_pages,
    table_page,
    topics_page,
)
from opencwc.web.reports.event_run import EventsAsked, choices_of, event_run
from opencwc.web.reports.file_pages import FORMATS
from opencwc.web.reports.forms import FORM
from opencwc.web.reports.saved_pages import wanted_by
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Number
from opencwc.web.server.listing import ListWanted
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, person_of, service_of

router = Router(include_in_schema=False)
EXAMPLE = "invented-reports.jsonl"
A_PAGE = 30
RUNS = SavedRuns(
    WATCH, "/watch/runs", "page_watch_kept", "page_watch_run", numbered("page_watch_run_number"), "page_watch_files",
    tuple((stage, f"verdict_{stage}") for stage in STAGES), decided=True, sparse=True,
)  # fmt: skip
RUNS.give_files(router)


@router.get("/watch", action="rules")
def show(request: Request, wanted: ListWanted) -> Response:
    """Show where reports are dropped, and the runs that are kept."""
    person, intake = person_of(request), service_of(request).intake
    looks = looks_waiting(intake.book, person) if intake is not None and may(person, "read") else []
    runs = sorted({look.run for look in looks})
    waiting = [(number, event) for number in runs for event in event_run(request, number).waiting_events]
    return page(
        request, "reports/page.html", example=EXAMPLE, waiting=waiting, runs=RUNS, kept=RUNS.shown(request, wanted),
        **upload_values(request),
    )  # fmt: skip


@router.get("/watch/examples/{name}", action="rules")
def example(name: str) -> Response:
    """Give invented reports to try out."""
    content = (Path(__file__).parent / "examples" / EXAMPLE).read_text(encoding="utf-8")
    return downloads.example({EXAMPLE: content}, name)


@router.post("/watch/files", action="keep", uploads=True)
async def submit_files(request: Request) -> Response:
    """Keep the files in a case, have the reports in them read, and lead to the page of the job."""
    return await FORM.take(request, leading_to_job)


@router.get("/watch/runs/{number}", action="read")
def show_today(
    request: Request, number: Number, wanted: EventsAsked, after: Annotated[int, Query(ge=0, le=LARGEST)] = 0
) -> Response:
    """Show the events of a run, new and changed ones first, each with why it is shown."""
    run = event_run(request, number)
    wanted_events = wanted_by(request, run)
    events = run.today(wanted).with_first(wanted_events)
    return page(
        request, "reports/today.html", run=run, shown=run.shown, wanted=wanted, counts=events.counts,
        total=len(events), events=events.part(after, after + A_PAGE),
        next=after + A_PAGE if after + A_PAGE < len(events) else None,
        choices=choices_of(run.index, language_of(request)), since=run.since(wanted).date(), formats=FORMATS,
        wanted_by=wanted_events, shown_title=shown_title, reports=run.shown.kept.summary.reports,
        on_none=run.index.on_none,
    )  # fmt: skip


router.get("/watch/jobs/{job_id}", action="keep")(show_job)
for part in (
    event_page, table_page, picture_page, topics_page, file_pages, brief_pages, saved_pages, source_pages,
    feed_pages, capture_pages,
):  # fmt: skip
    router.include_router(part.router)

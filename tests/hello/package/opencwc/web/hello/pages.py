"""Hello: a table is dropped, a job greets its States, and a page shows them."""

from __future__ import annotations

from fastapi import Request
from opencwc.hello.kept import unpack
from opencwc.hello.verb import VERB
from opencwc.web.hello.forms import FORM
from starlette.responses import Response

from opencwc.jobs.kept_runs import Shelf, shown_run
from opencwc.web.casebook.saved_runs import SavedRuns, numbered
from opencwc.web.casebook.upload_forms import leading_to_job, upload_values
from opencwc.web.server.listing import ListWanted
from opencwc.web.server.page import page
from opencwc.web.server.service import Router, book_of, person_of

router = Router(include_in_schema=False)
SHELF = Shelf(VERB.id, "greeting", "/hello")
RUNS = SavedRuns(
    VERB, "/hello/runs", "page_hello_kept", "page_hello_greeting", numbered("page_hello_number"), "page_watch_files",
    (("stranger", "verdict_stranger"),),
)  # fmt: skip
RUNS.give_files(router)


@router.get("/hello", action="screen")
def show(request: Request, wanted: ListWanted) -> Response:
    """Show where a table is dropped, and the tables that were greeted."""
    return page(request, "hello/page.html", runs=RUNS, kept=RUNS.shown(request, wanted), **upload_values(request))


@router.post("/hello/file", action="keep", uploads=True)
async def submit(request: Request) -> Response:
    """Keep the table, have its States greeted, and lead to the page of the job."""
    return await FORM.take(request, leading_to_job)


@router.get("/hello/runs/{number}", action="read")
def show_run(request: Request, number: int) -> Response:
    """Show the States that were greeted."""
    return page(request, "hello/run.html", shown=shown_run(book_of(request), person_of(request), number, SHELF, unpack))

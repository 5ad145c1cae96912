"""Claims: reports and a record are dropped, a job compares them, and pages show how each claim stands."""

from __future__ import annotations

from pathlib import Path

from fastapi import Request
from starlette.responses import Response

from opencwc.claims.verb import VERB as CLAIMS
from opencwc.web.casebook.job_page import show_job
from opencwc.web.casebook.saved_runs import SavedRuns, numbered
from opencwc.web.casebook.upload_forms import leading_to_job, upload_values
from opencwc.web.claims import check_page, claim_page, list_pages, picture_page
from opencwc.web.claims.forms import FORM
from opencwc.web.claims.run_as_record import offered
from opencwc.web.server import downloads
from opencwc.web.server.listing import ListWanted
from opencwc.web.server.page import page
from opencwc.web.server.service import Router

router = Router(include_in_schema=False)
EXAMPLES = ("invented-claims.jsonl", "invented-record.csv")
RUNS = SavedRuns(
    CLAIMS, "/claims/runs", "page_claims_kept", "page_claims_comparison", numbered("page_claims_run_number"),
    "page_watch_files", tuple((name, f"claims_count_{name}") for name in ("differs", "agrees", "not_in_record")),
    decided=True,
)  # fmt: skip
RUNS.give_files(router)


@router.get("/claims", action="rules")
def show(request: Request, wanted: ListWanted) -> Response:
    """Show where reports and a record are dropped, and the runs that are kept."""
    return page(
        request,
        "claims/page.html",
        examples=EXAMPLES,
        records=offered(request),
        runs=RUNS,
        kept=RUNS.shown(request, wanted),
        **upload_values(request),
    )  # fmt: skip


@router.get("/claims/examples/{name}", action="rules")
def example(name: str) -> Response:
    """Give invented reports, or an invented record, to try out."""
    folder = Path(__file__).parent / "examples"
    return downloads.example({one: (folder / one).read_text(encoding="utf-8") for one in EXAMPLES}, name)


@router.post("/claims/files", action="keep", uploads=True)
async def submit_files(request: Request) -> Response:
    """Keep the files in a case, have the claims held against the record, and lead to the page of the job."""
    return await FORM.take(request, leading_to_job)


router.get("/claims/jobs/{job_id}", action="keep")(show_job)
for part in (check_page, claim_page, list_pages, picture_page):
    router.include_router(part.router)

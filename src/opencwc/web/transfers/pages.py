"""Transfers: upload ledgers, map their columns, and follow the job that reconciles them."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from opencwc.models.register import state_of
from opencwc.transfers.reconcile.causes import MODEL
from opencwc.transfers.reconcile.verb import VERB as RECONCILE
from opencwc.web.casebook.job_page import show_job
from opencwc.web.casebook.saved_runs import SavedRuns, numbered
from opencwc.web.casebook.upload_forms import leading_to_job, upload_values
from opencwc.web.server import downloads
from opencwc.web.server.listing import ListWanted
from opencwc.web.server.service import Router
from opencwc.web.transfers import check_pages, reconcile_pages
from opencwc.web.transfers.forms import LEDGERS
from opencwc.web.transfers.kept_runs import examples, transfers_page
from opencwc.web.transfers.preview import PREVIEW, show_preview_of

router = Router(include_in_schema=False)
EXAMPLES = examples("ours.csv", "theirs.csv")
"""Two ledgers to click and try: invented, with a shift over the year's end, a unit, and a difference left open."""
RUNS = SavedRuns(
    RECONCILE, "/transfers/runs", "page_transfers_kept", "page_transfers_run", numbered("page_transfers_run_number"),
    "page_transfers_files",
    tuple((name, f"reconcile_count_{name}") for name in ("discrepancy", "agreed", "unreadable")),
)  # fmt: skip
RUNS.give_files(router)


@router.get("/transfers", action="rules")
def show(request: Request, wanted: ListWanted) -> Response:
    """Show where ledgers are dropped, and the reconciliations that are kept."""
    return transfers_page(
        request, "transfers/page.html", "reconcile", runs=RUNS, kept=RUNS.shown(request, wanted),
        examples=list(EXAMPLES), model=state_of(MODEL), **upload_values(request),
    )  # fmt: skip


@router.get("/transfers/examples/{name}", action="rules")
def example(name: str) -> Response:
    """Give an invented ledger to try out."""
    return downloads.example(EXAMPLES, name)


@router.post("/transfers/preview", action="keep", uploads=True)
async def show_preview(request: Request) -> Response:
    """Show the start of the ledgers that were dropped, and what their columns are taken for."""
    return await show_preview_of(request, PREVIEW)


@router.post("/transfers/ledgers", action="keep", uploads=True)
async def submit_ledgers(request: Request) -> Response:
    """Keep the ledgers in a case, have them reconciled, and lead to the page of the job."""
    return await LEDGERS.take(request, leading_to_job)


router.get("/transfers/jobs/{job_id}", action="keep")(show_job)
router.include_router(reconcile_pages.router)
router.include_router(check_pages.router)

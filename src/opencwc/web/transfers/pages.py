"""Transfers: upload ledgers, map their columns, and follow the job that reconciles them."""

from __future__ import annotations

from datetime import date

from fastapi import Request
from starlette.responses import Response

from opencwc.casebook.model import Mark
from opencwc.casebook.permissions import may
from opencwc.errors import NotFoundError
from opencwc.models.register import state_of
from opencwc.transfers.reconcile.causes import MODEL
from opencwc.transfers.reconcile.verb import VERB as RECONCILE
from opencwc.web.casebook.faces import face_of
from opencwc.web.casebook.job_page import show_job_page
from opencwc.web.casebook.jobs_api import job_named
from opencwc.web.server import downloads
from opencwc.web.server.page import page
from opencwc.web.server.service import Router, person_of, service_of
from opencwc.web.transfers import check_pages, reconcile_pages
from opencwc.web.transfers.api import take_ledgers
from opencwc.web.transfers.check_pages import leading_to_job
from opencwc.web.transfers.forms import ledgers_of
from opencwc.web.transfers.kept import list_kept, tabs_of
from opencwc.web.transfers.preview import PREVIEW, show_preview_of

router = Router(include_in_schema=False)
EXAMPLES = {
    "ours.csv": """id,reporter,flow,partner,date,chemical,cas,hs,quantity,unit,concentration,remarks
A-1,DEU,export,FRA,2023-02-01,Thiodiglycol,111-48-8,2930.70,500,kg,99,an invented ledger to try out
A-2,DEU,export,FRA,2023-03-01,Thiodiglycol,111-48-8,2930.70,800,kg,99,
A-3,DEU,export,FRA,2023-12-28,Thiodiglycol,111-48-8,2930.70,2500,kg,99,
A-4,DEU,export,NLD,2022-05-01,Triethanolamine,102-71-6,2922.15,90000,kg,,
A-5,DEU,export,BRA,2023-05-01,Triethanolamine,102-71-6,2922.15,60,t,,
""",
    "theirs.csv": """Country,Direction,Partner country,Date,Product,CAS number,Net weight (kg)
FRA,import,DEU,2023-02-04,Thiodiglycol,111-48-8,500
FRA,import,DEU,2023-03-05,Thiodiglycol,111-48-8,800
FRA,import,DEU,2024-01-04,Thiodiglycol,111-48-8,2500
NLD,import,DEU,2022-05-11,Triethanolamine,102-71-6,90
BRA,import,DEU,2023-05-09,Triethanolamine,102-71-6,20000
""",
}
"""Two ledgers to click and try: invented, with a shift over the year's end, a unit, and a difference left open."""


@router.get("/transfers", action="rules")
async def show(request: Request) -> Response:
    """Show where ledgers are dropped, and the reconciliations that are kept."""
    service, person = service_of(request), person_of(request)
    kept = []
    if may(person, "read") and service.intake is not None:
        kept = await service.answering.run(list_kept, service.intake.book, person, RECONCILE.id)
    state = await service.answering.run(state_of, MODEL)
    return page(
        request, "transfers/page.html", part="reconcile", tabs=tabs_of(person), kept=kept, model=state,
        marks=[mark for mark in Mark if mark <= person.clearance], today=date.today(), examples=list(EXAMPLES),
    )  # fmt: skip


@router.get("/transfers/examples/{name}", action="rules")
def example(name: str) -> Response:
    """Give an invented ledger to try out."""
    return downloads.example(EXAMPLES, name)


@router.post("/transfers/preview", action="keep", uploads=True)
async def show_preview(request: Request) -> Response:
    """Show the start of the ledgers that were dropped, and what their columns are taken for."""
    return await show_preview_of(request, PREVIEW, ledgers_of)


@router.post("/transfers/ledgers", action="keep", uploads=True)
async def submit_ledgers(request: Request) -> Response:
    """Keep the ledgers in a case, have them reconciled, and lead to the page of the job."""
    return await take_ledgers(request, leading_to_job)


@router.get("/transfers/jobs/{job_id}", action="keep")
async def show_job(request: Request, job_id: str) -> Response:
    """Show how far a reconciliation or a check is; its end leads to what came of it."""
    job = await job_named(request, job_id)
    face = face_of(job.kind)
    if face.jobs != "/transfers/jobs":
        raise NotFoundError("not_a_job_of_transfers", where=job_id, job=job_id)
    return await show_job_page(request, job, face.job)


router.include_router(reconcile_pages.router)
router.include_router(check_pages.router)

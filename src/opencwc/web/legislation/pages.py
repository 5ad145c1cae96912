"""Law: a State's texts are dropped, a job checks them, and the pages of what was checked hang on here."""

from __future__ import annotations

from collections.abc import Set
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from opencwc.casebook.model import Mark
from opencwc.casebook.permissions import may
from opencwc.convention.territories import all_territories
from opencwc.errors import NotFoundError
from opencwc.jobs.queue import Job
from opencwc.legislation.coverage_model import MODEL
from opencwc.legislation.example_texts import NAMES, NOW, STATE, example_text
from opencwc.legislation.reader import stage_of
from opencwc.legislation.verb import VERB as LAW
from opencwc.models.register import state_of
from opencwc.web.casebook.job_page import show_kept_job
from opencwc.web.casebook.jobs_api import job_of
from opencwc.web.legislation import check_pages, measure_pages, question_pages, shelf_pages
from opencwc.web.legislation.forms import take_texts
from opencwc.web.legislation.kept import SHELF, list_laws
from opencwc.web.legislation.parts import tabs_of
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import GuardedRoute, person_of, service_of, takes_uploads
from opencwc.wording.states import state_name

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@router.get("/law")
async def show(request: Request) -> Response:
    """Show where a State's texts are dropped, and the laws that were checked."""
    service, person, lang = service_of(request), person_of(request), language_of(request)
    kept = []
    if may(person, "read") and service.intake is not None:
        kept = await service.answering.run(list_laws, service.intake.book, person)
    model = await service.answering.run(state_of, MODEL)
    held = {str(one.asked.get("state", "")) for one in kept}
    return page(
        request, "law/page.html", part="check", tabs=tabs_of(person), kept=kept, model=model,
        states=states_in(lang, held), marks=[one for one in Mark if one <= person.clearance], today=date.today(),
        examples=NAMES, example=NOW, example_state=STATE,
    )  # fmt: skip


def states_in(lang: str, also: Set[str] = frozenset()) -> list[tuple[str, str]]:
    """Return the codes and names of all States of today and of some others, by their names in a language."""
    known = all_territories().values()
    named = [(one.code, state_name(one.code, lang)) for one in known if one.kind == "present" or one.code in also]
    return sorted(named, key=lambda one: one[1].casefold())


@router.get("/law/examples/{name}")
def example(name: str) -> Response:
    """Give an invented law to try out."""
    if name not in NAMES:
        raise NotFoundError("there is no such example", where=name)
    headers = {"content-disposition": f"attachment; filename={name}"}
    return Response(example_text(name), media_type="text/plain; charset=utf-8", headers=headers)


@router.post("/law/texts")
@takes_uploads
async def submit_texts(request: Request) -> Response:
    """Keep the texts in a case, have them checked, and lead to the page of the job."""
    return await take_texts(request, _leading_to_job)


def _leading_to_job(job: Job) -> Response:
    return Response(status_code=204, headers={"HX-Redirect": f"/law/jobs/{job.id}"})


@router.get("/law/jobs/{job_id}")
async def show_job(request: Request, job_id: str) -> Response:
    """Show how far the check of a law is; its end leads to the matrix."""
    service = service_of(request)
    job = await service.answering.run(job_of, service, job_id, person_of(request))
    if job.kind != LAW.id:
        raise NotFoundError("this is no job of legislation", where=job_id, remedy=f"See /jobs/{job_id}.")
    step = stage_of(job.rows_done) if job.state == "running" else None
    return await show_kept_job(request, job, "page_law_job", "/law/runs", SHELF.place, "law/job.html", step)


for one in (check_pages, shelf_pages, question_pages, measure_pages):
    router.include_router(one.router)

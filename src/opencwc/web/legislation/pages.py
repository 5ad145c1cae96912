"""Law: upload a State's texts, follow the job that checks them; includes the other pages of legislation."""

from __future__ import annotations

from collections.abc import Set
from datetime import date

from fastapi import Request
from starlette.responses import Response

from opencwc.casebook.model import Mark
from opencwc.casebook.permissions import may
from opencwc.convention.territories import all_territories
from opencwc.errors import NotFoundError
from opencwc.legislation.coverage_model import MODEL
from opencwc.legislation.example_texts import NAMES, NOW, STATE, example_text
from opencwc.legislation.verb import VERB as LAW
from opencwc.models.register import state_of
from opencwc.web.casebook.job_page import show_job_page
from opencwc.web.casebook.jobs_api import job_named
from opencwc.web.legislation import check_pages, measure_pages, question_pages, shelf_pages
from opencwc.web.legislation.face import FACE
from opencwc.web.legislation.forms import take_texts
from opencwc.web.legislation.kept import list_laws
from opencwc.web.legislation.parts import tabs_of
from opencwc.web.server import downloads
from opencwc.web.server.htmx_headers import leading_to
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, person_of, service_of
from opencwc.wording.states import state_name

router = Router(include_in_schema=False)


@router.get("/law", action="rules")
async def show(request: Request) -> Response:
    """Show where a State's texts are dropped, and the laws that were checked."""
    service, person, lang = service_of(request), person_of(request), language_of(request)
    kept = []
    if may(person, "read") and service.intake is not None:
        kept = await service.answering.run(list_laws, service.intake.book, person)
    model = await service.answering.run(state_of, MODEL)
    checked = {str(run.asked.get("state", "")) for run in kept}
    return page(
        request, "legislation/page.html", part="check", tabs=tabs_of(person), kept=kept, model=model,
        states=states_in(lang, checked), marks=[mark for mark in Mark if mark <= person.clearance], today=date.today(),
        examples=NAMES, example=NOW, example_state=STATE,
    )  # fmt: skip


def states_in(lang: str, also: Set[str] = frozenset()) -> list[tuple[str, str]]:
    """Return the codes and names of all States of today and of some others, by their names in a language."""
    known = all_territories().values()
    named = [
        (territory.code, state_name(territory.code, lang))
        for territory in known
        if territory.kind == "present" or territory.code in also
    ]
    return sorted(named, key=lambda state: state[1].casefold())


@router.get("/law/examples/{name}", action="rules")
def example(name: str) -> Response:
    """Give an invented law to try out."""
    return downloads.example({known: example_text(known) for known in NAMES}, name, downloads.TEXT)


@router.post("/law/texts", action="keep", uploads=True)
async def submit_texts(request: Request) -> Response:
    """Keep the texts in a case, have them checked, and lead to the page of the job."""
    return await take_texts(request, lambda job: leading_to(f"/law/jobs/{job.id}"))


@router.get("/law/jobs/{job_id}", action="keep")
async def show_job(request: Request, job_id: str) -> Response:
    """Show how far the check of a law is; its end leads to the matrix."""
    job = await job_named(request, job_id)
    if job.kind != LAW.id:
        raise NotFoundError("not_a_job_of_legislation", where=job_id, job=job_id)
    return await show_job_page(request, job, FACE.job)


for part in (check_pages, shelf_pages, question_pages, measure_pages):
    router.include_router(part.router)

"""Home: one sentence, three doors, what waits, what is due, what changed since the last look."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import Query, Request
from starlette.responses import RedirectResponse, Response

from opencwc.casebook.model import Person
from opencwc.casebook.permissions import may
from opencwc.casebook.recent_changes import changes_since
from opencwc.jobs.queue import Job
from opencwc.legislation.verb import VERB as LAW
from opencwc.web.accounts.entrance import entrance_of
from opencwc.web.casebook.faces import face_of
from opencwc.web.casebook.home_doors import WORK_OF, Work
from opencwc.web.casebook.job_pace import JobPace, pace_of
from opencwc.web.casebook.service_doors import counts_for, counts_of_house, doors_for
from opencwc.web.convention.next_deadlines import amendments_waiting, next_deadlines
from opencwc.web.find.search import warm as warm_search
from opencwc.web.home.last_look import last_look, remember
from opencwc.web.server.page import page
from opencwc.web.server.service import Router, book_of, person_of, service_of

router = Router(include_in_schema=False)
WORK_COOKIE = "opencwc_work"
MOST_JOBS = 5
_OWE_NOTHING = (Work.ADMINISTRATOR, Work.AUDITOR, Work.LAWYER)
"""Those whose work declares nothing: no deadline stands on their first page."""
_YEAR = 365 * 24 * 3600


class UnderWay(NamedTuple):
    """A job of who looks, what it does in words, how fast it goes, and the address of its page or of its result."""

    job: Job
    words: str
    pace: JobPace | None
    address: str

    @classmethod
    def of(cls, job: Job, now: datetime) -> UnderWay:
        """Return a job at a moment."""
        face = face_of(job.kind)
        return cls(job, face.job.words, pace_of(job, now), f"{face.jobs}/{job.id}")


@router.get("/", action="self")
def show(
    request: Request,
    work: Annotated[str, Query(max_length=20)] = "",
    value: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """Show the home of somebody's work; an old address with a value leads to where values are checked now."""
    if value:
        asked = {name: said for name, said in request.query_params.items() if name != "work"}
        return RedirectResponse(f"/check?{urlencode(asked)}", 303)
    book, person, entrance = book_of(request), person_of(request), entrance_of(request)
    now = entrance.people.clock()
    look, today, chosen = last_look(request, person.id, now), now.date(), _work(request, person, work)
    doors, further = doors_for(person, chosen)
    jobs = service_of(request).jobs
    of_work = jobs.of_person(person.id) if jobs is not None else []
    if chosen == Work.LAWYER:
        of_work = [job for job in of_work if job.kind == LAW.id]
    under_way = [UnderWay.of(job, now) for job in of_work[:MOST_JOBS]]
    counts = [*counts_for(book, person, chosen, today, look.since)]
    if jobs is not None:
        is_shown = getattr(request.app.state, "demonstration", None) is not None
        counts += counts_of_house(entrance, jobs, person, without_signing_in=is_shown)
    warm_search(person)
    if may(person, "screen"):
        service_of(request).answering.warm()
    shown = page(
        request, "home/home.html", work=chosen, choice=WORK_OF[person.role], doors=doors, further=further,
        counts=counts, look=look, today=today,
        jobs=[one for one in under_way if not one.job.ended or one.job.finished_at > look.since],
        changes=changes_since(book, person, look.since) if may(person, "read") else None,
        deadlines=next_deadlines(today) if chosen not in _OWE_NOTHING else (), amendments=amendments_waiting(request),
    )  # fmt: skip
    remember(request, shown, person.id, look)
    if work == chosen:
        secure = request.app.state.service.configuration.under_https
        shown.set_cookie(WORK_COOKIE, chosen, max_age=_YEAR, path="/", httponly=True, samesite="lax", secure=secure)
    return shown


def _work(request: Request, person: Person, asked: str) -> Work:
    """Return the work that is asked for, or was chosen before, where the person's role has it; else the role's own."""
    known = WORK_OF[person.role]
    return next(
        (one for name in (asked, request.cookies.get(WORK_COOKIE, "")) for one in known if one == name), known[0]
    )

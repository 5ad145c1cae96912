"""Jobs: ask or listen how far one is, stop it, take what it has found."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Literal, TypedDict

from fastapi import Query, Request
from fastapi.sse import EventSourceResponse, format_sse_event
from msgspec import Meta
from starlette.responses import JSONResponse, Response

from opencwc.casebook.model import KeptFinding, Person
from opencwc.casebook.permissions import may
from opencwc.errors import ConflictError, NotFoundError, UnavailableError, error_from_plain
from opencwc.files.csv_cells import csv_of
from opencwc.finding import FINDING_COLUMNS, Message, Reading, readings_cell
from opencwc.jobs.intake import Intake
from opencwc.jobs.queue import Job, Jobs
from opencwc.records import fields_of, from_plain, one_of
from opencwc.verbs import verbs
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import InLang, answers
from opencwc.web.server.service import Router, Service, person_of, service_of, who_asks
from opencwc.wording import sentence

router = Router(tags=["jobs"])
WATCH_SECONDS = 0.3


class JobAnswer(TypedDict):
    """A job and how far it is."""

    id: str
    kind: Annotated[str, one_of(verb.id for verb in verbs())]
    state: Annotated[str, one_of(("waiting", "running", "done", "failed", "cancelled"))]
    case: str
    run: int | None
    rows_done: int
    rows_all: Annotated[int | None, Meta(description="An estimate until the job is done.")]
    problem: dict[str, Any] | None
    asked: dict[str, Any]
    made_at: str
    started_at: str
    finished_at: str


class JobEvent(TypedDict):
    """Something that changed in a job, and its end; ``data`` is the job as JSON."""

    event: Annotated[str, one_of(("progress", "end"))]
    data: Annotated[
        str,
        Meta(
            extra_json_schema={
                "contentMediaType": "application/json",
                "contentSchema": {"$ref": "#/components/schemas/JobAnswer"},
            }
        ),
    ]


@router.get("/api/v1/jobs", action="keep", answer=answers("The jobs", jobs=list[JobAnswer]), problems=(501,))
def list_jobs(request: Request, limit: Annotated[int, Query(ge=1, le=1_000)] = 100) -> Response:
    """Give your jobs, the latest first."""
    service = service_of(request)
    jobs, intake = parts_of(service)
    person = person_of(request)

    return JSONResponse({"jobs": [as_json(job) for job in intake.may_see(person, jobs.of_person(person.id, limit))]})


@router.get("/api/v1/jobs/{job_id}", action="keep", answer=answers("The job", JobAnswer), problems=(404, 501))
def show(request: Request, job_id: str) -> Response:
    """Give one job as it stands."""
    return JSONResponse(as_json(job_named(request, job_id)))


@router.post("/api/v1/jobs/{job_id}/cancel", action="keep", answer=answers("The job", JobAnswer), problems=(404, 501))
def cancel(request: Request, job_id: str) -> Response:
    """Ask that a job be stopped; what was kept of it stays in its case."""
    service = service_of(request)
    jobs, _ = parts_of(service)
    person = person_of(request)

    return JSONResponse(as_json(jobs.cancel(job_of(service, job_id, person).id)))


@router.get(
    "/api/v1/jobs/{job_id}/events",
    action="keep",
    answer=answers("Events", JobEvent, "text/event-stream"),
    problems=(404, 501),
)
async def events(request: Request, job_id: str) -> Response:
    """Listen to a job: `progress` whenever something changed, and `end` at its end (server-sent events)."""
    service = service_of(request)
    # Looked up here, not in a generator endpoint of the framework: a job that is not there must be a problem.
    first = await service.answering.look(job_named, request, job_id)
    return EventSourceResponse(_progress_of(service, request, first), headers=_UNBUFFERED)


async def _progress_of(service: Service, request: Request, job: Job) -> AsyncIterator[bytes]:
    """Yield what changed, as long as the listener may still see it."""
    jobs, _ = parts_of(service)
    sent: JobAnswer | None = None
    quiet = 0.0
    while True:
        now = as_json(job)
        if now != sent:
            if sent and not await _may_still_see(service, request, job):
                return
            yield _event("end" if job.ended else "progress", now)
            sent, quiet = now, 0.0
        elif quiet >= _KEEP_ALIVE_SECONDS:
            yield b": still here\n\n"
            quiet = 0.0
        if job.ended or service.stopping.is_set():
            return
        await asyncio.sleep(WATCH_SECONDS)
        quiet += WATCH_SECONDS
        job = await service.answering.look(jobs.get, job.id)


async def _may_still_see(service: Service, request: Request, job: Job) -> bool:
    """Return whether the listener is still signed in, allowed and cleared: a stream may last longer than that."""
    person = await who_asks(service, request)
    if person is None or not may(person, "keep"):
        return False
    try:
        await service.answering.look(job_of, service, job.id, person)
    except NotFoundError:
        return False
    return True


def _event(name: str, data: JobAnswer) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=True))


@router.get(
    "/api/v1/jobs/{job_id}/result",
    action=("keep", "read"),
    answer=answers("The findings", str, "application/x-ndjson"),
    problems=(404, 409, 501),
)
def result(
    request: Request, job_id: str, format: Annotated[Literal["ndjson", "csv"], Query()] = "ndjson", lang: InLang = "en"
) -> Response:
    """Give the findings that a job has kept, as far as you may see them, as NDJSON or CSV."""
    service = service_of(request)
    _, intake = parts_of(service)
    person = person_of(request)
    job = job_of(service, job_id, person)
    if job.run is None:
        raise ConflictError("job_kept_nothing_yet")
    pages = intake.findings(person, job.run)
    lines = _as_csv(pages, lang) if format == "csv" else _as_ndjson(pages, lang)
    return downloads.download(lines, f"job-{job.id}.{format}")


def _as_ndjson(pages: Iterator[list[KeptFinding]], lang: str) -> Iterator[bytes]:
    for page in pages:
        yield "".join(json.dumps(_plain(finding, lang), ensure_ascii=False) + "\n" for finding in page).encode()


def _as_csv(pages: Iterator[list[KeptFinding]], lang: str) -> Iterator[bytes]:
    yield csv_of([FINDING_COLUMNS])
    for page in pages:
        yield csv_of(_cells(finding, lang) for finding in page)


def _cells(finding: KeptFinding, lang: str) -> list[Any]:
    plain = _plain(finding, lang)
    plain["readings"] = readings_cell(from_plain(list[Reading], plain["readings"]))
    return [plain[name] for name in FINDING_COLUMNS]


def _plain(finding: KeptFinding, lang: str) -> dict[str, Any]:
    content: dict[str, Any] = dict(finding.content or {})
    message = content.get("message")
    return {
        "finding": finding.id,
        "row": finding.row,
        "id": finding.subject_id,
        "input": content.get("input", ""),
        "component": content.get("component"),
        "verdict": finding.verdict,
        "list": finding.list or None,
        "entry": finding.entry or None,
        "source": content.get("source"),
        "grade": content.get("grade"),
        "basis": content.get("basis", ""),
        "why": sentence(from_plain(Message, message), lang) if message else "",
        "status": str(finding.status),
        "mark": str(finding.mark),
        "evidence": content.get("evidence", []),
        "readings": content.get("readings", []),
    }


def as_json(job: Job) -> JobAnswer:
    """Return what is said of a job."""
    asked = {name: job.asked[name] for name in _TOLD if name in job.asked}
    error = error_from_plain(job.problem)
    problem = {**job.problem, "what": error.what, "remedy": error.remedy} if job.problem else None
    answer: JobAnswer = fields_of(JobAnswer, job, case=job.asked.get("case", ""), problem=problem, asked=asked)
    return answer


def job_named(request: Request, job_id: str) -> Job:
    """Return the job that an address names; raise `NotFoundError` where there is none that the person may see."""
    return job_of(service_of(request), job_id, person_of(request))


def job_of(service: Service, identity: str, person: Person) -> Job:
    """Return a job of the person's; one that is above the clearance by now is not there."""
    jobs, intake = parts_of(service)
    visible = intake.may_see(person, [jobs.get(identity, person.id)])
    if not visible:
        raise NotFoundError("no_such_job")
    return visible[0]


def parts_of(service: Service) -> tuple[Jobs, Intake]:
    """Return the jobs and the intake of a service; raise `UnavailableError` where it runs without a casebook."""
    if service.jobs is None or service.intake is None:
        raise UnavailableError("service_without_casebook")
    return service.jobs, service.intake


_TOLD = ("name", "as_of", "lists", "kind", "column", "id_column", "files", "given", "model", "roles")
"""What is told of the question of a job, as far as it has it."""
_UNBUFFERED = {"X-Accel-Buffering": "no"}
_KEEP_ALIVE_SECONDS = 15.0

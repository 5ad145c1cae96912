"""Jobs: upload a file to be kept in a case and screened by the worker, and ask or listen how far it is."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import date
from hashlib import sha256
from typing import IO, Annotated, Any, Literal, TypedDict, get_args

from fastapi import Query, Request
from fastapi.sse import EventSourceResponse, format_sse_event
from msgspec import Meta
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.responses import JSONResponse, Response, StreamingResponse

from opencwc.casebook.answered_keys import AnsweredKeys
from opencwc.casebook.model import KeptFinding, Mark, Person
from opencwc.casebook.permissions import may
from opencwc.errors import ConflictError, InputError, NotFoundError, SettingsError, UnavailableError
from opencwc.files.csv_cells import cell_of
from opencwc.files.kinds import document_kind_by_name
from opencwc.finding import Message
from opencwc.jobs.intake import Intake
from opencwc.jobs.queue import Job, Jobs
from opencwc.records import fields_of, from_plain, one_of
from opencwc.screening.model import COLUMNS
from opencwc.verbs import verbs
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import InLang, Kind, answers, names_of, problems
from opencwc.web.server.idempotency import KEY_HEADER, once
from opencwc.web.server.problems import HttpProblem
from opencwc.web.server.service import Router, Service, person_of, service_of, who_asks
from opencwc.wording import sentence

router = Router(tags=["jobs"])
WATCH_SECONDS = 0.3
KIND_BYTES = 1_024
DOCUMENTS = ("pdf", "docx", "html", "eml", "picture")
"""The kinds that are never read as a table of chemicals."""
OTHER_DOCUMENTS = (".doc", ".rtf", ".odt", ".msg", ".ppt", ".pptx", ".odp")
"""Documents of kinds that are not read: the reader of documents says why."""


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


_UPLOAD: dict[str, Any] = {
    "type": "object",
    "required": ["file", "case"],
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": "A table of chemicals, or a document that mentions some (PDF, DOCX, HTML, EML).",
        },
        "case": {"type": "string", "description": "The case to keep it in; opened where there is none of this name."},
        "as_of": {"type": "string", "format": "date"},
        "lists": {"type": "string"},
        "kind": {
            "type": "string",
            "enum": list(get_args(Kind)),
            "description": "`text` reads a file whole, or the column that is named, for what it mentions; "
            "a document is always read so.",
        },
        "column": {"type": "string"},
        "id_column": {"type": "string"},
        "mark": {"type": "string", "enum": [str(mark) for mark in Mark]},
    },
}


@router.post(
    "/api/v1/jobs",
    action="keep",
    uploads=True,
    status_code=202,
    responses={202: answers("The job, waiting", JobAnswer), **problems(404, 409, 413, 415, 501)},
    openapi_extra={
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _UPLOAD}}},
        "parameters": [KEY_HEADER],
    },
)
async def submit(request: Request) -> Response:
    """Keep an upload in a case and have it screened by the worker."""

    def answer(made: Job) -> Response:
        return JSONResponse(as_json(made), 202, {"Location": f"/api/v1/jobs/{made.id}"})

    return await take_upload(request, answer)


async def take_upload(request: Request, answer: Callable[[Job], Response]) -> Response:
    """Read the form of an upload, keep the file in its case, make the job, and answer with it."""
    service = service_of(request)
    jobs, intake = parts_of(service)
    person = person_of(request)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise HttpProblem(415, "no-such-kind", "upload_is_no_form", where="Content-Type")
    try:
        form = await request.form(max_files=1, max_fields=20, max_part_size=10_000)
    except MultiPartException as error:
        raise InputError("form_unreadable") from error
    try:
        file = form.get("file")
        words = {name: value for name, value in form.items() if isinstance(value, str)}
        if not isinstance(file, UploadFile) or not file.filename:
            raise InputError("file_missing_in_form", where="file")
        asked, mark = _asked(words, file.filename or "upload")
        start = file.file.read(KIND_BYTES)
        if asked["kind"] == "auto" and not asked["column"].strip() and is_document(asked["name"], start):
            asked["kind"] = "text"
        await service.answering.run(
            service.answering.screener, date.fromisoformat(asked["as_of"]), tuple(asked["lists"])
        )
        digest = await service.answering.run(_digest, file.file, asked, mark)

        async def do() -> Response:
            def keep() -> Job:
                file.file.seek(0)
                media_type = (file.content_type or "")[:100]
                taken = intake.take(person, asked["case"], file.file, asked["name"], media_type, mark)
                limit = service.configuration.jobs_waiting
                return jobs.submit(person.id, taken.case_number, taken.source_id, asked, most_waiting=limit)

            made = await service.answering.run(keep)
            return answer(made)

        return await once(request, AnsweredKeys(intake.book.engine), person, digest, do)
    finally:
        await form.close()


@router.get(
    "/api/v1/jobs",
    action="keep",
    responses={
        200: answers("The jobs", jobs=list[JobAnswer]),
        **problems(501),
    },
)
async def list_jobs(request: Request, limit: Annotated[int, Query(ge=1, le=1_000)] = 100) -> Response:
    """Give your jobs, the latest first."""
    service = service_of(request)
    jobs, intake = parts_of(service)
    person = person_of(request)

    def read() -> list[Job]:
        return intake.may_see(person, jobs.of_person(person.id, limit))

    return JSONResponse({"jobs": [as_json(job) for job in await service.answering.run(read)]})


@router.get(
    "/api/v1/jobs/{job_id}", action="keep", responses={200: answers("The job", JobAnswer), **problems(404, 501)}
)
async def show(request: Request, job_id: str) -> Response:
    """Give one job as it stands."""
    return JSONResponse(as_json(await job_named(request, job_id)))


@router.post(
    "/api/v1/jobs/{job_id}/cancel",
    action="keep",
    responses={
        200: answers("The job", JobAnswer),
        **problems(404, 501),
    },
)
async def cancel(request: Request, job_id: str) -> Response:
    """Ask that a job be stopped; what was kept of it stays in its case."""
    service = service_of(request)
    jobs, _ = parts_of(service)
    person = person_of(request)

    def stop() -> Job:
        return jobs.cancel(job_of(service, job_id, person).id)

    return JSONResponse(as_json(await service.answering.run(stop)))


@router.get(
    "/api/v1/jobs/{job_id}/events",
    action="keep",
    responses={200: answers("Events", JobEvent, "text/event-stream"), **problems(404, 501)},
)
async def events(request: Request, job_id: str) -> Response:
    """Listen to a job: `progress` whenever something changed, and `end` at its end (server-sent events)."""
    service = service_of(request)
    # Looked up here, not in a generator endpoint of the framework: a job that is not there must be a problem.
    first = await job_named(request, job_id)
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
        job = await service.answering.run(jobs.get, job.id)


async def _may_still_see(service: Service, request: Request, job: Job) -> bool:
    """Return whether the listener is still signed in, allowed and cleared: a stream may last longer than that."""
    person = await who_asks(service, request)
    if person is None or not may(person, "keep"):
        return False
    try:
        await service.answering.run(job_of, service, job.id, person)
    except NotFoundError:
        return False
    return True


def _event(name: str, data: JobAnswer) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=True))


@router.get(
    "/api/v1/jobs/{job_id}/result",
    action="keep",
    responses={200: answers("The findings", str, "application/x-ndjson"), **problems(404, 409, 501)},
)
async def result(
    request: Request,
    job_id: str,
    format: Annotated[Literal["ndjson", "csv"], Query()] = "ndjson",
    lang: InLang = "en",
) -> Response:
    """Give the findings that a job has kept, as far as you may see them, as NDJSON or CSV."""
    service = service_of(request)
    _, intake = parts_of(service)
    person = person_of(request)
    job = await service.answering.run(job_of, service, job_id, person)
    if job.run is None:
        raise ConflictError("job_kept_nothing_yet")
    pages = intake.findings(person, job.run)
    write, kind = (_as_csv, downloads.CSV) if format == "csv" else (_as_ndjson, "application/x-ndjson")
    headers = downloads.named(f"job-{job.id}.{format}")
    return StreamingResponse(_pages(service, pages, write, lang), media_type=kind, headers=headers)


async def _pages(service: Service, pages: Iterator[list[KeptFinding]], write: Any, lang: str) -> AsyncIterator[bytes]:
    if write is _as_csv:
        yield (",".join(COLUMNS) + "\r\n").encode()
    while (page := await service.answering.run(next, pages, None)) is not None:
        yield await service.answering.run(write, page, lang)


def _as_ndjson(page: list[KeptFinding], lang: str) -> bytes:
    return "".join(json.dumps(_plain(finding, lang), ensure_ascii=False) + "\n" for finding in page).encode()


def _as_csv(page: list[KeptFinding], lang: str) -> bytes:
    out = io.StringIO()
    table = csv.writer(out)
    for finding in page:
        cells = _plain(finding, lang)
        table.writerow([cell_of(cells[name]) for name in COLUMNS])
    return out.getvalue().encode()


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
        "basis": content.get("basis", ""),
        "why": sentence(from_plain(Message, message), lang) if message else "",
        "status": str(finding.status),
        "mark": str(finding.mark),
        "evidence": content.get("evidence", []),
    }


def as_json(job: Job) -> JobAnswer:
    """Return what is said of a job."""
    asked = {name: job.asked[name] for name in _TOLD if name in job.asked}
    answer: JobAnswer = fields_of(
        JobAnswer, job, case=job.asked.get("case", ""), problem=job.problem or None, asked=asked
    )  # fmt: skip
    return answer


async def job_named(request: Request, job_id: str) -> Job:
    """Return the job that an address names; raise `NotFoundError` where there is none that the person may see."""
    service = service_of(request)
    return await service.answering.run(job_of, service, job_id, person_of(request))


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


def _asked(words: dict[str, str], filename: str) -> tuple[dict[str, Any], Mark]:
    """Return the question of an upload as it stands in the job, and its mark."""
    if strange := sorted(set(words) - {"case", "mark", *_FORM}):
        raise SettingsError("field_unknown", where=strange[0][:50])
    if unfit := sorted(name for name, word in words.items() if "\0" in word):
        raise InputError("text_with_nul", where=unfit[0])
    case = words.get("case", "").strip()
    if not case or len(case) > 200 or not case.isprintable():
        raise InputError("case_name_missing", where="case")
    kind = words.get("kind") or "auto"
    if kind not in get_args(Kind):
        raise SettingsError("job_kind_unknown", where="kind", known=tuple(get_args(Kind)))
    mark = words.get("mark") or "unclassified"
    if mark.upper() not in Mark.__members__:
        known = ", ".join(str(mark) for mark in Mark)
        raise SettingsError("no_such_mark", where="mark", known=known)
    try:
        day = date.fromisoformat(words["as_of"]) if words.get("as_of") else date.today()
    except ValueError:
        raise SettingsError("not_a_date", where="as_of") from None
    name = "".join(sign if sign.isprintable() else "_" for sign in filename).replace("\\", "/").rsplit("/", 1)[-1]
    asked = {
        "case": case, "name": name[-200:] or "upload", "as_of": day.isoformat(),
        "lists": list(names_of(words.get("lists", ""))), "kind": kind, "column": words.get("column", ""),
        "id_column": words.get("id_column", ""),
    }  # fmt: skip
    return asked, Mark[mark.upper()]


def is_document(name: str, start: bytes) -> bool:
    """Return whether an upload is a document and no table, by its first bytes or its name.

    >>> is_document("x.bin", b"%PDF-1.7"), is_document("sheet.docx", b"PK"), is_document("goods.xlsx", b"PK")
    (True, True, False)
    """
    return b"%PDF-" in start or document_kind_by_name(name) in DOCUMENTS or name.lower().endswith(OTHER_DOCUMENTS)


def _digest(file: IO[bytes], asked: dict[str, Any], mark: Mark) -> str:
    digest = sha256(json.dumps([asked, str(mark)], sort_keys=True).encode())
    file.seek(0)
    while part := file.read(1 << 20):
        digest.update(part)
    return digest.hexdigest()


_FORM = ("name", "as_of", "lists", "kind", "column", "id_column")
_TOLD = (*_FORM, "files", "given", "model", "roles")
"""What the form of a screening may ask for; what is told of the question of any job, as far as it has it."""
_UNBUFFERED = {"X-Accel-Buffering": "no"}
_KEEP_ALIVE_SECONDS = 15.0

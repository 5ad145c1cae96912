"""The page of a job: its run, what became of the file, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import count_findings
from opencwc.casebook.model import Filter, Mark, Person
from opencwc.casebook.runs import source_row
from opencwc.convention.fields import read_yaml
from opencwc.convention.measures import READ_LANGUAGES
from opencwc.errors import OpenCWCError, Reason, error_from_plain, error_line
from opencwc.finding import Message, Value
from opencwc.jobs.intake import Intake
from opencwc.jobs.queue import Job
from opencwc.web.casebook.faces import JobPage, face_of
from opencwc.web.casebook.job_pace import pace_of
from opencwc.web.casebook.jobs_api import job_named, parts_of
from opencwc.web.casebook.run_summary import RunSummary, waiting_among
from opencwc.web.server.htmx_headers import leading_to
from opencwc.web.server.page import is_fragment, language_of, page
from opencwc.web.server.service import Router, book_of, person_of, service_of
from opencwc.wording import error_sentences, sentence
from opencwc.wording.languages import language_named

_TROUBLES = read_yaml(Path(__file__).with_name("job_troubles.yaml"))
"""What was wrong with a job, by the kinds and the codes of errors and by the reasons why a document is not read."""
router = Router(include_in_schema=False)
_OPEN, _CLOSE = "\u2068", "\u2069"


@dataclass(frozen=True)
class Trouble:
    """What was wrong, in the reader's language; ``columns`` are those of the file, ``detail`` the words of the error.

    ``kind`` is a word of the messages ``page_job_why_...``.
    """

    kind: str
    says: str
    columns: str
    detail: str


@dataclass(frozen=True)
class JobSummary:
    """What a page says of a job: ``says`` how it stands, ``rows`` are done; ``file`` is a message on the upload."""

    says: str
    rows: int
    run: RunSummary | None
    file: str
    trouble: Trouble | None


def summary_of(intake: Intake, job: Job, kind: JobPage, lang: str) -> JobSummary:
    """Return the summary of a job, whose run and file are looked up in the casebook."""
    run_row = intake.run_of(job)
    with intake.book.reading() as connection:
        source = source_row(connection, job.source_id)
    run = RunSummary.of({**run_row, "mark": Mark[run_row["mark"].upper()]}, lang) if run_row else None
    rows = (run.rows if run else 0) if job.state in ("failed", "cancelled") else job.rows_done
    state = f"{job.state}_nothing" if job.state in ("failed", "cancelled") and not rows else job.state
    if run is not None and run.document and state in ("running", "done"):
        state += "_text"
    if kind.runs:
        state, rows = job.state, job.rows_done
    says = sentence(Message(f"{kind.words}_{state}", {"rows": float(rows)}), lang)
    gone = source is None or source.erased
    file = "page_job_file_gone" if gone else "page_job_file_in_case" if run else "page_job_file_in_casebook"
    return JobSummary(says, rows, run, file, trouble_of(job.problem, job.id, lang, kind) if job.problem else None)


class ToDecide(NamedTuple):
    """How many findings of a run wait for a person, and how many there are."""

    waiting: int
    all: int


def to_decide(book: Casebook, person: Person, job: Job) -> ToDecide | None:
    """Count what a finished job leaves to decide; ``None`` of one that did not come to its end."""
    if job.state != "done" or not job.run:
        return None
    counts = count_findings(book, person, Filter(run=job.run))
    return ToDecide(waiting_among(counts), counts.all)


@router.get("/jobs/{job_id}", action="keep")
def show_job(request: Request, job_id: str) -> Response:
    """Show how far a job is; the end of one whose run has pages of its own leads to them.

    The jobs of a verb are shown under the address of its face, to which every other one leads.
    """
    job = job_named(request, job_id)
    face, lang = face_of(job.kind), language_of(request)
    if request.url.path != f"{face.jobs}/{job.id}":
        return RedirectResponse(f"{face.jobs}/{job.id}", 303)
    kind = face.job
    summary = summary_of(parts_of(service_of(request))[1], job, kind, lang)
    if is_fragment(request) and job.state == "done" and kind.runs:
        return leading_to(f"{kind.runs}/{job.run}")
    pace = pace_of(job, datetime.now(UTC))
    shown = page(
        request, kind.part if is_fragment(request) else kind.template, job=job, told=summary, kind=kind,
        to_decide=to_decide(book_of(request), person_of(request), job),
        share=pace.share if pace else None, pace=pace,
        step=kind.step(job) if job.state == "running" else None,
    )  # fmt: skip
    if is_fragment(request) and job.ended:
        shown.headers["HX-Refresh"] = "true"
    return shown


@router.post("/jobs/{job_id}/cancel", action="keep")
def cancel(request: Request, job_id: str) -> Response:
    """Stop a job; what was kept of it stays in its case."""
    service = service_of(request)
    jobs, _ = parts_of(service)
    job = job_named(request, job_id)
    jobs.cancel(job.id)
    return Response(status_code=204, headers={"HX-Refresh": "true"})


def trouble_of(problem: Mapping[str, Any], job: str, lang: str, kind_of_job: JobPage) -> Trouble:
    """Say what was wrong with a job; what is of no known code is left in the words of the error."""
    error = error_from_plain(problem)
    if says := kind_of_job.columns(error, lang):
        return Trouble("columns", says, "", "")
    detail = error_line("", *error_sentences(error, lang)) if error.what else ""
    reason = reason_of(error)
    if reason is not None and (remedy := _trouble("documents", reason.id)):
        do = sentence(kind_of_job.remedies.get(remedy, f"page_job_do_{remedy}"), lang)
        return Trouble(remedy, f"{sentence(reason, lang)} {do}", "", detail)
    kind = _TROUBLES["kinds"].get(str(problem.get("kind") or "")) or _trouble("codes", error.code) or "other"
    values: dict[str, Value] = {
        "column": f"{_OPEN}{error.values.get('column', '')}{_CLOSE}",
        "job": f"{_OPEN}{job}{_CLOSE}",
        "languages": reason.values.get("languages", ()) if reason else (),
        "read": tuple(map(language_named, READ_LANGUAGES)),
    }
    return Trouble(
        kind, sentence(Message(f"page_job_why_{kind}", values), lang), str(error.values.get("columns", "")), detail
    )


def _trouble(part: str, name: str) -> str:
    """Return under which word a part of `_TROUBLES` has a name, none where it has it under none."""
    return next((word for word, names in _TROUBLES[part].items() if name in names), "")


def reason_of(error: OpenCWCError) -> Message | None:
    """Return the message that an error says, ``None`` where it has words of its own.

    >>> from opencwc.errors import InputError
    >>> from opencwc.wording import reason
    >>> reason_of(InputError("document_refused", reason=reason("reading_nested")))
    Message(id='reading_nested', values={})
    """
    reason = error.values.get("reason")
    return reason.message if isinstance(reason, Reason) else None

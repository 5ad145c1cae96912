"""The page of a job: its run, what became of the file, and what was wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Mark
from opencwc.casebook.runs import run_named, source_row
from opencwc.convention.measures import READ_LANGUAGES
from opencwc.finding import Message, Value
from opencwc.jobs.queue import Job
from opencwc.legislation.texts.languages import language_called, language_named
from opencwc.web.casebook.faces import JobPage, face_of
from opencwc.web.casebook.jobs_api import job_named, parts_of
from opencwc.web.casebook.run_summary import RunSummary
from opencwc.web.server.htmx_headers import leading_to
from opencwc.web.server.page import is_fragment, language_of, page
from opencwc.web.server.service import Router, book_of, service_of
from opencwc.wording import sentence

_KINDS = {
    "NotAllowedError": "rights",
    "ConflictError": "case",
    "UnavailableError": "not_safe",
    "fault": "service",
}
"""What went wrong, by the kind of the error: what the words of it need not tell."""
_SAID = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"There is no column (?P<column>.+)\.$", "no_column"),
        (r"It is not clear which column", "unclear_column"),
        (r"The column (?P<column>.+) holds no text", "column_without_text"),
        (r"^The texts are in languages whose laws are not read \((?P<languages>[^)]+)\)", "language"),
        (r", not the text of a law", "no_law"),
        (r"^No text could be read, so nothing is said", "no_text"),
        (r"The file is empty|The sheet .+ is empty", "empty"),
        (r"The workbook is locked", "locked"),
        (
            r"more memory than|took longer than|more work than|stopped by the system|unpacks to more than"
            r"|would unpack to|A sheet spans|The first line is too long",
            "too_large",
        ),
        (
            r", not a table|, not a workbook|is a ZIP archive|of a kind that is not known|holds no array of rows"
            r"|The workbook has no sheet",
            "no_table",
        ),
        (r"is damaged|is cut short|(workbook|Parquet file|JSON file|compressed file) (cannot be read|is )", "damaged"),
        (r"reading the file (broke off|gave )|cannot be read without writing", "broke_off"),
        (r"the worker died", "service"),
        (r"the upload is no longer kept", "gone"),
    )
)
"""What went wrong, by the words of the error: they cross the border of the sandbox, and no class of theirs does."""
_DOCUMENTS = {
    "reading_encrypted": "password",
    "reading_damaged": "save",
    "reading_cut_short": "save",
    "reading_nested": "save",
    "reading_doctype": "save",
    "reading_bomb": "unpack",
    "reading_parts": "unpack",
    "reading_kind_archive": "unpack",
    "reading_memory": "smaller",
    "reading_too_large": "smaller",
    "reading_too_long": "smaller",
    "reading_broke_off": "save",
    "reading_empty": "check",
    "reading_kind_unknown": "check",
    "reading_kind_picture": "picture",
    "reading_kind_rtf": "save",
    "reading_kind_doc": "save",
    "reading_kind_odt": "save",
    "reading_kind_ppt": "save",
    "reading_kind_msg": "save",
    "reading_kind_winmail": "save",
}
"""Why a document is not read as a whole, and what to do about it: a word of the messages ``page_job_do_...``."""
_NAMED = ("bytes", "parts", "seconds")
_COLUMNS = re.compile(r"The columns are: (.+)\.$", re.DOTALL)
_VALUE = re.compile(f"0({'|'.join(_NAMED)})0")
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


def summary_of(book: Casebook, job: Job, kind: JobPage, lang: str) -> JobSummary:
    """Return the summary of a job, whose run and file are looked up in the casebook."""
    with book.reading() as connection:
        run_row = run_named(connection, job.run) if job.run is not None else None
        source = source_row(connection, job.source_id)
    run = RunSummary.of({**run_row, "mark": Mark[run_row["mark"].upper()]}, lang) if run_row else None
    rows = (run.rows if run else 0) if job.state in ("failed", "cancelled") else job.rows_done
    state = f"{job.state}_nothing" if job.state in ("failed", "cancelled") and not rows else job.state
    if run is not None and run.document and state in ("running", "done"):
        state += "_text"
    if kind.runs:
        state, rows = job.state, job.rows_done
    says = sentence(Message(f"{kind.words}_{state}", {"rows": f"{rows:,}"}), lang)
    gone = source is None or source.erased
    file = "page_job_file_gone" if gone else "page_job_file_in_case" if run else "page_job_file_in_casebook"
    return JobSummary(says, rows, run, file, trouble_of(job.problem, job.id, lang, kind) if job.problem else None)


@router.get("/jobs/{job_id}", action="keep")
async def show_job(request: Request, job_id: str) -> Response:
    """Show how far a job is, or lead to where the jobs of its verb are shown."""
    job = await job_named(request, job_id)
    face = face_of(job.kind)
    if face.jobs != "/jobs":
        return RedirectResponse(f"{face.jobs}/{job.id}", 303)
    return await show_job_page(request, job, face.job)


@router.post("/jobs/{job_id}/cancel", action="keep")
async def cancel(request: Request, job_id: str) -> Response:
    """Stop a job; what was kept of it stays in its case."""
    service = service_of(request)
    jobs, _ = parts_of(service)
    job = await job_named(request, job_id)
    await service.answering.run(jobs.cancel, job.id)
    return Response(status_code=204, headers={"HX-Refresh": "true"})


async def show_job_page(request: Request, job: Job, kind: JobPage) -> Response:
    """Show how far a job is; the end of one whose run has pages of its own leads to them."""
    lang = language_of(request)
    summary = await service_of(request).answering.run(summary_of, book_of(request), job, kind, lang)
    if is_fragment(request) and job.state == "done" and kind.runs:
        return leading_to(f"{kind.runs}/{job.run}")
    shown = page(
        request, kind.part if is_fragment(request) else kind.template, job=job, told=summary, kind=kind,
        share=min(1.0, job.rows_done / job.rows_all) if job.rows_all else None,
        step=kind.step(job) if job.state == "running" else None,
    )  # fmt: skip
    if is_fragment(request) and job.ended:
        shown.headers["HX-Refresh"] = "true"
    return shown


def trouble_of(problem: Mapping[str, Any], job: str, lang: str, kind_of_job: JobPage) -> Trouble:
    """Say what was wrong with a job; what is of no known kind is left in the words of the error."""
    what, remedy = (str(problem.get(name) or "") for name in ("what", "remedy"))
    kind, words = _KINDS.get(str(problem.get("kind") or ""), "other"), {}
    if says := kind_of_job.columns(what, lang):
        return Trouble("columns", says, "", "")
    for pattern, name in _SAID if kind == "other" else ():
        if found := pattern.search(what):
            kind, words = name, found.groupdict()
            break
    if (reason := reason_of(what)) is not None:
        remedy_of = _DOCUMENTS[reason.id]
        do = sentence(kind_of_job.remedies.get(remedy_of, f"page_job_do_{remedy_of}"), lang)
        return Trouble(remedy_of, f"{sentence(reason, lang)} {do}", "", _detail(what, remedy))
    named: dict[str, Value] = {
        "column": f"{_OPEN}{words.get('column', '')[1:-1]}{_CLOSE}",
        "job": f"{_OPEN}{job}{_CLOSE}",
        "languages": tuple(map(language_called, words.get("languages", "").split(", "))),
        "read": tuple(map(language_named, READ_LANGUAGES)),
    }
    columns = _COLUMNS.search(remedy)
    return Trouble(
        kind,
        sentence(Message(f"page_job_why_{kind}", named), lang),
        columns.group(1) if columns else "",
        _detail(what, remedy),
    )


def _detail(what: str, remedy: str) -> str:
    return " ".join(part for part in (what if what.endswith(".") or not what else f"{what}.", remedy) if part)


def reason_of(what: str) -> Message | None:
    """Return why a document was not read, from the English words of it; ``None`` where they are of something else.

    >>> reason_of("It is larger than 200 bytes.")
    Message(id='reading_too_large', values={'bytes': '200'})
    """
    for name, pattern in _reasons().items():
        if found := pattern.fullmatch(what):
            return Message(name, {key: value for key, value in found.groupdict().items() if value is not None})
    return None


@cache
def _reasons() -> dict[str, re.Pattern[str]]:
    told = {name: sentence(Message(name, {key: f"0{key}0" for key in _NAMED})) for name in _DOCUMENTS}
    return {name: re.compile(_VALUE.sub(r"(?P<\1>[0-9,.]+)", re.escape(said))) for name, said in told.items()}

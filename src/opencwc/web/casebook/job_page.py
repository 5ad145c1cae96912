"""A job as its page tells of it: its run, what became of the file itself, and what was wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import Request
from starlette.responses import Response

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Mark
from opencwc.casebook.runs import run_named, source_row
from opencwc.convention.measures import READ_LANGUAGES
from opencwc.finding import Message, Value
from opencwc.jobs.queue import Job
from opencwc.legislation.texts.languages import language_called, language_named
from opencwc.legislation.upload_question import LAW
from opencwc.transfers.upload_question import CHECK, RECONCILE
from opencwc.web.casebook.api import book_of
from opencwc.web.casebook.run_summary import RunTold
from opencwc.web.server.page import is_fragment, language_of, page
from opencwc.web.server.service import service_of
from opencwc.web.transfers.column_names import CHECK_LABELS, say_columns
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
_OF_LAWS = ("save", "check")
"""What to do that is said otherwise of a law: it is read from other kinds of files than documents of findings are."""
_WITH_BOXES: Mapping[str, Mapping[str, str]] = {RECONCILE: {}, CHECK: CHECK_LABELS}
"""The kinds of jobs whose pages have a box for each field, and what is called otherwise in them."""
_NAMED = ("bytes", "parts", "seconds")
_COLUMNS = re.compile(r"The columns are: (.+)\.$", re.DOTALL)
_VALUE = re.compile(f"0({'|'.join(_NAMED)})0")
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
class JobTold:
    """What a page says of a job: ``says`` how it stands, ``rows`` are done; ``file`` is a message on the upload."""

    says: str
    rows: int
    run: RunTold | None
    file: str
    trouble: Trouble | None


def tell_job(book: Casebook, job: Job, lang: str) -> JobTold:
    """Tell of a job, whose run and file are looked up in the casebook."""
    with book.reading() as connection:
        held = run_named(connection, job.run) if job.run is not None else None
        source = source_row(connection, job.source_id)
    run = RunTold.of({**held, "mark": Mark[held["mark"].upper()]}, lang) if held else None
    rows = (run.rows if run else 0) if job.state in ("failed", "cancelled") else job.rows_done
    state = f"{job.state}_nothing" if job.state in ("failed", "cancelled") and not rows else job.state
    if run is not None and run.document and state in ("running", "done"):
        state += "_text"
    says = sentence(Message(f"page_job_{state}", {"rows": f"{rows:,}"}), lang)
    gone = source is None or source.erased
    file = "page_job_file_gone" if gone else "page_job_file_in_case" if run else "page_job_file_in_casebook"
    return JobTold(says, rows, run, file, trouble_of(job.problem, job.id, lang, job.kind) if job.problem else None)


async def show_kept_job(
    request: Request, job: Job, words: str, runs: str, place: str, template: str, step: Message | None = None
) -> Response:
    """Show how far a job is whose run has pages of its own at ``runs``, to which its end leads.

    ``words`` begin the ids of what is said of it, ``place`` is where one begins another, ``step`` what it is at.
    """
    service, lang = service_of(request), language_of(request)
    told = await service.answering.run(tell_job, book_of(request), job, lang)
    if is_fragment(request) and job.state == "done":
        return Response(status_code=204, headers={"HX-Redirect": f"{runs}/{job.run}"})
    shown = page(
        request, "transfers/job_state.html" if is_fragment(request) else template, job=job,
        share=min(1.0, job.rows_done / job.rows_all) if job.rows_all else None, told=told,
        says=sentence(Message(f"{words}_{job.state}", {"rows": f"{job.rows_done:,}"}), lang), words=words, runs=runs,
        place=place, step=step,
    )  # fmt: skip
    if is_fragment(request) and job.ended:
        shown.headers["HX-Refresh"] = "true"
    return shown


def trouble_of(problem: Mapping[str, Any], job: str, lang: str, of: str = "") -> Trouble:
    """Say what was wrong with a job ``of`` a kind; what is of no known kind is left in the words of the error."""
    what, remedy = (str(problem.get(name) or "") for name in ("what", "remedy"))
    kind, words = _KINDS.get(str(problem.get("kind") or ""), "other"), {}
    if of in _WITH_BOXES and (said := say_columns(what, _WITH_BOXES[of], lang)):
        return Trouble("columns", f"{said.says} {sentence('page_transfers_columns_again', lang)}", "", "")
    for pattern, name in _SAID if kind == "other" else ():
        if found := pattern.search(what):
            kind, words = name, found.groupdict()
            break
    if (reason := reason_of(what)) is not None:
        remedy_of = _DOCUMENTS[reason.id]
        do = sentence(f"page_{'law' if of == LAW and remedy_of in _OF_LAWS else 'job'}_do_{remedy_of}", lang)
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

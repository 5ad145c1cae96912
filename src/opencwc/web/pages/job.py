"""A job as its page tells of it: its run, what became of the file itself, and what was wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opencwc.casebook.keeping import run_named, source_row
from opencwc.casebook.model import Mark
from opencwc.casebook.opening import Casebook
from opencwc.finding import Message, Value
from opencwc.web.jobs import Job
from opencwc.web.pages.kept import RunTold
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
_COLUMNS = re.compile(r"The columns are: (.+)\.$", re.DOTALL)
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
    says = sentence(Message(f"page_job_{state}", {"rows": f"{rows:,}"}), lang)
    gone = source is None or source.erased
    file = "page_job_file_gone" if gone else "page_job_file_in_case" if run else "page_job_file_in_casebook"
    return JobTold(says, rows, run, file, trouble_of(job.problem, job.id, lang) if job.problem else None)


def trouble_of(problem: Mapping[str, Any], job: str, lang: str) -> Trouble:
    """Say what was wrong; what is of no known kind is left in the words of the error."""
    what, remedy = (str(problem.get(name) or "") for name in ("what", "remedy"))
    kind, column = _KINDS.get(str(problem.get("kind") or ""), "other"), ""
    for pattern, name in _SAID if kind == "other" else ():
        if found := pattern.search(what):
            kind, column = name, found.groupdict().get("column") or ""
            break
    named: dict[str, Value] = {"column": f"{_OPEN}{column[1:-1]}{_CLOSE}", "job": f"{_OPEN}{job}{_CLOSE}"}
    columns = _COLUMNS.search(remedy)
    return Trouble(
        kind,
        sentence(Message(f"page_job_why_{kind}", named), lang),
        columns.group(1) if columns else "",
        " ".join(part for part in (what if what.endswith(".") or not what else f"{what}.", remedy) if part),
    )

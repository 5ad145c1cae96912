"""A version of a submission: what is due of it and what is wrong with it, and the grid in which an officer opens it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import IO, cast

from fastapi import Request
from starlette.responses import Response

from opencwc.casebook.registers import RegisterFile, open_register, open_submission_rows, register_of_submission
from opencwc.casebook.submissions import (
    AUTHORITY,
    Submission,
    SubmissionHistory,
    Version,
    read_version,
    show_submission,
    side_of,
)
from opencwc.declarations.confined_rows import read_rows
from opencwc.declarations.kept import KeptDeclarations
from opencwc.declarations.law import profiles
from opencwc.declarations.register_sheets import Sheets, pack_sheets
from opencwc.jobs.archives import packed_again
from opencwc.web.declarations.ask_pages import GRAVITY_TONES
from opencwc.web.declarations.due_list import (
    DueShown,
    DueShownAsked,
    answer_of,
    chemicals_said,
    days_of,
    due_file,
    due_listed,
    range_said,
    usual_order,
)
from opencwc.web.declarations.judged_versions import judged_version
from opencwc.web.declarations.opened_registers import require_own_rows
from opencwc.web.declarations.register_lists import first_of
from opencwc.web.server.api_parameters import Number
from opencwc.web.server.downloads import download
from opencwc.web.server.htmx_headers import leading_to
from opencwc.web.server.listing import Ending
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of, service_of

router = Router(include_in_schema=False)
ONE = "/declarations/submissions/{number}"
VERSION = ONE + "/versions/{version}"
MOST_SHOWN = 500


@dataclass(frozen=True)
class OpenedVersion:
    """A version with its file as it came, and its submission."""

    history: SubmissionHistory
    version: Version
    stream: IO[bytes]


@router.get(VERSION + "/due", action="submissions")
async def show_due(request: Request, number: Number, version: Number, wanted: DueShownAsked) -> Response:
    """Show what of a version is due at its sites, and what is wrong with it; nothing of that is kept."""
    return await service_of(request).answering.run_for(person_of(request).id, _due, request, number, version, wanted)


@router.get(VERSION + "/due.{ending}", action="submissions")
async def give_due(
    request: Request, number: Number, version: Number, ending: Ending, wanted: DueShownAsked
) -> Response:
    """Give what of a version is due as a file, in which no cell is a formula."""
    run = service_of(request).answering.run_for
    return await run(person_of(request).id, _due_file, request, number, version, wanted, ending)


def _due_file(request: Request, number: int, version: int, wanted: DueShown, ending: Ending) -> Response:
    today = date.today()
    _, _, judged = _judged(request, number, version, today)
    content = due_file(judged, wanted, language_of(request), ending, "page_declarations_calendar", today)
    return download(content, f"due-{number}-{version}.{ending}")


def _judged(request: Request, number: int, version: int, today: date) -> tuple[Submission, Version, KeptDeclarations]:
    book, person = book_of(request), person_of(request)
    submission = show_submission(book, person, number).submission
    kept, parts = read_version(book, person, number, version)
    return submission, kept, judged_version(service_of(request), submission, kept, today, parts)


def _due(request: Request, number: int, version: int, wanted: DueShown) -> Response:
    lang, today = language_of(request), date.today()
    submission, kept, judged = _judged(request, number, version, today)
    table = due_listed(judged, wanted, lang, today)
    days = days_of(judged.due, today)
    titles = profiles().get(submission.profile, {})
    return page(
        request, "declarations/version_due.html", one=submission, version=kept, judged=judged, today=today,
        list=table, lines=table.rows[wanted.part(0, MOST_SHOWN)], answer=answer_of(judged, days),
        unjudged=sum(problem.unjudged for problem in judged.problems),
        tones_of=GRAVITY_TONES, most=MOST_SHOWN, called=chemicals_said(judged, lang), wanted=wanted,
        range_said=range_said, usual=usual_order(table.rows), faults=first_of("faults", judged, lang, MOST_SHOWN),
        profile=titles.get(lang, submission.profile),
    )  # fmt: skip


@router.post(VERSION + "/register", action="keep")
async def open_in_grid(request: Request, number: Number, version: Number) -> Response:
    """Open the register of a version in the case of its submission, and lead to its grid."""
    return await service_of(request).answering.run_for(person_of(request).id, _in_grid, request, number, version)


def _in_grid(request: Request, number: int, version: int) -> Response:
    book, person = book_of(request), person_of(request)
    with _opened(request, number, version) as opened:
        name, history = opened.version.name, opened.history
        sheets = _sheets(request, opened)
        file = RegisterFile(name, opened.stream, "application/octet-stream", pack_sheets(sheets))
        register = open_register(book, person, history.case, file, history.mark)
    return leading_to(f"/declarations/registers/{register}")


@router.post(ONE + "/grid", action="edit")
async def open_own_rows(request: Request, number: Number) -> Response:
    """Open the last version of a submission in a grid: a declarant's own, from which it sends the next version."""
    return await service_of(request).answering.run_for(person_of(request).id, _own_rows, request, number)


def _own_rows(request: Request, number: int) -> Response:
    book, person = book_of(request), person_of(request)
    last = len(show_submission(book, person, number).versions)
    if side_of(person) == AUTHORITY:
        return _in_grid(request, number, last)
    register = register_of_submission(book, person, number)
    if not register:
        with _opened(request, number, last) as opened:
            sheets = _sheets(request, opened)
            require_own_rows(sheets, opened.history.submission.sites)
            file = RegisterFile(opened.version.name, opened.stream, "application/octet-stream", pack_sheets(sheets))
            register = open_submission_rows(book, person, number, last, file)
    return leading_to(f"/declarations/registers/{register}")


def _sheets(request: Request, opened: OpenedVersion) -> Sheets:
    """Return the rows of a version, read in a confined process; its stream is at its beginning again."""
    with packed_again(opened.version.name, opened.stream) as archive:
        sheets = read_rows(archive, {}, network_must_be_cut=service_of(request).configuration.job_network_must_be_cut)
    opened.stream.seek(0)
    return sheets


@contextmanager
def _opened(request: Request, number: int, version: int) -> Iterator[OpenedVersion]:
    """Give a version with its file; raise `NotFoundError` where there is none that the person may see."""
    book, person = book_of(request), person_of(request)
    history = show_submission(book, person, number)
    kept, parts = read_version(book, person, number, version)
    with tempfile.TemporaryFile(prefix="opencwc-version-") as file:
        for part in parts:
            file.write(part)
        file.seek(0)
        yield OpenedVersion(history, kept, cast(IO[bytes], file))

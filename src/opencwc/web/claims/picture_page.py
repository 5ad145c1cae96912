"""Pictures of the reports of a run, brought to the page of its patterns: an old picture with a new date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import Request
from starlette.responses import Response

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.picture_looks import KeptUse, kept_uses
from opencwc.claims.patterns.model import Pattern
from opencwc.claims.patterns.old_pictures import ReportPicture, old_picture
from opencwc.custody.pictures.examination import examine_files
from opencwc.custody.pictures.seen import EarlierUse, SeenPicture
from opencwc.errors import InputError
from opencwc.reports.model import Report
from opencwc.web.casebook.upload_forms import Uploads, form_of, plain_name, several_files
from opencwc.web.claims.claim_run import ClaimRun, claim_run
from opencwc.web.server.api_parameters import Number
from opencwc.web.server.page import page
from opencwc.web.server.service import Router, book_of, person_of, service_of

router = Router(include_in_schema=False)
MOST_PICTURES = 20
FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file", "report"],
    "properties": {
        "file": several_files("Pictures of one report."),
        "report": {"type": "string", "maxLength": 200, "description": "The id of the report that they stand in."},
    },
}


@router.post("/claims/runs/{number}/pictures", action="read", uploads=True)
async def examine_pictures(request: Request, number: Number) -> Response:
    """Examine pictures of a report, and show which of them are older than it says."""
    run = claim_run(request, number)
    examined, found = await examined_pictures(request, run)
    shown = [(pattern, run.evidence_rows(pattern)) for pattern in found]
    return page(request, "claims/picture_patterns.html", run=run, shown=run.shown, patterns=shown, examined=examined)


async def examined_pictures(request: Request, run: ClaimRun) -> tuple[int, list[Pattern]]:
    """Return how many pictures were sent, and the patterns in them."""
    book, person = book_of(request), person_of(request)
    form = await form_of(request)
    try:
        sent: Uploads = [
            (plain_name(one.filename or ""), one.file)
            for one in form.getlist("file")
            if not isinstance(one, str) and one.filename
        ]
        if not sent:
            raise InputError("evidence_file_missing", where="file")
        if len(sent) > MOST_PICTURES:
            raise InputError("too_many_files", where="file", most=MOST_PICTURES)
        report = report_named(run, str(form.get("report") or "").strip())
        answering = service_of(request).answering
        found = await answering.run_for(person.id, _patterns, book, person, report, sent)
    finally:
        await form.close()
    return len(sent), found


def report_named(run: ClaimRun, name: str) -> Report:
    """Return the report of a run with an id; `InputError` where it has none."""
    for line in run.shown.kept.watched.lines:
        if line.told.report.id == name:
            return line.told.report
    raise InputError("evidence_field_wrong", where="report")


def _patterns(book: Casebook, person: Person, report: Report, sent: Uploads) -> list[Pattern]:
    return list(_old_among(book, person, report, sent))


def _old_among(book: Casebook, person: Person, report: Report, sent: Uploads) -> Iterator[Pattern]:
    """Yield the pictures that are older than their report: by the camera, or as an original that is kept already."""
    for facts in examine_files(sent):
        if facts.contents is None:
            continue
        uses = [_as_earlier(use) for use in kept_uses(book, person, facts).uses]
        if (pattern := old_picture(ReportPicture(report.id, facts), report, uses)) is not None:
            yield pattern


def _as_earlier(use: KeptUse) -> EarlierUse:
    """Return an original of a case as an earlier use, from when it was captured or else received."""
    day = (use.taken or use.at)[:10]
    seen = SeenPicture(use.source_id, "", "", published=day, source=use.case, address=use.url, name=use.name)
    return EarlierUse(seen, use.how, use.bits)

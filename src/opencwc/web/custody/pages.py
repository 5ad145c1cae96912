"""Evidence: a picture or a page is examined, and the cases that hold originals are listed."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from opencwc.casebook.custody_steps import CaseEvidence, cases_with_custody
from opencwc.casebook.permissions import may
from opencwc.custody.comparison_formats import notes_of, page_message
from opencwc.custody.masks import LARGEST, MOST_TEXT, ShownPart, check_part, manifest_in, part_in
from opencwc.custody.wacz_verifier import archive_said
from opencwc.finding import Message
from opencwc.web.casebook.upload_forms import upload_values
from opencwc.web.custody import case_pages, mask_pages
from opencwc.web.custody.examination import examine_archive, examine_upload
from opencwc.web.custody.example_files import PAGE_EXAMPLES, PICTURE_EXAMPLES, example_named
from opencwc.web.custody.forms import ARCHIVE, CHECK_PART, PICTURE, SentEvidence
from opencwc.web.server import downloads
from opencwc.web.server.htmx_headers import done
from opencwc.web.server.listing import Ending, ListAsked, ListColumn, ListShown, ListWanted, listed
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, person_of, service_of
from opencwc.wording import RIGHT_TO_LEFT, say, sentence

router = Router(include_in_schema=False)
MOST_SHOWN = 50
"""Compared pages that are shown; the JSON has all."""
MOST_ROWS = 500
CASE_COLUMNS: tuple[ListColumn[CaseEvidence], ...] = (
    ListColumn("case", "casebook_column_case", lambda one, _: one.case.name),
    ListColumn(
        "originals", "page_evidence_originals", lambda one, _: str(one.originals), lambda one: one.originals,
        number=True,
    ),
    ListColumn("steps", "page_evidence_steps", lambda one, _: str(one.steps), lambda one: one.steps, number=True),
    ListColumn("last", "page_evidence_last", lambda one, _: one.last),
)  # fmt: skip


@router.get("/evidence", action="rules")
def show(request: Request, wanted: ListWanted) -> Response:
    """Show where a picture or a page is examined, and the cases with originals."""
    return page(
        request, "custody/page.html", cases=_cases_listed(request, wanted), pages=PAGE_EXAMPLES,
        pictures=PICTURE_EXAMPLES, **upload_values(request),
    )  # fmt: skip


@router.get("/evidence/cases.{ending}", action="read")
def give_cases(request: Request, ending: Ending, wanted: ListWanted) -> Response:
    """Give the list of cases with evidence as a file, in which no cell is a formula."""
    file = _cases_listed(request, wanted).file(ending, "page_evidence_cases", language_of(request))
    return downloads.download(file, f"evidence.{ending}")


def _cases_listed(request: Request, wanted: ListAsked) -> ListShown[CaseEvidence]:
    person, intake = person_of(request), service_of(request).intake
    cases = cases_with_custody(intake.book, person) if intake is not None and may(person, "read") else []
    return listed(cases, CASE_COLUMNS, wanted, language_of(request))


@router.get("/evidence/examples/{name}", action="rules")
def example(name: str) -> Response:
    """Give an invented picture or capture to try out."""
    return downloads.download(example_named(name), name)


@router.post("/evidence/picture", action="rules", uploads=True)
async def picture(request: Request) -> Response:
    """Examine a picture; it is kept where a case is named, and else not."""
    service, person = service_of(request), person_of(request)
    async with PICTURE.sent(request) as sent:
        examined = await service.answering.run_for(person.id, examine_upload, request, sent)
    shown = page(request, "custody/picture.html", examined=examined, contents=examined.facts.contents)
    return done(shown, say(examined.heading, language_of(request)))


@router.post("/evidence/archive", action="rules", uploads=True)
async def archive(request: Request) -> Response:
    """Verify and compare captures of pages; they are kept where a case is named, and else not."""
    service, person, lang = service_of(request), person_of(request), language_of(request)
    async with ARCHIVE.sent(request) as sent:
        examined = await service.answering.run_for(person.id, examine_archive, request, sent)
    files = [
        (one, archive_said(one.checked, lang) if one.checked else [], one.captures[:MOST_ROWS])
        for one in (examined.first, examined.other)
        if one is not None
    ]
    shown = page(
        request, "custody/archive.html", examined=examined, right_to_left=RIGHT_TO_LEFT, most_rows=MOST_ROWS,
        files=files,
        pages=[(one, page_message(one), list(notes_of(one))) for one in examined.pages[:MOST_SHOWN]],
        more=max(0, len(examined.pages) - MOST_SHOWN),
    )  # fmt: skip
    return done(shown, say(examined.heading, lang))


@router.post("/evidence/part", action="rules", uploads=True)
async def part(request: Request) -> Response:
    """Check that a hidden part which was shown is the one that was hidden at its place."""
    service, person, lang = service_of(request), person_of(request), language_of(request)
    async with CHECK_PART.sent(request) as sent:
        belongs, shown, said = await service.answering.run_for(person.id, checked_part, sent)
    return page(
        request, "custody/part.html", belongs=belongs, number=shown.number, text=shown.text,
        said=[sentence(one, lang) for one in said],
    )  # fmt: skip


def checked_part(sent: SentEvidence) -> tuple[bool, ShownPart, tuple[Message, ...]]:
    """Return whether a part that was sent belongs to its masks, the part, and what is to be said of it."""
    manifest = manifest_in(sent.data("masks", LARGEST), sent.files["masks"][0][0])
    shown = part_in(sent.data("part", LARGEST), sent.files["part"][0][0])
    text = sent.data("text", 4 * MOST_TEXT) if "text" in sent.files else None
    faults = check_part(manifest, shown, text)
    belongs = Message("custody_part_belongs", {"number": shown.number, "text": shown.text})
    return not faults, shown, faults or (belongs,)


for pages in (case_pages, mask_pages):
    router.include_router(pages.router)

"""The custody of a case: its originals and steps, forms for a further step, and what is given out."""

from __future__ import annotations

import mimetypes
import tempfile
from collections.abc import Iterator
from typing import IO, Annotated, Literal

from fastapi import Form, Path, Request
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.custody_steps import CustodyStep, custody_of, keep_copy, receive, take_copy
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Mark, Person
from opencwc.custody.archive_keys import house_key
from opencwc.custody.stix import as_stix
from opencwc.errors import NotFoundError
from opencwc.finding import Message
from opencwc.jobs.custody_exports import give_archive_into, seen_in
from opencwc.jobs.page_capture import capture
from opencwc.reports.intake.network import load_network_settings
from opencwc.web.custody.custody_view import LISTS, case_custody, together
from opencwc.web.custody.forms import CAPTURE, COPY_OF, RECEIVE, RECEIVE_IN, SentEvidence
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Closed
from opencwc.web.server.downloads import download
from opencwc.web.server.htmx_headers import announcing, leading_to
from opencwc.web.server.listing import Ending, ListWanted
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of, service_of
from opencwc.wording import say

router = Router(include_in_schema=False)
CASE = "/evidence/cases/{name}"
ONE = CASE + "/originals/{sha256}"
CaseName = Annotated[str, Path(max_length=64)]
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="The SHA-256 of a file of the case.")]
_PIECE = 1 << 20


class GiveForm(Closed):
    """What is given out: by which approved request, whether the masked copies alone, and to whom."""

    request: Annotated[int, Field(ge=1, le=LARGEST)]
    masked: bool = False
    to: Annotated[str, Field(max_length=1_000)] = ""


@router.get(CASE, action="read")
def show(request: Request, name: CaseName, wanted: ListWanted) -> Response:
    """Show the originals of a case, what was made from them, and every step."""
    custody, lang = case_custody(book_of(request), person_of(request), name), language_of(request)
    lists = {part: listed_as(custody, wanted, lang) for part, listed_as in LISTS.items()}
    return page(
        request, "custody/case.html", custody=custody, lists=lists, list=together(lists.values()), case=custody.case,
        counted=[(f"page_evidence_{part}", one) for part, one in lists.items() if one.total],
        may_fetch=load_network_settings().network,
        marks=[mark for mark in Mark if mark <= person_of(request).clearance],
    )  # fmt: skip


@router.post("/evidence/originals", action="keep", uploads=True)
async def add_case(request: Request) -> Response:
    """Keep files as they came as originals of a case that is named, and show the case."""
    service, person = service_of(request), person_of(request)
    async with RECEIVE_IN.sent(request) as sent:
        name = sent.text("case")
        steps = await service.answering.run_for(person.id, receive_sent, book_of(request), person, name, sent)
    return _back(request, name, say(Message("page_evidence_kept", {"count": len(steps)}), language_of(request)))


@router.post(CASE + "/originals", action="keep", uploads=True)
async def add_originals(request: Request, name: CaseName) -> Response:
    """Keep files as they came as originals of a case, and show the case."""
    service, person = service_of(request), person_of(request)
    async with RECEIVE.sent(request) as sent:
        steps = await service.answering.run_for(person.id, receive_sent, book_of(request), person, name, sent)
    return _back(request, name, say(Message("page_evidence_kept", {"count": len(steps)}), language_of(request)))


def receive_sent(book: Casebook, person: Person, case: str, sent: SentEvidence) -> list[CustodyStep]:
    """Keep the files that were sent as originals of a case, which is opened where there is none of this name."""
    mark, taken = sent.mark(), sent.moment("taken")
    case_for_keeping(book, person, case, mark)
    return [
        receive(
            book, person, case, file, name, mark=mark, media_type=mimetypes.guess_type(name)[0] or "",
            url=sent.text("url"), taken=taken,
        )
        for name, file in sent.files["file"]
    ]  # fmt: skip


@router.post(CASE + "/captures", action="keep", uploads=True)
async def add_capture(request: Request, name: CaseName) -> Response:
    """Fetch a page and keep it as evidence in a case, and show the case."""
    service, person, book = service_of(request), person_of(request), book_of(request)
    async with CAPTURE.sent(request) as sent:
        await service.answering.run_for(person.id, capture_asked, book, person, name, sent)
    return _back(request, name, say(Message("page_evidence_kept", {"count": 1}), language_of(request)))


def capture_asked(book: Casebook, person: Person, case: str, sent: SentEvidence) -> CustodyStep:
    """Fetch what is at the address that was sent and keep it in a case."""
    return capture(book, person, case, sent.text("url"), sent.mark())


@router.post(ONE + "/working-copy", action="keep")
def give_working_copy(request: Request, name: CaseName, sha256: Sha256) -> Response:
    """Give a copy of a file to work with; the file stays, and the copy is on record."""
    return working_copy(book_of(request), person_of(request), name, sha256)


def working_copy(book: Casebook, person: Person, case: str, source: str) -> Response:
    """Give a copy of a file of a case to work with, and put that on record."""
    step = next((one.step for one in custody_of(book, person, case) if one.step.source_id == source), None)
    if step is None:
        raise NotFoundError("no_such_source", where=source)
    name = f"working-copy-{source[:8]}{plain_ending(step.name) or '.bin'}"
    parts = take_copy(book, person, case, source, name)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(parts, media_type="application/octet-stream", headers=headers)


def plain_ending(name: str) -> str:
    """Return the ending of a name as a header may hold it.

    >>> plain_ending("a.JPG"), plain_ending("a.\u00e9"), plain_ending("a")
    ('.JPG', '', '')
    """
    ending = name.rpartition(".")[2] if "." in name else ""
    return f".{ending}" if 0 < len(ending) < 9 and ending.isascii() and ending.isalnum() else ""


@router.post(CASE + "/copies", action="keep", uploads=True)
async def add_copy(request: Request, name: CaseName) -> Response:
    """Keep what was made from an original beside it, and show the case."""
    service, person, book = service_of(request), person_of(request), book_of(request)
    async with COPY_OF.sent(request) as sent:
        await service.answering.run_for(person.id, keep_sent_copy, book, person, name, sent.text("original"), sent)
    return _back(request, name, say(Message("page_evidence_kept", {"count": 1}), language_of(request)))


def keep_sent_copy(book: Casebook, person: Person, case: str, original: str, sent: SentEvidence) -> CustodyStep:
    """Keep what was made from an original of a case beside it."""
    name, file = sent.files["file"][0]
    kind = mimetypes.guess_type(name)[0] or ""
    return keep_copy(book, person, case, original, file, name, media_type=kind, note=sent.text("note"))


@router.get(CASE + "/stix.json", action="read")
def give_stix(request: Request, name: CaseName) -> Response:
    """Give the originals of a case as STIX 2.1."""
    return downloads.download(case_as_stix(book_of(request), person_of(request), name), f"{name}-stix.json")


@router.get(CASE + "/{part}.{ending}", action="read")
def give_list(
    request: Request, name: CaseName, part: Literal["originals", "copies", "steps"], ending: Ending, wanted: ListWanted
) -> Response:
    """Give a list of a case as a file, in which no cell is a formula."""
    lang = language_of(request)
    table = LISTS[part](case_custody(book_of(request), person_of(request), name), wanted, lang)
    return download(table.file(ending, f"page_evidence_{part}", lang), f"{part}-{name}.{ending}")


def case_as_stix(book: Casebook, person: Person, case: str) -> bytes:
    """Return the originals of a case as STIX 2.1."""
    return as_stix(seen_in(custody_of(book, person, case))) + b"\n"


@router.post(CASE + "/archive", action="export")
def give_archive(request: Request, name: CaseName, asked: Annotated[GiveForm, Form()]) -> Response:
    """Give the originals of a case as a signed WACZ, once its export was approved."""
    return archive_given(book_of(request), person_of(request), name, asked)


def archive_given(book: Casebook, person: Person, case: str, asked: GiveForm) -> Response:
    """Give the originals of a case, or their masked copies, as a signed WACZ, and put that on record."""
    file = tempfile.TemporaryFile(prefix="opencwc-archive-")  # noqa: SIM115 - closed once it was sent
    try:
        given = give_archive_into(
            book, person, case, asked.request, file, house_key(), masked=asked.masked, to=asked.to
        )
    except BaseException:
        file.close()
        raise

    ending = "wacz.age" if given.recipients else "wacz"
    return downloads.download(pieces_of(file), f"{case}{'-masked' if asked.masked else ''}.{ending}")


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file from its beginning, and close it."""
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _back(request: Request, name: str, message: str) -> Response:
    """Lead back to the page of a case, where a message is read out."""
    response = leading_to(f"/evidence/cases/{name}")
    response.headers.update(announcing(message, carry=True))
    return response

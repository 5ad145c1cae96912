"""The custody of a case for programs: its steps, further ones, and what is given out."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from fastapi import Request
from msgspec import Meta
from starlette.responses import JSONResponse, Response

from opencwc.casebook.custody_steps import STEPS, CustodyStep, custody_of
from opencwc.jobs.evidence_masks import reveal_all
from opencwc.records import one_of, to_plain
from opencwc.web.custody.case_pages import (
    CaseName,
    GiveForm,
    Sha256,
    archive_given,
    capture_asked,
    case_as_stix,
    keep_sent_copy,
    receive_sent,
    working_copy,
)
from opencwc.web.custody.custody_view import step_plain
from opencwc.web.custody.forms import CAPTURE, COPY, HIDE, RECEIVE, REVEAL, SHOW_PART
from opencwc.web.custody.mask_pages import mask_as_asked, part_as_asked, salts_sent
from opencwc.web.server.api_parameters import Binary, InLang, MarkName, answers
from opencwc.web.server.service import Router, book_of, person_of, service_of

router = Router(tags=["evidence"])
CUSTODY = "/api/v1/cases/{name}/custody"
ONE = CUSTODY + "/originals/{sha256}"
_UPLOAD = (404, 409, 413, 415, 501)
_THERE = (404, 409, 501)


class StepKept(TypedDict):
    """A step that was put on record: `seq` is its record, `source_id` the SHA-256 of the file."""

    seq: int
    case_number: int
    step: Annotated[str, one_of(STEPS)]
    source_id: str
    from_id: str
    person: str
    at: str
    name: str
    url: str
    taken: str
    note: str
    file: str


class CustodyStepAnswer(StepKept):
    """A step, the size and mark of its file, and what proves when it was."""

    size: int
    media_type: str
    mark: MarkName
    anchor: Annotated[int, Meta(description="How many records the first anchor has that covers it; 0 where none does.")]
    anchored_at: str
    stamped_at: Annotated[str, Meta(description="The time that a time-stamping authority gives (RFC 3161).")]
    anchored: bool


class MaskedOriginalAnswer(TypedDict):
    """A masked text that was kept beside its original, and what stays with you: it is kept nowhere else."""

    text: str
    masks: dict[str, Any]
    salts: dict[str, Any]


@router.get(CUSTODY, action="read", answer=answers("The steps", steps=list[CustodyStepAnswer]), problems=(404, 501))
def steps(request: Request, name: CaseName) -> Response:
    """Give what was done with the files of a case, each step with what proves when it was."""
    proved = custody_of(book_of(request), person_of(request), name)
    return JSONResponse({"steps": [step_plain(one) for one in proved]})


@router.get(
    CUSTODY + "/stix", action="read", answer=answers("The originals as STIX 2.1", type=str, id=str, objects=list[Any]),
    problems=(404, 501),
)  # fmt: skip
def stix(request: Request, name: CaseName) -> Response:
    """Give the originals of a case as STIX 2.1."""
    return Response(case_as_stix(book_of(request), person_of(request), name), media_type="application/json")


@router.post(
    CUSTODY + "/originals", action="keep", status_code=201, form=RECEIVE.schema,
    answer=answers("The steps", steps=list[StepKept]), problems=_UPLOAD,
)  # fmt: skip
async def receive(request: Request, name: CaseName) -> Response:
    """Keep files as they came as originals of a case, which is opened where there is none of this name."""
    service, person = service_of(request), person_of(request)
    async with RECEIVE.sent(request) as sent:
        made = await service.answering.run_for(person.id, receive_sent, book_of(request), person, name, sent)
    return JSONResponse({"steps": [_kept(step) for step in made]}, 201)


@router.post(
    CUSTODY + "/captures", action="keep", status_code=201, form=CAPTURE.schema,
    answer=answers("The step", StepKept), problems=_UPLOAD,
)  # fmt: skip
async def capture(request: Request, name: CaseName) -> Response:
    """Fetch a page and keep it as evidence in a case, only from hosts that the setting names for the network."""
    service, person = service_of(request), person_of(request)
    async with CAPTURE.sent(request) as sent:
        step = await service.answering.run_for(person.id, capture_asked, book_of(request), person, name, sent)
    return JSONResponse(_kept(step), 201)


@router.post(
    ONE + "/working-copy", action="keep", answer=answers("The file", Binary, "application/octet-stream"),
    problems=_THERE,
)  # fmt: skip
def copy(request: Request, name: CaseName, sha256: Sha256) -> Response:
    """Give a copy of a file to work with; the file stays, and the copy is on record."""
    return working_copy(book_of(request), person_of(request), name, sha256)


@router.post(
    ONE + "/copies", action="keep", status_code=201, form=COPY.schema, answer=answers("The step", StepKept),
    problems=_UPLOAD,
)  # fmt: skip
async def keep_copy(request: Request, name: CaseName, sha256: Sha256) -> Response:
    """Keep what was made from an original beside it."""
    service, person = service_of(request), person_of(request)
    async with COPY.sent(request) as sent:
        made = await service.answering.run_for(person.id, keep_sent_copy, book_of(request), person, name, sha256, sent)
    return JSONResponse(_kept(made), 201)


@router.post(
    ONE + "/masks", action="keep", status_code=201, form=HIDE.schema,
    answer=answers("The masked text", MaskedOriginalAnswer), problems=_UPLOAD,
)  # fmt: skip
async def mask(request: Request, name: CaseName, sha256: Sha256, keep: bool = True, lang: InLang = "en") -> Response:
    """Hide names in an original, and keep the masked text beside it unless `keep` is false."""
    service, person = service_of(request), person_of(request)
    async with HIDE.sent(request) as sent:
        made = await service.answering.run_for(
            person.id, mask_as_asked, book_of(request), person, name, sha256, sent, lang, keep=keep
        )
    masked = made.masked
    body: MaskedOriginalAnswer = {
        "text": masked.text, "masks": to_plain(masked.manifest), "salts": to_plain(masked.salts),
    }  # fmt: skip
    return JSONResponse(body, 201)


@router.post(
    CUSTODY + "/parts", action="keep", form=SHOW_PART.schema,
    answer=answers("The part", format=str, document=str, number=int, salt=str, text=str), problems=_UPLOAD,
)  # fmt: skip
async def show_part(request: Request, name: CaseName) -> Response:
    """Give one hidden part of a masked text of the case as it is shown to somebody; that is on record."""
    service, person = service_of(request), person_of(request)
    async with SHOW_PART.sent(request) as sent:
        part = await service.answering.run_for(person.id, part_as_asked, book_of(request), person, name, sent)
    return Response(part, media_type="application/json")


@router.post(
    CUSTODY + "/revealed", action="keep", form=REVEAL.schema, answer=answers("The text", text=str), problems=_UPLOAD
)
async def reveal(request: Request, name: CaseName) -> Response:
    """Give a masked text of the case with every part in its place again; that is on record."""
    service, person = service_of(request), person_of(request)
    async with REVEAL.sent(request) as sent:
        text = await service.answering.run_for(person.id, reveal_all, book_of(request), person, name, salts_sent(sent))
    return JSONResponse({"text": text})


@router.post(
    CUSTODY + "/archive", action="export", answer=answers("The archive", Binary, "application/octet-stream"),
    problems=_THERE,
)  # fmt: skip
def give(request: Request, name: CaseName, asked: GiveForm) -> Response:
    """Give the originals of a case as a signed WACZ with their steps and proofs, once its export was approved."""
    return archive_given(book_of(request), person_of(request), name, asked)


def _kept(step: CustodyStep) -> dict[str, Any]:
    return dict(to_plain(step))

"""What two people must agree on, and the proof: requests, exports, erasures, the record and its verification."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any, Literal, TypedDict

from fastapi import Path, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from opencwc.casebook.anchor_verifier import Vouch
from opencwc.casebook.audit_summary import word_outside
from opencwc.casebook.casebook_verifier import Problem, verify_casebook
from opencwc.casebook.database import Casebook, finish_erasures
from opencwc.casebook.encryption import read_recipients
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.exports import ask_for_export, export_case_into
from opencwc.casebook.findings import list_records
from opencwc.casebook.key_trust import Stretch
from opencwc.casebook.model import Person
from opencwc.casebook.record_proofs import HeadProof, RecordProof, head_proof, record_proof
from opencwc.casebook.requests import Request as Asked
from opencwc.casebook.requests import answer, ask, requests_of
from opencwc.errors import InputError
from opencwc.records import one_of, to_plain
from opencwc.web.server.api_parameters import LARGEST, Binary, Closed, InLang, answers
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import sentence

router = Router(tags=["audit"])

Seq = Annotated[int, Path(ge=1, le=LARGEST, description="The number of the request.")]
RecordNumber = Annotated[int, Path(ge=1, le=LARGEST, description="The number of a record.")]
HeadSize = Annotated[int | None, Query(ge=1, le=LARGEST, description="How many records the head has; else the newest.")]
_PIECE = 1 << 20


class RequestAnswer(TypedDict):
    """What one person asked for and another must approve."""

    seq: int
    kind: Annotated[str, one_of(("export", "erase"))]
    case: str
    case_number: int
    asked_by: str
    asked: dict[str, Any]
    state: Annotated[str, one_of(("asked", "approved", "declined", "done"))]
    answered_by: str


class RemarkAnswer(TypedDict):
    """What is no fault and should be known: of which record, its code and values, and its sentence."""

    seq: int
    code: str
    values: dict[str, Any]
    what: str


class VerificationAnswer(TypedDict):
    """Whether the casebook fits, what does not, which key signed what, and whether the house vouches for the keys."""

    casebook: str
    fits: bool
    vouched: bool
    records: int
    findings: int
    checkpoints: int
    keys: list[str]
    outsiders: list[Vouch]
    problems: list[Problem]
    stretches: list[Stretch]
    remarks: list[RemarkAnswer]


class NewRequest(Closed):
    """Something to ask for; ``recipients`` are age recipients of an export, ``ground`` the law behind an erasure."""

    kind: Literal["export", "erase"]
    case: Annotated[str, Field(max_length=64)]
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]
    recipients: Annotated[tuple[Annotated[str, Field(max_length=5_000)], ...], Field(max_length=50)] = ()
    sources: bool = True
    ground: Annotated[str, Field(max_length=1_000)] = ""


class Answer(Closed):
    """Yes or no to what another person asked for."""

    approve: bool
    reason: Annotated[str, Field(max_length=2_000)] = ""


@router.get("/api/v1/requests", action="read", answer=answers("The requests", requests=list[RequestAnswer]))
def requests(request: Request, waiting: bool = False) -> Response:
    """List what was asked for: exports and erasures."""
    listed = requests_of(book_of(request), person_of(request), waiting=waiting)
    return JSONResponse({"requests": [asdict(asked) for asked in listed]})


@router.post(
    "/api/v1/requests",
    action="ask",
    status_code=201,
    answer=answers("The request", RequestAnswer),
    problems=(404, 409),
    takes_key=True,
)
def ask_for(request: Request, asked: NewRequest) -> Response:
    """Ask for an export out of the house, or for an erasure; another person must approve it."""
    return JSONResponse(asdict(ask_as_asked(book_of(request), person_of(request), asked)), 201)


def ask_as_asked(book: Casebook, person: Person, asked: NewRequest) -> Asked:
    """Ask for an export or an erasure as a body does; raise `InputError` where a recipient is none."""
    if asked.kind == "erase":
        return ask(book, person, "erase", asked.case, {"reason": asked.reason, "ground": asked.ground})
    if any("\n" in recipient or not recipient.startswith(("age1", "ssh-")) for recipient in asked.recipients):
        raise InputError("recipient_not_valid", where="recipients")
    recipients = read_recipients(asked.recipients) if asked.recipients else []
    return ask_for_export(book, person, asked.case, asked.reason, recipients=recipients, sources=asked.sources)


@router.post(
    "/api/v1/requests/{seq}/answer",
    action="approve",
    answer=answers("The request", RequestAnswer),
    problems=(404, 409),
    takes_key=True,
)
def answer_to(request: Request, seq: Seq, asked: Answer) -> Response:
    """Approve or decline what another person asked for."""
    book, person = book_of(request), person_of(request)
    return JSONResponse(asdict(answer(book, person, seq, approve=asked.approve, reason=asked.reason)))


@router.post(
    "/api/v1/requests/{seq}/bundle",
    action="export",
    answer=answers("The bundle", Binary, "application/octet-stream"),
    problems=(404, 409),
)
def bundle(request: Request, seq: Seq, lang: InLang = "en") -> Response:
    """Carry out an approved export: the bundle, encrypted where recipients were named.

    An approval is used up by it: whoever loses the bundle on the way asks anew.
    """
    file = tempfile.TemporaryFile(prefix="opencwc-bundle-")  # noqa: SIM115 - closed once it was sent
    try:
        written = export_case_into(book_of(request), person_of(request), seq, file, lang)
    except BaseException:
        file.close()
        raise

    def pieces() -> Iterator[bytes]:
        with file:
            file.seek(0)
            while piece := file.read(_PIECE):
                yield piece

    ending = "age" if written.get("recipients") else "zip"
    headers = {
        "Content-Disposition": f'attachment; filename="case-{seq}.{ending}"',
        "X-OpenCWC-Mark": str(written["mark"]),
    }
    return StreamingResponse(pieces(), media_type="application/octet-stream", headers=headers)


@router.post(
    "/api/v1/requests/{seq}/erasure",
    action="erase",
    answer=answers("What was erased"),
    problems=(404, 409),
    takes_key=True,
)
def erasure(request: Request, seq: Seq) -> Response:
    """Carry out an approved erasure.

    ``finished`` is false where the case is gone from the tables and what it left in the database's files could not be
    overwritten yet: that is tried again at each start.
    """
    book = book_of(request)
    erased = erase_case(book, person_of(request), seq)
    return JSONResponse({**erased, "finished": finish_erasures(book, wait=0.0) is None})


@router.get(
    "/api/v1/records",
    action="audit",
    answer=answers("A page of the record", records=list[dict[str, Any]], next=int | None),
)
def records(
    request: Request,
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> Response:
    """List the record: number, moment, kind, who, and which case, as far as you are cleared for it."""
    page = list_records(book_of(request), person_of(request), after=after, limit=limit)
    return JSONResponse({"records": page, "next": page[-1]["seq"] if len(page) == limit else None})


@router.get(
    "/api/v1/anchors",
    action="audit",
    answer=answers(
        "Who outside vouches", origin=str, outsiders=list[Vouch], problems=list[str], anchors=list[dict[str, Any]]
    ),
)
def anchors(request: Request) -> Response:
    """Say who outside vouches up to which record, and list the newest signed heads that were put outside."""
    return JSONResponse(to_plain(word_outside(book_of(request), person_of(request))))


@router.get("/api/v1/records/{record}/proof", action="audit", answer=answers("The proof", RecordProof), problems=(404,))
def proof_of_record(request: Request, record: RecordNumber, of: HeadSize = None) -> Response:
    """Prove that a record is among those of the signed head: its commitment and path, and nothing of what it says."""
    return JSONResponse(to_plain(record_proof(book_of(request), person_of(request), record, of)))


@router.get("/api/v1/heads/{since}/proof", action="audit", answer=answers("The proof", HeadProof), problems=(404,))
def proof_of_head(request: Request, since: RecordNumber, of: HeadSize = None) -> Response:
    """Prove that the signed head goes on from the first records, ``since`` in number."""
    return JSONResponse(to_plain(head_proof(book_of(request), person_of(request), since, of)))


@router.post("/api/v1/verification", action="audit", answer=answers("Whether it fits", VerificationAnswer))
def verification(request: Request, sources: bool = False, lang: InLang = "en") -> Response:
    """Verify the casebook: every record, link, signature and finding, what was made of them, and whose keys signed."""
    checked = verify_casebook(book_of(request), person_of(request), sources=sources)
    remarks = [{**asdict(remark), "what": sentence(remark.says, lang)} for remark in checked.remarks]
    return JSONResponse({**asdict(checked), "remarks": remarks, "fits": checked.fits, "vouched": checked.vouched})

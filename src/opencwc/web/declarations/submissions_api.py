"""Submissions for programs: opened, sent as files, compared, completed, released by two people, submitted, amended."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from fastapi import Path, Query, Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from opencwc.casebook.model import Person
from opencwc.casebook.submission_states import MARKS, UNMARK, State, Step
from opencwc.casebook.submissions import (
    AUTHORITY,
    OPERATOR,
    Submission,
    SubmissionHistory,
    Version,
    amendments_due,
    amounts_of_version,
    differences_of,
    list_submissions,
    open_submission,
    read_version,
    set_mark,
    show_submission,
    side_of,
    take_step,
)
from opencwc.casebook.version_proofs import version_proof
from opencwc.declarations.amounts import Amounts
from opencwc.declarations.forms.tree import Fault, plain_decimal
from opencwc.declarations.handed_in import Unfit
from opencwc.records import fields_of, one_of
from opencwc.web.declarations.forms import asked_profile
from opencwc.web.declarations.handing_in import VERSION_SCHEMA, keep_sent
from opencwc.web.declarations.submission_pages import file_ending
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Binary, Closed, DayText, InLang, MarkName, Number, answers
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import sentence

router = Router(tags=["submissions"])
ADDRESS = "/api/v1/submissions"
ONE = ADDRESS + "/{number}"
VERSION = ONE + "/versions/{version}"
MOST_DIFFERENCES = 10_000
VersionNumber = Annotated[int, Path(ge=1, le=1_000_000, description="The number of a version, from 1.")]
Compared = Annotated[int, Query(ge=1, le=1_000_000, description="The number of a version, from 1.")]
Kilograms = Annotated[str, Meta(description="A decimal number of kilograms, as text: nothing of it is lost.")]
StepNamed = Literal["complete", "release", "submit", "provisional", "not_provisional", "incomplete", "not_incomplete"]


class SubmissionAnswer(TypedDict):
    """A submission: what is declared of some sites in a year, and where it stands."""

    number: int
    profile: str
    year: int
    sites: list[str]
    state: Annotated[str, one_of(map(str, State))]
    provisional: Annotated[str, Meta(description="Why it is provisional; empty where it is not.")]
    incomplete: Annotated[str, Meta(description="Why it is incomplete; empty where it is not.")]
    opened_at: str


class VersionAnswer(TypedDict):
    """A frozen file."""

    number: int
    side: Annotated[str, one_of((OPERATOR, AUTHORITY))]
    person: Annotated[str, Meta(description="The id of who sent it; empty where a declarant may not know it.")]
    at: str
    name: str
    sha256: Annotated[str, Meta(description="The SHA-256 of the file as it came; empty once it was erased.")]
    changes: str
    why: str
    rule: str
    due: Annotated[str, Meta(description="The last day of an amendment, where the profile sets one.")]


class StepAnswer(TypedDict):
    """A step with its reason, and the state that it led to."""

    step: str
    version: int
    person: Annotated[str, Meta(description="The id of who took it; empty where a declarant may not know it.")]
    at: str
    reason: str
    state: Annotated[str, one_of(map(str, State))]


class HistoryAnswer(TypedDict):
    """A submission with its versions and steps in their order."""

    submission: SubmissionAnswer
    case: Annotated[str, Meta(description="Its case; empty for a declarant.")]
    mark: MarkName
    versions: list[VersionAnswer]
    steps: list[StepAnswer]
    may_next: Annotated[list[str], Meta(description="What you may do next.")]
    last: Annotated[int, Meta(description="What `seen` says of who acts: nobody has acted since.")]


class FormFault(TypedDict):
    """What is wrong with a declaration."""

    place: Annotated[str, Meta(description="Where in the file.")]
    path: Annotated[str, Meta(description="Which part of the declaration.")]
    rule: str
    says: str


class FoundAnswer(TypedDict):
    """What was found when a version came."""

    of: Annotated[str, one_of(("register", "declaration"))]
    sites: list[str]
    unread: Annotated[int, Meta(description="Rows of a register that could not be read.")]
    faults: Annotated[list[FormFault], Meta(description="Faults of a declaration, the first of them.")]
    more: Annotated[int, Meta(description="Faults that are not told.")]
    attached: Annotated[bool, Meta(description="The declaration was attached to a PDF, whose pages were not read.")]


class SentAnswer(TypedDict):
    """A version that was frozen, and what was found in it."""

    version: VersionAnswer
    found: FoundAnswer
    last: int


class DifferenceAnswer(TypedDict):
    """An amount that is not the same in two versions; null where a version does not have it."""

    site: str
    plant: str
    chemical: Annotated[str, Meta(description="Its CAS number where the register gives one, else its name.")]
    name: Annotated[str, Meta(description="What the register calls it; empty where it has the number alone.")]
    activity: str
    year: int
    planned: bool
    first: Kilograms | None
    second: Kilograms | None
    difference: Kilograms


class DueAmendment(TypedDict):
    """Until when an amendment is to be submitted."""

    due: DayText
    submission: int
    year: int
    profile: str
    sites: list[str]
    rule: str
    why: str
    is_submitted: bool


class NewSubmission(Closed):
    """A submission to open."""

    case: Annotated[str, Field(min_length=1, max_length=64)]
    profile: Annotated[str, Field(min_length=1, max_length=40)] = "treaty"
    year: Annotated[int, Field(ge=1997, le=2100)]
    sites: Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=5_000)]


class NewStep(Closed):
    """A step, or a mark to set or take away, with its reason; ``seen`` is ``last`` as it was read."""

    step: StepNamed
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]
    seen: Annotated[int | None, Field(ge=0, le=LARGEST)] = None


@router.get(ADDRESS, action="submissions", answer=answers("Them", submissions=list[SubmissionAnswer]), problems=(501,))
def everything(request: Request) -> Response:
    """Give the submissions that you may know of, the last opened first; a declarant those of its own sites."""
    found = list_submissions(book_of(request), person_of(request))
    return JSONResponse({"submissions": [_submission(one) for one in found]})


@router.post(
    ADDRESS,
    action="keep",
    status_code=201,
    takes_key=True,
    answer=answers("The submission", SubmissionAnswer),
    problems=(404, 409, 501),
)
def open_one(request: Request, asked: NewSubmission) -> Response:
    """Open a submission of sites in a case."""
    profile = asked_profile({"profile": asked.profile})
    opened = open_submission(book_of(request), person_of(request), asked.case, profile, asked.year, asked.sites)
    return JSONResponse(_submission(opened), 201, {"Location": f"{ADDRESS}/{opened.seq}"})


@router.get(
    "/api/v1/amendments", action="submissions", answer=answers("Them", amendments=list[DueAmendment]), problems=(501,)
)
def amendments(request: Request) -> Response:
    """Give the days that amendments make, the earliest first."""
    due = amendments_due(book_of(request), person_of(request))
    return JSONResponse(
        {"amendments": [fields_of(DueAmendment, one, due=one.due.isoformat(), sites=[*one.sites]) for one in due]}
    )


@router.get(ONE, action="submissions", answer=answers("The submission", HistoryAnswer), problems=(404, 501))
def show(request: Request, number: Number) -> Response:
    """Give a submission with its versions and steps; that somebody looked at a protected one is on record."""
    person = person_of(request)
    return JSONResponse(_history(show_submission(book_of(request), person, number), person))


@router.post(
    ONE + "/steps",
    action="declare",
    takes_key=True,
    answer=answers("The submission", HistoryAnswer),
    problems=(404, 409, 501),
)
def step(request: Request, number: Number, asked: NewStep) -> Response:
    """Complete, release or submit a submission, or set or take away a mark; the second release is another person's."""
    book, person = book_of(request), person_of(request)
    mark = asked.step.removeprefix(UNMARK)
    if mark in MARKS:
        history = set_mark(book, person, number, mark, asked.reason, on=mark == asked.step, seen=asked.seen)
    else:
        history = take_step(book, person, number, Step(asked.step), asked.reason, seen=asked.seen)
    return JSONResponse(_history(history, person))


@router.post(
    ONE + "/versions",
    action="declare",
    status_code=201,
    form=VERSION_SCHEMA,
    answer=answers("The version", SentAnswer),
    problems=(404, 409, 413, 415, 501),
)
async def send(request: Request, number: Number, lang: InLang = "en") -> Response:
    """Freeze a register or a declaration as the next version, and tell what is wrong with it.

    A declaration that does not follow its form is refused and not kept; what is submitted already takes an amendment.
    """
    sent = await keep_sent(request, number)
    if isinstance(sent, Unfit):
        raise sent.error
    version, read = sent
    person = person_of(request)
    told = {"version": _version(version, person), "found": _found(read, lang), "last": version.seq}
    return JSONResponse(told, 201, {"Location": f"{ADDRESS}/{number}/versions/{version.number}"})


@router.get(
    VERSION,
    action="submissions",
    answer=answers("The file as it came", Binary, "application/octet-stream"),
    problems=(404, 501),
)
def download(request: Request, number: Number, version: VersionNumber) -> Response:
    """Give a version as it came, byte by byte."""
    kept, parts = read_version(book_of(request), person_of(request), number, version)
    headers = {"content-disposition": f'attachment; filename="submission-{number}-{version}.{file_ending(kept.name)}"'}
    return StreamingResponse(parts, media_type="application/octet-stream", headers=headers)


@router.get(
    VERSION + "/found", action="submissions", answer=answers("What was found", FoundAnswer), problems=(404, 501)
)
def found(request: Request, number: Number, version: VersionNumber, lang: InLang = "en") -> Response:
    """Give what was found wrong with a version when it came."""
    return JSONResponse(_found(amounts_of_version(book_of(request), person_of(request), number, version), lang))


@router.get(VERSION + "/proof", action="submissions", answer=answers("The proof"), problems=(404, 501))
def proof(request: Request, number: Number, version: VersionNumber) -> Response:
    """Give what proves a version without the casebook: its record, and the checkpoint that was signed over it."""
    content = version_proof(book_of(request), person_of(request), number, version)
    return downloads.download(content, f"submission-{number}-{version}.proof.json")


@router.get(
    ONE + "/differences",
    action="submissions",
    answer=answers("The differences", differences=list[DifferenceAnswer], more=int),
    problems=(404, 501),
)
def differ(request: Request, number: Number, first: Compared, second: Compared) -> Response:
    """Give what is not the same in two versions, by site, plant, chemical, activity and year."""
    every = differences_of(book_of(request), person_of(request), number, first, second)
    told = [
        {
            **one.key._asdict(), "name": one.name, "first": plain_decimal(one.before.kg) if one.before else None,
            "second": plain_decimal(one.after.kg) if one.after else None, "difference": plain_decimal(one.kg),
        }
        for one in every[:MOST_DIFFERENCES]
    ]  # fmt: skip
    return JSONResponse({"differences": told, "more": len(every) - len(told)})


def _submission(one: Submission) -> dict[str, Any]:
    return dict(fields_of(SubmissionAnswer, one, number=one.seq, sites=[*one.sites], state=str(one.state)))


def _history(history: SubmissionHistory, person: Person) -> dict[str, Any]:
    return {
        "submission": _submission(history.submission), "case": history.case, "mark": str(history.mark),
        "versions": [_version(version, person) for version in history.versions],
        "steps": [
            fields_of(StepAnswer, step, person=_known(step.person, person), state=str(step.state))
            for step in history.steps
        ],
        "may_next": [*history.may_next], "last": history.last,
    }  # fmt: skip


def _version(version: Version, person: Person) -> dict[str, Any]:
    return dict(fields_of(VersionAnswer, version, person=_known(version.person, person), sha256=version.source_id))


def _known(who: str, person: Person) -> str:
    """Return the id of who acted, as far as somebody may know it: a declarant knows itself alone."""
    return who if side_of(person) == AUTHORITY or who == person.id else ""


def _found(read: Amounts, lang: str) -> FoundAnswer:
    return {
        "of": read.of, "sites": [*read.sites], "unread": read.unread,
        "faults": [fault_answer(fault, lang) for fault in read.faults], "more": read.more,
        "attached": read.attached,
    }  # fmt: skip


def fault_answer(fault: Fault, lang: str) -> FormFault:
    """Return a fault of a declaration, said in a language."""
    return {"place": fault.place, "path": fault.path, "rule": fault.rule, "says": sentence(fault.says, lang)}

"""Submissions: a list, and one submission with its versions side by side, its steps and what may be done next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import Form, Query, Request
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from opencwc.casebook.cases import list_cases
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import CaseStatus, Person
from opencwc.casebook.people import names_by_id
from opencwc.casebook.permissions import may
from opencwc.casebook.registers import EDITED
from opencwc.casebook.submission_states import MARKS, UNMARK, State, Step
from opencwc.casebook.submissions import (
    AUTHORITY,
    Submission,
    SubmissionHistory,
    amounts_of_version,
    differences_of,
    list_submissions,
    open_submission,
    read_version,
    set_mark,
    show_submission,
    side_of,
    take_step,
    version_numbered,
)
from opencwc.casebook.version_proofs import version_proof
from opencwc.convention.amendments import AMENDED
from opencwc.declarations.amounts import Difference
from opencwc.declarations.handed_in import Unfit
from opencwc.declarations.law import profiles
from opencwc.declarations.phrases import amount
from opencwc.declarations.uploaded_papers import CheckedUpload
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.web.convention.next_deadlines import amendments_waiting, next_deadlines
from opencwc.web.declarations.handing_in import keep_sent
from opencwc.web.declarations.judged_versions import judge_ahead
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import Closed, Number
from opencwc.web.server.htmx_headers import announcing, leading_to
from opencwc.web.server.listing import Ending, ListColumn, ListWanted, listed
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of, service_of
from opencwc.wording import say
from opencwc.wording.chemical_names import chemical_by_number, chemical_name

router = Router(include_in_schema=False)
LIST = "/declarations/submissions"
MOST_SHOWN = 500
_OPEN = (CaseStatus.OPEN, CaseStatus.IN_REVIEW)
MOST_DIFFERENCES = 1_000
_VersionNumber = Annotated[int, Query(ge=0, le=1_000_000)]


class OpenForm(Closed):
    """A submission to open; ``sites`` are codes, one a line."""

    case: Annotated[str, Field(min_length=1, max_length=64)]
    profile: Annotated[str, Field(min_length=1, max_length=40)]
    year: Annotated[int, Field(ge=1997, le=2100)]
    sites: Annotated[str, Field(max_length=200_000)]


class StepForm(Closed):
    """A step with its reason; ``seen`` is the number of the last record that the page showed."""

    step: Annotated[str, Field(max_length=40)]
    reason: Annotated[str, Field(max_length=2_000)] = ""
    seen: Annotated[int, Field(ge=0)]


COLUMNS: Sequence[ListColumn[Submission]] = (
    ListColumn("number", "submission_one", lambda one, _: str(one.seq), lambda one: one.seq),
    ListColumn("sites", "page_submissions_sites", lambda one, _: " ".join(one.sites)),
    ListColumn("year", "page_submissions_year", lambda one, _: str(one.year)),
    ListColumn("profile", "page_declarations_profile", lambda one, _: one.profile),
    ListColumn("state", "page_submissions_state", lambda one, lang: say(f"submission_state_{one.state}", lang)),
)
"""The columns of the list."""


@router.get(LIST, action="submissions")
def everything(request: Request, wanted: ListWanted) -> Response:
    """List the submissions that the person may know of, and the form that opens another."""
    lang, today = language_of(request), date.today()
    submissions = list_submissions(book_of(request), person_of(request))
    waiting = sum(one.state is not State.SUBMITTED for one in submissions)
    known = [(id, titles.get(lang) or titles.get("en") or id) for id, titles in profiles().items()]
    return page(
        request, "declarations/submissions.html", submissions=submissions, waiting=waiting,
        listed=listed(submissions, COLUMNS, wanted, lang), most=wanted.part(0, MOST_SHOWN).stop,
        profiles=known, titles=dict(known), years=range(today.year - 3, today.year + 3), today=today,
        amendments=amendments_waiting(request), cases=_open_cases(request),
        deadlines=() if may(person_of(request), "rules") else next_deadlines(today),
    )  # fmt: skip


def _open_cases(request: Request) -> list[tuple[str, str]]:
    """Return the name and the title of each open case in which the person may open a submission."""
    person = person_of(request)
    if not may(person, "keep"):
        return []
    cases = list_cases(book_of(request), person)
    return [(case.name, case.title) for case in cases if case.status in _OPEN][:MOST_SHOWN]


@router.get(LIST + ".{ending}", action="submissions")
def download_list(request: Request, ending: Ending, wanted: ListWanted) -> Response:
    """Give the submissions that are shown as a file, in which no cell is a formula."""
    submissions = list_submissions(book_of(request), person_of(request))
    lang = language_of(request)
    table = listed(submissions, COLUMNS, wanted, lang)
    return downloads.download(table.file(ending, "page_nav_submissions", lang), f"submissions.{ending}")


@router.post(LIST, action="keep")
def open_another(request: Request, asked: Annotated[OpenForm, Form()]) -> Response:
    """Open a submission and lead to it."""
    if asked.profile not in profiles():
        raise InputError("no_such_profile", where="profile", profile=asked.profile, known=tuple(profiles()), guess="")
    sites = asked.sites.splitlines()
    opened = open_submission(book_of(request), person_of(request), asked.case, asked.profile, asked.year, sites)
    return leading_to(f"{LIST}/{opened.seq}")


@router.get(LIST + "/{number}", action="submissions")
def show(request: Request, number: Number, first: _VersionNumber = 0, second: _VersionNumber = 0) -> Response:
    """Show a submission; two of its versions are compared, the last two where none are named."""
    book, person, lang = book_of(request), person_of(request), language_of(request)
    history = show_submission(book, person, number)
    count = len(history.versions)
    chosen = (first or max(1, count - 1), second or count)
    compared = differences_of(book, person, number, *chosen) if count > 1 and _whole(history) else ()
    listed_differences = [(one, *_chemical_shown(one, lang)) for one in compared[:MOST_DIFFERENCES]]
    read = amounts_of_version(book, person, number, chosen[1]) if count and _whole(history) else None
    if read is not None:
        _judge_ahead(request, history, chosen[1])
    return page(
        request, "declarations/submission.html", history=history, one=history.submission, chosen=chosen,
        differences=listed_differences, more=max(0, len(compared) - MOST_DIFFERENCES), list_address=LIST,
        compares=count > 1 and _whole(history), read=read, names=_names(book, person, history), weight=_weight,
        steps=[step for step in history.may_next if step not in (Step.REVISE, Step.AMEND)],
        sends=Step.AMEND if Step.AMEND in history.may_next else Step.REVISE if Step.REVISE in history.may_next else "",
        marks=_marks_to_set(history, person),
        edits=history.submission.state in EDITED and Step.REVISE in history.may_next,
        amended=AMENDED, today=date.today(),
    )  # fmt: skip


@router.post(LIST + "/{number}/steps", action="declare")
def step(request: Request, number: Number, asked: Annotated[StepForm, Form()]) -> Response:
    """Take a step, or set or take away a mark; lead to the page as it is then."""
    book, person = book_of(request), person_of(request)
    mark = asked.step.removeprefix(UNMARK)
    if mark in MARKS:
        set_mark(book, person, number, mark, asked.reason, on=mark == asked.step, seen=asked.seen)
    elif asked.step in (*Step,):
        take_step(book, person, number, Step(asked.step), asked.reason, seen=asked.seen)
    else:
        raise InputError("submission_step_unknown", where="step", step=asked.step[:40], known=tuple(map(str, Step)))
    return _leading(request, number, say("page_submissions_saved", language_of(request)))


@router.post(LIST + "/{number}/versions", action="declare", uploads=True)
async def send(request: Request, number: Number) -> Response:
    """Freeze the files that are sent as the next version, or show why a declaration does not follow its form."""
    sent = await keep_sent(request, number)
    if isinstance(sent, Unfit):
        checked = CheckedUpload(sent.faults, sent.total, 0, 0)
        return page(request, "declarations/checked.html", 422, checked=checked, name=sent.name, profile="", as_of="")
    _, read = sent
    told = Message("page_submissions_saved")
    if read.unread:
        told = Message("page_submissions_unread", {"count": read.unread})
    elif read.faults:
        told = Message("page_submissions_faults", {"count": len(read.faults) + read.more})
    return _leading(request, number, say(told, language_of(request)))


@router.get(LIST + "/{number}/versions/{version}", action="submissions")
def download(request: Request, number: Number, version: Number) -> Response:
    """Give a version as it was sent, as a file to save and never as a page of ours."""
    kept, parts = read_version(book_of(request), person_of(request), number, version)
    headers = {"content-disposition": f'attachment; filename="submission-{number}-{version}.{file_ending(kept.name)}"'}
    return StreamingResponse(parts, media_type="application/octet-stream", headers=headers)


@router.get(LIST + "/{number}/versions/{version}/proof", action="submissions")
def download_proof(request: Request, number: Number, version: Number) -> Response:
    """Give what proves a version without the casebook: its record and the checkpoint that was signed over it."""
    proof = version_proof(book_of(request), person_of(request), number, version)
    return downloads.download(proof, f"submission-{number}-{version}.proof.json")


def file_ending(name: str) -> str:
    """Return the ending under which a file is saved: that of its name where it is a plain one.

    >>> file_ending("books.XLSX"), file_ending("books"), file_ending("a.b c")
    ('xlsx', 'bin', 'bin')
    """
    ending = name.rpartition(".")[2].lower() if "." in name else "bin"
    return ending if ending.isascii() and ending.isalnum() and len(ending) <= 5 else "bin"


def _leading(request: Request, number: int, told: str) -> Response:
    response = leading_to(f"{LIST}/{number}")
    response.headers.update(announcing(told, carry=True))
    return response


def _judge_ahead(request: Request, history: SubmissionHistory, number: int) -> None:
    """Judge a version while a person reads the page that leads to what is due of it; a program goes where it will."""
    if request.headers.get("sec-fetch-mode") == "navigate":
        service, version = service_of(request), version_numbered(history.versions, number)
        service.answering.ahead(judge_ahead, service, book_of(request), history.submission, version, date.today())


def _whole(history: SubmissionHistory) -> bool:
    """Tell whether the versions are still there: an erasure takes them."""
    return all(version.source_id for version in history.versions)


def _names(book: Casebook, person: Person, history: SubmissionHistory) -> dict[str, str]:
    """Return the names to show; a declarant is shown no person of the house or of another, only its own name."""
    if side_of(person) != AUTHORITY:
        return {person.id: person.name or person.login}
    people = [version.person for version in history.versions] + [step.person for step in history.steps]
    return names_by_id(book, people)


def _marks_to_set(history: SubmissionHistory, person: Person) -> list[str]:
    if not may(person, "declare", history.mark) or not history.may_next:
        return []
    return [f"{UNMARK}{mark}" if getattr(history.submission, mark) else mark for mark in MARKS]


def _weight(kg: Decimal) -> str:
    """Return a weight in the unit in which it reads best; less than nothing is a difference.

    >>> _weight(Decimal("1500.0010")), _weight(Decimal("-0.25"))
    ('1.500001 t', '-250 g')
    """
    return f"-{amount(-kg)}" if kg < 0 else amount(kg)


def _chemical_shown(difference: Difference, lang: str) -> tuple[str, str]:
    """Return a chemical by its name in the reader's language, and its number where it has one."""
    written, number = difference.name, difference.key.chemical
    if written.casefold() == number.casefold():
        return written, ""
    return chemical_name(number, written, lang) or chemical_by_number(number), number

"""Case: how it stands, what its runs checked, what was said of it, and what leaves the house or is erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, cast

from fastapi import Form, Path, Request
from pydantic import Field
from starlette.responses import Response

from opencwc.casebook.case_report import verdict_counts
from opencwc.casebook.cases import change_case, mark_of_case
from opencwc.casebook.database import Casebook, finish_erasures
from opencwc.casebook.decisions import comment, reviewers
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.findings import comments_on_case, show_case
from opencwc.casebook.model import Case, CaseStatus, Filter, Mark, Person
from opencwc.casebook.people import names_by_id
from opencwc.casebook.permissions import may
from opencwc.casebook.requests import answer, requests_of
from opencwc.casebook.run_pages import is_of_pages
from opencwc.casebook.units import KeptUnit, count_units, list_units
from opencwc.web.casebook.api import ChangedCase, Comment
from opencwc.web.casebook.audit_api import Answer, NewRequest, ask_as_asked, bundle
from opencwc.web.casebook.casebook_page import names_instead
from opencwc.web.casebook.run_summary import FindingFilter, RunSummary, waiting_among
from opencwc.web.casebook.unit_list import COLUMNS, lines_of
from opencwc.web.server.api_parameters import Closed, Lang, Number
from opencwc.web.server.htmx_headers import announcing, done
from opencwc.web.server.listing import MOST_PRINTED, ListAsked, ListShown, ListWanted
from opencwc.web.server.page import is_fragment, language_of, page
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import say

router = Router(include_in_schema=False)

MOST_UNITS, MOST_LOOKED_AT = 8, 40
"""What is found in a case, as its page shows it: the gravest, and how many are looked at for them."""
USUAL = ListAsked()
FOUND_COLUMNS = tuple(column for column in COLUMNS if column.name in ("name", "verdict", "mentions", "status"))
Name = Annotated[str, Path(max_length=64)]


class RequestForm(Closed):
    """What is asked for; ``recipients`` stand one on a line."""

    kind: Literal["export", "erase"]
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]
    recipients: Annotated[str, Field(max_length=50_000)] = ""
    sources: bool = False
    ground: Annotated[str, Field(max_length=1_000)] = ""


@router.get("/cases/{name}", action="read")
def show(request: Request, name: Name, wanted: ListWanted) -> Response:
    """Show a case; what was found in it in the order of a column."""
    return _case_page(request, name, wanted=wanted)


@router.post("/cases/{name}", action="manage_case")
def change(request: Request, name: Name, asked: Annotated[ChangedCase, Form()]) -> Response:
    """Change a case; the form holds every field, so that an empty one takes away what stood there."""
    book, person = book_of(request), person_of(request)
    case, _, _ = show_case(book, person, name)
    wanted = {"title": "", "due": "", "retain_until": "", **asked.model_dump(exclude_none=True)}
    changes = {key: value for key, value in wanted.items() if value != str(getattr(case, key))}
    change_case(book, person, name, **changes)
    return _case_page(request, name, "page_case_changed")


@router.post("/cases/{name}/comments", action="comment")
def add_comment(request: Request, name: Name, asked: Annotated[Comment, Form()]) -> Response:
    """Comment on a case."""
    comment(book_of(request), person_of(request), name, asked.text)
    return _case_page(request, name, "page_case_commented", "comments")


@router.post("/cases/{name}/requests", action="ask")
def ask_for(request: Request, name: Name, asked: Annotated[RequestForm, Form()]) -> Response:
    """Ask for an export or an erasure."""
    fields = asked.model_dump()
    fields["recipients"] = [line.strip() for line in asked.recipients.splitlines() if line.strip()]
    ask_as_asked(book_of(request), person_of(request), NewRequest(case=name, **fields))
    return _case_page(request, name, "page_case_asked", "requests")


@router.post("/requests/{seq}/answer", action="approve")
def answer_to(request: Request, seq: Number, asked: Annotated[Answer, Form()]) -> Response:
    """Approve or decline what another person asked for."""
    answered = answer(book_of(request), person_of(request), seq, approve=asked.approve, reason=asked.reason)
    return _case_page(request, answered.case, f"page_case_request_{answered.state}", "requests")


@router.post("/requests/{seq}/bundle", action="export")
def take_bundle(request: Request, seq: Number) -> Response:
    """Carry out an approved export; the page's script saves what comes as a file."""
    return bundle(request, seq, cast(Lang, language_of(request)))


@router.post("/requests/{seq}/erasure", action="erase")
def carry_out_erasure(request: Request, seq: Number) -> Response:
    """Carry out an approved erasure, and lead to what is left of the case: it has no longer its name."""
    book, person = book_of(request), person_of(request)
    erase_case(book, person, seq)
    name = next((request.case for request in requests_of(book, person) if request.seq == seq), "")
    told = "page_case_erased" if finish_erasures(book, wait=0.0) is None else "casebook_erasure_unfinished"
    message = say(told, language_of(request))
    headers = announcing(message, carry=True) | {"hx-redirect": f"/cases/{name}" if name else "/casebook"}
    return Response(status_code=204, headers=headers)


def _case_page(
    request: Request, name: str, message: str = "", part: str = "body", wanted: ListAsked = USUAL
) -> Response:
    """Return the page of a case, or a part of the standing one with what it says aloud: no more, or work were lost."""
    book, person, lang = book_of(request), person_of(request), language_of(request)
    values = _case(book, person, name, lang, wanted)
    template = f"casebook/case/{part}.html" if is_fragment(request) else "casebook/case/page.html"
    shown = page(request, template, **values)
    if message:
        done(shown, say(message, lang))
    return shown


def _case(book: Casebook, person: Person, name: str, lang: str, wanted: ListAsked) -> dict[str, Any]:
    case, counts, runs = show_case(book, person, name)
    comments = comments_on_case(book, person, name)
    asked = requests_of(book, person, case=case.number)
    with book.reading() as connection:
        mark = mark_of_case(connection, case)
        owners = {reviewer.id: reviewer.name or reviewer.login for reviewer in reviewers(connection)}
    people = [case.owner, *(comment["person"] for comment in comments)]
    people += [who for request in asked for who in (request.asked_by, request.answered_by) if who]
    names = names_by_id(book, people)
    owners |= {case.owner: names.get(case.owner, case.owner), person.id: person.name or person.login}
    order = wanted.order if wanted.order.removeprefix("-") in {column.name for column in FOUND_COLUMNS} else "verdict"
    asked_for = Filter(case=name, find=wanted.find.strip())
    files = {run["number"]: str(run["checked"].get("file") or run["number"]) for run in runs}
    looked_at, shown = (MOST_PRINTED, MOST_PRINTED) if wanted.whole else (MOST_LOOKED_AT, MOST_UNITS)
    units = list_units(book, person, asked_for, order=order, limit=looked_at)
    latest = latest_of(units.units, files)
    groups, _ = count_units(book, person, Filter(case=name))
    found = count_units(book, person, asked_for)[0] if units.next else len(latest)
    summaries = [RunSummary.of(run, lang) for run in runs if not is_of_pages(run)]
    return {
        "case": case,
        "whole_mark": str(mark),
        "counts": counts,
        "bar_of": verdict_counts(counts.verdict, lang, zeros=False),
        "waiting": waiting_among(counts),
        "groups": groups,
        "list": ListShown(
            tuple(lines_of(book, latest[:shown], lang)),
            groups if units.next or asked_for.find else found,
            FOUND_COLUMNS,
            wanted,
            (),
            found,
        ),
        "order": order,
        "instead": [] if units.units else names_instead(book, person, lang, FindingFilter(case=name, find=wanted.find)),
        "runs": summaries,
        "unread": sum(run.unread or 0 for run in summaries),
        "comments": comments,
        "requests": asked,
        "to_approve": [one for one in asked if one.state == "asked" and one.asked_by != person.id]
        if case.status is not CaseStatus.ERASED and may(person, "approve", mark)
        else [],
        "names": names,
        "owners": owners,
        "statuses": [status for status in CaseStatus if status is not CaseStatus.ERASED],
        "marks": _marks_to_choose(case, person),
        "can": {
            action: case.status is not CaseStatus.ERASED and may(person, action, mark)
            for action in ("manage_case", "comment", "ask", "export", "erase", "approve")
        },
    }


def latest_of(units: Sequence[KeptUnit], files: Mapping[int, str]) -> list[KeptUnit]:
    """Return each unit once where a file was checked again: as the latest check found it, in the place of the first."""
    latest: dict[tuple[object, ...], KeptUnit] = {}
    for unit in units:
        run = unit.finding.run
        key = (files.get(run, run), unit.verb, unit.name.casefold(), tuple(unit.verdicts), unit.entries)
        if key not in latest or unit.number > latest[key].number:
            latest[key] = unit
    return list(latest.values())


def _marks_to_choose(case: Case, person: Person) -> list[Mark]:
    """Return the marks that a person may give a case: a lower one takes who decides."""
    lowest = Mark.UNCLASSIFIED if may(person, "decide", case.mark) else case.mark
    return [mark for mark in Mark if lowest <= mark <= person.clearance]

"""Screen: one box that answers as one types, a molecule that is drawn, a file that is dropped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import Form, Query, Request
from starlette.responses import Response

from opencwc.casebook.model import Mark
from opencwc.errors import InputError
from opencwc.finding import Finding, Message, Verdict
from opencwc.screening.allow_list import AllowList, answer_allowing, silenced_in
from opencwc.screening.cards import Teller
from opencwc.screening.screener import Screener
from opencwc.web.casebook.upload_forms import leading_to_job
from opencwc.web.screening.finding_answers import findings_of, whole_text
from opencwc.web.screening.forms import FORM
from opencwc.web.screening.value_answer import ValueAnswer, answer_of_value, kind_of
from opencwc.web.server.answering import checked_json
from opencwc.web.server.api_parameters import names_of
from opencwc.web.server.days_and_sizes import with_days
from opencwc.web.server.page import language_of, link_to_rule, page
from opencwc.web.server.service import Router, Service, person_of, service_of
from opencwc.wording import say, sentence
from opencwc.wording.common_chemicals import common_name

router = Router(include_in_schema=False)
LONGEST = 20_000
EXAMPLES = ("111-48-8", "OCCN(CCO)CCO", "CCCCCCCOP(C)(=O)F")
"""Values to click, all published: a number, a common chemical and a printed family."""
Value = Annotated[str, Query(max_length=2_000)]
Brief = Annotated[str, Query(max_length=200)]


@router.get("/check", action="screen")
async def show(request: Request, value: Value = "", as_of: Brief = "", lists: Brief = "") -> Response:
    """Show the box, with the answer to a value where one came along."""
    service_of(request).answering.warm()
    answered = await _answer_to(request, value, _day(as_of), lists) if value.strip() else None
    list_names = service_of(request).answering.screener().rulebook.convention.list_names
    marks = [mark for mark in Mark if mark <= person_of(request).clearance]
    return page(
        request, "screening/page.html", value=value, told=answered, as_of=as_of, lists=lists,
        lists_at_hand=list_names, examples=_examples(request), marks=marks, today=date.today(),
    )  # fmt: skip


@router.post("/screen", action="screen")
async def answer(
    request: Request,
    value: Annotated[str, Form(max_length=1_000_000)] = "",
    as_of: Annotated[str, Form(max_length=10)] = "",
    lists: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Answer a value; the value travels in the body, so that no log of a proxy has it."""
    answered = await _answer_to(request, value, _day(as_of), lists) if value.strip() else None
    return page(request, "screening/answer.html", value=value, told=answered, examples=_examples(request), typed=True)


def _examples(request: Request) -> tuple[str, ...]:
    """Return the values to click, with one that no list has and a line, both in the reader's language."""
    lang = language_of(request)
    return *EXAMPLES, common_name("caffeine", lang), say("check_example_line", lang)


def _day(text: str) -> date | None:
    """Return the day of a field, none where it is empty."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError("not_a_date", where="as_of") from None


async def _answer_to(request: Request, value: str, as_of: date | None, lists: str) -> ValueAnswer:
    if len(value) > LONGEST:
        raise InputError("value_too_long_for_page", characters=len(value), most=LONGEST)
    service = service_of(request)
    return await service.answering.run_for(person_of(request).id, _answer, service, request, value, as_of, lists)


def _answer(service: Service, request: Request, value: str, as_of: date | None, lists: str) -> ValueAnswer:
    text, lang = whole_text(value).strip(), language_of(request)
    service.see_allowed(person_of(request), text, lang, typing=True)
    screener = service.answering.screener(as_of, names_of(lists))
    outcomes = answer_allowing(screener, text, kind_of(text))
    findings = findings_of(screener, text, "auto", outcomes=outcomes)
    teller = Teller(screener.rulebook.convention, lang, link_to_rule, of_file=False, days=with_days)
    answered = answer_of_value(teller, text, outcomes, findings)
    service.metrics.count_screenings({answered.verdict: 1})
    by_rule = [finding for finding in findings if finding.rule]
    return replace(
        answered,
        duties=list(_duties(by_rule, screener, teller)),
        checked={**checked_json(screener.rulebook, lang)},
        warnings=[
            *_warnings(screener, lang),
            *(sentence(note, lang) for note in AllowList.of_house().notes(silenced_in(outcomes))),
        ],
    )


def _warnings(screener: Screener, lang: str) -> Iterable[str]:
    """Say what the day that was asked for means for the lists: not in force yet, first day unknown, not come yet."""
    convention = screener.rulebook.convention
    for list_ in convention.lists:
        in_force = [entry for entry in list_.entries if entry.in_force.holds_on(convention.as_of)]
        if not in_force:
            yield sentence(Message("page_as_of_before", {"list": list_.id}), lang)
        elif convention.as_of < date.today() and any(entry.in_force.start is None for entry in in_force):
            yield sentence(Message("page_as_of_unknown", {"list": list_.id}), lang)
    if convention.as_of > date.today():
        yield sentence("page_as_of_ahead", lang)


def _duties(findings: Iterable[Finding], screener: Screener, teller: Teller) -> Iterable[tuple[str, list[Any]]]:
    """Yield each rule that was met, with the duties that follow from it."""
    for rule in dict.fromkeys(finding.rule for finding in findings if finding.verdict is not Verdict.EXEMPT):
        entry = screener.rulebook.convention.find(rule.list, rule.entry) if rule else None
        if entry and (duties := screener.rulebook.convention.duties_for(entry)):
            yield f"{entry.list} {entry.id}", [teller.duty(duty) for duty in duties]


@router.post("/screen/file", action="keep", uploads=True)
async def take_file(request: Request) -> Response:
    """Keep a dropped file in a case, and lead to the page of its job."""
    return await FORM.take(request, leading_to_job)

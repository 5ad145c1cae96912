"""One checked law: the matrix of its measures, the page of a measure with its decision, the report and the labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args
from urllib.parse import parse_qsl, urlencode

from fastapi import Form, Path, Query, Request
from starlette.responses import Response

from opencwc.casebook.findings import show_finding
from opencwc.convention.measures import TIERS
from opencwc.errors import InputError, NotFoundError
from opencwc.finding import Message, Value
from opencwc.jobs.kept_runs import Listed
from opencwc.legislation.answer_wording import elements_shown, said_in
from opencwc.legislation.coverage_model import labels_on_shelf
from opencwc.legislation.decided_law import Decisions, answer_as_decided, as_decided
from opencwc.legislation.formats import as_csv, as_json
from opencwc.legislation.model import ALL_VERDICTS, REVIEW, VERDICTS, Answer
from opencwc.legislation.report import TONES, other_texts, report
from opencwc.publishing.report_files import report_file
from opencwc.web.casebook.finding_page import DecisionForm, standing_of, take_decision, verdicts_of
from opencwc.web.legislation.kept_laws import (
    PARTS,
    MeasureFilter,
    MeasuresAsked,
    ShownLaw,
    Standing,
    Stands,
    checks_by_state,
    counts_by_tier,
    decisions_of,
    fitting_measures,
    in_order,
    is_trial,
    labels_csv,
    labels_jsonl,
    part_of,
    put_on_shelf,
    standing_law,
)
from opencwc.web.legislation.lists import CHECKED
from opencwc.web.legislation.parts import MeasureLine, checklist, evidence_of, law_page, line_of
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import Number
from opencwc.web.server.htmx_headers import announcing, going_to
from opencwc.web.server.listing import Ending, ListAsked, ListShown, ListWanted, listed
from opencwc.web.server.page import is_fragment, language_of
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import LANGUAGES, say, sentence
from opencwc.wording.states import state_name

router = Router(include_in_schema=False)
Name = Annotated[str, Path(max_length=64)]
Format = Literal["pdf", "docx", "html", "csv", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)


@router.get("/law/runs/{number}", action="read")
def show_matrix(request: Request, number: Number, wanted: MeasuresAsked, order: ListWanted) -> Response:
    """Show the matrix: how many measures of each tier came out how, and the measures that a filter wants."""
    lang = language_of(request)
    shown, stands = standing_law(request, number)
    answers, table = shown.kept.checked.answers, _measures_listed(shown, stands, wanted, order, lang)
    lines = table.rows
    query = urlencode({**dict(parse_qsl(wanted.query)), **dict(parse_qsl(order.query))})
    checked = shown.kept.checked
    counts, state = counts_by_tier(answers, stands), state_name(checked.law.state, lang)
    return law_page(
        request, "legislation/matrix.html", "check", wanted=wanted, verdicts=ALL_VERDICTS, verdict_tones=TONES,
        formats=FORMATS, shown=shown, state=state,
        said=[sentence(note, lang) for note in checked.notes], counts=counts, heading=_answered(state, counts, lang),
        begin=next((line.proposed for line in lines if line.standing is not None and line.standing.waits), None),
        groups=_grouped(lines, stands, order.order, lang), list=table,
        csv=f"/law/runs/{number}/measures.csv{'?' + query if query else ''}",
        decided=sum(not stand.waits for stand in stands.values()),
        sets=sorted({answer.measure.set for answer in answers}),
        on_shelf=_on_shelf(shown, checks_by_state(book_of(request), person_of(request)).get(shown.state, [])),
        others=other_texts(as_decided(checked, decisions_of(stands)), lang),
    )  # fmt: skip


@router.get("/law/runs/{number}/measures.{ending}", action="read")
def give_matrix(request: Request, number: Number, ending: Ending, wanted: MeasuresAsked, order: ListWanted) -> Response:
    """Give the measures of a checked law as a file, as they are shown."""
    lang = language_of(request)
    table = _measures_listed(*standing_law(request, number), wanted, order, lang)
    return downloads.download(table.file(ending, "page_law_tab_measures", lang), f"measures-{number}.{ending}")


def _measures_listed(
    shown: ShownLaw, stands: Stands, wanted: MeasureFilter, order: ListAsked, lang: str
) -> ListShown[MeasureLine]:
    fitting = fitting_measures(shown.kept.checked.answers, stands, wanted)
    return listed((line_of(answer, stands, lang) for answer in fitting), CHECKED, order, lang)


def _answered(state: str, counts: Mapping[str, Mapping[str, int]], lang: str) -> str:
    """Say how many measures came out how."""
    numbers: dict[str, Value] = {
        verdict: sum(of_tier[verdict] for of_tier in counts.values()) for verdict in ALL_VERDICTS
    }
    total = sum(sum(of_tier.values()) for of_tier in counts.values())
    return say(Message("page_law_answer", {"state": state, "all": total, **numbers}), lang)


def _grouped(
    lines: Sequence[MeasureLine], stands: Stands, order: str, lang: str
) -> list[tuple[str, str, Sequence[MeasureLine]]]:
    """Return the lines of each part of the list that has any, with its id and its heading; by a column they are one."""
    if order not in ("", "tier"):
        return [("", say("page_law_tab_measures", lang), lines)]
    by_tier = order == "tier"
    parts = {
        name: say(f"law_tier_{name}" if by_tier else f"page_law_part_{name}", lang)
        for name in (TIERS if by_tier else PARTS)
    }
    of_part: dict[str, list[MeasureLine]] = {name: [] for name in parts}
    for line in lines:
        of_part[line.answer.measure.tier if by_tier else part_of(line.proposed, stands)].append(line)
    return [(name, parts[name], listed) for name, listed in of_part.items() if listed]


@dataclass(frozen=True)
class _OnShelf:
    """What the shelf shows of a State beside a check: a message, and the other check that it speaks of."""

    says: str
    other: Listed


def _on_shelf(shown: ShownLaw, checks: Sequence[Listed]) -> _OnShelf | None:
    """Say whether the shelf shows this check, in place of which, or which other one; nothing of an only one."""
    if len(checks) < 2 or is_trial(checks[0]):
        return None
    trial = next((is_trial(check) for check in checks if check.number == shown.number), False)
    if checks[0].number != shown.number:
        rules = checks[0].number < shown.number and not shown.kept.checked.model and not trial
        return _OnShelf("page_law_shelf_kept" if rules else "page_law_shelf_other", checks[0])
    before = next((check for check in checks[1:] if not is_trial(check)), None)
    return _OnShelf("page_law_shelf_replaces", before) if before else None


# ---------------------------------------------------------------------------------------------------- a measure


@router.get("/law/runs/{number}/measures/{set_id}/{measure_id}", action="read")
def show_measure(
    request: Request,
    number: Number,
    set_id: Name,
    measure_id: Name,
    wanted: MeasuresAsked,
    outcome: Literal["", "accept", "correct", "reject", "need_more"] = "",
) -> Response:
    """Show a measure: the passages, the elements, what closes a gap, and the decision."""
    lang = language_of(request)
    shown, stands = standing_law(request, number)
    answer = shown.answer(set_id, measure_id)
    standing = stands.get((set_id, measure_id))
    stood = answer_as_decided(answer, standing.said if standing else None, shown.kept.checked.law)
    before, after, place = _beside(shown, stands, wanted, answer)
    to_correct = [
        (element.id, said_in(element.names, lang), shown_element.stands)
        for element, shown_element in zip(answer.measure.elements, elements_shown(answer, lang), strict=True)
    ]
    template = "legislation/measure_body.html" if is_fragment(request) else "legislation/measure.html"
    return law_page(
        request, template, "check", wanted=wanted, outcome=outcome, tones_of=TONES, shown=shown, answer=answer,
        standing=standing, **evidence_of(stood, lang), said=standing.said if standing else None,
        title=said_in(answer.measure.titles, lang), asks=said_in(answer.measure.queries, lang),
        why=[sentence(reason, lang) for reason in answer.why], state=state_name(shown.state, lang),
        checklist=checklist(stood, lang), to_correct=to_correct, before=before, after=after, at=place, choices=[],
        places=sorted({part.id for part in shown.kept.checked.law.sections if part.id})[:400],
        confirms=_confirmed(answer, standing, lang), **_deciding(request, standing),
    )  # fmt: skip


def _confirmed(answer: Answer, standing: Standing | None, lang: str) -> dict[str, str] | None:
    """Return the decision that one key sends: the verdict that was proposed, or that the reading points to.

    ``None`` where it was decided already or where nothing points to a verdict.
    """
    verdict = answer.leans if answer.verdict == REVIEW else answer.verdict
    if standing is None or not standing.waits or not verdict:
        return None
    name = say(f"law_verdict_{verdict}", lang)
    said = say(Message("page_law_confirm_reason", {"verdict": name}), lang)
    outcome = {"outcome": "correct", "verdict": verdict} if answer.verdict == REVIEW else {"outcome": "accept"}
    return {**outcome, "reason": said, "says": say(Message("page_law_confirm", {"verdict": name}), lang)}


def _deciding(request: Request, standing: Standing | None) -> dict[str, Any]:
    """Return what the form of a decision needs; nothing where the finding is not there any more."""
    if standing is None:
        return {"history": None}
    book, person = book_of(request), person_of(request)
    history = show_finding(book, person, standing.finding)
    sayable = {verdict: entry for verdict, entry in verdicts_of(history).items() if verdict in VERDICTS}
    return {"history": history, "verdicts": sayable, **standing_of(book, person, history)}


def _beside(
    shown: ShownLaw, stands: Stands, wanted: MeasureFilter, answer: Answer
) -> tuple[Answer | None, Answer | None, tuple[int, int] | None]:
    """Return the measures before and after among those that a filter wants, and the place of this one."""
    asked_for = {id(fit) for fit in fitting_measures(shown.kept.checked.answers, stands, wanted)}
    whole = in_order(shown.kept.checked.answers, stands, wanted)
    order = [listed for listed in whole if listed is answer or id(listed) in asked_for]
    at = next(place for place, listed in enumerate(order) if listed is answer)
    after = order[at + 1] if at + 1 < len(order) else None
    return order[at - 1] if at else None, after, (at + 1, len(order))


@router.post("/law/runs/{number}/measures/{set_id}/{measure_id}/decision", action="decide")
def decide_on(
    request: Request,
    number: Number,
    set_id: Name,
    measure_id: Name,
    wanted: MeasuresAsked,
    form: Annotated[DecisionForm, Form()],
) -> Response:
    """Take the decision on a measure, and lead to the next one that waits."""
    lang = language_of(request)
    shown, stands = standing_law(request, number)
    answer, standing = shown.answer(set_id, measure_id), stands.get((set_id, measure_id))
    if standing is None:
        raise NotFoundError("measure_without_finding", run=number)
    onward = _onward(shown, stands, wanted, answer)
    known = {element.id for element in answer.measure.elements}
    if strange := [named for named in form.element if named not in known]:
        raise InputError("no_such_element_on_page", where=strange[0], run=number)
    said = take_decision(request, standing.finding, form)
    if isinstance(said, Response):
        return said
    query = f"?{wanted.query}" if wanted.query else ""
    if onward is None:
        headers = announcing(f"{said} {say('page_law_nothing_next', lang)}", carry=True)
        return Response(status_code=204, headers=headers | {"hx-redirect": f"/law/runs/{number}{query}"})
    said += " " + say(Message("page_law_next_is", {"measure": onward.measure.id}), lang)
    address = f"/law/runs/{number}/measures/{onward.measure.set}/{onward.measure.id}{query}"
    return Response(status_code=204, headers=announcing(said) | going_to(address))


def _onward(shown: ShownLaw, stands: Stands, wanted: MeasureFilter, answer: Answer) -> Answer | None:
    """Return the next measure that waits and that the filter wants: after this one, else from the beginning."""
    waiting = [
        waiting
        for waiting in fitting_measures(shown.kept.checked.answers, stands, wanted)
        if waiting is not answer
        and (standing := stands.get((waiting.measure.set, waiting.measure.id))) is not None
        and standing.waits
    ]
    order = in_order(shown.kept.checked.answers, stands, wanted)
    here = order.index(answer)
    return next((later for later in waiting if order.index(later) > here), waiting[0] if waiting else None)


# ------------------------------------------------------------------------------------------ what is taken along


@router.get("/law/runs/{number}/report", action="read")
def give_report(
    request: Request, number: Number, format: Format = "pdf", report_lang: Annotated[str, Query(max_length=2)] = ""
) -> Response:
    """Give the report that a National Authority sends on, or the answers as a table: as people decided."""
    lang = report_lang if report_lang in LANGUAGES else language_of(request)
    shown, stands = standing_law(request, number)
    content = law_file(shown, format, lang, decisions_of(stands))
    return downloads.download(content, f"law-{shown.state}-{number}-{lang}.{format}")


def law_file(shown: ShownLaw, format: Format, lang: str, decisions: Decisions) -> bytes:
    """Return a checked law with what people decided of it as a file of one of `FORMATS`."""
    checked = shown.kept.checked
    if format == "csv":
        return as_csv(checked, lang, decisions).encode()
    if format == "json":
        return as_json(checked, lang, decisions).encode()
    return report_file(report(checked, lang, decisions), format)


@router.get("/law/runs/{number}/labels.{kind}", action="read")
def give_labels(request: Request, number: Number, kind: Literal["csv", "jsonl"]) -> Response:
    """Give what people decided as labels, to measure models against; nothing is learned from them by itself."""
    shown, stands = standing_law(request, number)
    content = labels_csv(shown, stands) if kind == "csv" else labels_jsonl(shown, stands)
    return downloads.download(content, f"labels-{shown.state}-{number}.{kind}")


@router.post("/law/runs/{number}/shelf-of-labels", action="decide")
def shelve_labels(request: Request, number: Number) -> Response:
    """Put what people decided of a check on the house's shelf of labels; nothing is learned from them by itself."""
    new = put_on_shelf(book_of(request), person_of(request), number)
    said = Message("page_law_shelved", {"new": new, "count": labels_on_shelf()})
    return Response(status_code=204, headers=announcing(sentence(said, language_of(request))))

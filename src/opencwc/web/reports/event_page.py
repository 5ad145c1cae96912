"""One event: its facts outlet by outlet, its reports with the deciding words, its origins, and decisions on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from fastapi import Form, Path, Request
from msgspec import structs
from pydantic import Field
from starlette.responses import Response

from opencwc.casebook.permissions import may
from opencwc.casebook.saved_watches import watches_of
from opencwc.errors import InputError
from opencwc.jobs.event_decisions import decide_on_events
from opencwc.jobs.source_list import source_list
from opencwc.publishing.model import Piece
from opencwc.reports.actors import Actor, find_actors
from opencwc.reports.corrected import EventDecision
from opencwc.reports.departures import Departures
from opencwc.reports.event_columns import EventRow
from opencwc.reports.event_wording import agents_said, date_said, figure_said, place_others_said, place_said
from opencwc.reports.findings import spans_by_name
from opencwc.reports.model import Told
from opencwc.reports.origin_graph import HOW, origin_graph
from opencwc.reports.private_people import MASK, masked
from opencwc.reports.summaries import EventSummary
from opencwc.reports.watched import Line
from opencwc.web.reports.event_drawing import MOST_ROWS, origin_drawing
from opencwc.web.reports.event_run import EventRun, event_run
from opencwc.web.reports.face import FIELDS, RUNS
from opencwc.web.reports.saved_pages import following
from opencwc.web.reports.saved_watch import KINDS, KindName, StageName
from opencwc.web.server.api_parameters import Closed, Number
from opencwc.web.server.htmx_headers import leading_to
from opencwc.web.server.page import language_of, page, word_of_page
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import RIGHT_TO_LEFT, say

router = Router(include_in_schema=False)
Name = Annotated[str, Path(max_length=64)]
MOST_NEAR = 40
"""Other events that are offered to join with."""
COLUMNS = ("stage", "stance", "date", "place", "agents", "killed", "affected")


@dataclass(frozen=True)
class Cell:
    """What a report says of a fact, empty where it says nothing; whether most origins say something else."""

    text: str
    differs: bool


@dataclass(frozen=True)
class ReportRow:
    """A report of an event: its line, title, cells by `COLUMNS`, the number of its origin, its text with marks.

    ``words`` are the deciding words with the numbers of the facts that they decide; ``masks`` is whether it names
    private people.
    """

    line: Line
    title: str
    cells: tuple[tuple[str, Cell], ...]
    origin: int
    pieces: tuple[Piece, ...]
    words: tuple[tuple[tuple[int, ...], str], ...]
    direction: str
    actors: tuple[Actor, ...]
    amounts: tuple[str, ...]
    masks: bool


@router.get("/watch/runs/{number}/events/{event}", action="read")
def show_event(request: Request, number: Number, event: Name, names: Literal["", "shown"] = "") -> Response:
    """Show an event with its reports, its origins, and what people decided on it.

    Names of private people are dots, unless somebody who may decide asks to see them.
    """
    in_full = names == "shown" and may(person_of(request), "keep")
    lang = language_of(request)
    run = event_run(request, number)
    summary = run.event(event)
    origin_of = {id(line): place for place, origin in enumerate(summary.origins, 1) for line in origin}
    departures = Departures(summary)
    nodes = origin_graph(summary)
    fields = marked_fields(summary)
    rows = [row_of(line, departures, origin_of[id(line)], lang, fields, in_full=in_full) for line in summary.lines]
    ids = {line.told.report.id for line in summary.lines}
    columns = told_columns(rows)
    contrary = run.contrary
    decided = [
        (decision, run.decisions[contrary[place]] if place in contrary else None)
        for place, decision in enumerate(run.decisions)
        if decision.named & ids
    ]
    cells = [cell for row in rows for name, cell in row.cells if name in columns]
    return page(
        request, "reports/event.html", run=run, shown=run.shown, summary=summary, rows=rows, fields=fields,
        columns=columns, differs=any(cell.differs for cell in cells),
        unsaid=any(not cell.text for cell in cells), nodes=nodes, drawing=origin_drawing(nodes, lang), decided=decided,
        place_others=place_others_said(summary.place), most_drawn=MOST_ROWS, edges=HOW[1:],
        near=near_events(run, summary), seen=len(run.decisions), in_full=in_full,
        masks=any(row.masks for row in rows), graded=source_list(book_of(request), person_of(request)).now,
        second_looks=run.looks_at(summary), waits=run.waits(summary), kinds=KINDS, stages=get_args(StageName),
        followed=bool(following(watches_of(book_of(request), person_of(request)), summary)),
    )  # fmt: skip


def told_columns(rows: Sequence[ReportRow]) -> tuple[str, ...]:
    """Return the columns of the table of facts; a figure that no report gives has none."""
    given = {name for row in rows for name, cell in row.cells if cell.text}
    return tuple(name for name in COLUMNS if name in given or name not in ("killed", "affected"))


def near_events(run: EventRun, summary: EventSummary) -> list[tuple[EventRow, bool]]:
    """Return the events that one may be joined with, each with whether another one of them has the same headline."""
    near = run.index.nearest(summary, MOST_NEAR)
    heard = Counter(say(one.headline) for one in near)
    return [(one, heard[say(one.headline)] > 1) for one in near]


def marked_fields(summary: EventSummary) -> list[str]:
    """Return the facts that words of the reports decide, in the order of their numbers."""
    decided = {field for line in summary.lines for field, spans in spans_by_name(line.told).items() if spans}
    return [field for field in FIELDS if field in decided]


def row_of(
    line: Line, departures: Departures, origin: int, lang: str, fields: Sequence[str], *, in_full: bool = False
) -> ReportRow:
    """Return a report as a row of the table of facts; ``in_full`` shows the names of private people.

    ``fields`` are the facts whose words are marked, by their numbers.
    """
    told = line.told
    whole, dots = told.report.whole, masked(told)
    shown = whole if in_full else dots
    pieces = tuple(pieces_of(told, shown, fields))
    number_of = {field: place for place, field in enumerate(fields, 1)}
    spans = [
        (start, end, number_of[field])
        for field, some in spans_by_name(told).items()
        if field in number_of
        for start, end in some[:3]
    ]
    direction = "rtl" if told.lang in RIGHT_TO_LEFT else "ltr"
    cells = tuple(_cells(told, departures, lang))
    title = shown[: len(told.report.title)] or told.report.id
    deciding = tuple(dict.fromkeys((numbers, shown[start:end]) for start, end, numbers in joined_spans(spans)))
    actors = tuple(actor for actor in find_actors(told.report, told.lang) if MASK not in dots[slice(*actor.span)])
    amounts = tuple(
        say(figure_said(shown[slice(*span)], None, amount.qualifier), lang)
        for amount in told.amounts
        for span in amount.spans[:1]
    )
    return ReportRow(line, title, cells, origin, pieces, deciding, direction, actors, amounts, masks=whole != dots)


def joined_spans(spans: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, tuple[int, ...]]]:
    """Return stretches in the order of the text, those that overlap as one, each with the numbers of all in it.

    >>> joined_spans([(5, 9, 3), (0, 6, 1), (20, 22, 1)])
    [(0, 9, (1, 3)), (20, 22, (1,))]
    """
    joined: list[tuple[int, int, tuple[int, ...]]] = []
    for start, end, number in sorted(spans):
        if joined and start < joined[-1][1]:
            before = joined.pop()
            joined.append((before[0], max(before[1], end), tuple(sorted({*before[2], number}))))
        else:
            joined.append((start, end, (number,)))
    return joined


def _cells(told: Told, departures: Departures, lang: str) -> Iterator[tuple[str, Cell]]:
    """Yield what a report says of each fact, in words."""
    for name, text in zip(COLUMNS, _facts_said(told, lang), strict=True):
        yield name, Cell(text, departures.differs(name, told))


def _facts_said(told: Told, lang: str) -> Iterator[str]:
    """Yield the facts of a report in words, in the order of `COLUMNS`."""
    yield say(f"verdict_{told.nature.stage}", lang)
    yield say(f"watch_stance_{told.nature.stance}", lang) if told.nature.stance else ""
    yield word_of_page(date_said, lang)(told.date.text) if told.date.text else ""
    yield say(place_said(told.place), lang)
    yield agents_said(told.agents.names, lang)
    for count in (told.casualties.killed, told.casualties.affected):
        yield "" if count.number is None else say(figure_said(str(count.number), count.high, count.qualifier), lang)


def pieces_of(told: Told, shown: str, fields: Sequence[str]) -> Iterator[Piece]:
    """Yield the text of a report in pieces: each deciding word marked with the number of the fact that it decides.

    ``shown`` is the whole report as the person may see it; ``fields`` are the facts by their numbers.
    """
    start_of_text = told.report.body_at
    whole = shown[start_of_text:]
    marks: list[tuple[int, int, int]] = []
    by_name = spans_by_name(told)
    for number, field in enumerate(fields, 1):
        for start, end in by_name.get(field, ()):
            if start >= start_of_text:
                marks.append((start - start_of_text, end - start_of_text, number))
    at = 0
    for start, end, number in sorted(marks):
        if start < at or end > len(whole):
            continue  # it overlaps with one that is marked already
        if start > at:
            yield Piece(whole[at:start])
        yield Piece(whole[start:end], "mild", number)
        at = end
    if at < len(whole):
        yield Piece(whole[at:])


# ------------------------------------------------------------------------------------------------------- decisions


class EventDecisionForm(Closed):
    """What is decided on the reports of an event: ``report`` are places of reports in it, counted from 1."""

    event: Annotated[str, Field(max_length=64)]
    verb: Literal["split", "join", "move", "confirm"]
    report: tuple[int, ...] = ()
    target: Annotated[str, Field(max_length=64)] = ""
    reason: Annotated[str, Field(max_length=4_000)] = ""
    kind: KindName | Literal[""] = ""
    stage: StageName | Literal[""] = ""
    seen: int = 0


@router.post("/watch/runs/{number}/decisions", action="keep")
def decide(request: Request, number: Number, form: Annotated[EventDecisionForm, Form()]) -> Response:
    """Keep a decision on the reports of an event, and lead to the event that they are on then."""
    run = event_run(request, number)
    summary = run.event(form.event)
    chosen = [line for place, line in enumerate(summary.lines, 1) if place in form.report]
    target = run.event(form.target) if form.target and form.verb in ("join", "move") else None
    decision = decision_on(summary, form.verb, chosen, target, form.reason)
    if form.verb == "confirm":
        if run.waits(summary) and not (form.kind and form.stage):
            raise InputError("event_kind_missing", where="stage" if form.kind else "kind")
        decision = structs.replace(decision, kind=form.kind, stage=form.stage)
    decide_on_events(book_of(request), person_of(request), number, decision, form.seen)
    after = EventRun(run.shown, [*run.decisions, decision])
    here = after.index.of_reports(decision.reports[:1])[0]
    return leading_to(f"{RUNS}/{number}/events/{here.id}")


def decision_on(
    summary: EventSummary, verb: str, chosen: Sequence[Line], target: EventSummary | None, reason: str
) -> EventDecision:
    """Return what a person decides; raise `InputError` where it makes no sense."""
    own = _ids(summary.lines)
    if verb == "join":
        if target is None or target.id == summary.id:
            raise InputError("event_to_join_missing", where="target")
        return EventDecision("join", own, beside=_ids(target.lines), reason=reason)
    if verb == "confirm":
        return EventDecision("confirm", own, reason=reason)
    reports = _ids(chosen)
    if not reports:
        raise InputError("no_report_named", where="report")
    rest = tuple(name for name in own if name not in reports)
    if verb == "move":
        if target is None or target.id == summary.id:
            raise InputError("event_to_join_missing", where="target")
        return EventDecision("move", reports, beside=_ids(target.lines), apart=rest, reason=reason)
    if not rest:
        raise InputError("event_split_whole", where="report")
    return EventDecision("split", reports, apart=rest, reason=reason)


def _ids(lines: Iterable[Line]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.told.report.id for line in lines))

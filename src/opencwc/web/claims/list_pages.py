"""The claims of a run as tables: all of them, by event, by speaker, and the record with what is claimed of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Annotated, Literal

from fastapi import Query, Request
from msgspec.structs import replace
from starlette.responses import Response

from opencwc.claims.claim_matching import HeldReport
from opencwc.claims.claim_review_writer import as_claim_reviews
from opencwc.claims.claim_wording import made_said
from opencwc.claims.claims_report import claims_report
from opencwc.claims.formats import as_csv, as_json_lines
from opencwc.claims.model import Claim
from opencwc.claims.speakers import speaker_and_state_said, speaker_said
from opencwc.finding import Message
from opencwc.publishing.report_files import report_file
from opencwc.reports.private_people import shown_title
from opencwc.reports.watched import Line
from opencwc.web.claims.claim_page import DifferenceRow, difference_rows
from opencwc.web.claims.claim_run import (
    NO_EVENT,
    ClaimRun,
    ClaimsAsked,
    Group,
    ShownClaim,
    choices,
    claim_run,
)
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Number
from opencwc.web.server.listing import Ending, ListAsked, ListColumn, ListWanted, day_column, listed
from opencwc.web.server.page import language_of, page, word_of_page
from opencwc.web.server.service import Router
from opencwc.wording import say
from opencwc.wording.typography import cut_short

router = Router(include_in_schema=False)
A_PAGE = 50
_LONGEST = 36
"""Characters of the words of one side in the list."""
MOST_PATTERNS, MOST_NAMED = 200, 2_000
"""Patterns that one page shows, those of the gravest kind first, and reports that its form names."""
FORMATS = ("csv", "jsonl", "pdf", "docx", "html", "xlsx", "jsonld")
"""``jsonld`` is ClaimReview."""
GroupedBy = Literal["events", "speakers"]


def status_said(one: ShownClaim, lang: str) -> str:
    """Return where the finding of a claim stands, in a language."""
    return say(f"casebook_status_{one.standing.status}", lang)


def heard_said(one: ShownClaim, lang: str) -> str:
    """Return who is heard in a claim, in a language; where only the outlet speaks, no name twice in a row."""
    return one.speaker_said(lang) if one.actors else say("claims_speaker_outlet", lang)


def differing_messages(one: ShownClaim) -> list[Message]:
    """Return in what a claim differs, each with the words of the claim and of the record."""
    rows = difference_rows(one)
    named = {aspect for row in rows for aspect in row.aspects}
    bare = tuple(Message(f"claims_aspect_{aspect}") for aspect in one.claim.parts if aspect not in named)
    return [*map(_row_message, rows), *bare]


def _row_message(row: DifferenceRow) -> Message:
    aspects = tuple(Message(f"claims_aspect_{aspect}") for aspect in row.aspects)
    words = {"claimed": row.claimed[:1], "recorded": row.recorded[:1]}
    said = {name: cut_short(text[0], _LONGEST) for name, text in words.items() if text}
    if not said:
        return aspects[0]
    if len(said) == 1:
        named = {"claimed": "claims_differs_one", "recorded": "claims_differs_recorded"}
        return Message(named[next(iter(said))], {"aspect": aspects, **said})
    both = "claims_differs_denied" if row.names_one else "claims_differs_both"
    return Message(both, {"aspect": aspects, **said})


def _differing_said(one: ShownClaim, lang: str) -> str:
    return say("clause_separator", lang).join(say(message, lang) for message in differing_messages(one))


def _count_of(relation: str) -> ListColumn[Group]:
    """Return the column that counts the claims of a group with a relation."""
    return ListColumn(
        relation,
        f"claims_count_{relation}",
        lambda row, lang: str(row.counts.get(relation, 0)),
        lambda row: row.counts.get(relation, 0),
        number=True,
    )


COLUMNS: tuple[ListColumn[ShownClaim], ...] = (
    ListColumn("sentence", "claims_column_sentence", lambda row, lang: " ".join(row.sentence.split())),
    ListColumn("relation", "claims_column_relation", lambda row, lang: say(f"verdict_{row.claim.relation}", lang)),
    ListColumn("differs", "claims_column_differs_in", _differing_said),
    ListColumn("speaker", "claims_column_speaker", heard_said),
    ListColumn("source", "watch_field_source", lambda row, lang: row.report.source or row.report.id),
    day_column(
        "published", "claims_column_published", lambda row: row.day.date().isoformat(),
        lambda row: row.day.timestamp(),
    ),
    ListColumn("stands", "casebook_column_status", status_said),
)  # fmt: skip
_COUNTED: tuple[ListColumn[Group], ...] = (
    ListColumn(
        "claims", "claims_report_claims", lambda row, lang: str(len(row.claims)), lambda row: len(row.claims), True
    ),
    *map(_count_of, ("differs", "agrees", "not_in_record")),
    ListColumn("outlets", "claims_column_outlets", lambda row, lang: str(row.outlets), lambda row: row.outlets, True),
)  # fmt: skip


def event_said(group: Group, lang: str) -> str:
    """Return the event of a group of claims, in a language."""
    event = group.claims[0].event
    return say(event.headline, lang) if event is not None else say("claims_on_no_event", lang)


GROUPED: dict[GroupedBy, tuple[ListColumn[Group], ...]] = {
    "events": (
        ListColumn(
            "event", "watch_field_event", event_said, on_page=lambda row, lang: word_of_page(event_said, lang)(row)
        ),
        *_COUNTED,
    ),
    "speakers": (
        ListColumn("speaker", "claims_column_speaker", lambda row, lang: speaker_and_state_said(row.key, lang)),
        *_COUNTED,
    ),
}
FILTERED_BY = {"events": "event", "speakers": "speaker"}


@router.get("/claims/runs/{number}", action="read")
def show_claims(
    request: Request, number: Number, wanted: ClaimsAsked, order: ListWanted,
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> Response:  # fmt: skip
    """Show the claims of a run that a filter wants: those that differ from the record first."""
    run = claim_run(request, number)
    found = listed(run.fitting(wanted), COLUMNS, order, language_of(request))
    some = order.part(after, A_PAGE)
    return page(
        request, "claims/list.html", run=run, shown=run.shown, wanted=wanted, list=found,
        rows=found.lines(some), speaker_said=speaker_said, differing=differing_messages,
        more=max(0, found.found - some.stop), next=some.stop, aspects=list(choices(run)), formats=FORMATS,
    )  # fmt: skip


@router.get("/claims/runs/{number}/events", action="read")
def show_events(request: Request, number: Number, order: ListWanted) -> Response:
    """Show the claims of a run counted by event."""
    run = claim_run(request, number)
    return _grouped(request, run, "events", run.by_event(), order)


@router.get("/claims/runs/{number}/speakers", action="read")
def show_speakers(request: Request, number: Number, order: ListWanted) -> Response:
    """Show the claims of a run counted by who is heard in them."""
    run = claim_run(request, number)
    return _grouped(request, run, "speakers", run.by_speaker(), order)


def _differing(groups: Iterable[Group]) -> int:
    return sum(group.counts.get("differs", 0) > 0 for group in groups)


def _grouped(request: Request, run: ClaimRun, grouped: GroupedBy, groups: list[Group], order: ListAsked) -> Response:
    found = listed(groups, GROUPED[grouped], order, language_of(request))
    named = [group for group in groups if grouped == "speakers" or group.claims[0].event is not None]
    return page(
        request, "claims/groups.html", run=run, shown=run.shown, grouped=grouped, list=found,
        rows=found.lines(), filtered_by=FILTERED_BY[grouped], no_event=NO_EVENT,
        differing=_differing(named), all=len(named),
    )  # fmt: skip


def record_columns(run: ClaimRun) -> tuple[ListColumn[Group], ...]:
    """Return the columns of the record: each statement with its source, and how claims stand to it."""
    by_id = run.shown.kept.statement_by_id
    return (
        ListColumn("id", "claims_column_id", lambda row, lang: row.key),
        ListColumn("statement", "claims_column_statement", lambda row, lang: by_id[row.key].text),
        ListColumn("source", "report_source", lambda row, lang: by_id[row.key].source),
        ListColumn(
            "date", "claims_column_made", lambda row, _: made_said(by_id[row.key], "en"),
            lambda row: by_id[row.key].made.timestamp(),
            on_page=lambda row, lang: word_of_page(made_said, lang)(by_id[row.key]),
        ),
        *_COUNTED[:3],
    )  # fmt: skip


@router.get("/claims/runs/{number}/record", action="read")
def show_record(
    request: Request, number: Number, order: ListWanted, after: Annotated[int, Query(ge=0, le=LARGEST)] = 0
) -> Response:
    """Show the record that claims were held against, with its sources and what is claimed of each statement."""
    run = claim_run(request, number)
    statements = run.by_statement()
    found = listed(statements, record_columns(run), order, language_of(request))
    some = order.part(after, A_PAGE)
    return page(
        request, "claims/record.html", run=run, shown=run.shown, list=found,
        rows=found.lines(some), by_id=run.shown.kept.statement_by_id,
        more=max(0, found.found - some.stop), next=some.stop, differing=_differing(statements),
    )  # fmt: skip


@router.get("/claims/runs/{number}/record.{ending}", action="read")
def give_record(request: Request, number: Number, ending: Ending, order: ListWanted) -> Response:
    """Give the record, and how claims stand to it, as a file, in which no cell is a formula."""
    run, lang = claim_run(request, number), language_of(request)
    table = listed(run.by_statement(), record_columns(run), order, lang)
    return downloads.download(table.file(ending, "page_claims_view_record", lang), f"record-{number}.{ending}")


@router.get("/claims/runs/{number}/{grouped}.{ending}", action="read")
def give_groups(request: Request, number: Number, grouped: GroupedBy, ending: Ending, order: ListWanted) -> Response:
    """Give the claims of a run, counted by event or by speaker, as a file, in which no cell is a formula."""
    run, lang = claim_run(request, number), language_of(request)
    table = listed(run.by_event() if grouped == "events" else run.by_speaker(), GROUPED[grouped], order, lang)
    return downloads.download(
        table.file(ending, f"page_claims_by_{grouped}", lang), f"claims-by-{grouped}-{number}.{ending}"
    )


@router.get("/claims/runs/{number}/patterns", action="read")
def show_patterns(request: Request, number: Number) -> Response:
    """Show the patterns in what is said: a number again after its correction, one source, near-copies, old pictures."""
    run = claim_run(request, number)
    some = run.shown.kept.watched.lines[:MOST_NAMED]
    shown = [(pattern, run.evidence_rows(pattern)) for pattern in run.shown.kept.patterns[:MOST_PATTERNS]]
    return page(
        request, "claims/patterns.html", run=run, shown=run.shown, patterns=shown,
        kinds=Counter(pattern.kind for pattern in run.shown.kept.patterns),
        report_titles=[(one.told.report.id, one.told.report.source, shown_title(one.told)) for one in some],
    )  # fmt: skip


@router.get("/claims/runs/{number}/file", action="read")
def give_file(
    request: Request, number: Number, wanted: ClaimsAsked,
    format: Literal["csv", "jsonl", "pdf", "docx", "html", "xlsx", "jsonld"] = "csv",
) -> Response:  # fmt: skip
    """Give the claims that a filter wants as a file, as people corrected them, names of private people as dots."""
    run, lang = claim_run(request, number), language_of(request)
    claims = [masked_claim(one) for one in run.fitting(wanted)]
    if format == "csv":
        return downloads.download(as_csv(claims), f"claims-{number}.csv")
    if format == "jsonl":
        return downloads.download(as_json_lines(claims, lang), f"claims-{number}.jsonl")
    kept = run.shown.kept
    if format == "jsonld":
        held = [HeldReport(line.told.report, line.told.lang, some) for line, some in by_report(run, claims)]
        return downloads.download(as_claim_reviews(held, kept.statement_by_id, lang), f"claims-{number}.jsonld")
    reports = {row: line.told.report for row, line in kept.line_by_row.items()}
    report = claims_report(claims, reports, kept.statement_by_id, kept.summary.file, lang)
    return downloads.download(report_file(report, format), f"claims-{number}.{format}")


def by_report(run: ClaimRun, claims: Iterable[Claim]) -> Iterator[tuple[Line, tuple[Claim, ...]]]:
    """Yield the reports of some claims, in their order, each with its claims."""
    in_order = sorted(claims, key=lambda claim: (claim.row, claim.span))
    for row, some in groupby(in_order, key=lambda claim: claim.row):
        yield run.shown.kept.line_by_row[row], tuple(some)


def masked_claim(one: ShownClaim) -> Claim:
    """Return a claim as it leaves: the names of private people as dots."""
    what = " ".join(one.sentence.split())
    return replace(one.claim, sentence=one.sentence, record=one.claim.record._replace(what=what))

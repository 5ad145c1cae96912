"""Watched reports: files become a job, the events of a run are given, and people's decisions on them are taken."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from fastapi import Query, Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response

from opencwc.errors import InputError
from opencwc.jobs.event_decisions import decide_on_events
from opencwc.records import to_plain
from opencwc.reports.corrected import EventDecision, as_corrections
from opencwc.reports.event_facts import facts_of
from opencwc.reports.formats import row_of
from opencwc.reports.topics.topic_files import report_facts, term_facts, trend_facts
from opencwc.reports.topics.topic_picture import quoted
from opencwc.web.casebook.upload_forms import SUBMITS, job_made
from opencwc.web.reports import brief_api, feed_api, saved_api, source_api
from opencwc.web.reports.event_run import EventsAsked, event_run
from opencwc.web.reports.forms import FORM
from opencwc.web.reports.picture_answer import as_answer
from opencwc.web.reports.picture_page import picture_shown
from opencwc.web.reports.saved_watch import KindName, StageName
from opencwc.web.server.api_parameters import LARGEST, Closed, InLang, Limit, Number, answers
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import sentence

router = Router(tags=["watch"])
A_PAGE = 100
MOST_REPORTS = 5_000
After = Annotated[int, Query(ge=0, le=LARGEST, description="Go on after this many: `next` of the page before.")]
ReportId = Annotated[str, Field(min_length=1, max_length=500)]


class EventsAnswer(TypedDict):
    """A page of the events of a run: new ones first, then changed ones, then the others."""

    run: int
    case: str
    total: int
    events: Annotated[
        list[dict[str, Any]],
        Meta(description="Each with `state` (new, changed, earlier), `why`, its facts, and how many origins tell it."),
    ]
    next: int | None


class EventAnswer(TypedDict):
    """An event, a line a report, and what people decided on it."""

    event: dict[str, Any]
    reports: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    second_looks: Annotated[list[str], Meta(description="What came of blind second looks at it.")]
    waits: Annotated[bool, Meta(description="Whether it waits for your decision, without that of others.")]
    seen: Annotated[int, Meta(description="How many decisions the run has: send it with a decision.")]


class TopicsAnswer(TypedDict):
    """The topics that there are reports on, those that rise first, and the terms that are new."""

    run: int
    months: list[str]
    on_none: Annotated[int, Meta(description="How many reports are on no topic, or on none surely.")]
    topics: Annotated[
        list[dict[str, Any]],
        Meta(description="Each with `change` (new, rising, falling, steady, first, few) and its texts a month."),
    ]
    terms: Annotated[list[dict[str, Any]], Meta(description="Each with its counts and the sentences around it.")]


class TopicAnswer(TypedDict):
    """A topic, a page of the reports on it as they are quoted, and the new terms in them."""

    topic: dict[str, Any]
    total: int
    reports: list[dict[str, Any]]
    terms: list[str]
    next: int | None


class DecisionBody(Closed):
    """What is decided: these reports are one event, together with those `beside`, and not with those `apart`.

    `beside` goes with `join` and `move`, and a move needs it; `apart` goes with `split` and `move`. A split without
    `apart` says that no two of its reports are one event; `confirm` says that they are one event as it stands, and may
    say of which `kind` and at which `stage`.
    """

    verb: Literal["split", "join", "move", "confirm"]
    reports: Annotated[list[ReportId], Field(min_length=1, max_length=MOST_REPORTS)]
    beside: Annotated[tuple[ReportId, ...], Field(max_length=MOST_REPORTS)] = ()
    apart: Annotated[tuple[ReportId, ...], Field(max_length=MOST_REPORTS)] = ()
    reason: Annotated[str, Field(max_length=4_000)]
    kind: KindName | Literal[""] = ""
    stage: StageName | Literal[""] = ""
    seen: Annotated[int | None, Field(ge=0, le=LARGEST)] = None


@router.post("/api/v1/watch/jobs", form=FORM.schema, **SUBMITS)
async def submit(request: Request) -> Response:
    """Keep files of reports in a case and have them read by the worker; the job stands under `/api/v1/jobs`."""
    return await FORM.take(request, job_made)


@router.get(
    "/api/v1/watch/runs/{number}", action="read", answer=answers("The events", EventsAnswer), problems=(404, 501)
)
def show_events(
    request: Request, number: Number, wanted: EventsAsked, after: After = 0, limit: Limit = A_PAGE, lang: InLang = "en"
) -> Response:
    """Give the events of a run as people decided on them, page by page; `number` is the run."""
    run = event_run(request, number)
    events = run.today(wanted)
    some = events.part(after, after + limit)
    body = {
        "run": run.shown.number,
        "case": run.shown.case.name,
        "total": len(events),
        "events": [
            {
                "state": one.state,
                "why": [sentence(message, lang) for message in one.why],
                **facts_of(one.summary, lang),
            }
            for one in some
        ],
        "next": after + len(some) if after + len(some) < len(events) else None,
    }
    return JSONResponse(body)


@router.get(
    "/api/v1/watch/runs/{number}/events/{event}",
    action="read",
    answer=answers("The event", EventAnswer),
    problems=(404, 501),
)
def show_event(request: Request, number: Number, event: str, lang: InLang = "en") -> Response:
    """Give an event with the line of each of its reports, and what people decided on it."""
    run = event_run(request, number)
    summary = run.event(event)
    ids = {line.told.report.id for line in summary.lines}
    body = {
        "event": facts_of(summary, lang),
        "reports": [row_of(line, lang) for line in summary.lines],
        "decisions": [to_plain(decision) for decision in run.decisions if decision.named & ids],
        "second_looks": [sentence(one, lang) for one, _ in run.looks_at(summary)],
        "waits": run.waits(summary),
        "seen": len(run.decisions),
    }
    return JSONResponse(body)


@router.get(
    "/api/v1/watch/runs/{number}/topics", action="read", answer=answers("The topics", TopicsAnswer), problems=(404, 501)
)
def show_topics(request: Request, number: Number, lang: InLang = "en") -> Response:
    """Give the topics that reports of a run are on, by independent texts a month, and the terms that are new."""
    run = event_run(request, number)
    picture = run.topics
    body = {
        "run": run.shown.number,
        "months": list(picture.months),
        "on_none": picture.on_none,
        "topics": [trend_facts(trend, lang) for trend in picture.present],
        "terms": [term_facts(term, picture, lang) for term in picture.terms],
    }
    return JSONResponse(body)


@router.get(
    "/api/v1/watch/runs/{number}/topics/{topic}",
    action="read",
    answer=answers("The topic", TopicAnswer),
    problems=(404, 501),
)
def show_topic(
    request: Request, number: Number, topic: str, after: After = 0, limit: Limit = A_PAGE, lang: InLang = "en"
) -> Response:
    """Give a topic with its months and its passages, the newest first; what describes a method is withheld."""
    picture = event_run(request, number).topics
    trend, reports = picture.trend(topic), picture.reports_on(topic)
    some = quoted(reports[after : after + limit])
    body = {
        "topic": trend_facts(trend, lang),
        "total": len(reports),
        "reports": [{**report_facts(one), "chance": one.chance} for one in some],
        "terms": [term.phrase for term in picture.terms_on(topic)],
        "next": after + len(some) if after + len(some) < len(reports) else None,
    }
    return JSONResponse(body)


class PictureAnswer(TypedDict):
    """The events of a run by country or region: months, rates, what changed, and what is under-reported."""

    run: int
    by: Literal["country", "region"]
    months: Annotated[
        list[dict[str, Any]],
        Meta(description="Events by `area` (alpha-3, or the number of a region of M49) and month."),
    ]
    time_line: Annotated[
        dict[str, Any],
        Meta(description="`bars` by `step`: reports, events of `several` origins or `one`; `left_out` have none."),
    ]
    rates: Annotated[
        list[dict[str, Any]],
        Meta(
            description="How many events of a kind are told a month: `low` to `high` holds the rate in 95 of 100 cases."
        ),
    ]
    changes: Annotated[list[dict[str, Any]], Meta(description="Numbers that chance does not explain, in words.")]
    changes_none: Annotated[str, Meta(description="Why there is no change to tell; empty where there is one.")]
    gaps: list[str]
    thin: Annotated[list[dict[str, Any]], Meta(description="Countries that are told of on little ground, with why.")]
    silent: Annotated[list[dict[str, Any]], Meta(description="States of which no report tells an event, by region.")]


@router.get(
    "/api/v1/watch/runs/{number}/picture",
    action="read",
    answer=answers("The events by area and month", PictureAnswer),
    problems=(404, 501),
)
def show_picture(
    request: Request, number: Number, wanted: EventsAsked, by: Literal["country", "region"] = "country",
    step: Literal["", "day", "week", "month"] = "", lang: InLang = "en",
) -> Response:  # fmt: skip
    """Give the events that a filter wants by country or region and month, with rates, changes and gaps; no score.

    The time line has days, weeks or months; left out, by how long the reports reach.
    """
    return JSONResponse(as_answer(picture_shown(event_run(request, number), wanted, by), number, lang, step))


@router.post(
    "/api/v1/watch/runs/{number}/decisions",
    action="keep",
    answer=answers("How many decisions the run has now", seen=int),
    problems=(404, 409, 501),
)
def decide(request: Request, number: Number, decision: DecisionBody) -> Response:
    """Take a decision on events of a run: split, join or move reports, or confirm an event as it stands.

    What was said last holds; all is kept.
    """
    run = event_run(request, number)
    events = run.shown.kept.events
    for name in sorted({*decision.reports, *decision.beside, *decision.apart}):
        if events.report(name) is None:
            raise InputError("no_such_report", report=name[:100], run=number)
    said = EventDecision(
        decision.verb, tuple(decision.reports), decision.beside, decision.apart, reason=decision.reason,
        kind=decision.kind, stage=decision.stage,
    )  # fmt: skip
    classifies = bool(decision.kind or decision.stage)
    if (classifies and decision.verb != "confirm") or not all(
        correction.is_clear for correction in as_corrections([said])
    ):
        raise InputError("event_decision_unclear", verb=decision.verb)
    return JSONResponse({"seen": decide_on_events(book_of(request), person_of(request), number, said, decision.seen)})


router.include_router(brief_api.router)
router.include_router(saved_api.router)
router.include_router(source_api.router)
router.include_router(feed_api.router)

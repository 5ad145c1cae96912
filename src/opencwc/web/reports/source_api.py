"""Sources and captures over the API: the outlets that were read, what is said of them, and what changed on a page."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from fastapi import Query, Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response

from opencwc.jobs.page_captures import pages_of_case
from opencwc.jobs.source_list import ReadSources, keep_sources, read_sources_of
from opencwc.records import to_plain
from opencwc.reports.captures import compare
from opencwc.reports.outlets_read import SourceRow
from opencwc.reports.page_history import PageCapture, PageHistory
from opencwc.reports.private_people import masked
from opencwc.reports.sources import LONGEST, MOST_SOURCES, Source
from opencwc.web.reports.capture_pages import PageUrl, Place, chosen
from opencwc.web.reports.source_pages import OutletName, row_named
from opencwc.web.server.api_parameters import LARGEST, Closed, InLang, Limit, Number, answers
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import sentence

router = Router()
A_PAGE = 100
After = Annotated[int, Query(ge=0, le=LARGEST, description="Go on after this many: `next` of the page before.")]
Text = Annotated[str, Field(max_length=LONGEST)]


class SourceAnswer(TypedDict):
    """An outlet: what people said of it, how it is doing, and how much was read of it."""

    name: str
    reliability: Annotated[str, Meta(description="A to F by the Admiralty code; empty where nobody graded it.")]
    credibility: Annotated[str, Meta(description="1 to 6; empty where nobody graded it.")]
    ownership: str
    region: str
    language: str
    url: str
    note: str
    state: Literal["usual", "late", "silent", "failing", "never", "few"]
    says: Annotated[list[str], Meta(description="What is said of its state, and whether its language or host changed.")]
    reports: int
    own: Annotated[int, Meta(description="Reports on an event whose text is its own.")]
    rewritten: Annotated[int, Meta(description="Reports on an event that rest on the text of another outlet.")]
    origins: Annotated[int, Meta(description="How many independent origins it is.")]
    events: int
    languages: list[str]
    last: Annotated[str, Meta(description="When its newest report was published; empty where nothing came.")]


class SourcesAnswer(TypedDict):
    """A page of the outlets that were read, by their names."""

    total: int
    silent: int
    ungraded: int
    sources: list[SourceAnswer]
    next: int | None


class OneSourceAnswer(TypedDict):
    """An outlet with all that was said of it, its events, and whose text it rewrote."""

    source: SourceAnswer
    history: Annotated[list[dict[str, Any]], Meta(description="The latest first, each with `person` and `at`.")]
    seen: Annotated[int, Meta(description="Send it with a change: nobody has said anything since.")]
    events: Annotated[list[dict[str, Any]], Meta(description="Each with `run`, `event` and what it is.")]
    rewrote: Annotated[dict[str, int], Meta(description="Other outlets, each with how often it rewrote their text.")]


class SourceBody(Closed):
    """What is said of an outlet; what stands empty says nothing of it."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    reliability: Annotated[str, Field(pattern="^[A-Fa-f]?$")] = ""
    credibility: Annotated[str, Field(pattern="^[1-6]?$")] = ""
    url: Text = ""
    ownership: Text = ""
    region: Text = ""
    language: Text = ""
    note: Annotated[str, Field(max_length=10 * LONGEST)] = ""


class SourcesBody(Closed):
    """What is said of outlets; `seen`, of a single one, is how often something was said of it."""

    sources: Annotated[list[SourceBody], Field(min_length=1, max_length=MOST_SOURCES)]
    seen: Annotated[int | None, Field(ge=0, le=LARGEST)] = None


class PagesAnswer(TypedDict):
    """A page of the captured pages of a case, those captured last first."""

    run: int
    total: int
    pages: Annotated[
        list[dict[str, Any]], Meta(description="Each with its `url`, `captures`, `changes` and `failed`, all counts.")
    ]
    next: int | None


class CapturesAnswer(TypedDict):
    """The captures of a page, and what changed between two of them."""

    url: str
    captures: Annotated[
        list[dict[str, Any]],
        Meta(description="The earliest first, each with `taken`, `sha256`, `run`, and `failed`: it was not had then."),
    ]
    earlier: Annotated[str, Meta(description="When the earlier of the two was taken; empty where there are not two.")]
    later: str
    state: Literal["", "same", "changed"]
    changes: Annotated[list[str], Meta(description="Names of private people in them are dots.")]


@router.get("/api/v1/watch/sources", action="read", answer=answers("The outlets", SourcesAnswer), problems=(501,))
def list_sources(request: Request, after: After = 0, limit: Limit = A_PAGE, lang: InLang = "en") -> Response:
    """List the outlets that were read, with their grades and how they are doing."""
    rows = read_sources_of(book_of(request), person_of(request)).rows
    some = rows[after : after + limit]
    body = {
        "total": len(rows),
        "silent": sum(row.health.state == "silent" for row in rows),
        "ungraded": sum(not row.grade for row in rows),
        "sources": [_source(row, lang) for row in some],
        "next": after + len(some) if after + len(some) < len(rows) else None,
    }
    return JSONResponse(body)


@router.get(
    "/api/v1/watch/sources/outlet", action="read", answer=answers("The outlet", OneSourceAnswer), problems=(404, 501)
)
def show_source(request: Request, name: OutletName, lang: InLang = "en") -> Response:
    """Give an outlet with what people said of it, its events, and whose text it rewrote."""
    return JSONResponse(_one(read_sources_of(book_of(request), person_of(request)), name, lang))


def _one(read: ReadSources, name: str, lang: str) -> dict[str, Any]:
    row = row_named(read, name)
    said = read.listed.history(row.name)
    return {
        "source": _source(row, lang),
        "history": [{**to_plain(one.source), "person": one.person, "at": one.at} for one in said],
        "seen": len(said),
        "events": [
            {"run": run, "event": event.id, "says": sentence(event.headline, lang)} for run, event in row.events
        ],
        "rewrote": dict(row.outlet.rewrote) if row.outlet is not None else {},
    }


@router.put(
    "/api/v1/watch/sources",
    action=("read", "keep"),
    answer=answers("How many outlets that changed", changed=int),
    problems=(404, 409, 501),
)
def keep(request: Request, body: SourcesBody) -> Response:
    """Say of outlets how reliable they are, whose, where, or a note; what was said before stays on record."""
    sources = [Source(**one.model_dump()) for one in body.sources]
    seen = body.seen if len(sources) == 1 else None
    return JSONResponse({"changed": keep_sources(book_of(request), person_of(request), sources, seen)})


def _source(row: SourceRow, lang: str) -> dict[str, Any]:
    source, outlet = row.source or Source(row.name), row.outlet
    return {
        **to_plain(source), "name": row.name, "state": row.health.state,
        "says": [sentence(one, lang) for one in row.health.says],
        "reports": outlet.count if outlet else 0, "own": outlet.own if outlet else 0,
        "rewritten": outlet.rewritten if outlet else 0, "origins": outlet.origins if outlet else 0,
        "events": outlet.event_count if outlet else 0, "languages": list(outlet.languages) if outlet else [],
        "last": outlet.last.isoformat() if outlet else "",
    }  # fmt: skip


@router.get(
    "/api/v1/watch/runs/{number}/captures", action="read", answer=answers("The pages", PagesAnswer),
    problems=(404, 501),
)  # fmt: skip
def list_captures(request: Request, number: Number, after: After = 0, limit: Limit = A_PAGE) -> Response:
    """List the pages that reports of a case stand on, with how often each was captured and how often it changed."""
    pages = pages_of_case(book_of(request), person_of(request), number).pages.by_last()
    some = pages[after : after + limit]
    body = {
        "run": number,
        "total": len(pages),
        "pages": [_page(one) for one in some],
        "next": after + len(some) if after + len(some) < len(pages) else None,
    }
    return JSONResponse(body)


def _page(one: PageHistory) -> dict[str, Any]:
    failed = len(one.captures) - len(one.had)
    return {
        "url": one.url,
        "source": one.source,
        "captures": len(one.captures),
        "changes": one.changes,
        "failed": failed,
    }


@router.get(
    "/api/v1/watch/runs/{number}/captures/page", action="read", answer=answers("The captures", CapturesAnswer),
    problems=(404, 501),
)  # fmt: skip
def show_captures(
    request: Request, number: Number, url: PageUrl, earlier: Place = 0, later: Place = 0, lang: InLang = "en"
) -> Response:
    """Give the captures of a page, and what changed between two: by their numbers, else the last that differ."""
    history = pages_of_case(book_of(request), person_of(request), number).page(url)
    first, second = chosen(history, earlier, later)
    both = first is not None and second is not None
    pair = [one.as_capture(masked) for one in (first, second) if one is not None and both]
    compared = compare(pair[0], pair[1]) if pair else None
    body = {
        "url": history.url,
        "captures": [_capture(one) for one in history.captures],
        "earlier": pair[0].taken.isoformat() if pair else "",
        "later": pair[1].taken.isoformat() if pair else "",
        "state": compared.state if compared else "",
        "changes": [sentence(change, lang) for change in compared.changes] if compared else [],
    }
    return JSONResponse(body)


def _capture(one: PageCapture) -> dict[str, Any]:
    return {"taken": one.taken.isoformat(), "sha256": one.sha256, "run": one.run, "failed": one.told is None}

"""Saved watches over the API: what a person follows, what is new and changed in it, and that it was looked at."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from fastapi import Path, Query, Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response

from opencwc.casebook.saved_watches import change_watch, delete_watch, note_look, save_watch, watch_of, watches_of
from opencwc.jobs.watch_news import WatchNews
from opencwc.records import to_plain
from opencwc.reports.event_changes import EventNews
from opencwc.reports.event_facts import facts_of
from opencwc.web.reports.saved_pages import ShownWatch, known_look, news_for, shown_watch
from opencwc.web.reports.saved_watch import WatchBody, plain_question
from opencwc.web.server.api_parameters import LARGEST, Closed, InLang, Limit, answers
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import sentence

router = Router()
A_PAGE = 100
WatchId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="The id of the watch.")]
After = Annotated[int, Query(ge=0, le=LARGEST, description="Go on after this many: `next` of the page before.")]
Count = Annotated[int, Field(ge=0, le=LARGEST)]


class SavedWatchAnswer(TypedDict):
    """A watch, and how many of its events are new and changed since the last look."""

    id: str
    name: str
    countries: list[str]
    kinds: list[str]
    stages: list[str]
    agents: list[str]
    languages: list[str]
    words: str
    event: Annotated[str, Meta(description="The id of the one event that it follows; empty else.")]
    looked_at: Annotated[str, Meta(description="When it was last marked as looked at; empty before the first time.")]
    new: int
    changed: int
    total: int


class WatchedEventsAnswer(TypedDict):
    """A page of the events of a watch: new ones since the last look first, then changed ones, then the others."""

    watch: SavedWatchAnswer
    seen: Annotated[dict[str, int], Meta(description="Send it to `look`: the runs, and how many decisions each has.")]
    events: Annotated[
        list[dict[str, Any]],
        Meta(description="Each with `state` (new, changed, earlier), `run`, `case`, `changes`, and its facts."),
    ]
    next: int | None


class LookBody(Closed):
    """What was looked at: `seen` of the answer that was read."""

    seen: Annotated[dict[Annotated[str, Field(pattern=r"^\d{1,15}$")], Count], Field(max_length=1_000)]


@router.get(
    "/api/v1/watch/saved", action="read", answer=answers("One's watches", watches=list[SavedWatchAnswer]),
    problems=(501,),
)  # fmt: skip
def list_mine(request: Request) -> Response:
    """List one's watches, each with how many of its events are new and changed since the last look."""
    news = news_for(request)
    watches = [shown_watch(news, saved) for saved in watches_of(book_of(request), person_of(request))]
    return JSONResponse({"watches": [_watch(one) for one in watches]})


@router.post(
    "/api/v1/watch/saved", action="read", status_code=201, answer=answers("The watch", SavedWatchAnswer),
    problems=(409, 501),
)  # fmt: skip
def make(request: Request, asked: WatchBody) -> Response:
    """Save a watch; the same under the same name is not saved twice."""
    saved = save_watch(book_of(request), person_of(request), asked.name, plain_question(asked.question()))
    return JSONResponse(_watch(shown_watch(news_for(request), saved)), 201)


@router.get(
    "/api/v1/watch/saved/{watch}", action="read", answer=answers("Its events", WatchedEventsAnswer),
    problems=(404, 501),
)  # fmt: skip
def show(request: Request, watch: WatchId, after: After = 0, limit: Limit = A_PAGE, lang: InLang = "en") -> Response:
    """Give the events of a watch, page by page, each with what changed since the last look."""
    news = news_for(request)
    shown = shown_watch(news, watch_of(book_of(request), person_of(request), watch))
    some = shown.news[after : after + limit]
    body = {
        "watch": _watch(shown),
        "seen": {str(run): count for run, count in news.seen.items()},
        "events": [_event(news, one, lang) for one in some],
        "next": after + len(some) if after + len(some) < len(shown.news) else None,
    }
    return JSONResponse(body)


@router.put(
    "/api/v1/watch/saved/{watch}", action="read", answer=answers("The watch", SavedWatchAnswer), problems=(404, 501)
)
def change(request: Request, watch: WatchId, asked: WatchBody) -> Response:
    """Change what a watch asks for, or its name; what was looked at stays so."""
    book, person = book_of(request), person_of(request)
    change_watch(book, person, watch, asked.name, plain_question(asked.question()))
    return JSONResponse(_watch(shown_watch(news_for(request), watch_of(book, person, watch))))


@router.post(
    "/api/v1/watch/saved/{watch}/look", action="read", answer=answers("The watch", SavedWatchAnswer),
    problems=(404, 501),
)  # fmt: skip
def look(request: Request, watch: WatchId, looked: LookBody) -> Response:
    """Mark a watch as looked at, as far as one has seen it; what came since stays new."""
    book, person = book_of(request), person_of(request)
    news = news_for(request)
    note_look(book, person, watch, known_look(news, {int(run): count for run, count in looked.seen.items()}))
    return JSONResponse(_watch(shown_watch(news, watch_of(book, person, watch))))


@router.delete(
    "/api/v1/watch/saved/{watch}", action="read", status_code=204, response_class=Response,
    answer={"description": "Deleted"}, problems=(404,),
)  # fmt: skip
def delete(request: Request, watch: WatchId) -> Response:
    """Delete a watch."""
    delete_watch(book_of(request), person_of(request), watch)
    return Response(status_code=204)


def _watch(shown: ShownWatch) -> dict[str, Any]:
    question = shown.question
    return {
        "id": shown.saved.id, "name": shown.saved.name,
        **{name: to_plain(getattr(question, name)) for name in question.__struct_fields__},
        "looked_at": shown.saved.looked_at, "new": shown.count("new"), "changed": shown.count("changed"),
        "total": len(shown.news),
    }  # fmt: skip


def _event(news: WatchNews, one: EventNews, lang: str) -> dict[str, Any]:
    return {
        "state": one.state,
        "run": one.event.run,
        "case": news.runs[one.event.run].shown.case.name,
        "changes": [sentence(change, lang) for change in one.changes],
        **facts_of(one.event.summary, lang),
    }

"""Feeds over the API: the addresses that the service fetches for cases, and what the last fetch of each came to."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from fastapi import Query, Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response

from opencwc.casebook.feeds import LONGEST, LONGEST_NAME, MOST, USUAL_HOURS, ask_fetch, change_feed, remove_feed
from opencwc.jobs.feed_list import FeedRow, State, add_listed, feed_list
from opencwc.jobs.feed_news import note_looked
from opencwc.reports.opml import ListedFeed
from opencwc.web.reports.feed_pages import OPML_FORM, CaseText, FeedNumber, Hours, add_sent
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Closed, InLang, answers
from opencwc.web.server.service import Router, book_of, person_of, service_of
from opencwc.wording import sentence

router = Router()
FEEDS = "/api/v1/watch/feeds"
OfCase = Annotated[str, Query(max_length=64, description="Only those of this case.")]
_ADDED = answers("How many feeds the case did not have yet", added=int)


class FeedAnswer(TypedDict):
    """A feed of a case, and what its last fetch came to."""

    feed: Annotated[int, Meta(description="The record that added it.")]
    case: str
    url: str
    name: str
    hours: Annotated[int, Meta(description="Hours between two fetches; 0: only when somebody asks.")]
    person: Annotated[str, Meta(description="In whose name it is fetched.")]
    state: State
    says: str
    fetched_at: Annotated[str, Meta(description="When it was last fetched; empty before the first time.")]
    due_at: Annotated[str, Meta(description="When it is due; empty where nothing is planned.")]
    run: Annotated[int | None, Meta(description="The run in which what came new stands.")]
    brought: Annotated[int | None, Meta(description="How many new items came when something came last.")]
    since_look: Annotated[int, Meta(description="How many new items came since you last looked.")]


class FeedsAnswer(TypedDict):
    """Feeds; `network` says whether the setting lets the service fetch any."""

    network: bool
    newest: Annotated[int, Meta(description="The last run that is counted: send it when you have looked.")]
    feeds: list[FeedAnswer]


class FeedBody(Closed):
    """The address of a feed, and what it is called."""

    url: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    name: Annotated[str, Field(max_length=LONGEST_NAME)] = ""


class FeedsBody(Closed):
    """Feeds to add to a case, opened where there is none of this name; `hours` lie between two fetches of each."""

    case: CaseText
    feeds: Annotated[list[FeedBody], Field(min_length=1, max_length=MOST)]
    hours: Hours = USUAL_HOURS


class HoursBody(Closed):
    """Hours between two fetches; 0: only when somebody asks."""

    hours: Hours


class FeedLookBody(Closed):
    """The last run that was looked at: `newest` of the list."""

    run: Annotated[int, Field(ge=0, le=LARGEST, strict=True)]


class FetchBody(Closed):
    """The case whose feeds are to be fetched; those of all cases where none is named."""

    case: Annotated[str, Field(max_length=64)] = ""


@router.get(FEEDS, action="read", answer=answers("The feeds", FeedsAnswer), problems=(404, 501))
def list_all(request: Request, case: OfCase = "", lang: InLang = "en") -> Response:
    """List the feeds of a case, or of all: when each was last fetched, what came of it, and when it is due."""
    shown = feed_list(book_of(request), person_of(request), case)
    return JSONResponse(
        {"network": shown.fetched, "newest": shown.newest, "feeds": [_feed(row, lang) for row in shown.rows]}
    )


def _feed(row: FeedRow, lang: str) -> dict[str, Any]:
    feed = row.feed
    return {
        "feed": feed.seq, "case": row.case, "url": feed.url, "name": feed.name, "hours": feed.hours,
        "person": feed.person, "state": row.state, "says": sentence(row.says, lang), "fetched_at": row.fetched_at,
        "due_at": row.due_at, "run": row.run, "brought": row.brought, "since_look": row.since_look,
    }  # fmt: skip


@router.post(FEEDS, action="keep", status_code=201, answer=_ADDED, problems=(404, 409, 501))
def add(request: Request, body: FeedsBody) -> Response:
    """Add feeds to a case; one that it has already is not added twice."""
    feeds = [ListedFeed(one.name, one.url) for one in body.feeds]
    return JSONResponse({"added": add_listed(book_of(request), person_of(request), body.case, feeds, body.hours)}, 201)


@router.post(
    f"{FEEDS}/opml", action="keep", status_code=201, answer=_ADDED, problems=(404, 409, 413, 415, 501),
    form=OPML_FORM.schema,
)  # fmt: skip
async def add_file(request: Request) -> Response:
    """Add the feeds that an OPML file names to a case."""
    service, person = service_of(request), person_of(request)
    async with OPML_FORM.sent(request) as sent:
        added = await service.answering.run_for(person.id, add_sent, book_of(request), person, sent)
    return JSONResponse({"added": added}, 201)


@router.get(
    f"{FEEDS}/opml", action="read", answer=answers("OPML", str, "text/x-opml"), problems=(404, 501)
)  # fmt: skip
def give_opml(request: Request, case: OfCase = "") -> Response:
    """Give the feeds of a case, or of all, as OPML."""
    shown = feed_list(book_of(request), person_of(request), case)
    return downloads.download(shown.opml(case or "OpenCWC"), "feeds.opml")


@router.post(
    f"{FEEDS}/fetch", action="keep", answer=answers("How many feeds are due now", due=int), problems=(404, 409, 501)
)
def fetch(request: Request, body: FetchBody) -> Response:
    """Have feeds be fetched now; the server does it, where the setting switches the network on."""
    return JSONResponse({"due": ask_fetch(book_of(request), person_of(request), body.case)})


@router.post(
    f"{FEEDS}/looked", action="read", status_code=204, response_class=Response, answer={"description": "Noted"},
    problems=(501,),
)  # fmt: skip
def look(request: Request, body: FeedLookBody) -> Response:
    """Note that you have looked at what feeds brought up to a run; what comes later is new to you."""
    note_looked(book_of(request), person_of(request), body.run)
    return Response(status_code=204)


@router.put(
    f"{FEEDS}/{{feed}}", action="keep", status_code=204, response_class=Response, answer={"description": "Changed"},
    problems=(404, 409, 501),
)  # fmt: skip
def change(request: Request, feed: FeedNumber, body: HoursBody) -> Response:
    """Fetch a feed more or less often, from now on in one's own name."""
    change_feed(book_of(request), person_of(request), feed, body.hours)
    return Response(status_code=204)


@router.delete(
    f"{FEEDS}/{{feed}}", action="keep", status_code=204, response_class=Response, answer={"description": "Removed"},
    problems=(404, 501),
)  # fmt: skip
def remove(request: Request, feed: FeedNumber) -> Response:
    """Remove a feed; what was fetched of it stays."""
    remove_feed(book_of(request), person_of(request), feed)
    return Response(status_code=204)

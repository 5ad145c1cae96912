"""Feeds: the addresses that the service fetches for a case, how often, and what the last fetch of each came to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, BinaryIO, cast

from fastapi import Depends, Form, Path, Request
from pydantic import Field
from starlette.responses import Response

from opencwc.casebook.cases import names_of_cases
from opencwc.casebook.database import Casebook
from opencwc.casebook.feeds import (
    LONGEST,
    LONGEST_NAME,
    MOST_HOURS,
    USUAL_HOURS,
    ask_fetch,
    change_feed,
    remove_feed,
)
from opencwc.casebook.model import Person
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.jobs.feed_list import FeedRow, add_listed, feed_list
from opencwc.jobs.feed_news import note_looked
from opencwc.reports.opml import ListedFeed, read_opml
from opencwc.reports.verb import VERB as WATCH
from opencwc.web.casebook.upload_forms import FILE, SentForm, UploadForm
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Closed
from opencwc.web.server.htmx_headers import announcing, leading_to
from opencwc.web.server.listing import Ending, ListColumn, ListWanted, listed
from opencwc.web.server.page import language_of, page
from opencwc.web.server.page_parameters import AddressFilter, Brief
from opencwc.web.server.service import Router, book_of, person_of, service_of
from opencwc.wording import say, sentence

router = Router(include_in_schema=False)
FEEDS = "/watch/sources/feeds"
HOURS = (1, 6, 24, 168, 0)
"""The intervals that the page offers; 0: only when somebody asks."""
MOST_BYTES = 2_000_000
"""Bytes of a list of feeds."""
OPML_FORM = UploadForm(
    WATCH, {"file": {**FILE, "description": "A list of feeds: OPML."}},
    missing=partial(InputError, "feeds_file_missing", where="file"),
    texts={"hours": {"type": "integer", "minimum": 0, "maximum": MOST_HOURS}},
)  # fmt: skip
FeedNumber = Annotated[int, Path(ge=1, le=LARGEST, description="The record that added the feed.")]
Hours = Annotated[int, Field(ge=0, le=MOST_HOURS)]
CaseText = Annotated[str, Field(min_length=1, max_length=64)]


@dataclass(frozen=True)
class FeedFilter(AddressFilter):
    """Of which case to list feeds: of all where none is named."""

    case: Brief = ""


FeedsAsked = Annotated[FeedFilter, Depends()]


def interval_said(hours: int, lang: str) -> str:
    """Say how often a feed is fetched."""
    if not hours:
        return say("feed_by_hand", lang)
    days, left = divmod(hours, 24)
    every = Message("feed_every_hours", {"count": hours}) if left else Message("feed_every_days", {"count": days})
    return say(every, lang)


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")


COLUMNS: tuple[ListColumn[FeedRow], ...] = (
    ListColumn("feed", "page_feed", lambda row, lang: f"{row.feed.name} {row.feed.url}".strip()),
    ListColumn("case", "casebook_column_case", lambda row, lang: row.case),
    ListColumn("answer", "page_feed_answer", lambda row, lang: sentence(row.says, lang)),
    ListColumn(
        "brought", "page_feed_brought", lambda row, lang: "" if row.brought is None else str(row.brought),
        lambda row: -1 if row.brought is None else row.brought, number=True,
    ),
    ListColumn(
        "since_look", "page_feed_since_look", lambda row, lang: str(row.since_look), lambda row: row.since_look,
        number=True,
    ),
    ListColumn("fetched", "page_feed_fetched", lambda row, lang: _minute(row.fetched_at), lambda row: row.fetched_at),
    ListColumn("due", "page_feed_due", lambda row, lang: _minute(row.due_at), lambda row: row.due_at or "~"),
    ListColumn(
        "every", "page_feed_every", lambda row, lang: interval_said(row.feed.hours, lang), lambda row: row.feed.hours
    ),
)  # fmt: skip


@router.get(FEEDS, action="read")
def show(request: Request, wanted: FeedsAsked, order: ListWanted) -> Response:
    """Show the feeds of a case, or of all: when each was last fetched, what came of it, and when it is due."""
    lang, book, person = language_of(request), book_of(request), person_of(request)
    every = feed_list(book, person)
    shown = feed_list(book, person, wanted.case) if wanted.case else every
    query = f"?{wanted.query}" if wanted.query else ""
    return page(
        request, "reports/feeds.html", feeds=shown, wanted=wanted, base=FEEDS, query=query,
        list=listed(shown.rows, COLUMNS, order, lang), cases=sorted({row.case for row in every.rows}),
        open_cases=[one.name for one in names_of_cases(book, person)], interval=partial(interval_said, lang=lang),
        intervals=HOURS, usual=USUAL_HOURS, longest=LONGEST, longest_name=LONGEST_NAME, now=f"{FEEDS}{query}",
    )  # fmt: skip


@router.get(f"{FEEDS}/feeds.opml", action="read")
def give_opml(request: Request, wanted: FeedsAsked) -> Response:
    """Give the list as OPML."""
    shown = feed_list(book_of(request), person_of(request), wanted.case)
    return downloads.download(shown.opml(wanted.case or "OpenCWC"), "feeds.opml")


@router.get(FEEDS + "/table.{ending}", action="read")
def give_table(request: Request, ending: Ending, wanted: FeedsAsked, order: ListWanted) -> Response:
    """Give the list as a file, in which no cell is a formula."""
    lang = language_of(request)
    shown = feed_list(book_of(request), person_of(request), wanted.case)
    table = listed(shown.rows, COLUMNS, order, lang)
    return downloads.download(table.file(ending, "page_feeds_list", lang), f"feeds.{ending}")


class FeedForm(Closed):
    """A feed to add to a case."""

    case: CaseText
    url: Annotated[str, Field(max_length=LONGEST)]
    name: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    hours: Hours = USUAL_HOURS


@router.post(FEEDS, action=("read", "keep"))
def add(request: Request, form: Annotated[FeedForm, Form()]) -> Response:
    """Add a feed to a case, and lead to its list."""
    feed = ListedFeed(form.name, form.url)
    return _added(request, form.case, add_listed(book_of(request), person_of(request), form.case, [feed], form.hours))


@router.post(f"{FEEDS}/file", action=("read", "keep"), uploads=True)
async def add_file(request: Request) -> Response:
    """Add the feeds that an OPML file names to a case, and lead to its list."""
    service, person = service_of(request), person_of(request)
    async with OPML_FORM.sent(request) as sent:
        added = await service.answering.run_for(person.id, add_sent, book_of(request), person, sent)
    return _added(request, sent.texts["case"], added)


def add_sent(book: Casebook, person: Person, sent: SentForm) -> int:
    """Add the feeds of an OPML file that was sent to its case, and return how many are new there."""
    name, file = sent.uploads[0]
    case, hours = sent.texts.get("case", "").strip(), sent.texts.get("hours", str(USUAL_HOURS))
    if not case:
        raise InputError("case_name_missing", where="case")
    if not (hours.isascii() and hours.isdecimal() and len(hours) < 5):
        raise InputError("feed_hours", where="hours", most=MOST_HOURS)
    file.seek(0, 2)
    if file.tell() > MOST_BYTES:
        raise InputError("feeds_file_large", where="file", most=MOST_BYTES)
    file.seek(0)
    return add_listed(book, person, case, read_opml(cast("BinaryIO", file), name), int(hours))


def _added(request: Request, case: str, count: int) -> Response:
    return _back(request, case, Message("page_feeds_added", {"count": count}))


class CaseForm(Closed):
    """A case, or all."""

    case: Annotated[str, Field(max_length=64)] = ""


class FeedLookForm(Closed):
    """The last run that was looked at; ``case`` is the list to go back to."""

    run: Annotated[int, Field(ge=0, le=LARGEST)]
    case: Annotated[str, Field(max_length=64)] = ""


@router.post(f"{FEEDS}/looked", action="read")
def look(request: Request, form: Annotated[FeedLookForm, Form()]) -> Response:
    """Mark what feeds brought as looked at; what came since stays new."""
    note_looked(book_of(request), person_of(request), form.run)
    return leading_to(f"{FEEDS}?{FeedFilter(form.case).query}" if form.case else FEEDS)


@router.post(f"{FEEDS}/fetch", action=("read", "keep"))
def fetch(request: Request, form: Annotated[CaseForm, Form()]) -> Response:
    """Have the feeds of a case be fetched now, and lead to its list."""
    count = ask_fetch(book_of(request), person_of(request), form.case)
    return _back(request, form.case, Message("page_feeds_asked", {"count": count}))


class IntervalForm(Closed):
    """How many hours lie between two fetches; ``case`` is the list to go back to."""

    hours: Hours
    case: Annotated[str, Field(max_length=64)] = ""


@router.post(f"{FEEDS}/{{feed}}", action=("read", "keep"))
def change(request: Request, feed: FeedNumber, form: Annotated[IntervalForm, Form()]) -> Response:
    """Fetch a feed more or less often, and lead to the list."""
    change_feed(book_of(request), person_of(request), feed, form.hours)
    return _back(request, form.case, Message("page_feed_changed"))


@router.post(f"{FEEDS}/{{feed}}/remove", action=("read", "keep"))
def remove(request: Request, feed: FeedNumber, form: Annotated[CaseForm, Form()]) -> Response:
    """Remove a feed, and lead to the list; what was fetched of it stays."""
    remove_feed(book_of(request), person_of(request), feed)
    return _back(request, form.case, Message("page_feed_removed"))


def _back(request: Request, case: str, message: Message) -> Response:
    wanted = FeedFilter(case)
    response = leading_to(f"{FEEDS}?{wanted.query}" if case else FEEDS)
    response.headers.update(announcing(say(message, language_of(request)), carry=True))
    return response

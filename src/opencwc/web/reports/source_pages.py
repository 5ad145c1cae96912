"""Sources: every outlet that was read, how reliable people hold it to be, how it is doing, and what it told."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from babel.dates import format_timedelta
from fastapi import Depends, Form, Query, Request
from pydantic import AfterValidator, Field
from starlette.responses import Response

from opencwc.convention.territories import all_territories
from opencwc.errors import InputError, NotFoundError
from opencwc.finding import Message
from opencwc.jobs.source_list import ReadSources, keep_sources, read_sources_of
from opencwc.reports.outlets_read import SourceRow
from opencwc.reports.private_people import shown_title
from opencwc.reports.sources import CREDIBILITY, LONGEST, RELIABILITY, Source, read_sources, sources_as_csv
from opencwc.reports.verb import VERB as WATCH
from opencwc.web.casebook.upload_forms import FILE, UploadForm, Uploads
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import Closed
from opencwc.web.server.days_and_sizes import locale_of, unit_apart
from opencwc.web.server.htmx_headers import announcing, leading_to
from opencwc.web.server.listing import Ending, ListColumn, ListWanted, day_column, listed
from opencwc.web.server.page import language_of, page
from opencwc.web.server.page_parameters import AddressFilter, Brief
from opencwc.web.server.service import Router, book_of, person_of, service_of
from opencwc.wording import LANGUAGES, RIGHT_TO_LEFT, say
from opencwc.wording.states import state_name

router = Router(include_in_schema=False)
LIST = "/watch/sources"
MOST_ROWS, MOST_REPORTS = 1_000, 30
"""Rows of the list; reports on the page of an outlet."""
MOST_BYTES = 2_000_000
ENDINGS = (".csv", ".tsv", ".txt", ".yaml", ".yml")
FILE_FORM = UploadForm(
    WATCH, {"file": {**FILE, "description": "A list of sources: CSV or YAML."}},
    missing=partial(InputError, "watch_sources_file_missing", where="file"),
)  # fmt: skip
STATES = ("failing", "silent", "late", "never", "few", "usual")
NO_GRADE = "ungraded"
OutletName = Annotated[str, Query(min_length=1, max_length=LONGEST, description="The name of the outlet.")]


@dataclass(frozen=True)
class SourceFilter(AddressFilter):
    """Which outlets to list: those in a state, or those without a grade."""

    state: Annotated[Brief, AfterValidator(lambda word: word if word in (*STATES, NO_GRADE) else "")] = ""

    def wants(self, row: SourceRow) -> bool:
        """Tell whether an outlet is wanted."""
        return not self.state or (not row.grade if self.state == NO_GRADE else row.health.state == self.state)


SourcesAsked = Annotated[SourceFilter, Depends()]


def _count(of: Callable[[Any], int]) -> Callable[[SourceRow], int]:
    return lambda row: of(row.outlet) if row.outlet is not None else 0


def _numbers(name: str, label: str, of: Callable[[Any], int]) -> ListColumn[SourceRow]:
    counted = _count(of)
    return ListColumn(name, label, lambda row, lang: str(counted(row)), counted, number=True)


def region_said(region: str, lang: str) -> str:
    """Return a region as it was written, the name of a State where it is a code."""
    return state_name(region, lang) if region in all_territories() else region


@cache
def _ownerships() -> dict[str, str]:
    """Return the message of each usual kind of owner, by its words in every language."""
    known = (f"source_ownership_{kind}" for kind in ("state", "private", "public", "cooperative", "party"))
    return {say(message, lang).casefold(): message for message in known for lang in LANGUAGES}


def ownership_said(ownership: str, lang: str) -> str:
    """Return who owns a source: a usual kind in the reader's language, anything else as it was written."""
    message = _ownerships().get(ownership.strip().casefold())
    return say(message, lang) if message else ownership


def _languages(row: SourceRow, lang: str) -> str:
    spoken = row.outlet.languages if row.outlet is not None else ()
    given = (row.source.language,) if row.source is not None and row.source.language else ()
    return say("list_separator", lang).join(language_said(code, lang) for code in spoken or given)


def gap_said(seconds: float | None, lang: str) -> str:
    """Say about how long a time is, nothing where it is not known.

    >>> gap_said(200_000, "en")
    '2 days'
    """
    return (
        ""
        if seconds is None
        else unit_apart(format_timedelta(timedelta(seconds=seconds), locale=locale_of(lang)), lang)
    )


def language_said(code: str, lang: str) -> str:
    """Return the name of a language, where it is one of the six; else its code."""
    label = f"language_{code}"
    named = say(label, lang)
    return code if named == label else named


COLUMNS: tuple[ListColumn[SourceRow], ...] = (
    ListColumn("name", "watch_field_source", lambda row, lang: row.name),
    ListColumn("grade", "page_source_grade", lambda row, lang: row.grade, lambda row: row.grade or "~"),
    ListColumn(
        "state", "page_source_state", lambda row, lang: say(f"page_source_{row.health.state}", lang),
        lambda row: STATES.index(row.health.state),
    ),
    day_column(
        "last", "page_watch_last", lambda row: row.outlet.last.date().isoformat() if row.outlet else "",
        lambda row: row.outlet.last.timestamp() if row.outlet else 0.0,
    ),
    ListColumn(
        "usual", "page_source_gap", lambda row, lang: gap_said(row.health.gap, lang), lambda row: row.health.gap or 0.0
    ),
    _numbers("reports", "watch_field_reports", lambda outlet: outlet.count),
    _numbers("own", "page_source_own", lambda outlet: outlet.own),
    _numbers("rewritten", "page_source_rewritten", lambda outlet: outlet.rewritten),
    _numbers("events", "page_source_events", lambda outlet: outlet.event_count),
    ListColumn("language", "page_language", _languages),
    ListColumn(
        "region", "page_source_region",
        lambda row, lang: region_said(row.source.region, lang) if row.source is not None else "",
    ),
    ListColumn(
        "ownership", "page_source_ownership",
        lambda row, lang: ownership_said(row.source.ownership, lang) if row.source is not None else "",
    ),
)  # fmt: skip


@router.get(LIST, action="read")
def show_sources(request: Request, wanted: SourcesAsked, order: ListWanted) -> Response:
    """Show every outlet that was read, with its grade, how it is doing, and how much of its text is its own."""
    lang, read = language_of(request), read_sources_of(book_of(request), person_of(request))
    rows = listed([row for row in read.rows if wanted.wants(row)], COLUMNS, order, lang)
    some = order.part(0, MOST_ROWS)
    counts = {state: sum(row.health.state == state for row in read.rows) for state in STATES}
    query = "&".join(part for part in (wanted.query, order.query) if part)
    return page(
        request, "reports/sources.html", list=rows, wanted=wanted, counts=counts, total=len(read.rows),
        rows=rows.lines(some), more=max(0, len(rows.rows) - some.stop),
        ungraded=sum(not row.grade for row in read.rows), newest=read.newest, address=address_of_outlet, base=LIST,
        csv=f"{LIST}/table.csv{'?' + query if query else ''}",
    )  # fmt: skip


@router.get(LIST + "/table.{ending}", action="read")
def give_table(request: Request, ending: Ending, wanted: SourcesAsked, order: ListWanted) -> Response:
    """Give the table as a file, in which no cell is a formula."""
    lang = language_of(request)
    read = read_sources_of(book_of(request), person_of(request))
    rows = [row for row in read.rows if wanted.wants(row)]
    return downloads.download(
        listed(rows, COLUMNS, order, lang).file(ending, "page_sources_list", lang), f"outlets.{ending}"
    )


@router.get(f"{LIST}/sources.csv", action="read")
def give_list(request: Request) -> Response:
    """Give what people said of the outlets as the command takes it with ``--sources``."""
    return downloads.download(as_list(read_sources_of(book_of(request), person_of(request))), "sources.csv")


def as_list(read: ReadSources) -> bytes:
    """Return every outlet as a list of sources: what people said of it, of others only the name."""
    return sources_as_csv(row.source or Source(row.name) for row in read.rows)


@router.get(f"{LIST}/outlet", action="read")
def show_outlet(request: Request, name: OutletName) -> Response:
    """Show an outlet: its grade and who gave it, how it is doing, whose text it tells, its events and reports."""
    read, lang = read_sources_of(book_of(request), person_of(request)), language_of(request)
    row = row_named(read, name)
    outlet = row.outlet
    reports = [(one, shown_title(one.told)) for one in (outlet.reports if outlet else ())[:MOST_REPORTS]]
    said = read.listed.history(row.name)
    return page(
        request, "reports/source.html", row=row, outlet=outlet, source=row.source or Source(row.name), said=said,
        by_host=row.source is not None and not said, reports=reports,
        reliability=RELIABILITY, credibility=CREDIBILITY, longest=LONGEST, base=LIST, right_to_left=RIGHT_TO_LEFT,
        region=region_said(row.source.region, lang) if row.source else "", languages_said=_languages(row, lang),
        address=address_of_outlet, more=max(0, len(outlet.reports) - MOST_REPORTS) if outlet else 0,
        ownership_said=partial(ownership_said, lang=lang),
        region_said=partial(region_said, lang=lang), language_said=partial(language_said, lang=lang),
    )  # fmt: skip


def row_named(read: ReadSources, name: str) -> SourceRow:
    """Return the row of an outlet; raise `NotFoundError` where none was read or listed."""
    row = read.row(name)
    if row is None:
        raise NotFoundError("no_such_outlet", where=name[:100])
    return row


def address_of_outlet(name: str) -> str:
    """Return the page of an outlet."""
    return f"{LIST}/outlet?{urlencode({'name': name})}"


class SourceForm(Closed):
    """What is said of an outlet; ``seen`` is how often something was said of it, as the person saw it."""

    name: Annotated[str, Field(max_length=LONGEST)]
    reliability: Annotated[str, Field(max_length=1)] = ""
    credibility: Annotated[str, Field(max_length=1)] = ""
    url: Annotated[str, Field(max_length=LONGEST)] = ""
    ownership: Annotated[str, Field(max_length=LONGEST)] = ""
    region: Annotated[str, Field(max_length=LONGEST)] = ""
    language: Annotated[str, Field(max_length=LONGEST)] = ""
    note: Annotated[str, Field(max_length=10 * LONGEST)] = ""
    seen: Annotated[int, Field(ge=0)] = 0


@router.post(f"{LIST}/outlet", action=("read", "keep"))
def keep(request: Request, form: Annotated[SourceForm, Form()]) -> Response:
    """Keep what a person says of an outlet, and lead to its page."""
    said = Source(**form.model_dump(exclude={"seen"}))
    keep_sources(book_of(request), person_of(request), [said], form.seen)
    return leading_to(address_of_outlet(said.name))


@router.post(f"{LIST}/file", action=("read", "keep"), uploads=True)
async def keep_file(request: Request) -> Response:
    """Keep what a list of sources says of outlets, and lead to the list."""
    service, person = service_of(request), person_of(request)
    async with FILE_FORM.sent(request) as sent:
        changed = await service.answering.run_for(person.id, _keep_file, request, sent.uploads)
    response = leading_to(LIST)
    response.headers.update(announcing(say_changed(changed, language_of(request)), carry=True))
    return response


def say_changed(changed: int, lang: str) -> str:
    """Say how many sources a list changed."""
    return say(Message("page_source_list_kept", {"count": changed}), lang)


def _keep_file(request: Request, uploads: Uploads) -> int:
    name, file = uploads[0]
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise InputError("watch_sources_file_kind", where="file")
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InputError("watch_sources_file_large", where="file", most=MOST_BYTES)
    with tempfile.TemporaryDirectory(prefix="opencwc-sources-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        sources = read_sources(path)
    return keep_sources(book_of(request), person_of(request), sources)

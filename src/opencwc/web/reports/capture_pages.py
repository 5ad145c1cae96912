"""Captures: the pages that reports stand on, what changed on each since, and two captures side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Query, Request
from starlette.responses import Response

from opencwc.casebook.permissions import may
from opencwc.jobs.page_captures import pages_of_case
from opencwc.reports.captures import compare
from opencwc.reports.model import Told
from opencwc.reports.page_history import CapturedPages, PageCapture, PageHistory, side_by_side
from opencwc.reports.private_people import masked, shown_title
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Number
from opencwc.web.server.listing import Ending, ListAsked, ListColumn, ListWanted, day_column, listed
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import RIGHT_TO_LEFT

router = Router(include_in_schema=False)
MOST_ROWS = 100
MOST_SOUGHT = 500
"""Pages that one page of the list shows; pages up to which a list is read as a whole."""
Place = Annotated[int, Query(ge=0, le=LARGEST)]
PageUrl = Annotated[str, Query(min_length=1, max_length=4_000, description="The address of the page.")]


def title_of(page: PageHistory) -> str:
    """Return the title of a page at its last capture, empty where it never was had; private people are dots."""
    told = page.had[-1].told if page.had else None
    return shown_title(told) if told is not None else ""


COLUMNS: tuple[ListColumn[PageHistory], ...] = (
    ListColumn("title", "page_source_title", lambda row, lang: title_of(row)),
    ListColumn("page", "page_captures_page", lambda row, lang: row.url),
    ListColumn("outlet", "watch_field_source", lambda row, lang: row.source),
    ListColumn(
        "captures", "page_captures_count", lambda row, lang: str(len(row.captures)), lambda row: len(row.captures),
        number=True,
    ),
    ListColumn(
        "changes", "page_captures_changes", lambda row, lang: str(row.changes), lambda row: row.changes, number=True
    ),
    ListColumn(
        "failed", "page_captures_failed", lambda row, lang: str(len(row.captures) - len(row.had)),
        lambda row: len(row.captures) - len(row.had), number=True,
    ),
    day_column(
        "last", "page_captures_last", lambda row: row.captures[-1].taken.date().isoformat(),
        lambda row: row.captures[-1].taken.timestamp(),
    ),
)  # fmt: skip


@router.get("/watch/runs/{number}/captures", action="read")
def show_captures(request: Request, number: Number, order: ListWanted) -> Response:
    """Show the pages of a case that were captured, those first that changed."""
    case, lang = pages_of_case(book_of(request), person_of(request), number), language_of(request)
    pages = case.pages
    rows = listed(_first(pages, order), COLUMNS, order, lang)
    some = order.part(0, MOST_ROWS)
    return page(
        request, "reports/captures.html", shown=case.shown, pages=case, list=rows,
        rows=rows.lines(some), more=0 if order.find else max(0, len(pages) - min(rows.found, some.stop)),
        again=pages.again, changed=pages.changed, failed=pages.failed, sought=MOST_SOUGHT,
        is_long=len(pages) > MOST_SOUGHT,
    )  # fmt: skip


@router.get("/watch/runs/{number}/captures.{ending}", action="read")
def give_captures(request: Request, number: Number, ending: Ending, order: ListWanted) -> Response:
    """Give the list of captured pages as a file, in which no cell is a formula."""
    lang, case = language_of(request), pages_of_case(book_of(request), person_of(request), number)
    rows = listed(case.pages.by_changes(), COLUMNS, order, lang)
    return downloads.download(rows.file(ending, "page_captures_list", lang), f"captures-{number}.{ending}")


def _first(pages: CapturedPages, order: ListAsked) -> Sequence[PageHistory]:
    """Return the pages to show: all of a short list; of a long one the first of an order, or the one of an address."""
    if len(pages) <= MOST_SOUGHT:
        return sorted(pages.by_changes(), key=lambda page: (-page.changes, page.source.casefold(), title_of(page)))
    if order.whole:
        return pages.by_changes()
    if order.find:
        named = pages.page(order.find.strip())
        return [named] if named is not None else pages.by_changes()[:MOST_SOUGHT]
    name = order.order.removeprefix("-")
    if name in ("captures", "changes", "failed", "last"):
        return pages.by_count(name, most_first=order.order.startswith("-"))[:MOST_ROWS]
    return pages.by_changes()[:MOST_ROWS]


@router.get("/watch/runs/{number}/captures/page", action="read")
def show_page(
    request: Request, number: Number, url: PageUrl, earlier: Place = 0, later: Place = 0,
    names: Literal["", "shown"] = "",
) -> Response:  # fmt: skip
    """Show the captures of a page, and two of them side by side; names of private people are dots."""
    in_full = names == "shown" and may(person_of(request), "keep")
    pages = pages_of_case(book_of(request), person_of(request), number)
    history = pages.page(url)
    first, second = chosen(history, earlier, later)
    captures = [capture.as_capture(None if in_full else masked) for capture in (first, second) if capture is not None]
    compared = compare(captures[0], captures[1]) if len(captures) > 1 else None
    texts = [capture.told for capture in history.had if capture.told is not None]
    return page(
        request, "reports/capture.html", shown=pages.shown, history=history, first=first, second=second,
        numbers=[history.had.index(capture) + 1 for capture in (first, second) if capture is not None],
        compared=compared,
        sides=side_by_side(captures[0], captures[1]) if len(captures) > 1 else (), in_full=in_full,
        masks=any(_names_people(told) for told in texts), right_to_left=RIGHT_TO_LEFT, all=pages.all, looked=pages.runs,
    )  # fmt: skip


def chosen(history: PageHistory, earlier: int = 0, later: int = 0) -> tuple[PageCapture | None, PageCapture | None]:
    """Return the two captures that are asked for by their numbers, else the last two that differ; None where none is.

    The earlier one always stands first.
    """
    had = history.had
    if len(had) < 2:
        return had[0] if had else None, None
    usual = history.usual_pair
    asked = [number if 0 < number <= len(had) else other for number, other in zip((earlier, later), usual, strict=True)]
    one, other = sorted(asked) if asked[0] != asked[1] else usual
    return had[one - 1], had[other - 1]


def _names_people(told: Told) -> bool:
    return masked(told) != told.report.whole

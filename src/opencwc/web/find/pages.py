"""Find anything: a page that works without scripts, and the part of it that comes while somebody types."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

from fastapi import Form, Query, Request
from starlette.responses import Response

from opencwc.language.name_search import LONGEST
from opencwc.web.casebook.finders import KINDS, MOST_OF_A_KIND, Hit, Sought
from opencwc.web.find.page_finder import find_pages
from opencwc.web.find.search import find, warm
from opencwc.web.server.page import language_of, page
from opencwc.web.server.page_parameters import Brief
from opencwc.web.server.service import Router, book_of, person_of, service_of

router = Router(include_in_schema=False)
MOST_LISTED = 60
"""Hits of a kind that the page can show."""


@router.get("/find", action="self")
def show(request: Request, q: Annotated[str, Query(max_length=LONGEST)] = "", kind: Brief = "") -> Response:
    """Show the box, with the first of each kind that is found, or all of one kind.

    While it is empty, what is searched is made ready.
    """
    if not q.strip():
        warm(person_of(request))
    hits = _found(request, q, typing=False)
    shown = [hit for hit in hits if kind in ("", hit.kind)] if kind in KINDS else hits
    most = len(shown) if kind in KINDS else MOST_OF_A_KIND
    return page(request, "find/page.html", q=q, groups=_groups(shown, most), count=len(shown))


@router.post("/find", action="self")
def answer(request: Request, q: Annotated[str, Form(max_length=LONGEST)] = "") -> Response:
    """Show what is found while somebody types; the text travels in the body, so that no log of a proxy has it."""
    hits = _found(request, q, typing=True)
    return page(request, "find/hits.html", q=q, groups=_groups(hits, MOST_OF_A_KIND), count=len(hits))


def _found(request: Request, q: str, *, typing: bool) -> list[Hit]:
    lang, person = language_of(request), person_of(request)
    service_of(request).see_allowed(person, q, lang, typing=typing)
    return find(Sought(q, lang, person, book_of(request), MOST_OF_A_KIND if typing else MOST_LISTED), (find_pages,))


def _groups(hits: list[Hit], most: int) -> list[tuple[str, list[Hit], int]]:
    """Return the first hits of each kind and how many there are, the kind of the best hit first."""
    first = {kind: next((place for place, hit in enumerate(hits) if hit.kind == kind), len(hits)) for kind in KINDS}
    ordered = sorted(hits, key=lambda hit: first[hit.kind])
    by_kind = [(kind, list(these)) for kind, these in groupby(ordered, key=lambda hit: hit.kind)]
    return [(kind, these[:most], len(these)) for kind, these in by_kind]

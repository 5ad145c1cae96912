"""Find anything: a page that works without scripts, and the part of it that comes while somebody types."""

from __future__ import annotations

from itertools import groupby
from threading import Thread
from typing import Annotated

from fastapi import Form, Query, Request
from starlette.responses import Response

from opencwc.language.name_search import LONGEST
from opencwc.web.casebook.finders import KINDS, Hit, Sought
from opencwc.web.find.page_finder import find_pages
from opencwc.web.find.search import find
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of, service_of

router = Router(include_in_schema=False)


@router.get("/find", action="self")
def show(request: Request, q: Annotated[str, Query(max_length=LONGEST)] = "") -> Response:
    """Show the box, with what is found; while it is empty, what is searched is made ready."""
    if not q.strip():
        warming = Sought("a", language_of(request), person_of(request), None)
        Thread(target=find, args=(warming,), daemon=True, name="warming").start()
    return page(request, "find/page.html", q=q, groups=_groups(_found(request, q, typing=False)))


@router.post("/find", action="self")
def answer(request: Request, q: Annotated[str, Form(max_length=LONGEST)] = "") -> Response:
    """Show what is found while somebody types; the text travels in the body, so that no log of a proxy has it."""
    hits = _found(request, q, typing=True)
    return page(request, "find/hits.html", q=q, groups=_groups(hits), count=len(hits))


def _found(request: Request, q: str, *, typing: bool) -> list[Hit]:
    lang, person = language_of(request), person_of(request)
    service_of(request).see_allowed(person, q, lang, typing=typing)
    return find(Sought(q, lang, person, book_of(request)), (find_pages,))


def _groups(hits: list[Hit]) -> list[tuple[str, list[Hit]]]:
    """Return hits by kind, the kind of the best hit first."""
    first = {kind: next((place for place, hit in enumerate(hits) if hit.kind == kind), len(hits)) for kind in KINDS}
    ordered = sorted(hits, key=lambda hit: first[hit.kind])
    return [(kind, list(these)) for kind, these in groupby(ordered, key=lambda hit: hit.kind)]

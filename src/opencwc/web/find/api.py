"""What is found by a few letters, for programs."""

from __future__ import annotations

from typing import Annotated, TypedDict

from fastapi import Query, Request
from msgspec import Meta
from starlette.responses import JSONResponse, Response

from opencwc.language.name_search import LONGEST
from opencwc.records import one_of
from opencwc.web.casebook.finders import KINDS, Sought
from opencwc.web.find.search import find
from opencwc.web.server.api_parameters import InLang, answers
from opencwc.web.server.service import Router, book_of, person_of, service_of

router = Router(tags=["find"])


class HitAnswer(TypedDict):
    """Something that was found."""

    kind: Annotated[str, one_of(KINDS)]
    title: str
    detail: str
    address: Annotated[str, Meta(description="The path of its page.")]
    score: Annotated[float, Meta(ge=0, le=1)]


Question = Annotated[str, Query(min_length=1, max_length=LONGEST, description="A part of a name, a number or an id.")]


@router.get("/api/v1/find", action="rules", answer=answers("What is found, the best first", hits=list[HitAnswer]))
def find_anything(request: Request, q: Question, lang: InLang = "en") -> Response:
    """Find entries, chemicals, measures, States, cases, findings, submissions, events and people by a few letters.

    Only what the person may see is found, a few of each kind; accents, small and large letters and small slips do not
    matter. Of findings the latest 20,000 are looked through.
    """
    service_of(request).see_allowed(person_of(request), q, lang)
    hits = find(Sought(q, lang, person_of(request), book_of(request)))
    return JSONResponse({"hits": [{**hit._asdict(), "score": round(hit.score, 3)} for hit in hits]})

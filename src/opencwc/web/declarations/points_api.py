"""What to ask about of a judged register for programs: the ranked list of faults and unusual figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypedDict

from fastapi import Depends, Query, Request
from msgspec import Meta
from starlette.responses import JSONResponse, Response

from opencwc.declarations.kept import Gravity
from opencwc.declarations.point_formats import points_as_texts
from opencwc.jobs.questions_kept import STATES, standings_of
from opencwc.records import one_of
from opencwc.web.declarations.ask_pages import COLUMNS, Ranked, fitting_points
from opencwc.web.declarations.judged_registers import shown_register
from opencwc.web.server.api_parameters import LARGEST, InLang, Limit, Number, answers
from opencwc.web.server.listing import LONGEST_SEARCH, ListAsked, listed
from opencwc.web.server.page_parameters import Brief
from opencwc.web.server.service import Router, book_of, person_of

router = Router(tags=["declarations"])
A_PAGE = 50
After = Annotated[int, Query(ge=0, le=LARGEST, description="Go on after so many: `next` of the page before.")]
GravityAsked = Annotated[Literal["", "broken", "wrong", "ask"], Query(description="Only points of this gravity.")]
StateAsked = Annotated[
    Literal["", "unasked", "asked", "answered", "closed"], Query(description="Only points that stand so.")
]


@dataclass(frozen=True)
class PointsAsked(ListAsked):
    """Which points to give, and in which order."""

    order: Brief = ""
    find: Annotated[str, Query(max_length=LONGEST_SEARCH)] = ""
    gravity: GravityAsked = ""
    state: StateAsked = ""


PointsWanted = Annotated[PointsAsked, Depends()]


class PointAnswer(TypedDict):
    """A point to ask about: one figure, or one cell, with all that is said of it."""

    rank: Annotated[int, Meta(description="Its place among all points of the register, from 1.")]
    question: Annotated[str, Meta(description="The id that letters and answers bear.")]
    state: Annotated[str, one_of(STATES)]
    finding: Annotated[int, Meta(description="Its finding in the casebook; 0 for none.")]
    kind: Annotated[str, one_of(("check", "unusual", "both"))]
    gravity: Gravity
    checks: Annotated[list[str], Meta(description="The ids of the checks that found it.")]
    reason: Annotated[str, Meta(description="The id of the reason of the ranking of unusual figures; else empty.")]
    probability: Annotated[float | None, Meta(description="How probable an error is, where the model ranked it.")]
    site: str
    plant: str
    chemical: str
    entry: str
    activity: str
    year: int | None
    table: str
    row: Annotated[int | None, Meta(description="The data row, from 1; null for a line that is missing.")]
    field: str
    now: Annotated[str, Meta(description="What stands in the cell.")]
    why: str


class PointsAnswer(TypedDict):
    """A page of what to ask about of a register."""

    run: int
    case: str
    year: int
    total: Annotated[int, Meta(description="How many points fit what was asked for.")]
    points: list[PointAnswer]
    next: int | None


@router.get(
    "/api/v1/declarations/{number}/points",
    action="read",
    answer=answers("What to ask about", PointsAnswer),
    problems=(404, 501),
)
def show_points(
    request: Request,
    number: Number,
    wanted: PointsWanted,
    after: After = 0,
    limit: Limit = A_PAGE,
    lang: InLang = "en",
) -> Response:
    """Give what to ask about of a judged register, the most certain first, page by page.

    `order` is a column (`rank`, `chemical`, `site`, `gravity`, `state`, `says`), with `-` before it the other way;
    `find` keeps the points in which each of its words stands.
    """
    shown = shown_register(request, number)
    kept, proposals = shown.kept, shown.kept.unusual.proposals if shown.kept.unusual else ()
    standings = standings_of(book_of(request), person_of(request), shown)
    found = listed(fitting_points(kept, standings, wanted.gravity, wanted.state), COLUMNS, wanted, lang).rows
    part = found[after : after + limit]
    texts = list(points_as_texts(kept.points, kept.faults, proposals, lang))
    body: PointsAnswer = {
        "run": shown.number, "case": shown.case.name, "year": kept.year, "total": len(found),
        "points": [_point(one, texts[one.rank - 1]) for one in part],
        "next": after + len(part) if after + len(part) < len(found) else None,
    }  # fmt: skip
    return JSONResponse(body)


def _point(one: Ranked, texts: dict[str, str]) -> PointAnswer:
    point = one.point
    return {
        "rank": one.rank, "question": point.question, "state": one.standing.state, "finding": one.standing.finding,
        "kind": point.kind, "gravity": point.gravity, "checks": texts["checks"].split(), "reason": texts["reason"],
        "probability": float(texts["probability"]) if texts["probability"] else None, "site": point.site,
        "plant": point.plant, "chemical": point.chemical, "entry": point.entry, "activity": point.activity,
        "year": point.year or None, "table": point.table, "row": point.row or None, "field": point.field,
        "now": point.now, "why": texts["why"],
    }  # fmt: skip

"""What to ask about of a judged register: faults of the checks and unusual figures as one list, and how each stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import Query, Request
from starlette.responses import Response

from opencwc.casebook.people import names_by_id
from opencwc.convention.clauses import in_short
from opencwc.declarations.kept import KeptDeclarations, ShownFault, ShownPoint, ShownProposal
from opencwc.declarations.letters import cell_of
from opencwc.declarations.model import GRAVITIES, Place
from opencwc.declarations.point_formats import POINT_FIELDS, points_as_texts
from opencwc.declarations.unusual.learned import MODEL
from opencwc.finding import Message
from opencwc.jobs.questions_kept import REJECTS, STATES, Standing, standings_of
from opencwc.models.register import state_of
from opencwc.web.declarations.judged_registers import shown_register
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Number
from opencwc.web.server.listing import Ending, ListColumn, ListWanted, listed, table_file
from opencwc.web.server.page import language_of, page
from opencwc.web.server.page_parameters import Brief
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import say, sentence
from opencwc.wording.likelihood import likelihood_of

router = Router(include_in_schema=False)
POINTS_A_PAGE = 20
GRAVITY_TONES = {"broken": "grave", "wrong": "doubt", "ask": "doubt"}
STATE_TONES = {"unasked": "doubt", "asked": "gap", "answered": "mild", "closed": "calm"}
FIELDS = ("rank", "state", *POINT_FIELDS[1:])
After = Annotated[int, Query(ge=0, le=LARGEST)]


class Ranked(NamedTuple):
    """A point with its rank among all and how it stands."""

    rank: int
    point: ShownPoint
    standing: Standing


def _site(one: Ranked, _: str) -> str:
    return " / ".join(filter(None, (one.point.site, one.point.plant)))


def _what(one: Ranked, lang: str) -> str:
    point = one.point
    did = say(f"declare_unusual_activity_{point.activity}", lang) if point.activity else ""
    return " ".join(
        filter(None, (point.chemical or point.plant or point.site, point.entry, did, str(point.year or "")))
    )


COLUMNS: Sequence[ListColumn[Ranked]] = (
    ListColumn("rank", "label_rank", lambda one, _: str(one.rank), lambda one: one.rank, number=True),
    ListColumn("chemical", "declare_label_chemical", _what),
    ListColumn("site", "declare_label_site", _site),
    ListColumn(
        "gravity", "check_label_gravity", lambda one, lang: say(f"check_gravity_{one.point.gravity}", lang),
        lambda one: GRAVITIES.index(one.point.gravity),
    ),
    ListColumn(
        "state", "page_declarations_ask_state",
        lambda one, lang: say(f"page_declarations_ask_{one.standing.state}", lang),
        lambda one: STATES.index(one.standing.state),
    ),
    ListColumn("says", "check_label_says", lambda one, lang: sentence(one.point.says, lang)),
)  # fmt: skip


class Reason(NamedTuple):
    """A reason to ask: what is said, and for a check the clause and its grade, else how likely an error is."""

    says: Message
    source: str = ""
    grade: str = ""
    by_check: bool = True


class Asked(NamedTuple):
    """A point as it is shown: its rank, how it stands, its reasons, and a figure's chart."""

    rank: int
    point: ShownPoint
    standing: Standing
    reasons: tuple[Reason, ...]
    figure: ShownProposal | None
    likely: str
    chart: dict[str, Any]
    drawn: bool
    outcome: str


@router.get("/declarations/runs/{number}/ask", action="read")
def show_points(
    request: Request, number: Number, wanted: ListWanted, gravity: Brief = "", state: Brief = "", after: After = 0
) -> Response:
    """Show what to ask about, the most certain first, each with its reasons, chart, finding, letter and answer."""
    shown, lang, book = shown_register(request, number), language_of(request), book_of(request)
    kept = shown.kept
    standings = standings_of(book, person_of(request), shown)
    found = listed(fitting_points(kept, standings, gravity, state), COLUMNS, wanted, lang)
    shown_points = [_asked(*one, kept, lang) for one in found.rows[after : after + POINTS_A_PAGE]]
    narrowed = {"gravity": gravity, "state": state, "order": wanted.order, "find": wanted.find}
    query = urlencode({name: value for name, value in narrowed.items() if value})
    people = names_by_id(book, (one.standing.answer.person for one in shown_points if one.standing.answer))
    return page(
        request, "declarations/ask.html", shown=shown, kept=kept, view="ask", unusual=kept.unusual, gravity=gravity,
        state=state, gravities=_counted(GRAVITIES, (point.gravity for point in kept.points)), people=people,
        states=_counted(STATES, (standings[point.question].state for point in kept.points)), points=shown_points,
        place=lambda point: cell_of(Place(point.table, point.row, point.field), lang),
        listed=found, csv_at=f"/declarations/runs/{number}/ask.csv" + (f"?{query}" if query else ""),
        tones_of=GRAVITY_TONES, tones_of_states=STATE_TONES, model=state_of(MODEL), after=after,
        next=after + POINTS_A_PAGE if len(found.rows) > after + POINTS_A_PAGE else None,
    )  # fmt: skip


def fitting_points(kept: KeptDeclarations, standings: Mapping[str, Standing], gravity: str, state: str) -> list[Ranked]:
    """Return the points of a gravity and a state; what is not known of the two is not asked for."""
    return [
        Ranked(rank, point, standings[point.question])
        for rank, point in enumerate(kept.points, 1)
        if (gravity not in GRAVITIES or point.gravity == gravity)
        and (state not in STATES or standings[point.question].state == state)
    ]


def _counted(names: Sequence[str], held: Iterable[str]) -> dict[str, int]:
    counts = Counter(held)
    return {name: counts[name] for name in names if counts[name]}


def _asked(rank: int, point: ShownPoint, standing: Standing, kept: KeptDeclarations, lang: str) -> Asked:
    figure = kept.unusual.proposals[point.proposal - 1] if kept.unusual and point.proposal else None
    reasons = [_reason(kept.faults[at]) for at in point.faults]
    if figure is not None:
        reasons.append(Reason(figure.says, by_check=False))
    word = "" if figure is None or figure.probability is None else likelihood_of(figure.probability)
    outcome = "reject" if standing.answer and standing.answer.exchange.kind in REJECTS else "accept"
    return Asked(
        rank, point, standing, tuple(reasons), figure, word,
        chart_of(figure, lang) if figure else {}, figure is not None and _is_drawn(figure), outcome,
    )  # fmt: skip


def _reason(fault: ShownFault) -> Reason:
    return Reason(fault.says, in_short(fault.source) if fault.source else fault.rule, fault.grade)


def _is_drawn(figure: ShownProposal) -> bool:
    """Tell whether there is more than one point to draw: one point is a number, which the reason names."""
    return max(sum(at.kg is not None for at in figure.years), sum(at.low is not None for at in figure.years)) > 1


def chart_of(figure: ShownProposal, lang: str) -> dict[str, Any]:
    """Return a figure's series and its peers by year, as ``static/chart.js`` takes them."""
    return {
        "rows": [
            {
                "x": str(year.year),
                "value": year.kg,
                "low": year.low,
                "high": year.high,
                "asked": year.year == figure.year,
            }
            for year in figure.years
        ],
        "titles": {
            "y": say("page_declarations_kg", lang),
            "logarithmic": say("page_declarations_kg_logarithmic", lang),
        },
        "own": say("declare_unusual_own_shown", lang),
        "peers": say("declare_unusual_peers_shown", lang),
    }


@router.get("/declarations/runs/{number}/ask.{ending}", action="read")
def download_points(
    request: Request, number: Number, ending: Ending, wanted: ListWanted, gravity: Brief = "", state: Brief = ""
) -> Response:
    """Give what is shown as a file, with the columns of the command and how each point stands; no cell is a formula."""
    shown = shown_register(request, number)
    kept, proposals = shown.kept, shown.kept.unusual.proposals if shown.kept.unusual else ()
    standings, lang = standings_of(book_of(request), person_of(request), shown), language_of(request)
    found = listed(fitting_points(kept, standings, gravity, state), COLUMNS, wanted, lang)
    texts = list(points_as_texts(kept.points, kept.faults, proposals, lang))
    lines = ((one.standing.state, texts[one.rank - 1]) for one in found.rows)
    rows = ([line["rank"], state, *(line[name] for name in POINT_FIELDS[1:])] for state, line in lines)
    content = table_file(ending, say("page_declarations_view_ask", lang), FIELDS, rows)
    return downloads.download(content, f"ask-{number}.{ending}")

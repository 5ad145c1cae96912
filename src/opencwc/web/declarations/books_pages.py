"""What the books and figures of a judged register say: the faults that checks found, and the figures to ask about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from fastapi import Query, Request
from starlette.responses import Response

from opencwc.casebook.findings import findings_of_run
from opencwc.casebook.model import Status
from opencwc.convention.clauses import in_short
from opencwc.declarations.fault_formats import FAULT_FIELDS
from opencwc.declarations.kept import KeptDeclarations, ShownFault, ShownProposal
from opencwc.declarations.model import GRAVITIES
from opencwc.declarations.phrases import amount
from opencwc.declarations.unusual.formats import COLUMNS
from opencwc.declarations.unusual.learned import MODEL
from opencwc.declarations.verb import ASK
from opencwc.files.csv_cells import csv_of
from opencwc.models.register import state_of
from opencwc.web.declarations.judged_registers import shown_register
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Number
from opencwc.web.server.page import language_of, page
from opencwc.web.server.page_parameters import Brief
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import say, sentence

router = Router(include_in_schema=False)
FAULTS_A_PAGE, PROPOSALS_A_PAGE = 100, 20
GRAVITY_TONES = {"broken": "grave", "wrong": "doubt", "ask": "mild"}
LIKELY = ((0.95, "almost"), (0.8, "very"), (0.55, "likely"), (0.45, "even"), (0.2, "unlikely"), (0.0, "very_unlikely"))
"""From which probability on which word says it (ICD 203, Analytic Standards, 2015)."""
After = Annotated[int, Query(ge=0, le=LARGEST)]


# ------------------------------------------------------------------------------------------------------ the checks


@router.get("/declarations/runs/{number}/checks", action="read")
def show_checks(request: Request, number: Number, gravity: Brief = "", after: After = 0) -> Response:
    """Show what the checks found in the books, the worst first, each with its figures' row and its rule."""
    shown = shown_register(request, number)
    kept = shown.kept
    lines = fitting_faults(kept, gravity)
    return page(
        request, "declarations/checks.html", shown=shown, kept=kept, view="checks", gravity=gravity, source=in_short,
        gravities={name: count for name, count in _gravities(kept) if count}, tones_of=GRAVITY_TONES,
        lines=lines[after : after + FAULTS_A_PAGE], total=len(lines), after=after,
        next=after + FAULTS_A_PAGE if len(lines) > after + FAULTS_A_PAGE else None,
    )  # fmt: skip


def fitting_faults(kept: KeptDeclarations, gravity: str) -> list[ShownFault]:
    """Return the faults of a gravity, of all where it is none that is known."""
    return [fault for fault in kept.faults if gravity not in GRAVITIES or fault.gravity == gravity]


def _gravities(kept: KeptDeclarations) -> list[tuple[str, int]]:
    counts = Counter(str(fault.gravity) for fault in kept.faults)
    return [(name, counts[name]) for name in GRAVITIES]


@router.get("/declarations/runs/{number}/checks.csv", action="read")
def download_checks(request: Request, number: Number, gravity: Brief = "") -> Response:
    """Give the faults as CSV, in which no cell is a formula."""
    lang = language_of(request)
    faults = fitting_faults(shown_register(request, number).kept, gravity)
    rows = (_fault_cells(fault, lang) for fault in faults)
    fields = [field for field in FAULT_FIELDS if field != "field"]
    return downloads.download(b"".join((csv_of([fields]), csv_of(rows))), f"checks-{number}.csv")


def _fault_cells(fault: ShownFault, lang: str) -> list[str]:
    figures = "; ".join(f"{name}={value.normalize():f}" for name, value in fault.figures.items())
    return [
        fault.gravity, fault.check, fault.site, fault.plant, fault.chemical, str(fault.year or ""), fault.table,
        str(fault.row or ""), fault.rule, fault.source, fault.grade, figures, sentence(fault.says, lang),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------- unusual figures


class Proposed(NamedTuple):
    """A figure to ask about as it is shown: its rank, its finding (``None`` where it has none) and how that stands."""

    rank: int
    figure: ShownProposal
    finding: int | None
    status: Status | None
    likely: str
    chart: dict[str, Any]
    drawn: bool


@router.get("/declarations/runs/{number}/unusual", action="read")
def show_unusual(request: Request, number: Number, after: After = 0) -> Response:
    """Show which figures are worth asking about, the most probable errors first, each with its chart and finding."""
    shown, lang = shown_register(request, number), language_of(request)
    unusual = shown.kept.unusual
    proposals = unusual.proposals if unusual else ()
    findings = findings_of_run(book_of(request), person_of(request), number, ASK)
    ranks = range(after + 1, min(after + PROPOSALS_A_PAGE, len(proposals)) + 1)
    proposed = [_proposed(rank, proposals[rank - 1], findings, lang) for rank in ranks]
    return page(
        request, "declarations/unusual.html", shown=shown, kept=shown.kept, view="unusual", unusual=unusual,
        proposed=proposed, weight=amount, model=state_of(MODEL),
        next=after + PROPOSALS_A_PAGE if len(proposals) > after + PROPOSALS_A_PAGE else None, after=after,
    )  # fmt: skip


def _proposed(rank: int, figure: ShownProposal, findings: Sequence[tuple[int, Status]], lang: str) -> Proposed:
    """Return a figure with its finding: those of a run stand in the order of the ranks."""
    finding, status = findings[rank - 1] if rank <= len(findings) else (None, None)
    word = "" if figure.probability is None else likely(figure.probability)
    return Proposed(rank, figure, finding, status, word, chart_of(figure, lang), _is_drawn(figure))


def likely(probability: float) -> str:
    """Return the word for how likely an error is.

    >>> likely(0.97), likely(0.5), likely(0.1)
    ('almost', 'even', 'very_unlikely')
    """
    return next(word for least, word in LIKELY if probability >= least)


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
        "titles": {"y": say("page_declarations_kg", lang)},
        "own": say("declare_unusual_own_shown", lang),
        "peers": say("declare_unusual_peers_shown", lang),
    }


@router.get("/declarations/runs/{number}/unusual.csv", action="read")
def download_unusual(request: Request, number: Number) -> Response:
    """Give the proposals as CSV, with the columns of the command; no cell is a formula."""
    lang = language_of(request)
    unusual = shown_register(request, number).kept.unusual
    rows = (_proposal_cells(rank, each, lang) for rank, each in enumerate(unusual.proposals if unusual else (), 1))
    return downloads.download(b"".join((csv_of([COLUMNS]), csv_of(rows))), f"unusual-{number}.csv")


def _proposal_cells(rank: int, each: ShownProposal, lang: str) -> Sequence[str]:
    return [
        str(rank), each.site, each.plant, each.chemical, each.entry, each.activity, str(each.year),
        f"{each.kg.normalize():f}", "" if each.probability is None else f"{each.probability:.3f}", each.reason,
        sentence(each.says, lang), " ".join(map(str, each.rows)),
    ]  # fmt: skip

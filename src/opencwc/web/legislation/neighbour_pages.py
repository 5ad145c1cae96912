"""A checked law beside those of other States: who has what is missing in it, in which words, and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from fastapi import Query, Request
from starlette.responses import Response

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.convention.regions import neighbours_among
from opencwc.legislation.answer_wording import drafting_points, element_words, said_in
from opencwc.legislation.decided_law import as_decided
from opencwc.legislation.model import Checked, Shown
from opencwc.legislation.neighbours import NeighbourAnswer, NeighbourComparison, OpenMeasure, compare_with_neighbours
from opencwc.legislation.neighbours_report import has_words, neighbours_csv, neighbours_json, neighbours_report
from opencwc.legislation.report import TONES, marked
from opencwc.publishing.model import Piece
from opencwc.publishing.report_files import report_file
from opencwc.web.legislation.kept_laws import ShownLaw, decisions_of, latest_laws, shown_law, standings
from opencwc.web.legislation.parts import direction_of, law_page
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import Number
from opencwc.web.server.page import language_of
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import LANGUAGES, sentence
from opencwc.wording.collation import sort_key
from opencwc.wording.states import state_name

router = Router(include_in_schema=False)
Format = Literal["pdf", "docx", "html", "csv", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)
MOST_STATES = 60
States = Annotated[list[Annotated[str, Query(max_length=3)]], Query(max_length=MOST_STATES)]


@dataclass(frozen=True)
class BesideOthers:
    """A checked law and what it is compared with: ``runs`` are the other checks by State, ``at_hand`` all there are.

    ``near`` says whether the States compared with are neighbours, where nobody named any.
    """

    shown: ShownLaw
    compared: NeighbourComparison
    runs: dict[str, int]
    at_hand: tuple[str, ...]
    near: bool


def beside_others(request: Request, number: int, asked: Sequence[str]) -> BesideOthers:
    """Compare a checked law with those of the States that are asked for, else of neighbours, else of all at hand."""
    book, person = book_of(request), person_of(request)
    shown = shown_law(book, person, number)
    runs = {code: run.number for code, run in latest_laws(book, person).items() if code != shown.state}
    near = neighbours_among(shown.state, runs)
    chosen = [code for code in dict.fromkeys(map(str.upper, asked)) if code in runs] or near or list(runs)
    chosen = chosen[:MOST_STATES]
    others = [_as_it_stands(book, person, shown_law(book, person, runs[code])) for code in chosen]
    compared = compare_with_neighbours(_as_it_stands(book, person, shown), others)
    return BesideOthers(shown, compared, {code: runs[code] for code in chosen}, tuple(runs), chosen == near)


def _as_it_stands(book: Casebook, person: Person, shown: ShownLaw) -> Checked:
    return as_decided(shown.kept.checked, decisions_of(standings(book, person, shown.number)))


@dataclass(frozen=True)
class PassageBeside:
    """A passage of another State's law as the page shows it: its act, citation, language, and words."""

    act: str
    citation: str
    lang: str
    direction: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class StateBeside:
    """What another State's law has of an open measure."""

    code: str
    name: str
    run: int
    verdict: str
    has: str
    passages: tuple[PassageBeside, ...]


@dataclass(frozen=True)
class MeasureBeside:
    """An open measure: what a provision must contain, and the States that have it."""

    open: OpenMeasure
    title: str
    wants: str
    contain: tuple[str, ...]
    states: tuple[StateBeside, ...]


@router.get("/law/runs/{number}/neighbours", action="read")
def show_neighbours(request: Request, number: Number, state: States = []) -> Response:  # noqa: B006 - FastAPI copies it
    """Show for every open measure which other laws have it, and the passages in their own words."""
    lang = language_of(request)
    beside = beside_others(request, number, state)
    measures = [_measure_shown(one, beside.runs, lang) for one in beside.compared.measures]
    at_hand = sorted(
        ((code, state_name(code, lang)) for code in beside.at_hand), key=lambda one: sort_key(one[1], lang)
    )
    return law_page(
        request, "legislation/neighbours.html", "check", shown=beside.shown, state=state_name(beside.shown.state, lang),
        have=[one for one in measures if one.states], nobody=[one for one in measures if not one.states],
        at_hand=at_hand, chosen=set(beside.runs), far=bool(beside.runs) and not (beside.near or state),
        verdict_tones=TONES, formats=FORMATS, notes=[sentence(note, lang) for note in beside.compared.notes],
    )  # fmt: skip


def _measure_shown(one: OpenMeasure, runs: dict[str, int], lang: str) -> MeasureBeside:
    return MeasureBeside(
        one, said_in(one.measure.titles, lang), element_words(one.measure, one.wants, lang),
        tuple(drafting_points(one.answer, lang)),
        tuple(_state_shown(one, other, runs[other.state], lang) for other in one.neighbours),
    )  # fmt: skip


def _state_shown(one: OpenMeasure, other: NeighbourAnswer, run: int, lang: str) -> StateBeside:
    passages = tuple(_passage_shown(other, shown) for shown in other.passages)
    name, has = state_name(other.state, lang), has_words(one, other, lang)
    return StateBeside(other.state, name, run, other.answer.verdict, has, passages)


def _passage_shown(other: NeighbourAnswer, shown: Shown) -> PassageBeside:
    lang = shown.passage.section.lang
    pieces = tuple(marked(shown, TONES[other.answer.verdict]))
    return PassageBeside(other.act_of(shown), shown.passage.citation, lang, direction_of(lang), pieces)


@router.get("/law/runs/{number}/neighbours/report", action="read")
def give_neighbours(
    request: Request,
    number: Number,
    state: States = [],  # noqa: B006 - FastAPI copies it
    format: Format = "csv",
    report_lang: Annotated[str, Query(max_length=2)] = "",
) -> Response:
    """Give the comparison as a table or as a report."""
    lang = report_lang if report_lang in LANGUAGES else language_of(request)
    beside = beside_others(request, number, state)
    content = _file_of(beside.compared, format, lang)
    return downloads.download(content, f"law-{beside.shown.state}-{number}-neighbours-{lang}.{format}")


def _file_of(compared: NeighbourComparison, format: Format, lang: str) -> bytes:
    if format == "csv":
        return neighbours_csv(compared).encode()
    if format == "json":
        return neighbours_json(compared, lang).encode()
    return report_file(neighbours_report(compared, lang), format)

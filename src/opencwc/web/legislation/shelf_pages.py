"""The shelf of States, who covers what, and two versions of a law beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request
from starlette.responses import Response

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.convention.measure_terms import fold
from opencwc.convention.measures import TIERS, Measure
from opencwc.jobs.kept_runs import Listed
from opencwc.legislation.answer_wording import element_words, said_in
from opencwc.legislation.comparison_report import CHANGE_TONES, standing_words
from opencwc.legislation.example_texts import FIRST, NOW
from opencwc.legislation.model import ALL_VERDICTS, COVERED, REVIEW, Shown
from opencwc.legislation.report import TONES
from opencwc.legislation.version_comparison import CHANGES, Change, compare
from opencwc.publishing.model import Piece
from opencwc.web.convention.measures import measures_of
from opencwc.web.legislation.kept_laws import (
    Standing,
    Stands,
    checks_by_state,
    latest_laws,
    list_laws,
    shown_law,
    standings,
)
from opencwc.web.legislation.lists import MEASURES
from opencwc.web.legislation.parts import direction_of, law_page
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST
from opencwc.web.server.listing import (
    Ending,
    ListAsked,
    ListColumn,
    ListShown,
    ListWanted,
    listed,
    table_file,
)
from opencwc.web.server.page import language_of
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import say, sentence
from opencwc.wording.collation import sort_key
from opencwc.wording.states import state_name, state_named

router = Router(include_in_schema=False)
MOST_STATES = 60
_FILE_COLUMNS = ("state", "set", "measure", "tier", "verdict", "decided", "run")
_Brief = Annotated[str, Query(max_length=64)]
_Run = Annotated[str, Query(max_length=18)]


@dataclass(frozen=True)
class OnShelf:
    """A State on the shelf: the law that was checked last, how its measures stand, and its other checks."""

    code: str
    name: str
    listed: Listed
    stands: Stands
    others: Sequence[Listed] = ()

    def at(self, measure: Measure) -> Standing | None:
        """Return how a measure stands, ``None`` where it was not checked."""
        return self.stands.get((measure.set, measure.id))

    def count(self, verdict: str) -> int:
        """Return how many measures came out so."""
        return sum(stand.verdict == verdict for stand in self.stands.values())


@router.get("/law/shelf", action="read")
def show_shelf(request: Request, wanted: ListWanted, tier: _Brief = "", state: _Brief = "") -> Response:
    """Show who covers what: a line a measure, a column a State; with a table of the counts."""
    book, person, lang = book_of(request), person_of(request), language_of(request)
    states, rows = _shelf(book, person, lang)
    chosen = [on_shelf for on_shelf in states if state in ("", on_shelf.code)]
    shown = chosen[:MOST_STATES]
    table = _measures_listed(rows, shown, tier, wanted, lang)
    by_column = wanted.order.removeprefix("-") in {column.name for column in table.columns}
    by_tier = [(name, [measure for measure in table.rows if measure.tier == name]) for name in TIERS]
    asked = "&".join(filter(None, (urlencode({"tier": tier, "state": state}) if tier or state else "", wanted.query)))
    left_out = {*wanted.hidden, *(() if by_column else ("tier",))} - {"measure"}
    columns = COUNTED if any(on_shelf.others for on_shelf in shown) else COUNTED[:-1]
    return law_page(
        request, "legislation/shelf.html", "shelf", all_states=states, list=table,
        in_table=[on_shelf for on_shelf in shown if on_shelf.code not in left_out],
        states=listed(shown, columns, replace(wanted, find=""), lang), cut=len(shown) < len(chosen),
        groups=[("", table.rows)] if by_column else [(name, group) for name, group in by_tier if group],
        columns=[column for column in table.columns if column.name not in left_out], left_out=left_out, tier=tier,
        state=state,
        verdicts=ALL_VERDICTS, verdict_tones=TONES, title_of=lambda measure: said_in(measure.titles, lang),
        chart=_chart(shown, lang), tiers=TIERS, csv=f"/law/shelf.csv{'?' + asked if asked else ''}",
        covered=sum(on_shelf.count(COVERED) for on_shelf in states),
        checked=sum(len(on_shelf.stands) for on_shelf in states),
    )  # fmt: skip


def _verdict_column(verdict: str) -> ListColumn[OnShelf]:
    return ListColumn(
        verdict, f"page_law_short_{verdict}", lambda state, _: str(state.count(verdict)),
        lambda state: state.count(verdict), number=True,
    )  # fmt: skip


COUNTED: tuple[ListColumn[OnShelf], ...] = (
    ListColumn("state", "law_column_state", lambda state, _: state.name, lambda state: fold(state.name).text),
    *(_verdict_column(verdict) for verdict in ALL_VERDICTS),
    ListColumn("shows", "page_law_shelf_shows", lambda state, _: state.listed.files, lambda state: state.listed.at),
    ListColumn(
        "earlier", "page_law_shelf_earlier", lambda state, _: " ".join(str(other.number) for other in state.others),
        lambda state: len(state.others),
    ),
)  # fmt: skip
"""The columns of the counts of States."""
_NAMED = 5
"""From how many States on a heading has their codes."""


def _measures_listed(
    rows: Sequence[Measure], states: Sequence[OnShelf], tier: str, wanted: ListAsked, lang: str
) -> ListShown[Measure]:
    columns = (*MEASURES[:2], *(_state_column(state, len(states) >= _NAMED) for state in states))
    return listed((row for row in rows if tier in ("", row.tier)), columns, wanted, lang)


def _state_column(state: OnShelf, is_brief: bool) -> ListColumn[Measure]:
    """Return the column of a State among the measures, sorted by how they came out: what is covered goes first."""

    def place(measure: Measure) -> int:
        standing = state.at(measure)
        return ALL_VERDICTS.index(standing.verdict) if standing else len(ALL_VERDICTS)

    def text(measure: Measure, lang: str) -> str:
        standing = state.at(measure)
        return say(f"law_verdict_{standing.verdict}" if standing else "page_law_unchecked", lang)

    return ListColumn(state.code, state_named(state.code), text, place, brief=state.code if is_brief else "")


def _shelf(book: Casebook, person: Person, lang: str) -> tuple[list[OnShelf], tuple[Measure, ...]]:
    checks = checks_by_state(book, person)
    states = [
        OnShelf(code, state_name(code, lang), run, standings(book, person, run.number), checks[code][1:])
        for code, run in latest_laws(book, person).items()
    ]
    return sorted(states, key=lambda state: sort_key(state.name, lang)), measures_of(date.today()).measures


def _brief_verdict(verdict: str, lang: str) -> str:
    """Say a verdict as the legend of the table does (``brief_verdict`` in ``legislation/parts.html``)."""
    return say("law_verdict_review" if verdict == REVIEW else f"verdict_{verdict}", lang)


def _chart(states: Sequence[OnShelf], lang: str) -> dict[str, Any]:
    """Return how many measures came out how by State, as ``static/chart.js`` takes it."""
    return {
        "rows": [
            {"label": state.name, "value": state.count(verdict), "group": _brief_verdict(verdict, lang)}
            for state in states
            for verdict in ALL_VERDICTS
        ],
        "titles": {"x": say("law_column_state", lang), "y": say("page_law_measures", lang)},
    }


@router.get("/law/shelf.{ending}", action="read")
def give_shelf(request: Request, ending: Ending, wanted: ListWanted, tier: _Brief = "", state: _Brief = "") -> Response:
    """Give what is shown of the shelf as a file: a line a measure and State."""
    lang = language_of(request)
    states, measures = _shelf(book_of(request), person_of(request), lang)
    states = [on_shelf for on_shelf in states if state in ("", on_shelf.code)]
    rows = _measures_listed(measures, states, tier, wanted, lang).rows
    lines = [
        (one.code, row.set, row.id, row.tier, cell.verdict, "yes" if cell.decided else "no", one.listed.number)
        for one in states
        for row in rows
        if one.code not in wanted.hidden and (cell := one.at(row)) is not None
    ]
    return downloads.download(
        table_file(ending, say("page_law_tab_shelf", lang), _FILE_COLUMNS, lines), f"shelf.{ending}"
    )


# -------------------------------------------------------------------------------------------------- two versions


@dataclass(frozen=True)
class ChangeShown:
    """What became of a measure between two versions: the change in a word, the elements and the passages.

    ``pairs`` are the passages that differ, before and after, each ``None`` where there is none.
    """

    change: Change
    title: str
    came: str
    went: str
    pairs: tuple[tuple[VersionShown | None, VersionShown | None], ...]
    still: str = ""


@dataclass(frozen=True)
class VersionShown:
    """A passage in one version: its place, its language and direction, its text with the words that differ marked."""

    file: str
    section: str
    lang: str
    direction: str
    pieces: tuple[Piece, ...]


@router.get("/law/compare", action="read")
def show_compared(request: Request, before: _Run = "", after: _Run = "", change: _Brief = "") -> Response:
    """Show two checked versions of a law beside each other: what changed in coverage."""
    book, person, lang = book_of(request), person_of(request), language_of(request)
    kept = list_laws(book, person, 200)
    values: dict[str, Any] = {"pair": None}
    if before and after:
        values = _compared(book, person, _number(before), _number(after), change, lang)
    checked = {str(run.asked["state"]) for run in kept}
    return law_page(
        request, "legislation/compare.html", "compare", kept=kept, before=before, after=after, chosen=change,
        names={code: state_name(code, lang) for code in checked}, examples=(FIRST, NOW), changes=CHANGES,
        change_tones=CHANGE_TONES, verdict_tones=TONES, **values,
    )  # fmt: skip


def _number(text: str) -> int:
    return min(int(text), LARGEST) if text.isdecimal() else 0


def _compared(book: Casebook, person: Person, before: int, after: int, wanted: str, lang: str) -> dict[str, Any]:
    earlier, later = shown_law(book, person, before), shown_law(book, person, after)
    compared = compare(earlier.kept.checked, later.kept.checked)
    counts: Mapping[str, int] = {name: sum(change.change == name for change in compared.changes) for name in CHANGES}
    listed = [change for change in compared.changes if (change.change == wanted if wanted else change.change != "same")]
    listed.sort(key=lambda change: CHANGES.index(change.change))
    return {
        "pair": (earlier, later),
        "same_state": earlier.state == later.state,
        "doubts": [sentence(note, lang) for note in compared.notes],
        "counts": counts,
        "rows": [_change_shown(change, lang) for change in listed],
    }


def _change_shown(change: Change, lang: str) -> ChangeShown:
    measure = change.after.measure
    pairs = tuple(
        (_version(pair.before, pair.pieces[0]), _version(pair.after, pair.pieces[1])) for pair in change.pairs
    )  # fmt: skip
    return ChangeShown(
        change, said_in(measure.titles, lang), element_words(measure, change.came, lang),
        element_words(measure, change.went, lang), pairs,
        sentence(standing_words(change), lang) if change.change == "reading" else "",
    )  # fmt: skip


def _version(shown: Shown | None, pieces: tuple[Piece, ...]) -> VersionShown | None:
    if shown is None:
        return None
    section = shown.passage.section
    return VersionShown(section.file, section.id, section.lang, direction_of(section.lang), pieces)

"""One reconciliation: its ranked list, the page of a pair with its letter, and the flows on a map and as a Sankey."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from fastapi import Query, Request
from markupsafe import Markup
from starlette.responses import Response

from opencwc.casebook.findings import show_finding
from opencwc.casebook.model import Status
from opencwc.errors import InputError
from opencwc.files.csv_cells import csv_of
from opencwc.finding import Message
from opencwc.publishing.report_files import report_file
from opencwc.publishing.xlsx import table_workbook
from opencwc.transfers.model import CAUSES, RECONCILED_COLUMNS
from opencwc.transfers.patterns import PATTERN_KINDS
from opencwc.transfers.reconcile.causes import CAUSE_RULES
from opencwc.web.casebook.finding_page import standing_of
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import After, Number
from opencwc.web.server.listing import Ending, ListColumn, ListShown, listed, table_file
from opencwc.web.server.page import is_fragment, language_of, page
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.web.transfers.api import sum_as_json
from opencwc.web.transfers.finding_evidence import route_said
from opencwc.web.transfers.flows import NARROW, SIZES, Flow, ribbons_of, sankey, shared_marks, world_map
from opencwc.web.transfers.kept_runs import (
    A_PAGE,
    ORDERS,
    Reconciliation,
    SumFilter,
    SumsAsked,
    choices_of,
    finding_of_rank,
    findings_for_review,
    fitting_matters,
    fitting_sums,
    lines_of,
    named_lines_of,
    over_the_years,
    shown_reconciliation,
    slips_in,
    sum_of_rank,
    transfers_page,
)
from opencwc.web.transfers.year_bars import years_drawn
from opencwc.wording import LANGUAGES, RIGHT_TO_LEFT, say, sentence
from opencwc.wording.chemical_names import name_said
from opencwc.wording.clauses import clauses
from opencwc.wording.likelihood import likelihood_of
from opencwc.wording.states import state_name

if TYPE_CHECKING:
    import polars as pl

    from opencwc.publishing.model import Report
    from opencwc.transfers.reconcile.kept import Pattern

router = Router(include_in_schema=False)
MOST_LINES = 200
MOST_FLOWS = 60
PATTERNS_A_PAGE = 10
_LEAST_SIGN = 0.05
_FIT_KINDS = frozenset(
    {"equal", "packing", "rounding", "unit", "mixture", "loose", "sum", "double", "exporter", "importer", "chemical"}
)
"""How lines fit, as ``page_transfers_kind_...`` says it; any other counts as ``other``."""
_STATES = ("exporter", "importer", "other_state", "also_exporter", "also_importer")
"""What of a group are codes of States: a sentence has their names."""


@dataclass(frozen=True)
class SumLine:
    """A row of the ranked list."""

    group: Mapping[str, Any]
    chemical: str
    entry: tuple[str, str]
    cause: str
    likely: str
    why: Sequence[str]


def _text(name: str) -> Callable[[SumLine, str], str]:
    return lambda line, _: str(line.group[name])


COLUMNS = tuple(
    ListColumn(name, label, _text(name), number=name in ("exported", "imported", "difference", "score"))
    for name, label in zip(
        ORDERS,
        ("label_rank", "label_chemical", "label_pair", "label_year", "label_exported_kg", "label_imported_kg",
         "label_difference_kg", "page_transfers_score", "label_cause"),
        strict=True,
    )
)  # fmt: skip


@router.get("/transfers/runs/{number}", action="read")
def show_list(request: Request, number: Number, wanted: SumsAsked, after: After = 0) -> Response:
    """Show the ranked list, page by page."""
    lang = language_of(request)
    shown = shown_reconciliation(request, number)
    values = _page_of_sums(shown, wanted, after, lang)
    if is_fragment(request) and after:
        return page(request, "transfers/more.html", shown=shown, wanted=wanted, **values)
    notes = [f"{ledger.name}: {sentence(note, lang)}" for ledger in shown.kept.summary.ledgers for note in ledger.notes]
    return transfers_page(
        request, "transfers/list.html", "reconcile", shown=shown, wanted=wanted, view="list",
        said=shown.kept.summary.said, notes=notes,
        choices=choices_of(shown.kept, lang), causes=CAUSES, after=after,
        differing=len(fitting_matters(shown.kept, SumFilter())), **values,
    )  # fmt: skip


def _page_of_sums(shown: Reconciliation, wanted: SumFilter, after: int, lang: str) -> dict[str, Any]:
    sums = fitting_matters(shown.kept, wanted)
    lines = tuple(_line(shown, row, lang) for row in sums.slice(after, A_PAGE).to_dicts())
    every = fitting_matters(shown.kept, replace(wanted, find="", order="")) if wanted.find else sums
    listed = ListShown(lines, len(every), COLUMNS, wanted, (), len(sums), slips_in(shown.kept, wanted))
    return {"listed": listed, "next": after + A_PAGE if after + A_PAGE < len(sums) else None}


def _line(shown: Reconciliation, group: Mapping[str, Any], lang: str) -> SumLine:
    from opencwc.transfers.reconcile.reasons import why

    chemical = shown.kept.chemicals[group["substance"]]
    cause = say(cause_id(group["cause"], group), lang) if group["cause"] else ""
    named, chance = name_said(chemical.name, lang), likelihood_of(group["probability"] or 0.0)
    called = {key: state_name(str(group[key]), lang) for key in _STATES if group.get(key) is not None}
    return SumLine(group, named, chemical.entry, cause, chance, clauses(why({**group, **called}), lang))


def cause_id(cause: str, group: Mapping[str, Any]) -> str:
    """Return the message for a cause: where both sides declared something, neither declared nothing.

    >>> cause_id("one_side_silent", {"exported": 8990.0, "imported": 5410.0})
    'page_transfers_cause_part'
    >>> cause_id("one_side_silent", {"exported": 8990.0, "imported": 0.0})
    'reconcile_cause_one_side_silent'
    """
    in_part = cause == "one_side_silent" and group["exported"] and group["imported"]
    return "page_transfers_cause_part" if in_part else f"reconcile_cause_{cause}"


@router.get("/transfers/runs/{number}/list.{ending}", action="read")
def give_list(request: Request, number: Number, ending: Ending, wanted: SumsAsked) -> Response:
    """Give the list that a filter wants as a file, with the columns of the command."""
    lang = language_of(request)
    shown = shown_reconciliation(request, number)
    sums = fitting_matters(shown.kept, wanted)
    name = f"reconciliation-{number}.{ending}"
    if ending == "xlsx":
        title = say("page_transfers_list_title", lang)
        return downloads.download(table_workbook(title, RECONCILED_COLUMNS, _rows(shown, sums, lang)), name)
    parts = (csv_of(_rows(shown, some, lang)) for some in sums.iter_slices(1_000))
    return downloads.download(chain([csv_of([RECONCILED_COLUMNS])], parts), name)


def _rows(shown: Reconciliation, sums: pl.DataFrame, lang: str) -> Iterator[tuple[object, ...]]:
    for group in sums.iter_rows(named=True):
        line = sum_as_json(shown.kept, group, lang)
        yield (*{**line, "over_threshold": str(line["over_threshold"]).lower()}.values(),)


# ------------------------------------------------------------------------------------------------------- a pair


@router.get("/transfers/runs/{number}/pairs/{rank}", action="read")
def show_pair(request: Request, number: Number, rank: Number, wanted: SumsAsked) -> Response:
    """Show a pair: both ledgers side by side, the years, the causes with what speaks for them, and the decision."""
    lang = language_of(request)
    shown = shown_reconciliation(request, number)
    values = _pair(shown, rank, wanted, lang)
    group = values["group"]
    return transfers_page(
        request, "transfers/pair.html", "reconcile", wanted=wanted, view="pair", shown=shown,
        sides=(group["exporter"], group["importer"]), cause_id=cause_id, chart=_chart(values["years"], lang), **values,
        **_standing(request, number, rank),
    )  # fmt: skip


def _pair(shown: Reconciliation, rank: int, wanted: SumFilter, lang: str) -> dict[str, Any]:
    group = sum_of_rank(shown.kept, rank)
    ranks = fitting_sums(shown.kept, wanted)["rank"].unique().sort()
    before, after = ranks.filter(ranks < rank), ranks.filter(ranks > rank)
    lines, cut = lines_of(shown.kept, group, MOST_LINES)
    for line in lines:
        line["fits"] = line["kind"] if line["kind"] in _FIT_KINDS else "other"
        line["ledger_name"] = shown.kept.summary.ledgers[line["ledger"]].name
        line["elsewhere"] = _elsewhere(line, group, shown, lang)
    matched: dict[int, list[dict[str, Any]]] = {}
    for line in lines:
        if line["match"] >= 0:
            matched.setdefault(line["match"], []).append(line)
    return {
        "group": group,
        "line": _line(shown, group, lang),
        "place": len(before) + 1 if rank in ranks else None,
        "count": len(ranks),
        "before": before.max(),
        "next": after.min(),
        "causes": _causes(group),
        "matches": [_side_by_side(some) for some in matched.values()],
        "alone": [[line for line in lines if line["match"] < 0 and line["export"] is side] for side in (True, False)],
        "cut": cut,
        "years": over_the_years(shown.kept, group),
    }


def _side_by_side(lines: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Return the lines of a match in pairs: what the exporter says, and what the importer says."""
    sides = [[line for line in lines if line["export"] is side] for side in (True, False)]
    rows = max(map(len, sides))
    left, right = ([*side, *[None] * (rows - len(side))] for side in sides)
    return list(zip(left, right, strict=True))


def _elsewhere(line: Mapping[str, Any], group: Mapping[str, Any], shown: Reconciliation, lang: str) -> list[str]:
    """Say in which other pair, chemical or year a line stands, where it is another one's."""
    differs = []
    if (line["exporter"], line["importer"]) != (group["exporter"], group["importer"]):
        differs.append(route_said(line["exporter"], line["importer"], lang))
    if line["substance"] != group["substance"]:
        differs.append(name_said(shown.kept.chemicals[line["substance"]].name, lang))
    if line["year"] != group["year"]:
        differs.append(str(line["year"]))
    return differs


@dataclass(frozen=True)
class ProposedCause:
    """A cause as it is proposed: how likely, in a number and a word, and the signs for it."""

    name: str
    probability: float
    likely: str
    signs: tuple[tuple[str, float], ...]


def _causes(group: Mapping[str, Any]) -> list[ProposedCause]:
    """Return the causes that are worth saying, the likeliest first, with the signs that speak for each."""
    causes = []
    for name in CAUSES if group["cause"] else ():
        probability = float(group[f"p_{name}"])
        signs = [(sign, float(group.get(sign) or 0.0)) for sign in CAUSE_RULES[name].signs]
        if probability >= _LEAST_SIGN:
            kept = tuple((sign, share) for sign, share in signs if share >= _LEAST_SIGN)
            causes.append(ProposedCause(name, probability, likelihood_of(probability), kept))
    return sorted(causes, key=lambda cause: -cause.probability)


def _chart(years: Sequence[Mapping[str, Any]], lang: str) -> dict[str, Any]:
    """Return both sides' figures by year, as ``static/chart.js`` takes them."""
    sides = (("exported", "label_exported_kg"), ("imported", "label_imported_kg"))
    return _by_year(
        [
            {"x": f"{year['year']:04}-01-01", "value": year[side], "group": say(name, lang)}
            for side, name in sides
            for year in years
        ],
        lang,
    )


def _by_year(rows: list[dict[str, Any]], lang: str) -> dict[str, Any]:
    return {"rows": rows, "titles": {"x": say("label_year", lang), "y": say("page_transfers_kg", lang)}}


def _standing(request: Request, run: int, rank: int) -> dict[str, Any]:
    """Return how the finding of a sum stands, where it has one."""
    book, person = book_of(request), person_of(request)
    identity = finding_of_rank(book, person, run, rank)
    if identity is None:
        return {"finding": None, "history": None, "decides": False}
    history = show_finding(book, person, identity)
    return {"finding": identity, "history": history, **standing_of(book, person, history)}


# ----------------------------------------------------------------------------------------------------- its letter


@router.get("/transfers/runs/{number}/pairs/{rank}/letter", action="read")
def show_letter(
    request: Request,
    number: Number,
    rank: Number,
    ours: Annotated[str, Query(max_length=3)] = "",
    letter_lang: Annotated[str, Query(max_length=2)] = "",
    format: Literal["page", "docx", "pdf", "txt"] = "page",
) -> Response:
    """Draft the letter to the other State: on the page, as a document to edit, as PDF, or as text."""
    from opencwc.transfers.reconcile.letters import plain_text

    spoken = letter_lang if letter_lang in LANGUAGES else language_of(request)
    shown = shown_reconciliation(request, number)
    group = sum_of_rank(shown.kept, rank)
    writes = ours or group["exporter"]
    letter = _letter(shown, group, writes, spoken)
    name = f"letter-{number}-{rank}-{spoken}"
    if format == "txt":
        return downloads.download(plain_text(letter), f"{name}.txt")
    if format != "page":
        return downloads.download(report_file(letter, format), f"{name}.{format}")
    return transfers_page(
        request, "transfers/letter.html", "reconcile", shown=shown, group=group, letter=letter, writes=writes,
        reads=group["importer"] if writes == group["exporter"] else group["exporter"],
        spoken=spoken, spoken_direction="rtl" if spoken in RIGHT_TO_LEFT else "ltr",
        chemical=name_said(shown.kept.chemicals[group["substance"]].name, language_of(request)),
    )  # fmt: skip


def _letter(shown: Reconciliation, group: Mapping[str, Any], ours: str, lang: str) -> Report:
    from opencwc.transfers.model import Discrepancy, Substance
    from opencwc.transfers.reconcile.halves import second_half_of
    from opencwc.transfers.reconcile.letters import find_lines_in_question, make_letter
    from opencwc.transfers.reconcile.reasons import why

    if ours not in (group["exporter"], group["importer"]):
        raise InputError("state_outside_pair", where="ours", state=ours)
    chemical = shown.kept.chemicals[group["substance"]]
    causes = tuple((cause.name, cause.probability) for cause in _causes(group))
    discrepancy = Discrepancy(
        Substance(chemical.key, chemical.name, chemical.entries, group["threshold"]),
        group["exporter"], group["importer"], group["year"], group["exported"], group["imported"], group["threshold"],
        causes, group["score"], why(group), also=second_half_of(group),
    )  # fmt: skip
    theirs = group["importer"] if ours == group["exporter"] else group["exporter"]
    asked = find_lines_in_question(named_lines_of(shown.kept, group), ours, theirs)
    mark = "" if str(shown.run["mark"]) == "unclassified" else str(shown.run["mark"])
    return make_letter(discrepancy, ours, lang, asked, f"{shown.case.name}/{group['rank']}", date.today(), mark)


# -------------------------------------------------------------------------------------------------- the patterns


@dataclass(frozen=True)
class Proposed:
    """A pattern over time as it is shown: its place, its finding (``None`` where there is none), how that stands.

    ``leg`` are the States that its yearly figures are about; of a State that goods pass through, it alone.
    """

    place: int
    pattern: Pattern
    finding: int | None
    status: Status | None
    sides: tuple[str, str]
    drawing: Markup | None
    says: Message
    leg: tuple[str, str]


@router.get("/transfers/runs/{number}/patterns", action="read")
def show_patterns(
    request: Request, number: Number, kind: Annotated[str, Query(max_length=64)] = "", after: After = 0
) -> Response:
    """Show what changed over the years and deserves a look: proposals, each with its drawing and its finding."""
    shown = shown_reconciliation(request, number)
    findings = findings_for_review(book_of(request), person_of(request), number)
    counted = Counter(pattern.kind for pattern in shown.kept.summary.patterns)
    numbered = [
        (place, pattern) for place, pattern in enumerate(shown.kept.summary.patterns, 1) if kind in ("", pattern.kind)
    ]
    rest = [(place, pattern) for place, pattern in numbered if place > after]
    proposed = [
        Proposed(
            place,
            pattern,
            *_at(findings, place),
            _sides(pattern),
            years_drawn(pattern.years, pattern.start, pattern.end),
            _without_pairs(pattern.says),
            _leg(pattern),
        )
        for place, pattern in rest[:PATTERNS_A_PAGE]
    ]
    return transfers_page(
        request, "transfers/patterns.html", "reconcile", view="patterns", wanted=SumFilter(), kind=kind, shown=shown,
        proposed=proposed, total=len(numbered), kinds={name: counted[name] for name in PATTERN_KINDS if counted[name]},
        next=proposed[-1].place if len(rest) > PATTERNS_A_PAGE else None,
        lines=shown.kept.lines_at(place[:2] for one in proposed for place in one.pattern.lines),
        more=shown.kept.summary.pattern_count - len(shown.kept.summary.patterns),
        new_pairs=max((_new_pairs(pattern.says) for _, pattern in numbered), default=0),
    )  # fmt: skip


def _new_pairs(says: Message) -> int:
    """Return how many new pairs of States the ledgers have, 0 where a pattern does not rest on that."""
    unusual = says.values.get("unusual")
    is_rate = isinstance(unusual, Message) and unusual.id == "pattern_unusual_rate"
    return int(str(unusual.values["tests"])) if isinstance(unusual, Message) and is_rate else 0


def _without_pairs(says: Message) -> Message:
    """Return what a pattern says without what is said of all of them once."""
    unusual = says.values.get("unusual")
    if not isinstance(unusual, Message) or unusual.id != "pattern_unusual_rate":
        return says
    rate = Message("page_transfers_pattern_rate", {"value": unusual.values["value"]})
    return Message(says.id, {**says.values, "unusual": rate})


def _leg(pattern: Pattern) -> tuple[str, str]:
    if pattern.kind == "new_route":
        return pattern.via, pattern.importer
    return (pattern.exporter, pattern.importer) if pattern.exporter and pattern.importer else (
        pattern.via or pattern.importer or pattern.exporter, "")  # fmt: skip


def _at(findings: Sequence[tuple[int, Status]], place: int) -> tuple[int | None, Status | None]:
    return findings[place - 1] if place <= len(findings) else (None, None)


def _sides(pattern: Pattern) -> tuple[str, str]:
    """Return who gives the two figures of a year: words of the messages ``pattern_side_...``."""
    return ("out", "in") if pattern.kind == "hub_share" else ("exporter", "importer")


# ----------------------------------------------------------------------------------------------------- the flows


class Route(NamedTuple):
    """A row of the list of flows: its number on the map, by size, and the rank of its first difference."""

    number: int
    flow: Flow
    rank: int


def _stands(route: Route, lang: str) -> str:
    return say(f"page_transfers_stands_{route.flow.stands}", lang)


FLOW_COLUMNS: tuple[ListColumn[Route], ...] = (
    ListColumn("number", "page_transfers_number", lambda route, _: str(route.number), lambda route: route.number),
    ListColumn("pair", "label_pair", lambda route, lang: route_said(route.flow.exporter, route.flow.importer, lang)),
    ListColumn("exported", "label_exported_kg", lambda route, _: str(route.flow.exported),
               lambda route: route.flow.exported, number=True),
    ListColumn("imported", "label_imported_kg", lambda route, _: str(route.flow.imported),
               lambda route: route.flow.imported, number=True),
    ListColumn("difference", "label_difference_kg", lambda route, _: str(route.flow.difference),
               lambda route: abs(route.flow.difference), number=True),
    ListColumn("stands", "page_transfers_stands", _stands),
)  # fmt: skip
_STATES_OF_FILE = ("exporter", "exporter_name", "importer", "importer_name")


@router.get("/transfers/runs/{number}/flows", action="read")
def show_flows(request: Request, number: Number, wanted: SumsAsked, after: After = 0) -> Response:
    """Show the flows on a map of the world and as a list, and as a Sankey by chemical with its table."""
    lang = language_of(request)
    shown = shown_reconciliation(request, number)
    flows = _listed_flows(shown, wanted, lang)
    part = wanted.part(after, A_PAGE)
    return transfers_page(
        request, "transfers/flows.html", "reconcile", view="flows", wanted=wanted, causes=CAUSES, shown=shown,
        choices=choices_of(shown.kept, lang), listed=flows, rows=flows.lines(part),
        next=part.stop if part.stop < flows.found and not wanted.whole else None,
        differing=sum(route.flow.over for route in flows.rows), **_flows(shown, wanted, lang),
    )  # fmt: skip


def _listed_flows(shown: Reconciliation, wanted: SumFilter, lang: str) -> ListShown[Route]:
    """Return the flows as a list: the filter and the search have chosen the sums that they are added from."""
    routes = _routes(shown, wanted)
    total = len(_routes(shown, replace(wanted, find=""))) if wanted.find else len(routes)
    flows = listed(routes, FLOW_COLUMNS, replace(wanted, find=""), lang)
    return replace(flows, asked=wanted, total=total, slips=slips_in(shown.kept, wanted))


def _routes(shown: Reconciliation, wanted: SumFilter) -> list[Route]:
    rows = _by_pair(fitting_sums(shown.kept, wanted)).iter_rows(named=True)
    return [Route(number, flow_of(row), row["rank"]) for number, row in enumerate(rows, 1)]


@router.get("/transfers/runs/{number}/flows.{ending}", action="read")
def give_flows(request: Request, number: Number, ending: Ending, wanted: SumsAsked) -> Response:
    """Give the list of flows as it is shown as a file, its States also by their codes; no cell is a formula."""
    lang = language_of(request)
    flows = _listed_flows(shown_reconciliation(request, number), wanted, lang)
    names = [flows.columns[place].name for place in flows.places]
    rows = [tuple(chain.from_iterable(_in_file(route, name, lang) for name in names)) for route in flows.rows]
    headings = tuple(chain.from_iterable(_file_columns(name) for name in names))
    return downloads.download(
        table_file(ending, say("page_transfers_map_table", lang), headings, rows), f"flows-{number}.{ending}"
    )


def _file_columns(column: str) -> tuple[str, ...]:
    if column == "pair":
        return _STATES_OF_FILE
    return (column if column in ("number", "stands") else f"{column}_kg",)


def _in_file(route: Route, column: str, lang: str) -> tuple[object, ...]:
    flow = route.flow
    if column == "pair":
        return (flow.exporter, state_name(flow.exporter, lang), flow.importer, state_name(flow.importer, lang))
    if column == "stands":
        return (_stands(route, lang),)
    return (route.number if column == "number" else getattr(flow, column),)


@router.get("/transfers/runs/{number}/flows/chemicals.{ending}", action="read")
def give_flows_by_chemical(request: Request, number: Number, ending: Ending, wanted: SumsAsked) -> Response:
    """Give the flows from State to chemical to State as a file, in which no cell is a formula."""
    lang = language_of(request)
    ribbons = _flows(shown_reconciliation(request, number), wanted, lang)["ribbons"]
    rows = ((one.start, one.end, one.both, one.extra) for _, one in ribbons)
    content = table_file(ending, say("page_transfers_sankey_table", lang), RIBBON_FIELDS, rows)
    return downloads.download(content, f"flows-by-chemical-{number}.{ending}")


RIBBON_FIELDS = ("from", "to", "both_kg", "one_kg")
"""The columns of the file of flows by chemical."""


def flow_of(row: Mapping[str, Any]) -> Flow:
    """Return a row of sums as a flow."""
    return Flow(row["exporter"], row["importer"], row["exported"], row["imported"], row["over"])


def _sums() -> list[pl.Expr]:
    import polars as pl

    return [pl.col("exported").sum(), pl.col("imported").sum(), pl.col("over").any(), pl.col("rank").min()]


def _by_pair(groups: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    largest = pl.max_horizontal("exported", "imported")
    summed = groups.group_by("exporter", "importer").agg(*_sums())
    return summed.sort(largest, "exporter", "importer", descending=[True, False, False])


def _flows(shown: Reconciliation, wanted: SumFilter, lang: str) -> dict[str, Any]:
    groups = fitting_sums(shown.kept, wanted)
    by_pair = _by_pair(groups)
    by_chemical = groups.group_by("exporter", "importer", "substance").agg(*_sums())
    flows = [flow_of(row) for row in by_pair.head(MOST_FLOWS).iter_rows(named=True)]
    parts = [
        Flow(
            row["exporter"], row["importer"], row["exported"], row["imported"], row["over"],
            name_said(shown.kept.chemicals[row["substance"]].name, lang),
        )
        for row in by_chemical.iter_rows(named=True)
    ]  # fmt: skip
    names = {code: state_name(code, lang) for code in {*by_pair["exporter"], *by_pair["importer"]}}
    picture, off_map = world_map(flows, names)
    small, _ = world_map(flows, names, NARROW)
    left, right = ribbons_of(parts, say("page_transfers_other", lang), names)
    return {
        "map": picture + small,
        "marks": shared_marks(),
        "off_map": [flow for flow in off_map if flow in flows],
        "pairs": len(by_pair),
        "most": MOST_FLOWS,
        "sankey": Markup("").join(sankey(left, right, mirrored=lang in RIGHT_TO_LEFT, drawn=drawn) for drawn in SIZES),
        "ribbons": [*(("exports", ribbon) for ribbon in left), *(("imports", ribbon) for ribbon in right)],
        "names": names,
    }

"""What the operators are worth asking about: faults of the checks and unusual figures as one ranked list.

One point is one figure (plant, chemical, activity, year) with all that is said of it, or another cell of a row: each
can be answered by itself. A point is a question, a finding of the casebook, and a line of the list.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from opencwc.convention.clauses import in_short
from opencwc.declarations.books import Books
from opencwc.declarations.model import GRAVITIES, Activity, Answer, Fault, Place
from opencwc.declarations.phrases import amount
from opencwc.declarations.questions import Question, Shown
from opencwc.declarations.register_words import is_capacity
from opencwc.declarations.unusual.proposals import Proposal, Unusual
from opencwc.files.units import split_unit
from opencwc.finding import Message

MOST_FAULTS, MOST_PROPOSALS = 5_000, 200
"""Faults and unusual figures that are asked about, the first of each."""
QUANTITY = "quantity"
MOST_ROWS = 10
"""How many rows of a total are named."""
_COUNTS = frozenset({"equal", "both", "count"})
"""Figures of faults that are numbers, not weights."""


class Point(NamedTuple):
    """A point to ask about: the question, and what it is of.

    ``gravity`` is that of its gravest fault, ``ask`` where there is none. ``faults`` are places in the faults of the
    answer, ``proposal`` the rank of the unusual figure, 0 where it is none. ``year`` is 0 for what is of none.
    ``total`` says what several rows add up to, and which; ``None`` where the figure is that of one row.
    """

    question: Question
    gravity: str
    chemical: str
    entry: str
    activity: str
    year: int
    faults: tuple[int, ...]
    proposal: int
    total: Message | None = None

    @property
    def kind(self) -> str:
        """Who found it: ``check``, ``unusual``, or ``both``."""
        return "both" if self.faults and self.proposal else "check" if self.faults else "unusual"


_NO_CELL = Place("")


class _Figure(NamedTuple):
    """What reasons are gathered under: a sum of the books, or with ``cell`` another cell of a row."""

    site: str
    plant: str
    key: str
    activity: str
    year: int
    planned: bool
    cell: Place = _NO_CELL


class _Reasons(NamedTuple):
    faults: list[int]
    proposals: list[Proposal]


def points_to_ask(answer: Answer, books: Books, unusual: Unusual) -> tuple[Point, ...]:
    """Return what to ask about, the most certain first: broken limits, figures that cannot be right, then the rest.

    Within one gravity, what the ranking of unusual figures names too comes first, the most probable error before
    others.
    """
    gathering = _Gathering(answer, books)
    reasons: dict[_Figure, _Reasons] = {}
    for at, fault in enumerate(answer.faults[:MOST_FAULTS]):
        reasons.setdefault(gathering.figure_of(fault), _Reasons([], [])).faults.append(at)
    for proposal in unusual.proposals[:MOST_PROPOSALS]:
        figure = _Figure(proposal.site, proposal.plant, proposal.key, proposal.activity, proposal.year, planned=False)
        reasons.setdefault(figure, _Reasons([], [])).proposals.append(proposal)
    ordered = sorted(reasons.items(), key=lambda held: gathering.rank(held[1]))
    return tuple(gathering.points(ordered))


def findings_by_question(
    asked: Iterable[tuple[Iterable[str], Iterable[int]]],
) -> dict[str, int]:
    """Return the finding that each question closes; ``asked`` are ids of questions and findings in one order.

    >>> findings_by_question([(["q-1", "q-2"], [7, 8]), (["q-3", "q-1"], [9, 10])])
    {'q-1': 7, 'q-2': 8, 'q-3': 9}
    """
    closed: dict[str, int] = {}
    for questions, findings in asked:
        for question, finding in zip(questions, findings, strict=False):
            closed.setdefault(question, finding)
    return closed


class _Gathering:
    """Turns faults and proposals of one answer into points."""

    def __init__(self, answer: Answer, books: Books) -> None:
        self.answer, self.books = answer, books
        self.activities = {activity.row: activity for activity in answer.register.activities}
        self.sites = {site.row: site for site in answer.register.sites.values()}
        self.rows: dict[_Figure, list[Activity]] = defaultdict(list)
        for activity in answer.register.activities:
            if chemical := answer.chemicals.get(activity.row):
                told = activity.site, activity.plant, chemical.key, activity.activity, activity.year, activity.planned
                self.rows[_Figure(*told)].append(activity)

    def rank(self, reasons: _Reasons) -> tuple[int, float, int]:
        """Return what a point is ordered by."""
        strength = max((proposal.strength for proposal in reasons.proposals), default=0.0)
        first = min(reasons.faults, default=MOST_FAULTS)
        return GRAVITIES.index(self.gravity(reasons)), -strength, first

    def gravity(self, reasons: _Reasons) -> str:
        gravities = [self.answer.faults[at].gravity for at in reasons.faults]
        return min(gravities, key=GRAVITIES.index, default="ask")

    def figure_of(self, fault: Fault) -> _Figure:
        """Return what a fault is asked under."""
        place, subject = fault.place, fault.subject
        activity = self.activities.get(place.row) if place.table == "activities" else None
        if activity is None:
            site = self.sites.get(place.row)
            code, plant = (site.site, site.plant) if site else (subject.site, subject.plant)
            told = subject.chemical if fault.check == "trade" else ""  # of trade that the register has no row for
            return _Figure(code, plant, told, "", subject.year, planned=False, cell=place)
        chemical = self.answer.chemicals.get(activity.row)
        year, cell = activity.year, _NO_CELL
        if is_of_missing_year(fault, activity):
            year = subject.year
        elif place.field not in (QUANTITY, "unit"):
            cell = place
        return _Figure(
            activity.site, activity.plant, chemical.key if chemical else "", activity.activity, year, activity.planned,
            cell,
        )  # fmt: skip

    def points(self, ordered: Iterable[tuple[_Figure, _Reasons]]) -> Iterator[Point]:
        """Yield the points; two that would be the same question get ids of their own."""
        seen: Counter[str] = Counter()
        for figure, reasons in ordered:
            point = self._point(figure, reasons)
            id = point.question.id
            seen[id] += 1
            if seen[id] > 1:
                point = point._replace(question=point.question._replace(id=f"{id}-{seen[id]}"))
            yield point

    def _point(self, figure: _Figure, reasons: _Reasons) -> Point:
        faults = [self.answer.faults[at] for at in reasons.faults]
        place = self._place(faults, reasons.proposals)
        activity = self.activities.get(faults[0].place.row if faults else place.row)
        adds: tuple[tuple[str, str], ...] = ()
        if faults and activity is not None and is_of_missing_year(faults[0], activity):
            place, adds = Place("activities", 0, QUANTITY), _line_to_add(activity, figure.year)
        elif faults and activity is None:
            adds = faults[0].adds
        known = self.books.chemicals.get(figure.key)
        chemical = self.books.name(figure.key) if known else figure.key
        now = self._now(place)
        messages = [*(fault.says for fault in faults), *(proposal.message for proposal in reasons.proposals)]
        sources = dict.fromkeys(in_short(fault.source) for fault in faults if fault.source)
        question = Question(
            self._id(figure, faults, reasons.proposals, now), figure.site, figure.plant,
            self.books.named(figure.key) if known else figure.plant or figure.site or figure.key,
            _together(messages),
            "; ".join(sources), place, now, _figures(faults, reasons.proposals), adds,
        )  # fmt: skip
        rank = reasons.proposals[0].rank if reasons.proposals else 0
        return Point(
            question, self.gravity(reasons), chemical, known.entry if known else "", figure.activity, figure.year,
            tuple(reasons.faults), rank, self._total(figure) if place.field == QUANTITY and place.row else None,
        )  # fmt: skip

    def _total(self, figure: _Figure) -> Message | None:
        """Say what the rows of a figure add up to, where it has several."""
        rows = self.rows.get(figure, ())
        if len(rows) < 2 or any(activity.kg is None for activity in rows):
            return None
        numbers = tuple(str(activity.row) for activity in rows[:MOST_ROWS])
        more = ("…",) if len(rows) > MOST_ROWS else ()
        total = amount(sum((activity.content for activity in rows), Decimal(0)))
        named = Message("ask_total_rows", {"rows": (*numbers, *more)})
        return Message("ask_column_total", {"amount": total, "rows": named})

    def _place(self, faults: list[Fault], proposals: list[Proposal]) -> Place:
        """Return the cell that an answer corrects; of a sum of several rows that of the largest."""
        if faults:
            place = faults[0].place
            if place.table == "sites" and place.field == "capacity":
                return place._replace(field=self._capacity_column(place.row))
            return place._replace(field=QUANTITY) if place.field == "unit" else place
        rows = [self.activities[row] for row in proposals[0].rows]
        return Place("activities", max(rows, key=lambda activity: activity.content).row, QUANTITY)

    def _capacity_column(self, row: int) -> str:
        site = self.sites.get(row)
        headers = site.more if site else {}
        return next((name for name, text in headers.items() if text and is_capacity(split_unit(name)[0])), "capacity")

    def _now(self, place: Place) -> str:
        """Return what stands in a cell; a quantity with its unit."""
        line = (self.sites if place.table == "sites" else self.activities).get(place.row)
        cells = line.texts if line is not None else {}
        text = cells.get(place.field, "")
        return f"{text} {cells.get('unit', '')}".strip() if place.field == QUANTITY and text else text

    def _id(self, figure: _Figure, faults: list[Fault], proposals: list[Proposal], now: str) -> str:
        """Return an id that stays as long as the figure, its value and what is asked of it do, wherever its row is."""
        table, row, field = figure.cell
        activity = self.activities.get(row) if table == "activities" else None
        rest = sorted(f"{name}={text}" for name, text in activity.texts.items()) if activity else ()
        asked = (*sorted(fault.check for fault in faults), *(proposal.reason for proposal in proposals))
        told = (*map(str, figure[:6]), table, field, *rest, *asked, now)
        return f"q-{hashlib.sha256(chr(0).join(told).encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def is_of_missing_year(fault: Fault, activity: Activity) -> bool:
    """Tell whether a fault asks for a line that is not there, of another year than that of its row."""
    return fault.place.field == "year" and fault.subject.year not in (0, activity.year)


def _line_to_add(activity: Activity, year: int) -> tuple[tuple[str, str], ...]:
    """Return the cells of the line that is missing: those of another year's line, without what is that year's own."""
    kept = ("site", "plant", "chemical", "cas", "activity", "unit", "concentration", "purpose")
    cells = [(name, activity.texts[name]) for name in kept if activity.texts.get(name)]
    return (*cells, ("year", str(year)))


def _together(messages: list[Message]) -> Message:
    """Return several reasons as one message, each with its number."""
    if len(messages) == 1:
        return messages[0]
    together = Message("ask_reason_first", {"number": "1", "says": messages[0]})
    for number, says in enumerate(messages[1:], 2):
        together = Message("ask_reason_then", {"before": together, "number": str(number), "says": says})
    return together


def reasons_in(message: Message) -> list[Message]:
    """Return the reasons that a message holds, each without its number.

    >>> [one.id for one in reasons_in(_together([Message("a"), Message("b"), Message("c")]))]
    ['a', 'b', 'c']
    """
    before, says = message.values.get("before"), message.values.get("says")
    if message.id not in ("ask_reason_first", "ask_reason_then") or not isinstance(says, Message):
        return [message]
    return [*(reasons_in(before) if isinstance(before, Message) else ()), says]


def _figures(faults: list[Fault], proposals: list[Proposal]) -> tuple[Shown, ...]:
    """Return the figures behind reasons, each once: those of the checks, then the plant's own years."""
    figures: dict[tuple[str, str], Shown] = {}
    for fault in faults:
        for name, value in fault.figures.items():
            text = f"{value.normalize():f}" if name in _COUNTS else amount(value)
            figures[name, text] = Shown(Message(f"ask_figure_{name}"), text)
    for proposal in proposals:
        for year in proposal.years:
            if year.kg is not None:
                text = amount(Decimal(f"{year.kg:.12g}"))
                figures[str(year.year), text] = Shown(str(year.year), text)
    return tuple(figures.values())

"""What a judged register leaves for its pages: what is due and near, what changed, what the books and figures say.

The file is kept in the casebook as the source of a run of its own, in the case of the findings. It is compressed JSON.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Annotated, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from opencwc.declarations.aggregates import QUANTITIES, national_sums, partner_sums
from opencwc.declarations.books import Books
from opencwc.declarations.inspections import Inspections, inspections_of, told_of_unknown
from opencwc.declarations.law import Law
from opencwc.declarations.law_notes import law_notes
from opencwc.declarations.model import (
    DECLARATIONS,
    GRAVITIES,
    REGIMES,
    Answer,
    Change,
    Comparison,
    Due,
    Fault,
    Line,
    Near,
    Problem,
)
from opencwc.declarations.phrases import reading_said
from opencwc.declarations.points_to_ask import MOST_FAULTS, MOST_PROPOSALS, Point, points_to_ask
from opencwc.declarations.rows_behind import RowsBehind
from opencwc.declarations.run_papers import KeptPapers, papers_of
from opencwc.declarations.unusual.proposals import Proposal, Unusual, unusual_figures
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.records import from_json, one_of, to_json

NAME = "declarations.json.gz"
MEDIA_TYPE = "application/gzip"
Regime = Annotated[str, one_of(REGIMES)]
Declaration = Annotated[str, one_of(DECLARATIONS)]
Gravity = Annotated[str, one_of(GRAVITIES)]
VERSION = 4
"""The form of the file; the first had neither faults of the books, nor unusual figures, nor the national figures.

The second had no points to ask about: faults and unusual figures stood apart. The third had its papers in one piece.
"""
MOST_PROBLEMS, MOST_TOLD = 5_000, 500
_LONGEST = 200
_QUICKLY = 4
"""How hard the file is compressed: harder takes three times as long for a tenth less."""


class ShownDue(Struct, frozen=True):
    """A declaration that falls due, as it is shown: `opencwc.declarations.model.Due` with where it is written.

    ``rows`` are the rows of the activities that it rests on, the first of them; ``change`` is ``new`` or ``range``
    where it was not so the year before, else empty. ``source`` and ``grade`` are those of its threshold or deadline.
    """

    site: str
    plant: str
    chemical: str
    entry: str
    regime: Regime
    declaration: Declaration
    period: int
    due: date
    treaty_due: date | None
    range: str
    inspection: bool
    why: Message
    kg: Decimal
    country: str
    rows: tuple[int, ...]
    change: str
    source: str
    grade: str


class ShownNear(Struct, frozen=True):
    """An amount just under a threshold, in kg, and where the threshold is written."""

    site: str
    plant: str
    chemical: str
    entry: str
    activity: str
    year: int
    planned: bool
    kg: Decimal
    limit: Decimal
    source: str


class ShownProblem(Struct, frozen=True):
    """What could not be read, or is doubtful: its table, row, field, the column of the file, and what stands there."""

    table: str
    row: int
    field: str
    column: str
    text: str
    says: Message
    unjudged: bool


class ShownFault(Struct, frozen=True):
    """What a check found in the books, the row it stands in (0 for none), and the rule; ``year`` is 0 for none."""

    check: str
    gravity: Gravity
    site: str
    plant: str
    chemical: str
    year: int
    table: str
    row: int
    says: Message
    figures: dict[str, Decimal]
    rule: str
    source: str
    grade: str


class ShownYear(Struct, frozen=True):
    """A year of a proposal's chart in kg: its own series, and a quarter, the half and three quarters of its peers."""

    year: int
    kg: float | None
    low: float | None
    middle: float | None
    high: float | None


class ShownProposal(Struct, frozen=True):
    """A figure to ask about; ``probability`` that it is wrong is ``None`` where plain rules ranked."""

    site: str
    plant: str
    chemical: str
    entry: str
    activity: str
    year: int
    kg: Decimal
    probability: float | None
    reason: str
    says: Message
    rows: tuple[int, ...]
    years: tuple[ShownYear, ...]


class ShownUnusual(Struct, frozen=True):
    """The proposals of a year, the most probable first, among how many figures, and who ranked them.

    ``why_rules`` says why plain rules did; ``more`` is how many proposals were left out.
    """

    year: int
    figures: int
    proposals: tuple[ShownProposal, ...]
    more: int
    model: str
    weights: str
    why_rules: Message | None


class ShownPoint(Struct, frozen=True):
    """A point to ask about, and the id of its question: `opencwc.declarations.points_to_ask.Point`.

    ``row`` is 0 for a line that is missing. ``faults`` are places in the faults that are kept, ``proposal`` is the
    place of the unusual figure among those that are kept, from 1, or 0. ``total`` says what several rows add up to.
    """

    question: str
    kind: str
    gravity: Gravity
    site: str
    plant: str
    chemical: str
    entry: str
    activity: str
    year: int
    table: str
    row: int
    field: str
    now: str
    says: Message
    faults: tuple[int, ...]
    proposal: int
    total: Message | None = None


class ShownReading(Struct, frozen=True):
    """How what the treaty leaves open was read, what that says, and whether it is turned from the usual reading."""

    id: str
    choice: str
    says: Message
    turned: bool


class ShownYearBefore(Struct, frozen=True):
    """What is otherwise in last year's books, by their file: of the sites and of figures, the first of each."""

    file: str
    sites: tuple[Message, ...]
    amounts: tuple[Message, ...]
    more: int


class NationalSum(Struct, frozen=True):
    """What a State as a whole did with a chemical in the year declared on, in kg; by partner where there is one.

    ``partner`` is ``None`` for the sum of an activity, and empty for what names no State.
    """

    country: str
    regime: Regime
    chemical: str
    entry: str
    activity: str
    kg: Decimal
    partner: str | None = None


class ShownInspections(Struct, frozen=True):
    """How many inspections a year there are at most, of each of some plant sites or of a State in whole.

    ``scope`` is ``plant_site`` or ``state_party``; ``hours`` is 0 where the rule does not speak of it.
    """

    regimes: tuple[str, ...]
    scope: str
    country: str
    sites: tuple[str, ...]
    most: int
    hours: int
    source: str
    grade: str


class KeptDeclarations(Struct, frozen=True):
    """A judged register as it is kept; ``gone`` was due a year before and is not any more.

    ``names`` are those of the sites, by code. ``problems_more`` and ``faults_more`` are how many were left out.
    ``notes`` say what the answer rests on beside the rules, ``unknown`` which duties nobody can tell. ``papers`` are
    in parts (`run_papers`); files of before they were kept so have none. ``version`` is that of the file's form: of the
    first, what stands behind it was not kept.
    """

    as_of: date
    year: int
    profile: str
    file: str
    sites: int
    rows: int
    due: tuple[ShownDue, ...]
    near: tuple[ShownNear, ...]
    gone: tuple[ShownDue, ...]
    problems: tuple[ShownProblem, ...]
    problems_more: int
    names: dict[str, str]
    version: int = 1
    faults: tuple[ShownFault, ...] = ()
    faults_more: int = 0
    unusual: ShownUnusual | None = None
    national: tuple[NationalSum, ...] = ()
    inspections: tuple[ShownInspections, ...] = ()
    points: tuple[ShownPoint, ...] = ()
    notes: tuple[Message, ...] = ()
    unknown: tuple[Message, ...] = ()
    papers: KeptPapers | None = field(default=None, name="paper_parts")
    year_before: ShownYearBefore | None = None
    readings: tuple[ShownReading, ...] = ()


class Asking(NamedTuple):
    """The books of an answer, which figures of the year declared on are unusual, and all that is worth asking about."""

    books: Books
    unusual: Unusual
    points: tuple[Point, ...]


def asking_of(answer: Answer, law: Law) -> Asking:
    """Return what is worth asking about of an answer."""
    lines = (
        Line(activity, answer.chemicals[activity.row])
        for activity in answer.register.activities
        if activity.row in answer.chemicals
    )
    books = Books(answer.register, lines, law)
    unusual = unusual_figures(books, law, answer.year - 1, MOST_PROPOSALS)
    return Asking(books, unusual, points_to_ask(answer, books, unusual))


def kept_of(answer: Answer, law: Law, asking: Asking) -> KeptDeclarations:
    """Return what is kept of an answer for its pages."""
    books, unusual, points = asking
    return replace(
        due_of(answer, law),
        unusual=_shown_unusual(unusual),
        national=tuple(_national(books, law, answer.year - 1)),
        inspections=tuple(_inspections(known) for known in inspections_of(answer, law.convention.as_of)),
        points=tuple(shown_point(point) for point in points),
        papers=papers_of(answer, law, [point.question for point in points]),
    )


def due_of(answer: Answer, law: Law) -> KeptDeclarations:
    """Return what is due of an answer and what is wrong with it: all that needs no comparing of its figures."""
    behind = RowsBehind(answer)
    changes = {id(change.now): change.kind for change in answer.changes if change.now is not None}
    register = answer.register
    return KeptDeclarations(
        as_of=law.convention.as_of,
        year=answer.year,
        profile=law.profile.id,
        file=register.name[:_LONGEST],
        sites=len({site for site, _ in register.sites} | {activity.site for activity in register.activities}),
        rows=len(register.activities),
        due=tuple(_shown(line, law, behind, changes.get(id(line), "")) for line in answer.due),
        near=tuple(_shown_near(near, law) for near in answer.near),
        gone=tuple(_shown(line, law, behind, "gone") for line in _gone(answer.changes)),
        problems=tuple(_shown_problem(problem, answer) for problem in answer.problems[:MOST_PROBLEMS]),
        problems_more=max(0, len(answer.problems) - MOST_PROBLEMS),
        names={site: line.name for (site, plant), line in register.sites.items() if not plant and line.name},
        version=VERSION,
        faults=tuple(_shown_fault(fault) for fault in answer.faults[:MOST_FAULTS]),
        faults_more=max(0, len(answer.faults) - MOST_FAULTS),
        notes=(*law_notes(answer), *comparison_notes(answer)),
        unknown=tuple(islice(told_of_unknown(answer), MOST_PROBLEMS)),
        year_before=_year_before(answer.compared),
        readings=tuple(
            ShownReading(reading.id, reading.choice, reading_said(reading.id, reading.choice), reading in law.turned)
            for reading in law.readings
        ),
    )


def comparison_notes(answer: Answer) -> list[Message]:
    """Return what the changes are told against where it is other books, and of what there is nothing to compare."""
    compared, last = answer.compared, str(answer.year - 1)
    if compared.file:
        before = Message("page_declarations_compared", {"file": compared.file[:_LONGEST], "year": last})
        return [before, *compared.trade]
    years = {"past": str(answer.year - 2), "anticipated": str(answer.year)}
    lacking = [Message(f"page_declarations_nothing_before_{kind}", {"year": years[kind]}) for kind in compared.lacking]
    return [*lacking, *compared.trade]


def _year_before(compared: Comparison) -> ShownYearBefore | None:
    if not compared.file:
        return None
    sites, amounts = compared.sites[:MOST_TOLD], compared.amounts[:MOST_TOLD]
    more = len(compared.sites) + len(compared.amounts) - len(sites) - len(amounts)
    return ShownYearBefore(compared.file[:_LONGEST], sites, amounts, more)


def pack(kept: KeptDeclarations) -> bytes:
    """Return the file; the same answer gives the same bytes."""
    return gzip.compress(to_json(kept), _QUICKLY, mtime=0)


def unpack(content: bytes) -> KeptDeclarations:
    """Return what was packed.

    Raises:
        InputError: it is not such a file.

    """
    try:
        return from_json(KeptDeclarations, gzip.decompress(content))
    except (OSError, EOFError, ValueError):
        raise InputError("kept_declarations_unreadable") from None


def rule_of(rules: Iterable[str], law: Law) -> tuple[str, str]:
    """Return the source and the grade of the first rule that a line rests on: its threshold, else its deadline."""
    for id in rules:
        try:
            rule = law.threshold(id) or law.deadline(id)
        except KeyError:  # a reading, or a rule that is not in force any more
            continue
        return rule.source, rule.evidence
    return "", ""


def _gone(changes: Iterable[Change]) -> Iterable[Due]:
    return (change.before for change in changes if change.kind == "gone" and change.before is not None)


def _shown(line: Due, law: Law, behind: RowsBehind, change: str) -> ShownDue:
    source, grade = rule_of(line.rules, law)
    return ShownDue(
        line.site, line.plant, line.chemical, line.entry, line.regime, line.declaration, line.period, line.due,
        line.treaty_due, line.range, line.inspection, line.why, line.amount, line.country, behind.rows_of(line),
        change, source, grade,
    )  # fmt: skip


def _shown_near(near: Near, law: Law) -> ShownNear:
    source, _ = rule_of((near.rule,), law)
    return ShownNear(
        near.site, near.plant, near.chemical, near.entry, near.activity, near.year, near.planned, near.kg, near.limit,
        source,
    )  # fmt: skip


def _shown_problem(problem: Problem, answer: Answer) -> ShownProblem:
    table, row, field = problem.place
    columns: Mapping[str, str] = answer.register.columns.get(table, {})
    return ShownProblem(
        table, row, field, columns.get(field, "")[:_LONGEST], written_in(problem)[:_LONGEST], problem.says,
        problem.unjudged,
    )  # fmt: skip


def _shown_fault(fault: Fault) -> ShownFault:
    return ShownFault(
        fault.check, fault.gravity, *fault.subject, fault.place.table, fault.place.row, fault.says,
        dict(fault.figures), fault.rule, fault.source, fault.evidence,
    )  # fmt: skip


def _shown_unusual(unusual: Unusual) -> ShownUnusual:
    return ShownUnusual(
        unusual.year, unusual.figures, tuple(_shown_proposal(each) for each in unusual.proposals),
        unusual.more, unusual.model, unusual.weights, unusual.why_rules,
    )  # fmt: skip


def _shown_proposal(each: Proposal) -> ShownProposal:
    return ShownProposal(
        each.site, each.plant, each.chemical, each.entry, each.activity, each.year, each.kg, each.probability,
        each.reason, each.message, each.rows, tuple(ShownYear(*year) for year in each.years),
    )  # fmt: skip


def shown_point(point: Point) -> ShownPoint:
    """Return a point as it is shown."""
    question = point.question
    return ShownPoint(
        question.id, point.kind, point.gravity, question.site, question.plant, point.chemical, point.entry,
        point.activity, point.year, *question.place, question.now, question.says, point.faults, point.proposal,
        point.total,
    )  # fmt: skip


def _national(books: Books, law: Law, of: int) -> Iterable[NationalSum]:
    """Yield the national sums of a year, and after each import and export what it is by partner, the largest first."""
    partners = partner_sums(books, law, of)
    for of_state, sums in sorted(national_sums(books, law, of).items()):
        country, regime, key = of_state
        subject = (country, regime, books.name(key), books.chemicals[key].entry)
        for activity in (activity for activity in QUANTITIES[regime] if activity in sums):
            yield NationalSum(*subject, activity, sums[activity])
            parts = partners.get(of_state, {})
            for (moved, partner), kg in sorted(parts.items(), key=lambda part: (-part[1], part[0])):
                if moved == activity:
                    yield NationalSum(*subject, activity, kg, partner)


def _inspections(known: Inspections) -> ShownInspections:
    return ShownInspections(*known)


def written_in(problem: Problem) -> str:
    """Return what stands in the cell that a problem is of, as far as it says so."""
    return str(problem.says.values.get("text", problem.text))

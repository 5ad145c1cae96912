"""What a judged register leaves for its pages: what is due, what is near, what changed, and what could not be read.

The file is kept in the casebook as the source of a run of its own, in the case of the findings. It is compressed JSON.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from msgspec import Raw, Struct

from opencwc.declarations.kept_papers import NOTHING, pack_papers
from opencwc.declarations.law import Law
from opencwc.declarations.model import DECLARATIONS, REGIMES, Answer, Change, Due, Near, Problem
from opencwc.declarations.rows_behind import RowsBehind
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.records import from_json, one_of, to_json

NAME = "declarations.json.gz"
MEDIA_TYPE = "application/gzip"
Regime = Annotated[str, one_of(REGIMES)]
Declaration = Annotated[str, one_of(DECLARATIONS)]
MOST_PROBLEMS = 5_000
_LONGEST = 200


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


class KeptDeclarations(Struct, frozen=True):
    """A judged register as it is kept; ``gone`` was due a year before and is not any more.

    ``names`` are those of the sites, by code. ``problems_more`` is how many problems were left out. ``papers``
    are undecoded (`kept_papers`), and empty in files of before they were kept. ``version`` is that of the file's form.
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
    papers: Raw = NOTHING


def kept_of(answer: Answer, law: Law) -> KeptDeclarations:
    """Return what is kept of an answer for its pages."""
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
        papers=pack_papers(answer, law),
    )


def pack(kept: KeptDeclarations) -> bytes:
    """Return the file; the same answer gives the same bytes."""
    return gzip.compress(to_json(kept), mtime=0)


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


def written_in(problem: Problem) -> str:
    """Return what stands in the cell that a problem is of, as far as it says so."""
    return str(problem.says.values.get("text", ""))

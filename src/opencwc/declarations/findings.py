"""What is due, what is near and what could not be read as findings, for a person to decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opencwc.declarations.kept import Asking, rule_of, written_in
from opencwc.declarations.law import Law
from opencwc.declarations.model import Activity, Answer, Due, Near, Problem
from opencwc.declarations.phrases import amount, in_words, place_said
from opencwc.declarations.points_to_ask import Point
from opencwc.declarations.rows_behind import MOST, RowsBehind
from opencwc.declarations.unusual.proposals import Proposal
from opencwc.declarations.verb import ASK, DUE, NEAR
from opencwc.finding import Evidence, Finding, Maker, Message, Rule, Subject, Verdict
from opencwc.version import __version__

_LIST = "CWC"
_LONGEST = 200


def findings_of(answer: Answer, law: Law) -> Iterator[Finding]:
    """Yield the findings of an answer: what is due, the earliest first, then what is near, then what is doubtful.

    The rule of a finding is of the Convention: its entry that of the chemical (empty for what is in no Schedule), its
    source the clause, its grade how sure that is.
    """
    maker, behind = maker_of(law), RowsBehind(answer)
    for line in answer.due:
        yield _due(line, law, behind, maker)
    for near in answer.near:
        yield _near(near, law, maker)
    for problem in answer.problems:
        yield _problem(problem, answer, maker)


def findings_to_ask(asking: Asking, answer: Answer, law: Law) -> Iterator[Finding]:
    """Yield the points that are worth asking about, in the order of their ranks."""
    maker, by_model = maker_of(law), asking.unusual.maker(law)
    proposals = asking.unusual.proposals
    rows_of = [_rows_behind(point, proposals) for point in asking.points]
    named = {row for rows in rows_of for row in rows}
    written = {activity.row: _written(activity) for activity in answer.register.activities if activity.row in named}
    for point, rows in zip(asking.points, rows_of, strict=True):
        question, faults = point.question, [answer.faults[at] for at in point.faults]
        proposal = proposals[point.proposal - 1] if point.proposal else None
        sourced = next((fault for fault in faults if fault.source), None)
        place = "/".join(filter(None, (question.site, question.plant)))
        yield Finding(
            Subject(max(1, rows[0] if rows else question.place.row), place, point.chemical[:_LONGEST]), ASK,
            question.says, by_model if proposal else maker,
            Rule(_LIST, point.entry, sourced.source, sourced.evidence) if sourced else None,
            evidence=tuple(Evidence("row", str(row), value=written.get(row, "")) for row in rows),
            confidence=proposal.probability if proposal else None,
        )  # fmt: skip


def _rows_behind(point: Point, proposals: Sequence[Proposal]) -> tuple[int, ...]:
    """Return the rows of the activities that a point rests on, the first of them."""
    if point.proposal:
        return proposals[point.proposal - 1].rows[:MOST]
    place = point.question.place
    return (place.row,) if place.table == "activities" and place.row else ()


def maker_of(law: Law) -> Maker:
    """Return what made the findings: this package, its version, the day of the rules."""
    return Maker("opencwc.declarations", __version__, law.convention.as_of.isoformat(), (_LIST,))


def _due(line: Due, law: Law, behind: RowsBehind, maker: Maker) -> Finding:
    source, grade = rule_of(line.rules, law)
    rows = behind.activities_of(line)
    evidence = (
        Evidence("due", line.declaration, value=line.due.isoformat()),
        *([Evidence("range", line.range)] if line.range else []),
        *(Evidence("row", str(activity.row), value=_written(activity)) for activity in rows),
    )
    subject = Subject(rows[0].row if rows else 1, _place_of(line), (line.chemical or line.regime)[:_LONGEST])
    return Finding(subject, DUE, line.why, maker, Rule(_LIST, line.entry, source, grade), evidence=evidence)


def _near(near: Near, law: Law, maker: Maker) -> Finding:
    source, grade = rule_of((near.rule,), law)
    why = Message(
        "declare_why_near_planned" if near.planned else "declare_why_near",
        {
            "place": place_said(near.site, near.plant), "activity": Message(f"declare_act_{near.activity}"),
            "amount": amount(near.kg),
            "chemical": in_words(near.chemical) if near.chemical else Message("declare_organic_chemicals"),
            "year": str(near.year), "limit": amount(near.limit), "source": source,
        },
    )  # fmt: skip
    subject = Subject(1, _place_of(near), near.chemical[:_LONGEST])
    return Finding(subject, NEAR, why, maker, Rule(_LIST, near.entry, source, grade))


def _problem(problem: Problem, answer: Answer, maker: Maker) -> Finding:
    table, row, field = problem.place
    column = answer.register.columns.get(table, {}).get(field, field)
    subject = Subject(max(1, row), f"{table} {row}", written_in(problem)[:_LONGEST])
    verdict = Verdict.UNREADABLE if problem.unjudged else Verdict.REVIEW
    evidence = (Evidence("cell", table, value=f"{row} {column}".strip()),) if row else ()
    return Finding(subject, verdict, problem.says, maker, evidence=evidence)


def _place_of(line: Due | Near) -> str:
    return " / ".join(part for part in (line.site, line.plant) if part) or getattr(line, "country", "")


def _written(activity: Activity) -> str:
    """Return a row as it is written, for a person to find it again; an empty cell has a dash."""
    return _BETWEEN_CELLS.join(activity.texts.get(field, "") or _NO_CELL for field in ROW_FIELDS)[:_LONGEST_ROW]


def row_as_written(written: str) -> dict[str, str]:
    """Return the cells of a row in evidence by their fields; nothing of one that does not say which they are.

    >>> row_as_written("A · – · produce · thiodiglycol · – · 9 · t · – · 2025 · –")["year"]
    '2025'
    >>> row_as_written("A · produce · thiodiglycol")
    {}
    """
    cells = [cell if cell != _NO_CELL else "" for cell in written.split(_BETWEEN_CELLS)]
    return dict(zip(ROW_FIELDS, cells, strict=True)) if len(cells) == len(ROW_FIELDS) else {}


ROW_FIELDS = ("site", "plant", "activity", "chemical", "cas", "quantity", "unit", "concentration", "year", "date")
"""The cells of a row that evidence shows."""
_BETWEEN_CELLS, _NO_CELL, _LONGEST_ROW = " · ", "–", 500

"""What others changed in cases since a moment, in numbers: new results, decisions, comments; and what is due.

A decision on a finding that waits for the reader's blind re-check is not counted: its number would give it away.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, func, or_, select

from opencwc.casebook import tables
from opencwc.casebook.cases import NamedCase, list_rows
from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import blind_findings, cleared
from opencwc.casebook.model import CaseStatus, Person
from opencwc.casebook.permissions import may, require
from opencwc.casebook.read_records import giving

MOST_CASES = 8
_RUN, _FINDING, _CASE = tables.run, tables.finding, tables.case


class CaseChanges(Struct, frozen=True):
    """What others did in a case since a moment: how many runs ended, decisions and comments were made."""

    case: str
    runs: int
    decisions: int
    comments: int


def changes_since(book: Casebook, person: Person, since: str) -> list[CaseChanges]:
    """Return what changed in the cases that a person may see, the last changed case first; what they did is left out.

    ``since`` is a moment as ISO 8601, in UTC.
    """
    require(person, "read")
    found: dict[int, dict[str, int]] = defaultdict(dict)
    last: dict[int, str] = {}
    with giving(book, person) as given:
        connection = given.connection
        for name, query in _queries(person, since).items():
            for number, count, at in connection.execute(query):
                found[number][name] = count
                last[number] = max(at, last.get(number, ""))
        newest = sorted(found, key=lambda number: last[number], reverse=True)
        names = _names(connection, person)
        shown = [number for number in newest if number in names][:MOST_CASES]
        of_cases = select(_RUN.c.number).where(_RUN.c.case_number.in_(shown), *_runs_seen(person))
        given.runs(connection.execute(of_cases).scalars(), "counts")
    return [
        CaseChanges(names[number], *(found[number].get(name, 0) for name in ("runs", "decisions", "comments")))
        for number in shown
    ]


def cases_overdue(book: Casebook, person: Person, today: date) -> list[NamedCase]:
    """Return the cases that are due before a day and not closed, as far as a person may know of them."""
    if not may(person, "read"):
        return []
    with book.reading() as connection:
        return [
            NamedCase(case.name, case.due)
            for case in list_rows(connection)
            if may(person, "read", case.mark)
            and case.due
            and case.due < today.isoformat()
            and case.status not in (CaseStatus.CLOSED, CaseStatus.ERASED)
        ]


def _queries(person: Person, since: str) -> dict[str, Any]:
    """Return the question for each kind of change: the case, how many, and when the last was."""
    decision, comment, record = tables.decision, tables.comment, tables.record
    seen = (*cleared(person, _FINDING), _FINDING.c.id.not_in(blind_findings(person)))
    ended = select(_RUN.c.case_number, func.count(), func.max(_RUN.c.finished_at))
    begun_by_reader = (
        select(record.c.seq)
        .where(
            record.c.case_number == _RUN.c.case_number, record.c.kind == "run_started",
            record.c.actor == person.id, record.c.at == _RUN.c.started_at,
        )
        .exists()
    )  # fmt: skip
    decided = select(_FINDING.c.case_number, func.count(), func.max(decision.c.at))
    said = select(comment.c.case_number, func.count(), func.max(comment.c.at))
    on_finding = select(_FINDING.c.id).where(*seen)
    return {
        "runs": ended.where(
            _RUN.c.finished_at > since, _RUN.c.state == "done", ~begun_by_reader, *_runs_seen(person)
        ).group_by(_RUN.c.case_number),
        "decisions": decided.join_from(decision, _FINDING, _FINDING.c.id == decision.c.finding)
        .where(decision.c.at > since, decision.c.person != person.id, *seen)
        .group_by(_FINDING.c.case_number),
        "comments": said.where(
            comment.c.at > since, comment.c.person != person.id,
            or_(comment.c.finding.is_(None), comment.c.finding.in_(on_finding)),
        ).group_by(comment.c.case_number),
    }  # fmt: skip


def _runs_seen(person: Person) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that leave out runs above a person's clearance."""
    above = select(_CASE.c.number).where(_CASE.c.mark > int(person.clearance))
    return (_RUN.c.mark <= int(person.clearance), _RUN.c.case_number.not_in(above))


def _names(connection: Connection, person: Person) -> dict[int, str]:
    """Return the names of the cases that a person may see, by number."""
    query = select(_CASE.c.number, _CASE.c.name).where(_CASE.c.mark <= int(person.clearance))
    return {row.number: row.name for row in connection.execute(query)}

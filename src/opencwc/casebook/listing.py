"""What is in the casebook: findings by filter, page by page, their counts, and what waits for a person.

A reviewer with a blind re-check of a finding sees it as if nobody had decided on it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, or_, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered, visible_case
from opencwc.casebook.deciding import Decision, decisions_on, finding_row, mark_of_finding, pending_recheck
from opencwc.casebook.keeping import VERDICTS, input_key, require_verdict
from opencwc.casebook.model import UNDECIDED, Case, Filter, KeptFinding, Mark, Person, Status
from opencwc.casebook.opening import Casebook
from opencwc.casebook.permissions import require
from opencwc.casebook.recording import Writer
from opencwc.errors import InputError, NotFoundError

PAGE = 100
MOST_A_PAGE = 1_000
_FINDING, _COUNT, _RUN, _CASE = tables.finding, tables.finding_count, tables.run, tables.case


@dataclass(frozen=True, slots=True)
class Page:
    """A page of findings and the id after which the next one begins (``None`` on the last)."""

    findings: list[KeptFinding]
    next: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many findings stand where: by verdict, by entry (``CWC 1A01``), by status, and in all."""

    all: int
    verdict: dict[str, int]
    entry: dict[str, int]
    status: dict[str, int]
    grave: int


@dataclass(frozen=True, slots=True)
class History:
    """A finding with its content, its case and run, the decisions on it and the comments, as one person may see it."""

    finding: KeptFinding
    case: Case
    run: dict[str, Any]
    decisions: list[Decision]
    comments: list[dict[str, Any]]
    blind: bool


def list_findings(book: Casebook, person: Person, wanted: Filter, *, after: int = 0, limit: int = PAGE) -> Page:
    """Return a page of the findings that the filter asks for and the person may see, by id."""
    require(person, "read")
    limit = max(1, min(limit, MOST_A_PAGE))
    with book.reading() as connection:
        conditions = _conditions(connection, person, wanted, _FINDING)
        columns = [column for column in _FINDING.c if column.name not in ("salt", "seal")]
        query: Select[Any] = select(*columns).where(*conditions, _FINDING.c.id > after)
        rows = connection.execute(query.order_by(_FINDING.c.id).limit(limit + 1)).mappings().all()
        kept = _kept(connection, person, rows[:limit])
    return Page(kept, kept[-1].id if len(rows) > limit else None)


def count_findings(book: Casebook, person: Person, wanted: Filter) -> Counts:
    """Count the findings that the filter asks for and the person may see."""
    require(person, "read")
    with book.reading() as connection:
        table: Any = _FINDING if wanted.text else _COUNT
        number: Any = func.count() if wanted.text else func.sum(_COUNT.c.n)
        keys = (table.c.verdict, table.c.list, table.c.entry, table.c.status, table.c.grave)
        query = select(*keys, number).where(*_conditions(connection, person, wanted, table)).group_by(*keys)
        rows = [*connection.execute(query), *_blind_as_open(connection, person, wanted)]
    counts = Counts(0, {}, {}, {}, 0)
    verdict, entry, status, grave, everything = counts.verdict, counts.entry, counts.status, 0, 0
    for place, list_id, entry_id, stands, is_grave, counted in rows:
        n = int(counted)
        everything += n
        grave += n if is_grave else 0
        _add(verdict, VERDICTS[place], n)
        _add(status, str(Status(stands)), n)
        if list_id:
            _add(entry, f"{list_id} {entry_id}", n)
    return Counts(everything, _positive(verdict), _positive(entry), _positive(status), grave)


def inbox(book: Casebook, person: Person, *, limit: int = PAGE) -> list[KeptFinding]:
    """Return what waits for this person: the grave first, then by case due date, then by id.

    What a person proposed waits for somebody else, and is not here; a blind re-check of theirs is.
    """
    require(person, "decide")
    with book.reading() as connection:
        mine = select(tables.recheck.c.finding).where(
            tables.recheck.c.reviewer == person.id, tables.recheck.c.second_seq.is_(None)
        )
        found: list[RowMapping] = []
        columns = [column for column in _FINDING.c if column.name not in ("salt", "seal")]
        unproposed = _not_proposed_by(person)
        seen = _cleared(person, _FINDING)
        for grave in (True, False):
            for status in UNDECIDED:
                query = (
                    select(*columns)
                    .where(_FINDING.c.status == int(status), _FINDING.c.grave.is_(grave), unproposed, *seen)
                    .order_by(_FINDING.c.id)
                    .limit(limit)
                )
                found += connection.execute(query).mappings()
        found += connection.execute(select(*columns).where(_FINDING.c.id.in_(mine)).limit(limit)).mappings()
        due = {case.number: case.due or "9999" for case in _cases_of(connection, found)}
        rows = {row["id"]: row for row in found}.values()
        ordered = sorted(rows, key=lambda row: (not row["grave"], due[row["case_number"]], row["id"]))
        return _kept(connection, person, ordered[:limit])


def show_finding(book: Casebook, person: Person, identity: int) -> History:
    """Return a finding with its history; what is above the clearance is answered as not there."""
    with book.reading() as connection:
        row = finding_row(connection, identity)
        mark = mark_of_finding(connection, row)
        if mark > person.clearance:
            raise NotFoundError(f"there is no finding {identity}", remedy="See: opencwc case show CASE.")
        require(person, "read", mark)
        recheck = pending_recheck(connection, identity, person.id)
        decisions = decisions_on(connection, identity)
        if recheck is not None:
            decisions = []
        run = connection.execute(select(_RUN).where(_RUN.c.number == row["run"])).mappings().one()
        table = tables.comment
        comments = connection.execute(select(table).where(table.c.finding == identity).order_by(table.c.seq))
        told = [] if recheck is not None else [dict(one) for one in comments.mappings()]
        history = History(
            _kept(connection, person, [row])[0],
            case_numbered(connection, row["case_number"]),
            {**run, **{name: json.loads(run[name]) for name in ("asked", "checked", "maker", "tally")}},
            decisions,
            told,
            recheck is not None,
        )
    _record_access(book, person, mark, history.case.number, {"finding": identity})
    return history


def show_case(book: Casebook, person: Person, name: str) -> tuple[Case, Counts, list[dict[str, Any]]]:
    """Return a case, its counts and its runs."""
    with book.reading() as connection:
        found = visible_case(connection, person, name)
        query = select(_RUN).where(_RUN.c.case_number == found.number, _RUN.c.mark <= int(person.clearance))
        runs = [
            {**row, **{key: json.loads(row[key]) for key in ("asked", "checked", "maker", "tally")}}
            for row in connection.execute(query.order_by(_RUN.c.number)).mappings()
        ]
    _record_access(book, person, found.mark, found.number, {})
    return found, count_findings(book, person, Filter(case=name)), runs


def _record_access(book: Casebook, person: Person, mark: Mark, case_number: int, body: dict[str, Any]) -> None:
    """Record that somebody looked at what is protected, as the OPCW's rules on handling ask (from ``protected`` up)."""
    if mark >= Mark.PROTECTED:
        with book.writing(person.id) as writer:
            writer.record("access", body, case_number)


def record_refusal(writer: Writer, category: str, language: str, text: str) -> int:
    """Record a request that was refused."""
    return writer.record("refusal", {"category": category, "language": language, "text": text})


def _conditions(connection: Connection, person: Person, wanted: Filter, table: Any) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = list(_cleared(person, table))
    if wanted.case:
        conditions.append(table.c.case_number == visible_case(connection, person, wanted.case).number)
    if wanted.run:
        conditions.append(table.c.run == wanted.run)
    if wanted.verdict:
        for verdict in wanted.verdict:
            require_verdict(verdict)
        conditions.append(table.c.verdict.in_([VERDICTS.index(verdict) for verdict in wanted.verdict]))
    if wanted.list:
        conditions.append(table.c.list == wanted.list)
    if wanted.entry:
        if not wanted.list:
            raise InputError("an entry is named with its list", remedy="Such as list CWC and entry 1A01.")
        conditions.append(table.c.entry == wanted.entry)
    if wanted.grave is not None:
        conditions.append(table.c.grave.is_(wanted.grave))
    if wanted.text:
        conditions.append(
            or_(_FINDING.c.input_key == input_key(wanted.text), _FINDING.c.subject_id == wanted.text.strip())
        )
    if wanted.status:
        stands = table.c.status.in_([int(one) for one in wanted.status])
        if table is _FINDING:
            mine = _blind_findings(person)
            open_asked = Status.OPEN in wanted.status
            stands = or_(stands, _FINDING.c.id.in_(mine)) if open_asked and _has(connection, mine) else stands
            if not open_asked and _has(connection, mine):
                stands = and_(stands, _FINDING.c.id.not_in(mine))
        conditions.append(stands)
    return conditions


def _has(connection: Connection, query: Select[Any]) -> bool:
    return connection.execute(query.limit(1)).first() is not None


def _blind_findings(person: Person) -> Select[Any]:
    table = tables.recheck
    return select(table.c.finding).where(table.c.reviewer == person.id, table.c.second_seq.is_(None))


def _blind_as_open(connection: Connection, person: Person, wanted: Filter) -> list[Any]:
    """Return what must be added to the counts so that a blind re-check counts as open for its reviewer."""
    if wanted.text:
        return []
    everything = Filter(wanted.case, wanted.run, wanted.verdict, wanted.list, wanted.entry, (), wanted.grave)
    keys = (_FINDING.c.verdict, _FINDING.c.list, _FINDING.c.entry, _FINDING.c.status, _FINDING.c.grave)
    query = select(*keys).where(
        *_conditions(connection, person, everything, _FINDING), _FINDING.c.id.in_(_blind_findings(person))
    )
    moved = []
    for place, list_id, entry, stands, grave in connection.execute(query).all():
        if not wanted.status or Status(stands) in wanted.status:
            moved.append((place, list_id, entry, stands, grave, -1))
        if not wanted.status or Status.OPEN in wanted.status:
            moved.append((place, list_id, entry, int(Status.OPEN), grave, 1))
    return moved


def _cleared(person: Person, table: Any) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that leave out what is above a person's clearance; none for the highest."""
    if person.clearance is Mark.HIGHLY_PROTECTED:
        return ()
    above = select(_RUN.c.number).where(
        or_(
            _RUN.c.mark > int(person.clearance),
            _RUN.c.case_number.in_(select(_CASE.c.number).where(_CASE.c.mark > int(person.clearance))),
        )
    )
    return (table.c.run.not_in(above),)


def _not_proposed_by(person: Person) -> ColumnElement[bool]:
    """Leave out what waits for a second person and was proposed by this one."""
    mine, later = tables.decision.alias(), tables.decision.alias()
    after = select(later.c.seq).where(later.c.finding == mine.c.finding, later.c.seq > mine.c.seq)
    proposed = select(mine.c.seq).where(
        mine.c.finding == _FINDING.c.id, mine.c.person == person.id, ~after.correlate(mine).exists()
    )
    return or_(_FINDING.c.status != int(Status.AWAITING_SECOND), ~proposed.correlate(_FINDING).exists())


def _cases_of(connection: Connection, rows: Sequence[RowMapping]) -> list[Case]:
    return [case_numbered(connection, number) for number in {row["case_number"] for row in rows}]


def _kept(connection: Connection, person: Person, rows: Sequence[RowMapping]) -> list[KeptFinding]:
    cases = {case.number: case for case in _cases_of(connection, rows)}
    numbers = sorted({row["run"] for row in rows})
    marks = dict(connection.execute(select(_RUN.c.number, _RUN.c.mark).where(_RUN.c.number.in_(numbers))).all())
    table = tables.recheck
    blind = set(
        connection.execute(_blind_findings(person).where(table.c.finding.in_([row["id"] for row in rows]))).scalars()
    )
    return [
        KeptFinding(
            row["id"], row["run"], cases[row["case_number"]].name, row["row"], row["subject_id"],
            VERDICTS[row["verdict"]], row["list"], row["entry"],
            Status.OPEN if row["id"] in blind else Status(row["status"]),
            max(cases[row["case_number"]].mark, Mark(marks[row["run"]])), bool(row["grave"]),
            json.loads(row["content"]) if row["content"] else None,
        )
        for row in rows
    ]  # fmt: skip


def _add(counts: dict[str, int], key: str, n: int) -> None:
    counts[key] = counts.get(key, 0) + n


def _positive(counts: dict[str, int]) -> dict[str, int]:
    return {key: n for key, n in sorted(counts.items()) if n}

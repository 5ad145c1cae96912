"""What is in the casebook: findings by filter, page by page, their counts, and what waits for a person.

A reviewer with a blind re-check of a finding sees it as if nobody had decided on it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, false, func, or_, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered, visible_case
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import (
    Decision,
    decisions_on,
    last_in_force,
    mark_of_finding,
    pending_recheck,
    proposed_by,
    seen_finding,
)
from opencwc.casebook.finding_keys import next_under_keys
from opencwc.casebook.model import NO_LIST, UNDECIDED, Case, Filter, KeptFinding, Mark, Person, Status
from opencwc.casebook.permissions import require
from opencwc.casebook.read_records import Giving, giving
from opencwc.casebook.rows import slices
from opencwc.casebook.runs import decoded_run, input_key, require_verdict
from opencwc.casebook.transaction import Writer
from opencwc.casebook.unit_keys import folded
from opencwc.errors import InputError
from opencwc.finding import Verdict

PAGE = 100
MOST_A_PAGE = 1_000
_WAITING_AT_ONCE = 20
_FINDING, _COUNT, _RUN, _CASE = tables.finding, tables.finding_count, tables.run, tables.case


class Page(Struct, frozen=True):
    """A page of findings and the id after which the next one begins (``None`` on the last)."""

    findings: list[KeptFinding]
    next: int | None


class SoughtWord(NamedTuple):
    """What a word of a search of the record may be: a number, the start of a moment, kinds, people, cases by number."""

    number: int | None = None
    begins: str = ""
    kinds: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    cases: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many findings stand where: by verdict, by entry (``CWC 1A01``), by status, and in all."""

    all: int
    verdict: dict[str, int]
    entry: dict[str, int]
    status: dict[str, int]
    grave: int


class History(Struct, frozen=True):
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
    with giving(book, person) as given:
        ids = _ids(given.connection, person, wanted, after, limit + 1)
        kept = kept_of(given, person, rows_of(given.connection, ids[:limit]))
    return Page(kept, ids[limit - 1] if len(ids) > limit else None)


def count_findings(book: Casebook, person: Person, wanted: Filter) -> Counts:
    """Count the findings that the filter asks for and the person may see.

    Who asks for a case, a run or a text learns something of it; how many there are in all tells of none.
    """
    require(person, "read")
    with giving(book, person) as given:
        connection = given.connection
        table: Any = _COUNT if wanted.is_of_keys else _FINDING
        number: Any = func.sum(_COUNT.c.n) if wanted.is_of_keys else func.count()
        keys = (table.c.verdict, table.c.list, table.c.entry, table.c.status, table.c.grave)
        conditions = [*conditions_of(connection, person, wanted, table), *text_conditions(wanted)]
        tells = bool(wanted.case or wanted.run or not wanted.is_of_keys)
        by_run = (table.c.run,) if tells else ()
        query = select(*keys, number, *by_run).where(*conditions, *standing_in(wanted, table))
        counts = connection.execute(query.group_by(*keys, *by_run)).all()
        rows = [*(row[:6] for row in counts), *_blind_as_open(connection, person, wanted)]
        if tells:
            given.runs({row[6] for row in counts}, "counts")
    verdict, entry, status = Counter[str](), Counter[str](), Counter[str]()
    grave = 0
    for name, list_id, entry_id, stands, is_grave, counted in rows:
        n = int(counted)
        grave += n if is_grave else 0
        verdict[name] += n
        status[str(Status(stands))] += n
        if list_id:
            entry[f"{list_id} {entry_id}"] += n
    return Counts(verdict.total(), _positive(verdict), _positive(entry), _positive(status), grave)


def count_kept_since(book: Casebook, person: Person, since: str) -> int:
    """Count the findings of the runs that ended after a moment (ISO 8601, in UTC), as far as a person may see them."""
    require(person, "read")
    runs = select(_RUN.c.number).where(_RUN.c.finished_at > since)
    with book.reading() as connection:
        query = select(func.coalesce(func.sum(_COUNT.c.n), 0)).where(_COUNT.c.run.in_(runs), *cleared(person, _COUNT))
        return int(connection.execute(query).scalar_one())


def inbox(book: Casebook, person: Person, *, limit: int = PAGE) -> list[KeptFinding]:
    """Return what waits for this person: the grave first, then by case due date, then by id.

    What a person proposed waits for somebody else, and is not here; a blind re-check of theirs is.
    """
    require(person, "decide")
    with giving(book, person) as given:
        ids = _inbox(given.connection, person, limit)
        rows = {row["id"]: row for row in rows_of(given.connection, ids)}
        return kept_of(given, person, [rows[identity] for identity in ids])


def _inbox(connection: Connection, person: Person, limit: int) -> list[int]:
    ids: list[int] = []
    for grave in (True, False):
        for status in UNDECIDED:
            wanted = Filter(status=(status,), grave=grave)
            ids += islice(_waiting(connection, person, wanted, status, limit), limit)
    columns = (_FINDING.c.id, _FINDING.c.grave, _FINDING.c.case_number)
    rows = connection.execute(select(*columns).where(_FINDING.c.id.in_(set(ids)))).mappings().all()
    due = {case.number: case.due or "9999" for case in _cases_of(connection, rows)}
    ordered = sorted(rows, key=lambda row: (not row["grave"], due[row["case_number"]], row["id"]))
    return [row["id"] for row in ordered[:limit]]


def next_waiting(book: Casebook, person: Person, wanted: Filter, after: int = 0) -> int | None:
    """Return the next finding by id that the filter asks for and that waits for this person, ``None`` where none does.

    As in the inbox, what a person proposed waits for somebody else.
    """
    require(person, "decide")
    statuses = [status for status in UNDECIDED if not wanted.status or status in wanted.status]
    with book.reading() as connection:
        ids = [
            next(_waiting(connection, person, replace(wanted, status=(status,)), status, _WAITING_AT_ONCE, after), None)
            for status in statuses
        ]
    return min((identity for identity in ids if identity is not None), default=None)


def findings_numbered(book: Casebook, person: Person, ids: Sequence[int]) -> list[KeptFinding]:
    """Return findings by their ids, in their order, as far as a person may see them."""
    require(person, "read")
    with giving(book, person) as given:
        columns = [column for column in _FINDING.c if column.name not in ("salt", "seal")]
        query = select(*columns).where(_FINDING.c.id.in_(list(ids)), *cleared(person, _FINDING))
        return kept_of(given, person, list(given.connection.execute(query.order_by(_FINDING.c.id)).mappings()))


def beside(book: Casebook, person: Person, wanted: Filter, identity: int) -> tuple[int | None, int | None]:
    """Return the findings before and after one in the list that the filter gives, ``None`` at its ends."""
    require(person, "read")
    with book.reading() as connection:
        before = _ids(connection, person, wanted, identity, 1, back=True)
        after = _ids(connection, person, wanted, identity, 1)
    return (before[0] if before else None, after[0] if after else None)


def findings_of_run(
    book: Casebook, person: Person, run: int, verdict: Verdict, row: int | None = None
) -> list[tuple[int, Status]]:
    """Return the findings of a run with a verdict, in their order, each with how it stands; of one row where given."""
    require(person, "read")
    query = select(_FINDING.c.id, _FINDING.c.status).where(_FINDING.c.run == run, _FINDING.c.verdict == verdict)
    query = query if row is None else query.where(_FINDING.c.row == row)
    with book.reading() as connection:
        blind = set(connection.execute(blind_findings(person)).scalars())
        return [
            (identity, Status.OPEN if identity in blind else Status(status))
            for identity, status in connection.execute(query.order_by(_FINDING.c.id))
        ]


class Corrected(NamedTuple):
    """A finding that people corrected: its run, the verdict that was proposed, and the one that is right."""

    run: int
    proposed: str
    right: str


def corrected_verdicts(book: Casebook, person: Person, runs: Sequence[int]) -> list[Corrected]:
    """Return what stands corrected in some runs, but for what waits for the person's blind look."""
    require(person, "read")
    key = ("run", "case_number", "verdict", "list", "entry", "status", "grave")
    query = (
        select(_FINDING.c.id, _FINDING.c.run, _FINDING.c.verdict)
        .join(_COUNT, and_(*(_FINDING.c[name] == _COUNT.c[name] for name in key)))  # no finding is read in vain
        .where(_COUNT.c.run.in_(runs), _COUNT.c.status == int(Status.CORRECTED), *cleared(person, _COUNT))
        .where(_FINDING.c.id.not_in(blind_findings(person)))
    )
    with giving(book, person) as given:
        proposed = {row.id: row for row in given.connection.execute(query)}
        said = {id: one for some in slices([*proposed]) for id, one in last_in_force(given.connection, some).items()}
        given.runs(runs, "counts")
    return [
        Corrected(row.run, row.verdict, correction["verdict"])
        for id, row in proposed.items()
        if id in said and (correction := said[id].correction) is not None
    ]


class Made(NamedTuple):
    """By which verb the findings of a run were made, and by whom."""

    verb: str
    maker: dict[str, Any]


def makers_of(book: Casebook, findings: Sequence[KeptFinding]) -> dict[int, Made]:
    """Return how findings were made, by run: a finding is kept without its verb and maker, which are its run's."""
    with book.reading() as connection:
        query = select(_RUN.c.number, _RUN.c.verb, _RUN.c.maker).where(
            _RUN.c.number.in_(sorted({finding.run for finding in findings}))
        )
        return {row.number: Made(row.verb, json.loads(row.maker)) for row in connection.execute(query)}


def decisions_since(book: Casebook, person: Person, identity: int, seen: int) -> list[Decision]:
    """Return the decisions on a finding that came after one, as a person may see them: none to who decides blindly."""
    with giving(book, person) as given:
        row = seen_finding(given.connection, person, identity)
        require(person, "read", mark_of_finding(given.connection, row))
        blind = pending_recheck(given.connection, identity, person.id) is not None
        decisions = [] if blind else decisions_on(given.connection, identity)
        news = [decision for decision in decisions if decision.seq > seen]
        given.findings([row] if news else [])
    return news


def show_finding(book: Casebook, person: Person, identity: int) -> History:
    """Return a finding with its history; what is above the clearance is answered as not there."""
    with giving(book, person) as given:
        connection = given.connection
        row = seen_finding(connection, person, identity)
        require(person, "read", mark_of_finding(connection, row))
        recheck = pending_recheck(connection, identity, person.id)
        decisions = decisions_on(connection, identity) if recheck is None else []
        table = tables.comment
        comments = connection.execute(select(table).where(table.c.finding == identity).order_by(table.c.seq))
        shown_comments = [] if recheck is not None else [dict(row) for row in comments.mappings()]
        run = decoded_run(connection.execute(select(_RUN).where(_RUN.c.number == row["run"])).mappings().one())
        case = case_numbered(connection, row["case_number"])
        finding = kept_of(given, person, [row])[0]
        given.runs([row["run"]])
        given.cases([case])
    return History(finding, case, run, decisions, shown_comments, recheck is not None)


def show_case(book: Casebook, person: Person, name: str) -> tuple[Case, Counts, list[dict[str, Any]]]:
    """Return a case, its counts and its runs."""
    with giving(book, person) as given:
        case = visible_case(given.connection, person, name)
        query = select(_RUN).where(_RUN.c.case_number == case.number, _RUN.c.mark <= int(person.clearance))
        runs = [decoded_run(row) for row in given.connection.execute(query.order_by(_RUN.c.number)).mappings()]
        given.cases([case])
        given.runs(run["number"] for run in runs)
    return case, count_findings(book, person, Filter(case=name)), runs


def runs_asked(book: Casebook, person: Person, wanted: Filter) -> list[dict[str, Any]]:
    """Return the runs of the case or the run that a filter names, none where it names neither."""
    require(person, "read")
    query = select(_RUN).order_by(_RUN.c.number)
    with giving(book, person) as given:
        if wanted.case:
            query = query.where(_RUN.c.case_number == visible_case(given.connection, person, wanted.case).number)
        if wanted.run:
            query = query.where(_RUN.c.number == wanted.run)
        above = select(_CASE.c.number).where(_CASE.c.mark > int(person.clearance))
        query = query.where(_RUN.c.mark <= int(person.clearance), _RUN.c.case_number.not_in(above))
        rows = given.connection.execute(query).mappings() if wanted.case or wanted.run else ()
        runs = [decoded_run(row) for row in rows]
        given.runs(run["number"] for run in runs)
    return runs


def list_records(
    book: Casebook, person: Person, *, after: int = 0, before: int | None = None, kind: str = "", limit: int = PAGE,
    sought: Sequence[SoughtWord] = (),
) -> list[dict[str, Any]]:  # fmt: skip
    """Return a page of the record: number, moment, kind, who, and the case where the person is cleared for it.

    The first records after a number; where ``before`` is given, the last ones before it. Both come in their order.
    """
    require(person, "audit")
    record = tables.record
    query = select(record.c.seq, record.c.at, record.c.kind, record.c.actor, record.c.case_number, _CASE.c.name)
    query = query.add_columns(_CASE.c.mark, record.c.content.is_(None).label("erased"))
    joined = query.outerjoin(_CASE, _CASE.c.number == record.c.case_number).where(record.c.seq > after)
    joined = joined.where(*_fitting_records(kind, sought))
    ordered = joined.order_by(record.c.seq)
    if before is not None:
        ordered = joined.where(record.c.seq < before).order_by(record.c.seq.desc())
    with book.reading() as connection:
        rows = connection.execute(ordered.limit(limit)).all()
    rows = rows if before is None else rows[::-1]
    return [
        {
            "seq": row.seq, "at": row.at, "kind": row.kind, "actor": row.actor, "erased": bool(row.erased),
            "case": row.name if row.mark is None or row.mark <= person.clearance else None,
        }
        for row in rows
    ]  # fmt: skip


def count_records(book: Casebook, person: Person, kind: str, sought: Sequence[SoughtWord]) -> int:
    """Return how many records are of a kind and hold every word of a search."""
    require(person, "audit")
    query = select(func.count()).select_from(tables.record).where(*_fitting_records(kind, sought))
    with book.reading() as connection:
        return int(connection.execute(query).scalar_one())


def cases_in_record(book: Casebook, person: Person) -> dict[int, str]:
    """Return the names of the cases that the person is cleared for, by their numbers."""
    require(person, "audit")
    query = select(_CASE.c.number, _CASE.c.name).where(_CASE.c.mark <= int(person.clearance))
    with book.reading() as connection:
        return {row.number: row.name for row in connection.execute(query)}


def _fitting_records(kind: str, sought: Sequence[SoughtWord]) -> list[ColumnElement[bool]]:
    record = tables.record
    of_kind = [record.c.kind == kind] if kind else []
    return of_kind + [or_(false(), *_may_be(word)) for word in sought]


def _may_be(word: SoughtWord) -> Iterator[ColumnElement[bool]]:
    record = tables.record
    if word.number is not None:
        yield record.c.seq == word.number
    if word.begins:
        yield record.c.at.startswith(word.begins, autoescape=True)
    for column, values in ((record.c.kind, word.kinds), (record.c.actor, word.actors)):
        if values:
            yield column.in_(values)
    if word.cases:
        yield record.c.case_number.in_(word.cases)


def comments_on_case(book: Casebook, person: Person, name: str) -> list[dict[str, Any]]:
    """Return the comments on a case as a whole, in their order."""
    table = tables.comment
    with giving(book, person) as given:
        case = visible_case(given.connection, person, name)
        query = select(table).where(table.c.case_number == case.number, table.c.finding.is_(None))
        given.cases([case])
        return [dict(row) for row in given.connection.execute(query.order_by(table.c.seq)).mappings()]


def record_refusal(writer: Writer, category: str, language: str, text: str, case: Case | None = None) -> int:
    """Record a request that was refused; what is refused in a run goes with its case, and is erased with it."""
    body = {"category": category, "language": language, "text": text}
    if case is None:
        return writer.record("refusal", body)
    return writer.record("refusal", {**body, "mark": str(case.mark)}, case.number)


def record_refusals(
    book: Casebook, person_id: str, refused: Sequence[str], case: int | None = None, mark: Mark = Mark.UNCLASSIFIED
) -> None:
    """Record requests that were refused: what was asked, by whom, and under which rule it was refused.

    ``case`` is the number of the case in which they were refused, ``mark`` that of the file in which they stood.
    """
    from opencwc.language.refusals import reason_of_refusal

    judged = [(refusal, text) for text in refused if (refusal := reason_of_refusal(text))]

    def record(writer: Writer) -> None:
        kept = None if case is None else case_numbered(writer.connection, case)
        marked = kept and replace(kept, mark=max(kept.mark, mark))
        for refusal, asked in judged:
            record_refusal(writer, refusal.category, refusal.language, asked[:10_000], marked)

    book.write(person_id, record)


def conditions_of(connection: Connection, person: Person, wanted: Filter, table: Any) -> list[ColumnElement[bool]]:
    """Return what a filter asks of ``finding`` or of ``finding_count``, all but the text and the status."""
    conditions: list[ColumnElement[bool]] = list(cleared(person, table))
    if wanted.case:
        conditions.append(table.c.case_number == visible_case(connection, person, wanted.case).number)
    if wanted.run:
        conditions.append(table.c.run == wanted.run)
    if wanted.verdict:
        for verdict in wanted.verdict:
            require_verdict(verdict)
        conditions.append(table.c.verdict.in_(wanted.verdict))
    if wanted.list:
        conditions.append(table.c.list == ("" if wanted.list == NO_LIST else wanted.list))
    if wanted.entry:
        if not wanted.list:
            raise InputError("entry_without_list")
        conditions.append(table.c.entry == wanted.entry)
    if wanted.grave is not None:
        conditions.append(table.c.grave.is_(wanted.grave))
    return conditions + (_of_findings(connection, wanted) if table is _FINDING else [])


def _of_findings(connection: Connection, wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what a filter asks of findings that no count by key tells, but for the text."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.below is not None:
        conditions.append(_FINDING.c.share < wanted.below)
    if wanted.units:
        conditions.append(_FINDING.c.unit.in_(wanted.units))
    if wanted.find:
        conditions.append(_FINDING.c.unit.in_(select(tables.unit.c.number).where(*named_like(connection, wanted.find))))
    return conditions


def text_conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what a filter asks of the input or the id of a row."""
    if not wanted.text:
        return []
    return [or_(_FINDING.c.input_key == input_key(wanted.text), _FINDING.c.subject_id == wanted.text.strip())]


def named_like(connection: Connection, words: str) -> list[ColumnElement[bool]]:
    """Return what a unit must meet to be found by words: each stands somewhere in what it is called."""
    place = func.instr if connection.dialect.name == "sqlite" else func.strpos
    return [place(tables.unit.c.search, word) > 0 for word in folded(words).split()]


def units_of(connection: Connection, person: Person, wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what the case, the run and the clearance ask of a unit."""
    conditions: list[ColumnElement[bool]] = list(cleared(person, tables.unit))
    if wanted.case:
        conditions.append(tables.unit.c.case_number == visible_case(connection, person, wanted.case).number)
    if wanted.run:
        conditions.append(tables.unit.c.run == wanted.run)
    if wanted.units:
        conditions.append(tables.unit.c.number.in_(wanted.units))
    return conditions


def standing_in(wanted: Filter, table: Any) -> list[ColumnElement[bool]]:
    """Return what a filter asks of the status in ``finding`` or in ``finding_count``."""
    return [table.c.status.in_([int(status) for status in wanted.status])] if wanted.status else []


def _ids(
    connection: Connection, person: Person, wanted: Filter, after: int, most: int, *, back: bool = False
) -> list[int]:
    """Return the next ids that a filter asks for, or with ``back`` those before, the nearest first.

    ``finding_count`` says which keys (run, verdict, entry, status ...) the findings asked for have; under each key the
    index of findings gives the next ones at once, however many there are and however few fit.
    """
    conditions = conditions_of(connection, person, wanted, _FINDING)
    blind = blind_rows(connection, person, conditions)
    stands = standing_in(wanted, _FINDING)
    beyond = _FINDING.c.id < after if back else _FINDING.c.id > after
    order = _FINDING.c.id.desc() if back else _FINDING.c.id
    if wanted.text:
        of_input = _FINDING.c.input_key == input_key(wanted.text)
        of_id = _FINDING.c.subject_id == wanted.text.strip()
        ids: list[int] = []
        for same in (of_input, of_id):
            query = select(_FINDING.c.id).where(same, beyond, *conditions, *stands)
            ids += connection.execute(query.order_by(order).limit(most + len(blind))).scalars()
    elif not wanted.is_of_keys:
        query = select(_FINDING.c.id).where(beyond, *conditions, *stands)
        ids = list(connection.execute(query.order_by(order).limit(most + len(blind))).scalars())
    elif conditions or stands:
        ids = _ids_by_key(connection, person, wanted, after, most + len(blind), back=back)
    else:
        query = select(_FINDING.c.id).where(beyond)
        ids = list(connection.execute(query.order_by(order).limit(most)).scalars())
    if wanted.status:
        ids = [identity for identity in ids if identity not in blind]
        if Status.OPEN in wanted.status and not wanted.text:
            ids += [identity for identity in blind if (identity < after if back else identity > after)]
    return sorted(set(ids), reverse=back)[:most]


def _ids_by_key(
    connection: Connection, person: Person, wanted: Filter, after: int, most: int, *, back: bool
) -> list[int]:
    conditions = (*conditions_of(connection, person, wanted, _COUNT), *standing_in(wanted, _COUNT))
    query = select(_COUNT).where(*conditions, _COUNT.c.n > 0)
    keys = connection.execute(query.order_by(_COUNT.c.run.desc() if back else _COUNT.c.run)).mappings().all()
    return next_under_keys(connection, keys, after, most, back=back)


def rows_of(connection: Connection, ids: Sequence[int]) -> list[RowMapping]:
    """Return the rows of findings by their numbers, in their order."""
    columns = [column for column in _FINDING.c if column.name not in ("salt", "seal")]
    query = select(*columns).where(_FINDING.c.id.in_(list(ids))).order_by(_FINDING.c.id)
    return list(connection.execute(query).mappings())


def _waiting(
    connection: Connection, person: Person, wanted: Filter, status: Status, limit: int, after: int = 0
) -> Iterator[int]:
    """Yield what waits for a person: not what they proposed themselves, which waits for somebody else."""
    while page := _ids(connection, person, wanted, after, limit):
        after = page[-1]
        yield from page if status is not Status.AWAITING_SECOND else _not_proposed_by(connection, person, page)


def _not_proposed_by(connection: Connection, person: Person, ids: Sequence[int]) -> list[int]:
    proposed = proposed_by(connection, person, ids)
    return [identity for identity in ids if identity not in proposed]


def blind_findings(person: Person) -> Select[Any]:
    """Return the question for the findings that wait for a person's blind re-check."""
    table = tables.recheck
    return select(table.c.finding).where(table.c.reviewer == person.id, table.c.second_seq.is_(None))


def blind_rows(
    connection: Connection, person: Person, conditions: Sequence[ColumnElement[bool]]
) -> dict[int, RowMapping]:
    """Return the findings that wait for this person's blind re-check and meet the conditions."""
    numbers = list(connection.execute(blind_findings(person)).scalars())
    if not numbers:
        return {}
    columns = [column for column in _FINDING.c if column.name not in ("salt", "seal", "content")]
    query = select(*columns).where(_FINDING.c.id.in_(numbers), *conditions)
    return {row["id"]: row for row in connection.execute(query).mappings()}


def _blind_as_open(connection: Connection, person: Person, wanted: Filter) -> list[Any]:
    """Return what must be added to the counts so that a blind re-check counts as open for its reviewer."""
    moved: list[Any] = []
    if wanted.text:
        return moved
    conditions = conditions_of(connection, person, wanted, _FINDING)
    for row in blind_rows(connection, person, conditions).values():
        key = (row["verdict"], row["list"], row["entry"])
        if not wanted.status or Status(row["status"]) in wanted.status:
            moved.append((*key, row["status"], row["grave"], -1))
        if not wanted.status or Status.OPEN in wanted.status:
            moved.append((*key, int(Status.OPEN), row["grave"], 1))
    return moved


def cleared(person: Person, table: Any) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that leave out what is above a person's clearance; none for the highest."""
    if person.clearance is Mark.HIGHLY_PROTECTED:
        return ()
    cases = select(_CASE.c.number).where(_CASE.c.mark > int(person.clearance))
    above = or_(_RUN.c.mark > int(person.clearance), _RUN.c.case_number.in_(cases))
    return (table.c.run.not_in(select(_RUN.c.number).where(above)),)


def _cases_of(connection: Connection, rows: Sequence[RowMapping]) -> list[Case]:
    return [case_numbered(connection, number) for number in {row["case_number"] for row in rows}]


def kept_of(given: Giving, person: Person, rows: Sequence[RowMapping]) -> list[KeptFinding]:
    """Return findings as they are kept, which is to give them."""
    connection = given.connection
    given.findings(rows)
    cases = {case.number: case for case in _cases_of(connection, rows)}
    numbers = sorted({row["run"] for row in rows})
    marks = dict(connection.execute(select(_RUN.c.number, _RUN.c.mark).where(_RUN.c.number.in_(numbers))).all())
    these = blind_findings(person).where(tables.recheck.c.finding.in_([row["id"] for row in rows]))
    blind = set(connection.execute(these).scalars())
    return [
        KeptFinding(
            row["id"], row["run"], cases[row["case_number"]].name, row["row"], row["subject_id"],
            row["verdict"], row["list"], row["entry"],
            Status.OPEN if row["id"] in blind else Status(row["status"]),
            max(cases[row["case_number"]].mark, Mark(marks[row["run"]])), bool(row["grave"]),
            json.loads(row["content"]) if row["content"] else None,
        )
        for row in rows
    ]  # fmt: skip


def _positive(counts: Counter[str]) -> dict[str, int]:
    return {key: n for key, n in sorted(counts.items()) if n}

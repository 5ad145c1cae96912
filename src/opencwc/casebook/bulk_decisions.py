"""One decision and one reason for all that a filter finds: shown first, taken as a whole, taken back as a whole.

Each finding gets a decision of its own in the record, under the rules of `opencwc.casebook.decisions`: two people for
what is grave, blind re-checks, clearances. What is taken back is withdrawn by a further decision on each; that goes as
long as nothing was built on any of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, func, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered
from opencwc.casebook.chain import canonical
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import checked_decision, decide_one, proposed_by, withdraw_one
from opencwc.casebook.findings import blind_rows, conditions_of, text_conditions
from opencwc.casebook.model import OUTCOMES, UNDECIDED, CaseStatus, Filter, Outcome, Person, Status
from opencwc.casebook.permissions import require
from opencwc.casebook.rows import row_of, slices
from opencwc.casebook.transaction import Writer
from opencwc.errors import ConflictError, InputError, NotFoundError

MOST_AT_ONCE = 10_000
"""Findings that one decision is taken for at once."""
IN_BULK = tuple(outcome for outcome in OUTCOMES if outcome is not Outcome.CORRECT)
"""What may be said of many findings at once; a correction says what is right of one."""
_FINDING = tables.finding


@dataclass(frozen=True)
class Preview:
    """What a decision on a filter would do: how many findings and units, and how many are left out and why.

    ``second`` are those among ``findings`` that a second person must sign too. ``left_out`` counts by reason:
    ``two_people``, ``yours`` (you signed first), ``decided``, ``settled``, ``closed``, ``over`` (more than at once).
    What the person may not see is neither counted nor told. ``digest`` names just these findings.
    """

    findings: int
    units: int
    second: int
    left_out: dict[str, int]
    digest: str
    ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Bulk:
    """Decisions that were made at once: their record, who made them, how many, and whether they can be taken back.

    ``statuses`` says where the findings stand, where that was asked for.
    """

    seq: int
    person: str
    at: str
    outcome: Outcome
    findings: int
    undone: int
    open: bool = False
    statuses: dict[str, int] | None = None


def preview_bulk(book: Casebook, person: Person, wanted: Filter, *, two_people: bool = False) -> Preview:
    """Return what a decision on a filter would do; ``two_people`` takes in what a second person must sign too."""
    require(person, "decide")
    with book.reading() as connection:
        return _preview(connection, person, wanted, two_people=two_people)


def decide_bulk(
    book: Casebook,
    person: Person,
    wanted: Filter,
    outcome: Outcome,
    reason: str,
    *,
    digest: str,
    two_people: bool = False,
) -> Bulk:
    """Decide on all that a filter finds and `preview_bulk` showed, or on none; ``digest`` is that of the preview.

    Raises:
        ConflictError: what would be decided is no longer what was shown.
        InputError: no reason was given, nothing is to be decided, or the decision is none for many at once.

    """
    if not reason.strip():
        raise InputError("decision_needs_reason")
    if outcome not in IN_BULK:
        raise InputError("decision_not_in_bulk", decision=str(outcome), known=tuple(map(str, IN_BULK)))

    def decide_all(writer: Writer) -> Bulk:
        shown = _preview(writer.connection, person, wanted, two_people=two_people)
        if not shown.ids:
            raise InputError("bulk_of_nothing")
        if shown.digest != digest:
            raise ConflictError("bulk_changed_meanwhile")
        first = writer.seq + 1
        stands = Counter(str(decide_one(writer, person, identity, outcome, reason.strip())) for identity in shown.ids)
        seq = _record_bulk(writer, person, outcome, first, len(shown.ids))
        return Bulk(seq, person.id, writer.at, outcome, len(shown.ids), 0, open=True, statuses=dict(stands))

    return book.write(person.id, decide_all)


def decide_with_unit(
    book: Casebook,
    person: Person,
    identity: int,
    outcome: Outcome,
    reason: str,
    *,
    correction: Mapping[str, str] | None = None,
    seen: int | None = None,
) -> dict[int, Status]:
    """Decide on a finding and on all of its unit that wait for this person, and return where each stands.

    A correction is taken for those of which the same is proposed. Raises as `opencwc.casebook.decisions.decide`.
    """
    checked = checked_decision(outcome, reason, correction)

    def decide_all(writer: Writer) -> dict[int, Status]:
        first = writer.seq + 1
        stands = {identity: decide_one(writer, person, identity, outcome, reason.strip(), checked, seen)}
        for other in _others_of_unit(writer.connection, person, identity, alike=outcome is Outcome.CORRECT):
            stands[other] = decide_one(writer, person, other, outcome, reason.strip(), checked)
        if len(stands) > 1:
            _record_bulk(writer, person, outcome, first, len(stands))
        return stands

    return book.write(person.id, decide_all)


def waiting_beside(book: Casebook, person: Person, identity: int) -> int:
    """Return how many other findings of the unit of a finding wait for this person."""
    with book.reading() as connection:
        return len(_others_of_unit(connection, person, identity, alike=False))


def _others_of_unit(connection: Connection, person: Person, identity: int, *, alike: bool) -> list[int]:
    """Return the other findings of a unit that wait for a person; ``alike`` are those of which the same is proposed."""
    columns = (_FINDING.c.unit, _FINDING.c.verdict, _FINDING.c.list, _FINDING.c.entry)
    this = connection.execute(select(*columns).where(_FINDING.c.id == identity)).mappings().first()
    if this is None or not this["unit"]:
        return []
    wanted = Filter(units=(this["unit"],))
    if alike:
        wanted = replace(wanted, verdict=(this["verdict"],), list=this["list"], entry=this["entry"])
    rows = (row for row in _found(connection, person, wanted) if row["id"] != identity)
    return [row["id"] for row in rows if not _left_out(row, two_people=True)][: MOST_AT_ONCE - 1]


def _record_bulk(writer: Writer, person: Person, outcome: Outcome, first: int, findings: int) -> int:
    body = {"outcome": str(outcome), "first": first, "findings": findings}
    seq = writer.record("bulk_decided", body)
    row = {**body, "seq": seq, "person": person.id, "at": writer.at, "undone": 0}
    writer.connection.execute(tables.bulk_decision.insert(), row)
    return seq


def undo_bulk(book: Casebook, person: Person, seq: int) -> Bulk:
    """Take back decisions that this person made at once: all of them, but for blind re-checks, which stand.

    Raises:
        ConflictError: somebody signed second, decided again, looked again or gave the findings out since.
        NotFoundError: this person made no such decisions.

    """
    require(person, "decide")

    def undo(writer: Writer) -> Bulk:
        bulk = _bulk_of(writer.connection, person, seq)
        if bulk.undone:
            raise ConflictError("bulk_undone_already", bulk=seq)
        made = _decisions_of(writer.connection, bulk)
        if built := _built_on(writer.connection, made, seq):
            raise ConflictError("bulk_built_on", bulk=seq, findings=built)
        reason = f"bulk {seq}"
        stands = Counter(
            str(withdraw_one(writer, person, one.finding, one.seq, reason)) for one in made if not one.blind
        )
        undone = writer.record("bulk_undone", {"bulk": seq, "findings": stands.total()})
        table = tables.bulk_decision
        writer.connection.execute(table.update().where(table.c.seq == seq).values(undone=undone))
        return replace(bulk, undone=undone, findings=stands.total(), statuses=dict(stands))

    return book.write(person.id, undo)


def bulks_of(book: Casebook, person: Person, limit: int = 10) -> list[Bulk]:
    """Return the last decisions that this person made at once, the newest first, and which can be taken back."""
    require(person, "decide")
    table = tables.bulk_decision
    with book.reading() as connection:
        query = select(table).where(table.c.person == person.id).order_by(table.c.seq.desc()).limit(limit)
        bulks = [_bulk(row) for row in connection.execute(query).mappings()]
        return [
            replace(
                bulk,
                open=not bulk.undone and not _built_on(connection, _decisions_of(connection, bulk), bulk.seq),
            )
            for bulk in bulks
        ]


def _preview(connection: Connection, person: Person, wanted: Filter, *, two_people: bool) -> Preview:
    ids, units, second = list[int](), set[int](), 0
    left_out: Counter[str] = Counter()
    for row in _found(connection, person, wanted):
        if why := _left_out(row, two_people=two_people):
            left_out[why] += 1
        elif len(ids) == MOST_AT_ONCE:
            left_out["over"] += 1
        else:
            ids.append(row["id"])
            units.add(row["unit"])
            second += bool(row["grave"]) and row["status"] != Status.AWAITING_SECOND
    digest = sha256(canonical(ids).encode()).hexdigest()
    return Preview(len(ids), len(units), second, dict(left_out), digest, tuple(ids))


def _left_out(row: Mapping[str, Any], *, two_people: bool) -> str:
    """Return why a finding is left out; empty where it is not."""
    status = Status(row["status"])
    if row["closed"]:
        return "closed"
    if status is Status.NOTED:
        return "settled"
    if status not in UNDECIDED:
        return "decided"
    if row["proposed"]:
        return "yours"
    return "two_people" if row["grave"] and not two_people else ""


def _found(connection: Connection, person: Person, wanted: Filter) -> Iterator[dict[str, Any]]:
    """Yield what is found, in its order: what waits for a blind re-check of this person as if it were open."""
    conditions = conditions_of(connection, person, wanted, _FINDING)
    blind = blind_rows(connection, person, conditions)
    table, case = _FINDING, tables.case
    shut = case.c.status.in_([str(CaseStatus.CLOSED), str(CaseStatus.ERASED)])
    closed = set(connection.execute(select(case.c.number).where(shut)).scalars())
    columns = (table.c.id, table.c.unit, table.c.status, table.c.grave, table.c.case_number)
    query = select(*columns).where(*conditions, *text_conditions(wanted), table.c.status != int(Status.ERASED))
    stands = tuple(wanted.status)
    found = sorted(connection.execute(query).mappings(), key=lambda row: int(row["id"]))
    for some in slices(found):
        rows = [{**row, "status": Status.OPEN if row["id"] in blind else Status(row["status"])} for row in some]
        awaiting = [row["id"] for row in rows if row["status"] is Status.AWAITING_SECOND]
        proposed = proposed_by(connection, person, awaiting) if awaiting else set()
        for row in rows:
            if not stands or row["status"] in stands:
                yield {**row, "closed": row["case_number"] in closed, "proposed": row["id"] in proposed}


def _bulk(row: RowMapping) -> Bulk:
    return Bulk(row["seq"], row["person"], row["at"], Outcome(row["outcome"]), row["findings"], row["undone"])


def _bulk_of(connection: Connection, person: Person, seq: int) -> Bulk:
    row = row_of(connection, tables.bulk_decision, seq=seq)
    if row is None or row["person"] != person.id:
        raise NotFoundError("no_such_bulk", bulk=seq)
    return _bulk(row)


class _Made(NamedTuple):
    """A decision of a bulk: the finding, the record, and whether it was a blind re-check."""

    finding: int
    seq: int
    blind: bool


def _decisions_of(connection: Connection, bulk: Bulk) -> list[_Made]:
    """Return the decisions of a bulk: those on record from its first to its own."""
    row = row_of(connection, tables.bulk_decision, seq=bulk.seq)
    table = tables.decision
    between = (table.c.seq >= (row["first"] if row else bulk.seq), table.c.seq < bulk.seq)
    query = select(table.c.finding, table.c.seq, table.c.blind).where(*between).order_by(table.c.seq)
    return [_Made(*made) for made in connection.execute(query)]


def _built_on(connection: Connection, made: Sequence[_Made], seq: int) -> int:
    """Return on how many of some decisions something was built: another decision, a closed case, an export."""
    of_finding = {decision.finding: decision.seq for decision in made if not decision.blind}
    stand, cases = 0, dict[int, bool]()
    for some in slices(list(of_finding)):
        last = _last_records(connection, some)
        query = select(_FINDING.c.id, _FINDING.c.case_number, _FINDING.c.status).where(_FINDING.c.id.in_(some))
        for row in connection.execute(query):
            if row.case_number not in cases:
                cases[row.case_number] = _is_given_out(connection, row.case_number, seq)
            is_last = last[row.id] == of_finding[row.id] or _stands_last(connection, row.id, of_finding[row.id])
            stand += row.status != Status.ERASED and is_last and not cases[row.case_number]
    return len(of_finding) - stand


def _last_records(connection: Connection, findings: Sequence[int]) -> dict[int, int]:
    table = tables.decision
    query = select(table.c.finding, func.max(table.c.seq)).where(table.c.finding.in_(findings))
    return {row[0]: row[1] for row in connection.execute(query.group_by(table.c.finding))}


def _stands_last(connection: Connection, finding: int, seq: int) -> bool:
    """Tell whether a decision is the last in force, where others came after it and were taken back."""
    table, stand = tables.decision, list[int]()
    query = select(table.c.seq, table.c.outcome).where(table.c.finding == finding).order_by(table.c.seq)
    for row in connection.execute(query):
        if row.outcome != Outcome.WITHDRAW:
            stand.append(row.seq)
        elif stand:
            stand.pop()
    return stand[-1:] == [seq]


def _is_given_out(connection: Connection, case: int, since: int) -> bool:
    """Tell whether a case was closed or erased, or left the house since a record."""
    if case_numbered(connection, case).status in (CaseStatus.CLOSED, CaseStatus.ERASED):
        return True
    request = tables.request
    exported = select(func.count()).where(
        request.c.case_number == case, request.c.kind == "export", request.c.state == "done",
        request.c.answer_seq > since,
    )  # fmt: skip
    return bool(connection.execute(exported).scalar_one())

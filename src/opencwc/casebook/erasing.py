"""Lawful erasure: contents and salts go, commitments stay, so that the chain still fits and tells nothing.

Erased are the findings of a case, its decisions' reasons, its comments, its requests' reasons, its title and name,
and those of its sources that no other case uses. What stays says that there was a case of so many findings, when it
was erased, by whom, and on what ground. Backups made earlier still hold it: they have their own retention.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered
from opencwc.casebook.chain import commitment
from opencwc.casebook.keeping import add_counts
from opencwc.casebook.model import Case, CaseStatus, Person, Status
from opencwc.casebook.opening import Casebook
from opencwc.casebook.permissions import may, require
from opencwc.casebook.requesting import approved, set_state
from opencwc.errors import ConflictError

KEPT_KINDS = ("findings", "run_finished", "answer", "erasure", "recheck_drawn", "access")
"""Records of an erased case that name nothing of it: numbers, digests, persons' ids."""

_CHUNK = 5_000


def erase_case(book: Casebook, person: Person, request: int) -> dict[str, int]:
    """Carry out an approved erasure and return how much was erased: findings, records, sources.

    Raises:
        ConflictError: the request is not approved, or the case's retention has not ended.

    """
    with book.writing(person.id) as writer:
        connection = writer.connection
        if book.dialect == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        found = approved(connection, request, "erase")
        case = case_numbered(connection, found.case_number)
        require(person, "erase", case.mark)
        _require_retention_over(case)
        counts = {
            "findings": _erase_findings(connection, case.number),
            "sources": _erase_sources(connection, case.number),
        }
        counts["records"] = _erase_records(connection, case.number)
        ground = str(found.asked.get("ground", ""))
        writer.record("erasure", {"request": request, "ground": ground, **counts}, case.number)
        set_state(writer, request, "done", asked="{}")
        blank = {"name": f"erased-{case.number}", "title": "", "due": "", "status": str(CaseStatus.ERASED)}
        connection.execute(tables.case.update().where(tables.case.c.number == case.number).values(**blank))
    if book.dialect == "sqlite":  # what the log still holds goes too
        with book.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    return counts


def due_for_erasure(book: Casebook, person: Person, day: date | None = None) -> list[Case]:
    """Return the closed cases whose retention has ended by a day (today)."""
    require(person, "erase")
    table = tables.case
    query = select(table.c.number).where(
        table.c.status == str(CaseStatus.CLOSED),
        table.c.retain_until != "",
        table.c.retain_until <= (day or date.today()).isoformat(),
    )
    with book.reading() as connection:
        found = [case_numbered(connection, number) for number in connection.execute(query.order_by("number")).scalars()]
    return [one for one in found if may(person, "erase", one.mark)]


def _require_retention_over(case: Case) -> None:
    if case.retain_until and case.retain_until > date.today().isoformat():
        raise ConflictError(
            f"the case {case.name} must be kept until {case.retain_until}",
            remedy="Change the date first, with a reason: opencwc case set.",
        )


def _erase_findings(connection: Connection, case_number: int) -> int:
    table = tables.finding
    done = last = 0
    while True:
        columns = [table.c[name] for name in ("id", "run", "verdict", "list", "entry", "status", "grave")]
        query = select(*columns, table.c.salt, table.c.content).where(
            table.c.case_number == case_number, table.c.id > last, table.c.salt.is_not(None)
        )
        rows = connection.execute(query.order_by(table.c.id).limit(_CHUNK)).mappings().all()
        if not rows:
            return done
        moved: list[dict[str, Any]] = []
        for row in rows:
            sealed = {
                "seal": commitment(bytes(row["salt"]), row["content"]), "salt": None, "content": None,
                "subject_id": "", "input_key": 0, "status": int(Status.ERASED),
            }  # fmt: skip
            connection.execute(table.update().where(table.c.id == row["id"]).values(**sealed))
            key = {name: row[name] for name in ("run", "verdict", "list", "entry", "grave")}
            moved.append({**key, "case_number": case_number, "status": row["status"], "n": -1})
            moved.append({**key, "case_number": case_number, "status": int(Status.ERASED), "n": 1})
        add_counts(connection, moved)
        last = rows[-1]["id"]
        done += len(rows)


def _erase_sources(connection: Connection, case_number: int) -> int:
    run, source, part = tables.run, tables.source, tables.source_part
    erased = select(tables.case.c.number).where(tables.case.c.status == str(CaseStatus.ERASED))
    used_elsewhere = select(run.c.source_id).where(run.c.case_number != case_number, run.c.case_number.not_in(erased))
    query = select(run.c.source_id).where(
        run.c.case_number == case_number, run.c.source_id != "", run.c.source_id.not_in(used_elsewhere)
    )
    mine = set(connection.execute(query).scalars())
    for identity in mine:
        connection.execute(part.delete().where(part.c.source_id == identity))
        seq = connection.execute(select(source.c.seq).where(source.c.id == identity)).scalar_one()
        connection.execute(source.update().where(source.c.id == identity).values(erased=True, name=""))
        _blank(connection, [seq])
    connection.execute(
        run.update().where(run.c.case_number == case_number).values(asked="{}", checked="{}", tally="{}")
    )
    return len(mine)


def _erase_records(connection: Connection, case_number: int) -> int:
    record = tables.record
    query = select(record.c.seq).where(
        record.c.case_number == case_number, record.c.kind.not_in(KEPT_KINDS), record.c.content.is_not(None)
    )
    numbers = list(connection.execute(query).scalars())
    _blank(connection, numbers)
    decision, comment = tables.decision, tables.comment
    in_case = select(tables.finding.c.id).where(tables.finding.c.case_number == case_number)
    connection.execute(decision.update().where(decision.c.finding.in_(in_case)).values(reason=None, correction=None))
    connection.execute(comment.update().where(comment.c.case_number == case_number).values(text=None))
    return len(numbers)


def _blank(connection: Connection, numbers: list[int]) -> None:
    record = tables.record
    for start in range(0, len(numbers), 500):
        chunk = numbers[start : start + 500]
        connection.execute(record.update().where(record.c.seq.in_(chunk)).values(salt=None, content=None))

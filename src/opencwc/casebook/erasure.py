"""Lawful erasure: contents and salts go, commitments stay, so that the chain still fits and tells nothing.

Erased are the findings of a case, its decisions' reasons, its comments, the reasons of its requests and of their
answers, its title and name, and those of its sources that no other case uses. What stays says that there was a case
of so many findings, when it was erased, by whom, and on what ground. The record of the erasure names what it erased
and commits to all that stays, so that nobody can erase more, or change what is left, unseen. Backups made earlier
still hold it: they have their own retention.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered, require_whole
from opencwc.casebook.chain import canonical, commitment
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Case, CaseStatus, Person, Status
from opencwc.casebook.permissions import may, require
from opencwc.casebook.requests import approved, set_state
from opencwc.casebook.runs import add_counts
from opencwc.errors import ConflictError

KEPT_KINDS = ("findings", "run_finished", "erasure", "recheck_drawn", "access")
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
        require_whole(connection, person, case, "erase")
        _require_retention_over(case)
        findings = _erase_findings(connection, case.number)
        sources = _erase_sources(connection, case.number)
        records = sorted(_erase_records(connection, case.number) + [seq for _, _, seq in sources])
        connection.execute(tables.answered_key.delete())  # kept answers may repeat what is erased
        set_state(writer, request, "done")
        _close_requests(connection, case.number)
        blank = {"name": f"erased-{case.number}", "title": "", "due": "", "status": str(CaseStatus.ERASED)}
        connection.execute(tables.case.update().where(tables.case.c.number == case.number).values(**blank))
        body = {
            "request": request, "ground": str(found.asked.get("ground", "")), "findings": findings,
            "records": _spans(records), "sources": sources,
            "remains": digest_of_remains(connection, case.number, writer.seq + 1, [seq for _, _, seq in sources]),
        }  # fmt: skip
        writer.record("erasure", body, case.number)
    if book.dialect == "sqlite":  # what the log still holds goes too
        with book.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    erased = sum(last - first + 1 for first, last in findings)
    return {"findings": erased, "sources": len(sources), "records": len(records)}


def digest_of_remains(connection: Connection, case: int, erasure: int, sources: Iterable[int]) -> str:
    """Return the digest of all that stays of an erased case in the tables, but for what other records tell of it.

    ``erasure`` is the number of the record of the erasure: what came after it is not looked at. ``sources`` are the
    numbers of the records of its sources.
    """
    record, finding, run, decision = tables.record, tables.finding, tables.run, tables.decision
    comment, recheck, request, file = tables.comment, tables.recheck, tables.request, tables.case
    in_case = select(finding.c.id).where(finding.c.case_number == case)
    columns = [record.c[name] for name in ("seq", "at", "kind", "actor", "case_number", "salt", "content")]
    here = (record.c.case_number == case, record.c.seq < erasure, record.c.kind.not_in(KEPT_KINDS))
    kept = [column for column in finding.columns if column.name not in ("salt", "seal", "content")]
    digest = sha256()
    for what, key, conditions in (
        (columns, record.c.seq, here),
        (kept, finding.c.id, (finding.c.case_number == case,)),
        (list(run.columns), run.c.number, (run.c.case_number == case,)),
        (list(decision.columns), decision.c.seq, (decision.c.finding.in_(in_case),)),
        (list(comment.columns), comment.c.seq, (comment.c.case_number == case,)),
        (list(recheck.columns), recheck.c.first_seq, (recheck.c.finding.in_(in_case),)),
        (list(request.columns), request.c.seq, (request.c.case_number == case, request.c.seq < erasure)),
        (list(file.columns), file.c.number, (file.c.number == case,)),
        *((columns, record.c.seq, (record.c.seq == seq,)) for seq in sources),
    ):
        for row in _walk(connection, what, key, conditions):
            digest.update(canonical([one.hex() if isinstance(one, bytes) else one for one in row]).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _walk(
    connection: Connection, columns: list[Column[Any]], key: Column[Any], conditions: tuple[ColumnElement[bool], ...]
) -> Iterator[tuple[Any, ...]]:
    after: tuple[ColumnElement[bool], ...] = ()
    while True:
        query = select(key, *(column.label(f"c{n}") for n, column in enumerate(columns)))
        rows = connection.execute(query.where(*conditions, *after).order_by(key).limit(_CHUNK)).all()
        yield from (tuple(row)[1:] for row in rows)
        if len(rows) < _CHUNK:
            return
        after = (key > rows[-1][0],)


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
        raise ConflictError("case_must_be_kept", case=case.name, day=case.retain_until)


def _erase_findings(connection: Connection, case_number: int) -> list[list[int]]:
    table = tables.finding
    last = 0
    spans: list[list[int]] = []
    while True:
        columns = [table.c[name] for name in ("id", "run", "verdict", "list", "entry", "status", "grave")]
        query = select(*columns, table.c.salt, table.c.content).where(
            table.c.case_number == case_number, table.c.id > last, table.c.salt.is_not(None)
        )
        rows = connection.execute(query.order_by(table.c.id).limit(_CHUNK)).mappings().all()
        if not rows:
            return spans
        moved: list[dict[str, Any]] = []
        for row in rows:
            sealed = {
                "seal": commitment(bytes(row["salt"]), row["content"]), "salt": None, "content": None,
                "subject_id": "", "input_key": 0, "status": int(Status.ERASED),
            }  # fmt: skip
            connection.execute(table.update().where(table.c.id == row["id"]).values(**sealed))
            _extend(spans, row["id"])
            key = {name: row[name] for name in ("run", "verdict", "list", "entry", "grave")}
            moved.append({**key, "case_number": case_number, "status": row["status"], "n": -1})
            moved.append({**key, "case_number": case_number, "status": int(Status.ERASED), "n": 1})
        add_counts(connection, moved)
        last = rows[-1]["id"]


def _erase_sources(connection: Connection, case_number: int) -> list[tuple[str, int, int]]:
    """Erase the sources that only this case uses; return of each its id, its mark and its record's number."""
    run, source, part = tables.run, tables.source, tables.source_part
    erased = select(tables.case.c.number).where(tables.case.c.status == str(CaseStatus.ERASED))
    used_elsewhere = select(run.c.source_id).where(run.c.case_number != case_number, run.c.case_number.not_in(erased))
    query = select(run.c.source_id).where(
        run.c.case_number == case_number, run.c.source_id != "", run.c.source_id.not_in(used_elsewhere)
    )
    found = []
    for identity in sorted(set(connection.execute(query).scalars())):
        connection.execute(part.delete().where(part.c.source_id == identity))
        row = connection.execute(select(source).where(source.c.id == identity)).mappings().one()
        blank: dict[str, Any] = {"erased": True, "name": "", "media_type": "", "size": 0}
        connection.execute(source.update().where(source.c.id == identity).values(**blank))
        _blank(connection, [row["seq"]])
        found.append((identity, row["mark"], row["seq"]))
    emptied = {"asked": "{}", "checked": "{}", "tally": "{}", "source_id": ""}
    connection.execute(run.update().where(run.c.case_number == case_number).values(**emptied))
    return found


def _erase_records(connection: Connection, case_number: int) -> list[int]:
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
    return numbers


def _close_requests(connection: Connection, case_number: int) -> None:
    """Empty the case's requests; what nobody has carried out yet can be so no more."""
    table = tables.request
    here = table.c.case_number == case_number
    connection.execute(table.update().where(here).values(asked="{}"))
    connection.execute(table.update().where(here, table.c.state.in_(("asked", "approved"))).values(state="declined"))


def _spans(numbers: Iterable[int]) -> list[list[int]]:
    """Return rising numbers as pairs of first and last."""
    spans: list[list[int]] = []
    for number in numbers:
        _extend(spans, number)
    return spans


def _extend(spans: list[list[int]], number: int) -> None:
    if spans and spans[-1][1] == number - 1:
        spans[-1][1] = number
    else:
        spans.append([number, number])


def _blank(connection: Connection, numbers: list[int]) -> None:
    record = tables.record
    for start in range(0, len(numbers), 500):
        chunk = numbers[start : start + 500]
        connection.execute(record.update().where(record.c.seq.in_(chunk)).values(salt=None, content=None))

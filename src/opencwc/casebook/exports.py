"""A case out of the house: asked for by one person, approved by another, written as a bundle that proves itself.

What carries a mark above unclassified leaves only encrypted to named recipients.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, or_, select

from opencwc.casebook import bundle_writer as bundle
from opencwc.casebook import tables
from opencwc.casebook.case_report import report_of_case
from opencwc.casebook.cases import case_numbered, mark_of_case, visible_case
from opencwc.casebook.chain import FIRST_LINK, link
from opencwc.casebook.database import Casebook
from opencwc.casebook.encryption import encrypt_file
from opencwc.casebook.model import Case, Mark, Person
from opencwc.casebook.permissions import require
from opencwc.casebook.requests import Request, approved, ask, set_state
from opencwc.casebook.rows import rows_by_key
from opencwc.casebook.runs import parts_of_source
from opencwc.errors import InputError, NotAllowedError


def ask_for_export(
    book: Casebook, person: Person, case: str, reason: str, *, recipients: Sequence[str] = (), sources: bool = True
) -> Request:
    """Ask for the export of a case; raise `InputError` where its mark calls for recipients and none are named."""
    with book.reading() as connection:
        kept_case = visible_case(connection, person, case, "export")
        mark = mark_of_case(connection, kept_case)
    require(person, "export", mark)
    if mark > Mark.UNCLASSIFIED and not recipients:
        raise InputError("export_must_be_encrypted", case=case, mark=mark)
    asked = {"reason": reason, "recipients": list(recipients), "sources": sources}
    return ask(book, person, "export", case, asked)


def export_case(book: Casebook, person: Person, request: int, target: Path, lang: str = "en") -> dict[str, Any]:
    """Write the bundle of an approved request, encrypted where recipients were named, and return what was written.

    The export itself is the last record in the bundle. Raises `ConflictError` where nobody approved the request.
    """
    _require_writable(target)
    with book.writing(person.id) as writer:
        approval = approved(writer.connection, person, request, "export")
        case = case_numbered(writer.connection, approval.case_number)
        mark = mark_of_case(writer.connection, case)
        require(person, "export", mark)
        recipients = tuple(approval.asked.get("recipients", ()))
        if mark > Mark.UNCLASSIFIED and not recipients:
            raise NotAllowedError("export_needs_recipients", mark=mark)
        body = {"request": request, "recipients": list(recipients), "mark": str(mark)}
        head = writer.record("export", body, case.number)
        set_state(writer, request, "done")
    with book.reading() as connection:
        contents = _contents(book, connection, replace(case, mark=mark), approval, person, head, lang)
        written = {"file": str(target), "mark": str(mark)}
        if not recipients:
            return {**written, "sha256": bundle.write_bundle(target, contents, book.signer)}
        plain = target.with_name(f".{target.name}.plain")
        try:
            digest = bundle.write_bundle(plain, contents, book.signer)
            encrypt_file(plain, target, recipients)
        finally:
            plain.unlink(missing_ok=True)
    return {**written, "sha256": digest, "recipients": list(recipients)}


def _require_writable(target: Path) -> None:
    """Raise `OutputError` where nothing can be written, before the export is on record and the approval used up."""
    trial = target.with_name(f".{target.name}.trial")
    with bundle.written_whole(trial):
        pass
    trial.unlink()


def _contents(
    book: Casebook, connection: Connection, case: Case, request: Request, person: Person, head: int, lang: str
) -> bundle.BundleContents:
    numbers = _sources_of(connection, case.number) if request.asked.get("sources", True) else []
    at = connection.execute(select(tables.record.c.at).where(tables.record.c.seq == head)).scalar_one()
    checkpoint = tables.checkpoint
    signed = select(checkpoint).where(checkpoint.c.seq <= head)
    return bundle.BundleContents(
        casebook=connection.execute(select(tables.casebook.c.id)).scalar_one(),
        case=case.name,
        case_number=case.number,
        mark=str(case.mark),
        exported_at=at,
        exported_by=person.id,
        approved_by=request.answered_by,
        recipients=tuple(request.asked.get("recipients", ())),
        chain=_chain(connection, head),
        records=_records(connection, case.number, numbers, head),
        blocks=_blocks(connection, case.number, head),
        checkpoints=(
            bundle.ShownCheckpoint(row["statement"], row["signature"], row["key"])
            for row in rows_by_key(connection, signed, checkpoint.c.number)
        ),
        keys=[pem.encode() for pem in connection.execute(select(tables.signing_key.c.pem)).scalars()],
        time_stamps=_time_stamps(connection, head),
        sources=(bundle.ShownSource(identity, parts_of_source(book, identity)) for identity in numbers),
        report=report_of_case(connection, case, lang),
    )


def _chain(connection: Connection, head: int) -> Iterator[bundle.ChainPlace]:
    table, at = tables.record, FIRST_LINK
    query = select(table.c.seq, table.c.commitment).where(table.c.seq <= head)
    for row in rows_by_key(connection, query, table.c.seq):
        at = link(at, row["commitment"])
        yield bundle.ChainPlace(row["seq"], row["commitment"], at)


def _records(connection: Connection, case: int, sources: Sequence[str], head: int) -> Iterator[bundle.ShownRecord]:
    """Yield the records of the case, and of the keeping of its sources."""
    table = tables.record
    kept = select(tables.source.c.seq).where(tables.source.c.id.in_(list(sources)))
    of_case = (table.c.case_number == case) | table.c.seq.in_(kept)
    for row in rows_by_key(connection, select(table).where(of_case, table.c.seq <= head), table.c.seq):
        yield bundle.ShownRecord(row["seq"], row["salt"], row["content"])


def _blocks(connection: Connection, case_number: int, head: int) -> Iterator[bundle.ShownBlock]:
    record, finding = tables.record, tables.finding
    of_case = (record.c.case_number == case_number, record.c.kind == "findings", record.c.seq <= head)
    for row in rows_by_key(connection, select(record.c.seq).where(*of_case), record.c.seq):
        query = select(finding.c.id, finding.c.salt, finding.c.content, finding.c.seal)
        kept = connection.execute(query.where(finding.c.block == row["seq"]).order_by(finding.c.id)).all()
        yield bundle.ShownBlock(row["seq"], [bundle.ShownFinding(*finding) for finding in kept])


def _time_stamps(connection: Connection, head: int) -> Iterator[bundle.ShownTimeStamp]:
    table, checkpoint = tables.time_stamp, tables.checkpoint
    before = select(checkpoint.c.number).where(checkpoint.c.seq <= head)
    query = select(table).where(table.c.number.in_(before)).order_by(table.c.number)
    for row in connection.execute(query).mappings():
        yield bundle.ShownTimeStamp(row["number"], row["request"], row["token"])


def _sources_of(connection: Connection, case_number: int) -> list[str]:
    run, source, version, register = tables.run, tables.source, tables.submission_version, tables.register_version
    of_case = [select(run.c.source_id).where(run.c.case_number == case_number)]
    of_case += [
        select(column).where(column.table.c.case_number == case_number)
        for column in (version.c.source_id, version.c.amounts_id, register.c.source_id, register.c.rows_id)
    ]
    query = select(source.c.id).where(or_(*map(source.c.id.in_, of_case)), source.c.erased.is_(False))
    query = query.order_by(source.c.seq)
    return list(connection.execute(query).scalars())

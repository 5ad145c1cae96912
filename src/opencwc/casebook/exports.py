"""A case out of the house: asked for by one person, approved by another, written as a bundle that proves itself.

What carries a mark above unclassified leaves only encrypted to named recipients.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from opencwc.casebook import tables
from opencwc.casebook.bundle_writer import (
    BundleContents,
    ChainPlace,
    ShownBlock,
    ShownCheckpoint,
    ShownFinding,
    ShownRecord,
    ShownSource,
    ShownTimeStamp,
    write_bundle,
    written_whole,
)
from opencwc.casebook.case_report import report_of_case
from opencwc.casebook.cases import case_numbered, mark_of_case, visible_case
from opencwc.casebook.chain import FIRST_LINK, link
from opencwc.casebook.database import Casebook
from opencwc.casebook.encryption import encrypt_file
from opencwc.casebook.model import Case, Mark, Person
from opencwc.casebook.permissions import require
from opencwc.casebook.requests import Request, approved, ask, set_state
from opencwc.casebook.runs import parts_of_source
from opencwc.errors import InputError, NotAllowedError

_CHUNK = 2_000


def ask_for_export(
    book: Casebook, person: Person, case: str, reason: str, *, recipients: Sequence[str] = (), sources: bool = True
) -> Request:
    """Ask for the export of a case; raise `InputError` where its mark calls for recipients and none are named."""
    with book.reading() as connection:
        found = visible_case(connection, person, case, "export")
        mark = mark_of_case(connection, found)
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
        found = approved(writer.connection, request, "export")
        case = case_numbered(writer.connection, found.case_number)
        mark = mark_of_case(writer.connection, case)
        require(person, "export", mark)
        recipients = tuple(found.asked.get("recipients", ()))
        if mark > Mark.UNCLASSIFIED and not recipients:
            raise NotAllowedError("export_needs_recipients", mark=mark)
        body = {"request": request, "recipients": list(recipients), "mark": str(mark)}
        head = writer.record("export", body, case.number)
        set_state(writer, request, "done")
    with book.reading() as connection:
        contents = _contents(book, connection, replace(case, mark=mark), found, person, head, lang)
        if not recipients:
            return {"file": str(target), "mark": str(mark), "sha256": write_bundle(target, contents, book.signer)}
        plain = target.with_name(f".{target.name}.plain")
        try:
            digest = write_bundle(plain, contents, book.signer)
            encrypt_file(plain, target, recipients)
        finally:
            plain.unlink(missing_ok=True)
    return {"file": str(target), "mark": str(mark), "sha256": digest, "recipients": list(recipients)}


def _require_writable(target: Path) -> None:
    """Raise `OutputError` where nothing can be written, before the export is on record and the approval used up."""
    trial = target.with_name(f".{target.name}.trial")
    with written_whole(trial):
        pass
    trial.unlink()


def _contents(
    book: Casebook,
    connection: Connection,
    case: Case,
    request: Request,
    person: Person,
    head: int,
    lang: str,
) -> BundleContents:
    numbers = _sources_of(connection, case.number) if request.asked.get("sources", True) else []
    at = connection.execute(select(tables.record.c.at).where(tables.record.c.seq == head)).scalar_one()
    checkpoints = tables.checkpoint
    return BundleContents(
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
            ShownCheckpoint(row["statement"], bytes(row["signature"]), row["key"])
            for row in _rows(connection, checkpoints, checkpoints.c.number, checkpoints.c.seq <= head)
        ),
        keys=[pem.encode() for pem in connection.execute(select(tables.signing_key.c.pem)).scalars()],
        time_stamps=_time_stamps(connection, head),
        sources=(ShownSource(identity, parts_of_source(book, identity)) for identity in numbers),
        report=report_of_case(connection, case, lang),
    )


def _chain(connection: Connection, head: int) -> Iterator[ChainPlace]:
    table, at = tables.record, FIRST_LINK
    for row in _rows(connection, table, table.c.seq, table.c.seq <= head, columns=(table.c.seq, table.c.commitment)):
        at = link(at, bytes(row["commitment"]))
        yield ChainPlace(row["seq"], bytes(row["commitment"]), at)


def _records(connection: Connection, case_number: int, sources: Sequence[str], head: int) -> Iterator[ShownRecord]:
    """Yield the records of the case, and of the keeping of its sources."""
    table = tables.record
    kept = select(tables.source.c.seq).where(tables.source.c.id.in_(list(sources)))
    wanted = ((table.c.case_number == case_number) | table.c.seq.in_(kept)) & (table.c.seq <= head)
    for row in _rows(connection, table, table.c.seq, wanted):
        salt = None if row["salt"] is None else bytes(row["salt"])
        yield ShownRecord(row["seq"], salt, row["content"])


def _blocks(connection: Connection, case_number: int, head: int) -> Iterator[ShownBlock]:
    record, finding = tables.record, tables.finding
    of_case = (record.c.case_number == case_number) & (record.c.kind == "findings") & (record.c.seq <= head)
    for row in _rows(connection, record, record.c.seq, of_case, columns=(record.c.seq,)):
        query = select(finding.c.id, finding.c.salt, finding.c.content, finding.c.seal)
        kept = connection.execute(query.where(finding.c.block == row["seq"]).order_by(finding.c.id)).all()
        shown = [
            ShownFinding(one.id, one.salt and bytes(one.salt), one.content, one.seal and bytes(one.seal))
            for one in kept
        ]
        yield ShownBlock(row["seq"], shown)


def _time_stamps(connection: Connection, head: int) -> Iterator[ShownTimeStamp]:
    table, checkpoint = tables.time_stamp, tables.checkpoint
    before = select(checkpoint.c.number).where(checkpoint.c.seq <= head)
    query = select(table).where(table.c.number.in_(before)).order_by(table.c.number)
    for row in connection.execute(query).mappings():
        token = None if row["token"] is None else bytes(row["token"])
        yield ShownTimeStamp(row["number"], bytes(row["request"]), token)


def _sources_of(connection: Connection, case_number: int) -> list[str]:
    run, source = tables.run, tables.source
    query = (
        select(source.c.id)
        .where(source.c.id.in_(select(run.c.source_id).where(run.c.case_number == case_number)))
        .where(source.c.erased.is_(False))
        .order_by(source.c.seq)
    )
    return list(connection.execute(query).scalars())


def _rows(connection: Connection, table: Any, key: Any, wanted: Any, columns: Sequence[Any] = ()) -> Iterator[Any]:
    last = 0
    while True:
        query = select(*(columns or table.c)).where(wanted, key > last).order_by(key).limit(_CHUNK)
        rows = connection.execute(query).mappings().all()
        yield from rows
        if len(rows) < _CHUNK:
            return
        last = rows[-1][key.name]

"""A case out of the house: asked for by one person, approved by another, written as a bundle that proves itself.

What carries a mark above unclassified leaves only encrypted to named recipients.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, NamedTuple

from sqlalchemy import Connection, RowMapping, func, or_, select

from opencwc.casebook import bundle_writer as bundle
from opencwc.casebook import tables
from opencwc.casebook.anchors import tree_of
from opencwc.casebook.case_report import report_of_case
from opencwc.casebook.cases import case_numbered, mark_of_case, visible_case
from opencwc.casebook.chain import FIRST_LINK, link
from opencwc.casebook.database import Casebook
from opencwc.casebook.encryption import encrypted_into
from opencwc.casebook.model import Case, Mark, Person
from opencwc.casebook.permissions import require
from opencwc.casebook.requests import Request, approved, ask, set_state
from opencwc.casebook.rows import rows_by_key
from opencwc.casebook.runs import parts_of_source
from opencwc.casebook.transaction import KEY_CHANGED
from opencwc.errors import InputError, NotAllowedError, SettingsError


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

    The export itself is the last record in the bundle; it commits to the page for people. What is encrypted is so
    before it reaches the disk. Raises `ConflictError` where nobody approved the request.
    """
    _require_writable(target)
    leaving = _put_on_record(book, person, request, lang)
    with bundle.written_whole(target) as file:
        return {"file": str(target), **_write(book, person, leaving, file)}


def export_case_into(
    book: Casebook, person: Person, request: int, stream: IO[bytes], lang: str = "en"
) -> dict[str, Any]:
    """Write the bundle of an approved request into a stream, as `export_case` writes it to a path."""
    return _write(book, person, _put_on_record(book, person, request, lang), stream)


class _Leaving(NamedTuple):
    """A case that leaves by a request, the record that says so, and the page for people that goes with it."""

    request: Request
    case: Case
    head: int
    recipients: tuple[str, ...]
    page: str


class _Drawn(NamedTuple):
    """The page for people of a case as it stood at one moment, and the last of its records that can change it."""

    case: Case
    last: int
    page: str


def _put_on_record(book: Casebook, person: Person, request: int, lang: str) -> _Leaving:
    with book.reading_contents() as connection:  # the page takes long: others may write meanwhile
        _, case = _case_to_export(connection, person, request)
        drawn = _draw(connection, case, lang, book.signer.fingerprint)
    with book.writing(person.id) as writer:
        approval, case = _case_to_export(writer.connection, person, request)
        recipients = tuple(approval.asked.get("recipients", ()))
        if case.mark > Mark.UNCLASSIFIED and not recipients:
            raise NotAllowedError("export_needs_recipients", mark=case.mark)
        if (drawn.case, drawn.last) != (case, _last_of(writer.connection, case.number)):
            drawn = _draw(writer.connection, case, lang, book.signer.fingerprint)
        body = {
            "request": request, "recipients": list(recipients), "mark": str(case.mark),
            "report": sha256(drawn.page.encode()).hexdigest(),
        }  # fmt: skip
        head = writer.record("export", body, case.number)
        set_state(writer, request, "done")
    return _Leaving(approval, case, head, recipients, drawn.page)


def _case_to_export(connection: Connection, person: Person, request: int) -> tuple[Request, Case]:
    """Return an approved request and its case, with the highest mark of what is in it, which the person may export."""
    approval = approved(connection, person, request, "export")
    case = case_numbered(connection, approval.case_number)
    mark = mark_of_case(connection, case)
    require(person, "export", mark)
    return approval, replace(case, mark=mark)


def _draw(connection: Connection, case: Case, lang: str, key: str) -> _Drawn:
    return _Drawn(case, _last_of(connection, case.number), "".join(report_of_case(connection, case, lang, key)))


def _last_of(connection: Connection, case: int) -> int:
    """Return the last record of a case that can change its page: looking at it changes nothing."""
    record = tables.record
    query = select(record.c.seq).where(record.c.case_number == case, record.c.kind != "access")
    return int(connection.execute(query.order_by(record.c.seq.desc()).limit(1)).scalar_one())


def _write(book: Casebook, person: Person, leaving: _Leaving, stream: IO[bytes]) -> dict[str, Any]:
    # The export is on record.
    with book.reading_contents() as connection, encrypted_into(stream, leaving.recipients) as encrypted:
        contents = _contents(book, connection, leaving.case, leaving.request, person, leaving.head, leaving.page)
        digest = bundle.write_bundle_into(encrypted, contents, book.signer)
    written: dict[str, Any] = {"mark": str(leaving.case.mark), "sha256": digest}
    return written | ({"recipients": list(leaving.recipients)} if leaving.recipients else {})


def _require_writable(target: Path) -> None:
    """Raise `OutputError` where nothing can be written, before the export is on record and the approval used up."""
    trial = target.with_name(f".{target.name}.trial")
    with bundle.written_whole(trial):
        pass
    trial.unlink()


def _contents(
    book: Casebook, connection: Connection, case: Case, request: Request, person: Person, head: int, page: str
) -> bundle.BundleContents:
    numbers = _sources_of(connection, case.number) if request.asked.get("sources", True) else []
    at = connection.execute(select(tables.record.c.at).where(tables.record.c.seq == head)).scalar_one()
    return bundle.BundleContents(
        casebook=connection.execute(select(tables.casebook.c.id)).scalar_one(),
        case=case.name,
        case_number=case.number,
        mark=str(case.mark),
        exported_at=at,
        exported_by=person.id,
        approved_by=request.answered_by,
        recipients=tuple(request.asked.get("recipients", ())),
        records=_records(connection, case.number, numbers, head),
        blocks=_blocks(connection, case.number, head),
        **_places(connection, head),
        keys=[pem.encode() for pem in connection.execute(select(tables.signing_key.c.pem)).scalars()],
        time_stamps=_time_stamps(connection, head),
        sources=(bundle.ShownSource(identity, parts_of_source(book, identity)) for identity in numbers),
        report=[page],
        readme=bundle.readme(case.name, book.signer.fingerprint, _former_keys(book)),
    )


def _former_keys(book: Casebook) -> list[str]:
    """Return the pinned keys of the casebook but for the one in use; none where they cannot be read."""
    try:
        pins = book.pins.of(book.id)
    except SettingsError:
        return []
    return [pin.fingerprint for pin in pins if pin.fingerprint != book.signer.fingerprint]


def _places(connection: Connection, head: int) -> dict[str, Any]:
    """Return what shows where the records stand: the tree, or every link where a checkpoint is needed without a root.

    Checkpoints of earlier versions stated no root. One that was stamped, or in which a key hands over, needs the links.
    """
    needed, others = _needed_checkpoints(connection, head)
    rooted = {number: row for number, row in (needed | others).items() if "root" in json.loads(row["statement"])}
    if needed.keys() - rooted.keys():
        return places_by_links(connection, head)
    heads = {row["seq"] for row in rooted.values()} | _heads_elsewhere(connection)
    return {
        "tree": tree_of(connection, head),
        "heads": sorted(size for size in heads if 0 < size < head),
        "checkpoints": [_shown_checkpoint(rooted[number]) for number in sorted(rooted)],
    }


def places_by_links(connection: Connection, head: int) -> dict[str, Any]:
    """Return every link and checkpoint of the house, which show where each of its records stands."""
    checkpoint = tables.checkpoint
    signed = select(checkpoint).where(checkpoint.c.seq <= head)
    rows = rows_by_key(connection, signed, checkpoint.c.number)
    return {"chain": _chain(connection, head), "checkpoints": map(_shown_checkpoint, rows)}


def _needed_checkpoints(connection: Connection, head: int) -> tuple[dict[int, RowMapping], dict[int, RowMapping]]:
    """Return the stamped checkpoints and those in which a key hands over, and of each key the first and the last."""
    checkpoint, record = tables.checkpoint, tables.record
    changes = select(record.c.seq).where(record.c.kind == KEY_CHANGED)
    stamped = checkpoint.c.number.in_(select(tables.time_stamp.c.number))
    number = checkpoint.c.number
    ends = select(func.min(number), func.max(number)).where(checkpoint.c.seq <= head).group_by(checkpoint.c.key)
    of_keys = {one for both in connection.execute(ends).all() for one in both}
    found = []
    for wanted in (stamped | checkpoint.c.seq.in_(changes), number.in_(of_keys)):
        query = select(checkpoint).where(wanted, checkpoint.c.seq <= head)
        found.append({row["number"]: row for row in connection.execute(query).mappings()})
    return found[0], found[1]


def _heads_elsewhere(connection: Connection) -> set[int]:
    """Return the heads that others have: of the anchors, and of the bundles of whatever case."""
    exports = select(tables.record.c.seq).where(tables.record.c.kind == "export")
    return {size for query in (select(tables.anchor.c.size), exports) for size in connection.execute(query).scalars()}


def _shown_checkpoint(row: RowMapping) -> bundle.ShownCheckpoint:
    return bundle.ShownCheckpoint(row["statement"], row["signature"], row["key"])


def _chain(connection: Connection, head: int) -> Iterator[bundle.ChainPlace]:
    table, at = tables.record, FIRST_LINK
    query = select(table.c.seq, table.c.commitment).where(table.c.seq <= head)
    for row in rows_by_key(connection, query, table.c.seq):
        at = link(at, row["commitment"])
        yield bundle.ChainPlace(row["seq"], row["commitment"], at)


def _records(connection: Connection, case: int, sources: Sequence[str], head: int) -> Iterator[bundle.ShownRecord]:
    """Yield the records of the case, of the keeping of its sources, and of the changes of key."""
    table = tables.record
    kept = select(tables.source.c.seq).where(tables.source.c.id.in_(list(sources)))
    of_case = (table.c.case_number == case) | table.c.seq.in_(kept) | (table.c.kind == KEY_CHANGED)
    for row in rows_by_key(connection, select(table).where(of_case, table.c.seq <= head), table.c.seq):
        yield bundle.ShownRecord(row["seq"], row["salt"], row["content"], bytes(row["commitment"]))


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
    evidence = tables.custody_step.c.source_id
    of_case = [select(run.c.source_id).where(run.c.case_number == case_number)]
    of_case += [
        select(column).where(column.table.c.case_number == case_number)
        for column in (version.c.source_id, version.c.amounts_id, register.c.source_id, register.c.rows_id, evidence)
    ]
    query = select(source.c.id).where(or_(*map(source.c.id.in_, of_case)), source.c.erased.is_(False))
    query = query.order_by(source.c.seq)
    return list(connection.execute(query).scalars())

"""Small files that people add to a run afterwards: each is on record with who wrote it and when, and none is changed.

Each stands, as what pages show does (`run_pages`), as the source of a further run in the case: so it has the mark of
the findings, leaves with the case, and is erased with it. A later one says what holds; all are shown.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from msgspec import Struct
from sqlalchemy import Connection, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Case, CaseStatus, Mark, Person
from opencwc.casebook.permissions import may, require
from opencwc.casebook.read_records import giving
from opencwc.casebook.run_pages import FINDINGS
from opencwc.casebook.runs import begin_run, decoded_run, keep_source, parts_of_source, run_named, source_row
from opencwc.errors import ConflictError, NotFoundError
from opencwc.records import from_json, to_json


class RunRecords(NamedTuple):
    """A kind of such files: the word under which the question of their runs says so, and the name of each file."""

    word: str
    name: str


class Added(NamedTuple):
    """A file as it was added: what stands in it, the id of who wrote it, and when (ISO 8601, UTC)."""

    content: Any
    person: str
    at: str


class _File(Struct, frozen=True):
    """What a file holds; ``number`` counts those of its run, so that the same words twice are two files."""

    run: int
    number: int
    person: str
    content: Any


def add_to_run(
    book: Casebook,
    person: Person,
    number: int,
    kind: RunRecords,
    content: Any,
    check: Callable[[list[Added]], None] = lambda before: None,
) -> int:
    """Add a file to a run, and return how many it has then; ``content`` is what JSON can hold.

    ``check`` is called with those that are there, and raises where the new one cannot be added to them. Raises
    `ConflictError` where the case is closed or erased.
    """
    run, case = _open_run(book, person, number)
    before = added_to_run(book, person, number, kind)
    check(before)
    file = to_json(_File(number, len(before) + 1, person.id, content))
    _keep(book, person, run, case, kind, file, "application/json")
    return len(before) + 1


def add_file_to_run(
    book: Casebook, person: Person, number: int, kind: RunRecords, content: bytes, media_type: str
) -> str:
    """Add bytes to a run as they are, and return their SHA-256; raises as `add_to_run` does."""
    run, case = _open_run(book, person, number)
    return _keep(book, person, run, case, kind, content, media_type)


def _open_run(book: Casebook, person: Person, number: int) -> tuple[Mapping[str, Any], Case]:
    """Return a run with its case, for who may add to it."""
    with book.reading_contents() as connection:
        run = run_named(connection, number)
        case = case_numbered(connection, run["case_number"])
    require(person, "keep", max(case.mark, Mark[str(run["mark"]).upper()]))
    if case.status in (CaseStatus.CLOSED, CaseStatus.ERASED):
        raise ConflictError("case_not_open", case=case.name, state=case.status)
    return run, case


def _keep(
    book: Casebook, person: Person, run: Mapping[str, Any], case: Case, kind: RunRecords, content: bytes,
    media_type: str,
) -> str:  # fmt: skip
    mark = Mark[str(run["mark"]).upper()]
    source = keep_source(book, person, io.BytesIO(content), kind.name, mark=mark, media_type=media_type)
    asked = {FINDINGS: run["number"], kind.word: True}
    keeper = begin_run(
        book, person, case.name, verb=run["verb"], asked=asked, checked={"file": kind.name}, maker={}, source=source
    )
    keeper.finish({"rows": 0, "by_verdict": {}}, rows=0)
    return source.id


def added_to_run(
    book: Casebook, person: Person, number: int, kind: RunRecords, *, others: Literal["", "earlier", "all"] = ""
) -> list[Added]:  # fmt: skip
    """Return what people added to a run, the earliest first; raise `NotFoundError` where the run is not to be seen.

    What they added to ``others`` of its case stands among it: to earlier runs, or to all.
    """
    require(person, "read")
    with giving(book, person) as given:
        case = _case_to_read(given.connection, person, number)
        rows = _rows(given.connection, person, number, case.number, kind, others)
        given.runs(row["number"] for row in rows)
    files = [(row, from_json(_File, b"".join(parts_of_source(book, row["source_id"])))) for row in rows]
    return [Added(file.content, file.person, row["started_at"]) for row, file in files]


class AddedTo(NamedTuple):
    """A file as it was added, and the number of the run that it was added to."""

    run: int
    added: Added


def added_to_all(book: Casebook, person: Person, kind: RunRecords) -> list[AddedTo]:
    """Return what people added to all runs that a person may see, the earliest first."""
    require(person, "read")
    table, case, source, clearance = tables.run, tables.case, tables.source, int(person.clearance)
    query = (
        select(table)
        .join(case, case.c.number == table.c.case_number)
        .join(source, source.c.id == table.c.source_id)
        .where(
            table.c.state == "done", table.c.mark <= clearance, case.c.mark <= clearance, source.c.erased.is_(False),
            table.c.asked.contains(f'"{kind.word}":true'),
        )
    )  # fmt: skip
    with giving(book, person) as given:
        rows = [decoded_run(row) for row in given.connection.execute(query.order_by(table.c.number)).mappings()]
        given.runs(row["number"] for row in rows)
    files = [(row, from_json(_File, b"".join(parts_of_source(book, row["source_id"])))) for row in rows]
    return [AddedTo(file.run, Added(file.content, file.person, row["started_at"])) for row, file in files]


def takes_more(book: Casebook, person: Person, number: int) -> bool:
    """Tell whether a run is in a case to which something can be added; raise `NotFoundError` as `added_to_run` does."""
    require(person, "read")
    with giving(book, person) as given:
        case = _case_to_read(given.connection, person, number)
        given.runs([number])
    return case.status not in (CaseStatus.CLOSED, CaseStatus.ERASED)


def file_of_run(book: Casebook, person: Person, number: int, kind: RunRecords, sha256: str) -> bytes:
    """Return bytes that were added to a run by their SHA-256; raise `NotFoundError` where they are not to be had."""
    require(person, "read")
    with giving(book, person) as given:
        case = _case_to_read(given.connection, person, number)
        rows = _rows(given.connection, person, number, case.number, kind)
        found = [row for row in rows if row["source_id"] == sha256]
        if not found:
            raise NotFoundError("no_such_source", where=sha256)
        given.runs(row["number"] for row in found)
        given.sources([sha256])
    return b"".join(parts_of_source(book, sha256))


def _case_to_read(connection: Connection, person: Person, number: int) -> Case:
    """Return the case of a run; raise `NotFoundError` where the person may not read the run."""
    run = run_named(connection, number)
    case = case_numbered(connection, run["case_number"])
    if not may(person, "read", max(case.mark, Mark[str(run["mark"]).upper()])):
        raise NotFoundError("no_such_run", run=number)
    return case


def _rows(
    connection: Connection, person: Person, number: int, case: int, kind: RunRecords, others: str = ""
) -> list[Mapping[str, Any]]:
    """Return the runs that hold such files of a run, as far as these are still there."""
    table = tables.run
    query = select(table).where(
        table.c.case_number == case, table.c.state == "done", table.c.mark <= int(person.clearance),
        table.c.asked.contains(f'"{kind.word}":true'),
    )  # fmt: skip
    rows = [decoded_run(row) for row in connection.execute(query.order_by(table.c.number)).mappings()]
    return [
        row
        for row in rows
        if (of_run := row["asked"].get(FINDINGS)) == number
        or (
            (others == "all" or (others == "earlier" and of_run < number))
            and (source := source_row(connection, row["source_id"])) is not None
            and not source.erased
        )
    ]

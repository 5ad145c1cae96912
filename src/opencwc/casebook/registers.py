"""Registers that people edit: frozen versions, and the changes since the last of them that are not kept yet.

The first version is the file as it came. Each version has its rows beside it, as the grid edits them; both are sources
of the casebook, committed to in the record and never changed. What a change and the rows hold is not known here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import IO, NamedTuple

from sqlalchemy import Connection, func, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered, visible_case
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Case, CaseStatus, Mark, Person
from opencwc.casebook.permissions import may, require
from opencwc.casebook.read_records import Giving, giving
from opencwc.casebook.rows import record_of
from opencwc.casebook.runs import give_source, parts_of_source, write_source
from opencwc.casebook.transaction import Writer
from opencwc.errors import ConflictError, NotFoundError

ACTION = "keep"
"""What it takes to see and edit a register: what it takes to have one judged."""
MOST_CHANGES = 2_000
"""Changes that may stand before a version is kept: they are made again each time the register is opened."""
ROWS_TYPE = "application/json"
_VERSION, _CHANGE = tables.register_version, tables.register_change


class RegisterFile(NamedTuple):
    """A register to be kept: its name, the file as it came, its media type, and its rows."""

    name: str
    stream: IO[bytes]
    media_type: str
    rows: bytes


@dataclass(frozen=True, slots=True)
class RegisterVersion:
    """A frozen version; ``source_id`` is the SHA-256 of its file, ``rows_id`` that of its rows."""

    seq: int
    register: int
    case_number: int
    number: int
    name: str
    person: str
    at: str
    source_id: str
    rows_id: str


@dataclass(frozen=True, slots=True)
class RegisterChange:
    """A change since the last version; ``content`` is what the grid says of it."""

    number: int
    person: str
    at: str
    content: str


@dataclass(frozen=True, slots=True)
class KeptRegister:
    """A register: its versions, the changes since the last of them, its case and its mark."""

    id: int
    versions: tuple[RegisterVersion, ...]
    changes: tuple[RegisterChange, ...]
    case: Case
    mark: Mark

    @property
    def last(self) -> RegisterVersion:
        """The last version."""
        return self.versions[-1]

    @property
    def seen(self) -> str:
        """The stand of the register, by which somebody who changes it says what was seen."""
        return f"{self.last.number}.{self.changes[-1].number if self.changes else 0}"

    @property
    def is_open(self) -> bool:
        """Whether its case still takes something."""
        return self.case.status not in (CaseStatus.CLOSED, CaseStatus.ERASED)


def open_register(book: Casebook, person: Person, case: str, file: RegisterFile, mark: Mark) -> int:
    """Keep a register as it came as the first version of one that is edited; return its number.

    Raises:
        ConflictError: the case is closed or erased.
        NotFoundError: there is no such case.

    """
    with book.writing(person.id) as writer:
        kept_case = visible_case(writer.connection, person, case, ACTION)
        require(person, ACTION, mark)
        _require_open(kept_case)
        return _write_version(writer, kept_case, 0, 1, file, mark).register


def save_version(book: Casebook, person: Person, register: int, rows: bytes, name: str, seen: str) -> RegisterVersion:
    """Keep a register as it was changed as its next version, whose file is its rows.

    Raises:
        ConflictError: nothing was changed, or somebody changed it meanwhile.

    """
    with book.writing(person.id) as writer:
        kept = _acted_on(writer.connection, person, register, seen)
        if not kept.changes:
            raise ConflictError("register_not_changed")
        file = RegisterFile(name, io.BytesIO(rows), ROWS_TYPE, rows)
        version = _write_version(writer, kept.case, register, kept.last.number + 1, file, kept.mark)
        writer.connection.execute(_CHANGE.delete().where(_CHANGE.c.register == register))
        return version


def add_change(book: Casebook, person: Person, register: int, content: str, seen: str) -> KeptRegister:
    """Add a change to a register that stands as it was seen, and return it.

    Raises:
        ConflictError: somebody changed it meanwhile, or too many changes wait to be kept.

    """
    with book.writing(person.id) as writer:
        kept = _acted_on(writer.connection, person, register, seen)
        if len(kept.changes) >= MOST_CHANGES:
            raise ConflictError("register_needs_saving", most=MOST_CHANGES)
        number = kept.changes[-1].number + 1 if kept.changes else 1
        row = {"register": register, "number": number, "person": person.id, "at": writer.at, "content": content}
        writer.connection.execute(_CHANGE.insert(), row)
    return show_register(book, person, register)


def list_registers(book: Casebook, person: Person) -> list[KeptRegister]:
    """Return the registers that a person may edit, the last opened first."""
    require(person, ACTION)
    with giving(book, person) as given:
        numbers = given.connection.execute(select(_VERSION.c.register).where(_VERSION.c.number == 1)).scalars().all()
        kept = (_read(given.connection, number) for number in sorted(numbers, reverse=True))
        seen = [one for one in kept if one and may(person, ACTION, one.mark) and one.case.status != CaseStatus.ERASED]
        given.nothing()
        for one in seen:
            given.register(one.id, one.mark, one.case.number)
        return seen


def show_register(book: Casebook, person: Person, register: int) -> KeptRegister:
    """Return a register; one above the clearance is answered as not there, a look at a protected one is on record."""
    with giving(book, person) as given:
        return _give(given, person, register)


def read_version_rows(book: Casebook, person: Person, version: RegisterVersion) -> bytes:
    """Return the rows of a version that `show_register` has shown to a person."""
    return b"".join(give_source(book, person, version.rows_id))


def read_file(book: Casebook, person: Person, register: int, number: int) -> tuple[RegisterVersion, Iterator[bytes]]:
    """Return a version with its file as it came."""
    with giving(book, person) as given:
        versions = _give(given, person, register).versions
        if not 0 < number <= len(versions):
            raise NotFoundError("no_such_register_version", version=number)
        version = versions[number - 1]
        given.sources([version.source_id])
    return version, parts_of_source(book, version.source_id)


def _write_version(
    writer: Writer, case: Case, register: int, number: int, file: RegisterFile, mark: Mark
) -> RegisterVersion:
    source = write_source(writer, file.stream, file.name, mark, file.media_type)
    rows = write_source(writer, io.BytesIO(file.rows), "register.json", source.mark, ROWS_TYPE)
    body = {"register": register, "number": number, "name": file.name, "source": source.id, "rows": rows.id}
    seq = writer.record("register_kept", body, case.number)
    version = RegisterVersion(
        seq, register or seq, case.number, number, file.name, writer.actor, writer.at, source.id, rows.id
    )
    writer.connection.execute(_VERSION.insert(), asdict(version))
    return version


def _acted_on(connection: Connection, person: Person, register: int, seen: str) -> KeptRegister:
    """Return a register for who acts on it; raise where its case is closed or it is not as it was seen."""
    kept = _kept(connection, person, register)
    _require_open(kept.case)
    if seen != kept.seen:
        raise ConflictError("register_changed_meanwhile")
    return kept


def _give(given: Giving, person: Person, register: int) -> KeptRegister:
    kept = _kept(given.connection, person, register)
    given.register(register, kept.mark, kept.case.number)
    return kept


def _kept(connection: Connection, person: Person, register: int) -> KeptRegister:
    require(person, ACTION)
    kept = _read(connection, register)
    if kept is None or kept.mark > person.clearance or kept.case.status == CaseStatus.ERASED:
        raise NotFoundError("no_such_edited_register", register=register)
    return kept


def _read(connection: Connection, register: int) -> KeptRegister | None:
    of_register = select(_VERSION).where(_VERSION.c.register == register).order_by(_VERSION.c.seq)
    versions = tuple(record_of(RegisterVersion, row) for row in connection.execute(of_register).mappings())
    if not versions:
        return None
    query = select(_CHANGE).where(_CHANGE.c.register == register).order_by(_CHANGE.c.number)
    changes = tuple(record_of(RegisterChange, row) for row in connection.execute(query).mappings())
    case = case_numbered(connection, versions[0].case_number)
    source = tables.source
    marks = select(func.max(source.c.mark)).where(source.c.id.in_([version.source_id for version in versions]))
    highest = connection.execute(marks).scalar() or 0
    return KeptRegister(register, versions, changes, case, max(case.mark, Mark(highest)))


def _require_open(case: Case) -> None:
    if case.status in (CaseStatus.CLOSED, CaseStatus.ERASED):
        raise ConflictError("case_not_open", case=case.name, state=str(case.status))

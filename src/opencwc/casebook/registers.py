"""Registers that people edit: frozen versions, and the changes since the last of them that are not kept yet.

The first version is the file as it came. Each version has its rows beside it, as the grid edits them; both are sources
of the casebook, committed to in the record and never changed. What a change and the rows hold is not known here.

A declarant has a register of its own for a submission of its own sites: the rows of the last version, which nobody else
sees. What is changed in it goes out as the next version of the submission (`opencwc.casebook.submissions`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import IO, NamedTuple

from sqlalchemy import Connection, func, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered, visible_case
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Case, CaseStatus, Mark, Person
from opencwc.casebook.permissions import may, require
from opencwc.casebook.read_records import Giving, giving
from opencwc.casebook.rows import record_of, row_of
from opencwc.casebook.runs import give_source, parts_of_source, write_source
from opencwc.casebook.submission_states import State, Step
from opencwc.casebook.submissions import SubmissionHistory, own_submission
from opencwc.casebook.transaction import Writer
from opencwc.errors import ConflictError, NotFoundError

ACTION = "keep"
"""What it takes of the house to see and edit a register: what it takes to have one judged."""
EDITED = (State.DRAFT, State.AMENDED)
"""In which states of a submission its declarant edits its rows."""
MOST_CHANGES = 2_000
"""Changes that may stand before a version is kept: they are made again each time the register is opened."""
ROWS_TYPE = "application/json"
_VERSION, _CHANGE, _SUBMISSION = tables.register_version, tables.register_change, tables.register_submission


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
    """A register: its versions, the changes since the last of them, its case and its mark.

    ``submission`` is the one whose rows a declarant edits, 0 for a register of the house; its rows are of ``sites``
    alone, and ``base`` is the version that it began with. ``is_current`` tells that no version was sent since, and that
    the submission is in a state for editing.
    """

    id: int
    versions: tuple[RegisterVersion, ...]
    changes: tuple[RegisterChange, ...]
    case: Case
    mark: Mark
    submission: int = 0
    base: int = 0
    sites: tuple[str, ...] = ()
    is_current: bool = True

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
        """Whether it may still be changed: its case takes something, and nothing of its submission has passed it by."""
        return self.is_current and self.case.status not in (CaseStatus.CLOSED, CaseStatus.ERASED)


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


def open_submission_rows(book: Casebook, person: Person, submission: int, version: int, file: RegisterFile) -> int:
    """Keep the rows of the last version of a declarant's own submission to be edited; return the register's number.

    Raises:
        ConflictError: the state does not allow it, the version is not the last, or the case is closed.
        NotFoundError: there is no such submission of the person.

    """
    with book.writing(person.id) as writer:
        history = own_submission(writer.connection, person, submission)
        if history is None:
            raise NotFoundError("no_such_submission", submission=submission)
        _require_current(history, version)
        case = case_numbered(writer.connection, history.submission.case_number)
        _require_open(case)
        link = {"submission": submission, "version": version}
        register = _write_version(writer, case, 0, 1, file, history.mark, link).register
        row = {**link, "seq": register, "case_number": case.number, "person": person.id}
        writer.connection.execute(_SUBMISSION.insert(), row)
        return register


def register_of_submission(book: Casebook, person: Person, submission: int) -> int:
    """Return the number of the register in which a person edits the last version of a submission; 0 for none."""
    with book.reading_contents() as connection:
        own = (_SUBMISSION.c.submission == submission, _SUBMISSION.c.person == person.id)
        numbers = connection.execute(select(_SUBMISSION.c.seq).where(*own)).scalars().all()
        kept = (_read(connection, person, number) for number in sorted(numbers, reverse=True))
        return next((one.id for one in kept if one and one.is_open), 0)


def drop_changes(book: Casebook, person: Person, register: int, seen: str) -> None:
    """Drop the changes of a declarant's register, once they were sent as a version of its submission."""
    with book.writing(person.id) as writer:
        kept = _kept(writer.connection, person, register)
        if kept.submission and kept.seen == seen:
            writer.connection.execute(_CHANGE.delete().where(_CHANGE.c.register == register))


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
    """Return the registers of the house that a person may edit, the last opened first."""
    require(person, ACTION)
    with giving(book, person) as given:
        numbers = given.connection.execute(select(_VERSION.c.register).where(_VERSION.c.number == 1)).scalars().all()
        kept = (_read(given.connection, person, number) for number in sorted(numbers, reverse=True))
        seen = [one for one in kept if one and one.case.status != CaseStatus.ERASED]
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
    writer: Writer,
    case: Case,
    register: int,
    number: int,
    file: RegisterFile,
    mark: Mark,
    link: Mapping[str, int] = MappingProxyType({}),
) -> RegisterVersion:
    source = write_source(writer, file.stream, file.name, mark, file.media_type)
    rows = write_source(writer, io.BytesIO(file.rows), "register.json", source.mark, ROWS_TYPE)
    body = {"register": register, "number": number, "name": file.name, "source": source.id, "rows": rows.id, **link}
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
    if not kept.is_current:
        raise ConflictError("register_of_submission_passed")
    if seen != kept.seen:
        raise ConflictError("register_changed_meanwhile")
    return kept


def _give(given: Giving, person: Person, register: int) -> KeptRegister:
    kept = _kept(given.connection, person, register)
    given.register(register, kept.mark, kept.case.number)
    return kept


def _kept(connection: Connection, person: Person, register: int) -> KeptRegister:
    if not may(person, "edit"):
        require(person, ACTION)
    kept = _read(connection, person, register)
    if kept is None or kept.case.status == CaseStatus.ERASED:
        raise NotFoundError("no_such_edited_register", register=register)
    return kept


def _read(connection: Connection, person: Person, register: int) -> KeptRegister | None:
    """Return a register as far as a person may edit it: the house those of the house, a declarant its own rows."""
    kept, link = _of_house(connection, register), row_of(connection, _SUBMISSION, seq=register)
    if kept is None or link is None:
        return kept if kept and may(person, ACTION, kept.mark) else None
    history = own_submission(connection, person, link["submission"]) if link["person"] == person.id else None
    if history is None or kept.mark > person.clearance:
        return None
    of, last = history.submission, history.versions[-1].number
    is_current = of.state in EDITED and last == link["version"]
    return replace(kept, submission=of.seq, base=link["version"], sites=of.sites, is_current=is_current)


def _of_house(connection: Connection, register: int) -> KeptRegister | None:
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


def _require_current(history: SubmissionHistory, version: int) -> None:
    if not history.versions or history.versions[-1].number != version:
        raise ConflictError("submission_changed_meanwhile", submission=history.submission.seq)
    if history.submission.state not in EDITED:
        raise ConflictError("submission_step_not_allowed", step=str(Step.REVISE), state=str(history.submission.state))


def _require_open(case: Case) -> None:
    if case.status in (CaseStatus.CLOSED, CaseStatus.ERASED):
        raise ConflictError("case_not_open", case=case.name, state=str(case.status))

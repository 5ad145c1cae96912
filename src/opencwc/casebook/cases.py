"""Cases: a named group of findings with a status, an owner, a due date and a confidentiality mark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from opencwc.casebook import tables
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import UNDECIDED, Case, CaseStatus, Mark, Person
from opencwc.casebook.permissions import may, require
from opencwc.casebook.read_records import giving
from opencwc.casebook.rows import change_row, record_of, row_of
from opencwc.casebook.transaction import Writer
from opencwc.errors import ConflictError, InputError, NotFoundError

NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
"""A case's name: it stands in commands, addresses and file names."""

_CASE = tables.case


def open_case(
    book: Casebook,
    person: Person,
    name: str,
    *,
    title: str = "",
    mark: Mark = Mark.UNCLASSIFIED,
    owner: str = "",
    due: str = "",
) -> Case:
    """Open a case; raise `ConflictError` where one of the name is there already."""
    with book.writing(person.id) as writer:
        if row_of(writer.connection, _CASE, name=name) is not None:
            raise ConflictError("case_name_taken", case=name)
        return _open(writer, person, name, title, mark, owner or person.id, due)


def require_case_name(name: str) -> None:
    """Raise `InputError` where no case can be called so."""
    if not NAME.fullmatch(name):
        raise InputError("case_name_not_valid", name=name)


def case_for_keeping(book: Casebook, person: Person, name: str, mark: Mark = Mark.UNCLASSIFIED) -> Case:
    """Return the case of that name, opened where there is none yet: what ``--keep CASE`` means."""
    with book.reading() as connection:
        row = row_of(connection, _CASE, name=name)
    if row is None:
        with book.writing(person.id) as writer:
            row = row_of(writer.connection, _CASE, name=name)  # somebody else may have opened it meanwhile
            if row is None:
                return _open(writer, person, name, "", mark, person.id, "")
    require(person, "keep")
    if row["mark"] > person.clearance:  # that it is there cannot be hidden from who would open it; what it is can
        raise ConflictError("case_name_taken", case=name)
    return record_of(Case, row)


def change_case(book: Casebook, person: Person, name: str, **changes: Any) -> Case:
    """Change ``title``, ``status``, ``owner``, ``due``, ``mark`` or ``retain_until`` of a case.

    Raises:
        ConflictError: the case is to be closed while findings wait for a decision, or was erased.
        NotAllowedError: the mark, or the new one, is above the person's clearance.

    """
    with book.writing(person.id) as writer:
        case = visible_case(writer.connection, person, name, "manage_case")
        checked = {key: _checked(key, value) for key, value in changes.items() if value is not None}
        if "owner" in checked:
            checked["owner"] = _person_id(writer.connection, str(checked["owner"]))
        if "mark" in checked:
            mark = Mark[str(checked["mark"]).upper()]
            require(person, "manage_case", mark)
            if mark < case.mark:  # which shows the case to more people: it takes the role that decides
                require(person, "decide", case.mark)
        if case.status is CaseStatus.ERASED:
            raise ConflictError("case_erased", case=name)
        if checked.get("status") == CaseStatus.CLOSED:
            require_whole(writer.connection, person, case, "manage_case")
            _require_all_decided(writer.connection, case)
        if checked:
            writer.record("case_changed", {"changes": checked}, case.number)
            values = dict(checked)
            if "mark" in checked:
                values["mark"] = int(Mark[str(checked["mark"]).upper()])
            if "status" in checked:
                values["closed_at"] = writer.at if checked["status"] == CaseStatus.CLOSED else ""
            change_row(writer.connection, _CASE, case.number, **values)
    with giving(book, person) as given:
        changed = case_numbered(given.connection, case.number)
        given.cases([changed])
    return changed


def case_numbered(connection: Connection, number: int) -> Case:
    """Return a case by its number."""
    return record_of(Case, connection.execute(select(_CASE).where(_CASE.c.number == number)).mappings().one())


def list_cases(book: Casebook, person: Person) -> list[Case]:
    """Return the cases that the person may know of, the due ones first."""
    with giving(book, person) as given:
        cases = _readable(given.connection, person)
        given.cases(cases)
        return cases


class NamedCase(NamedTuple):
    """The name of a case and the day by which it is due: what leads to a case without telling what is in it."""

    name: str
    due: str


def names_of_cases(book: Casebook, person: Person) -> list[NamedCase]:
    """Return the names of the cases that the person may know of, the due ones first."""
    with book.reading() as connection:
        return [NamedCase(case.name, case.due) for case in _readable(connection, person)]


def _readable(connection: Connection, person: Person) -> list[Case]:
    return [case for case in list_rows(connection) if may(person, "read", case.mark)]


def list_rows(connection: Connection) -> list[Case]:
    """Return every case: those with a due date first, then by number."""
    query = select(_CASE).order_by(_CASE.c.due == "", _CASE.c.due, _CASE.c.number)
    return [record_of(Case, row) for row in connection.execute(query).mappings()]


def visible_case(connection: Connection, person: Person, name: str, action: str = "read") -> Case:
    """Return a case that the person may act on; one that is above the clearance is answered as not there.

    Who is not cleared for a case learns nothing of it, not even that it exists.
    """
    row = row_of(connection, _CASE, name=name)
    if row is None or row["mark"] > person.clearance:
        raise _missing(name, [case.name for case in list_rows(connection) if case.mark <= person.clearance])
    require(person, action, Mark(row["mark"]))
    return record_of(Case, row)


def mark_of_case(connection: Connection, case: Case) -> Mark:
    """Return the highest mark of a case and of the sources of its runs: what must be cleared to act on all of it."""
    run, version, source = tables.run, tables.submission_version, tables.source
    marks = [*connection.execute(select(run.c.mark).where(run.c.case_number == case.number)).scalars()]
    declared = select(version.c.source_id).where(version.c.case_number == case.number)
    marks += connection.execute(select(source.c.mark).where(source.c.id.in_(declared))).scalars()
    held = select(tables.register_version.c.source_id).where(tables.register_version.c.case_number == case.number)
    marks += connection.execute(select(source.c.mark).where(source.c.id.in_(held))).scalars()
    evidence = select(tables.custody_step.c.source_id).where(tables.custody_step.c.case_number == case.number)
    marks += connection.execute(select(source.c.mark).where(source.c.id.in_(evidence))).scalars()
    return max([case.mark, *map(Mark, marks)])


def require_whole(connection: Connection, person: Person, case: Case, action: str) -> None:
    """Raise `NotAllowedError` where a person may not act on all that is in a case, its sources included."""
    require(person, action, mark_of_case(connection, case))


def _missing(name: str, known: Sequence[str]) -> NotFoundError:
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    if close:
        return NotFoundError("no_such_case_but_near", case=name, near=close[0])
    return NotFoundError("no_such_case", case=name)


def _open(writer: Writer, person: Person, name: str, title: str, mark: Mark, owner: str, due: str) -> Case:
    require_case_name(name)
    require(person, "keep", mark)
    number = writer.next_number("cases")
    due = str(_checked("due", due))
    body = {"number": number, "name": name, "title": title, "mark": str(mark), "owner": owner, "due": due}
    writer.record("case_opened", body, number)
    opened = {"status": str(CaseStatus.OPEN), "opened_at": writer.at, "closed_at": "", "retain_until": ""}
    row = {**body, **opened, "mark": int(mark)}
    writer.connection.execute(_CASE.insert(), row)
    return case_numbered(writer.connection, number)


def _checked(key: str, value: object) -> object:
    if key in ("due", "retain_until") and value:
        try:
            return date.fromisoformat(str(value)).isoformat()
        except ValueError:
            raise InputError("retention_date_not_valid", text=value) from None
    if key == "status":
        try:
            status = CaseStatus(str(value))
        except ValueError:
            raise InputError("case_status_unknown", status=value) from None
        if status is CaseStatus.ERASED:
            raise InputError("case_erased_by_request_only")
        return str(status)
    if key not in ("title", "owner", "mark", "due", "retain_until"):
        raise InputError("case_has_no_such_field", field=key)
    return str(value)


def _person_id(connection: Connection, who: str) -> str:
    """Return the id of a person named by id or login: a login is no matter for the record."""
    person = tables.person
    query = select(person.c.id).where((person.c.id == who) | (person.c.login == who), person.c.active.is_(True))
    identity = connection.execute(query).scalar_one_or_none()
    if identity is None:
        raise NotFoundError("no_person_called", person=who)
    return str(identity)


def _require_all_decided(connection: Connection, case: Case) -> None:
    count = tables.finding_count
    query = select(func.coalesce(func.sum(count.c.n), 0)).where(
        count.c.case_number == case.number, count.c.status.in_([int(status) for status in UNDECIDED])
    )
    waiting = connection.execute(query).scalar_one()
    if waiting:
        raise ConflictError("case_has_waiting_findings", count=waiting, case=case.name)
    recheck, finding = tables.recheck, tables.finding
    again = select(func.count()).select_from(recheck.join(finding, finding.c.id == recheck.c.finding))
    open_here = (finding.c.case_number == case.number, recheck.c.second_seq.is_(None))
    pending = connection.execute(again.where(*open_here)).scalar_one()
    if pending:
        raise ConflictError("case_has_pending_rechecks", count=pending, case=case.name)

"""What needs a second person before it is done: an export out of the house, an erasure. One asks, another answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered, mark_of_case, require_whole, visible_case
from opencwc.casebook.chain import canonical
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import may, require
from opencwc.casebook.read_records import giving
from opencwc.casebook.rows import change_row, record_of, row_of
from opencwc.casebook.transaction import Writer
from opencwc.errors import ConflictError, InputError, NotFoundError

KINDS = ("export", "erase")
_REQUEST = tables.request


@dataclass(frozen=True, slots=True)
class Request:
    """Something asked for: ``state`` is ``asked``, ``approved``, ``declined`` or ``done``."""

    seq: int
    kind: str
    case: str
    case_number: int
    asked_by: str
    asked: dict[str, Any]
    state: str
    answered_by: str


def ask(book: Casebook, person: Person, kind: str, case: str, asked: Mapping[str, Any]) -> Request:
    """Ask for an export or an erasure of a case; ``asked`` holds a ``reason``, and what the act needs to know."""
    if kind not in KINDS:
        raise InputError("request_kind_unknown", request_kind=kind, known=tuple(KINDS))
    if not str(asked.get("reason", "")).strip():
        raise InputError("request_needs_reason")
    with book.writing(person.id) as writer:
        kept_case = visible_case(writer.connection, person, case, kind)
        require_whole(writer.connection, person, kept_case, kind)
        seq = writer.record("request", {"kind": kind, "asked": dict(asked)}, kept_case.number)
        row = {
            "seq": seq, "kind": kind, "case_number": kept_case.number, "asked_by": person.id,
            "asked": canonical(dict(asked)), "state": "asked", "answered_by": "", "answer_seq": None,
        }  # fmt: skip
        writer.connection.execute(_REQUEST.insert(), row)
        return request_numbered(writer.connection, seq)


def answer(book: Casebook, person: Person, seq: int, *, approve: bool, reason: str = "") -> Request:
    """Approve or decline what another person asked for; raise `ConflictError` where it was asked by this one."""
    with book.writing(person.id) as writer:
        request = request_numbered(writer.connection, seq)
        _require_seen(writer.connection, person, request)
        require(person, "approve")
        if request.state != "asked":
            raise ConflictError("request_not_open", request=seq, state=request.state)
        if approve and request.asked_by == person.id:
            raise ConflictError("own_request", request=seq)
        state = "approved" if approve else "declined"
        body = {"request": seq, "state": state, "reason": reason}
        answered = writer.record("answer", body, request.case_number)
        set_state(writer, seq, state, answered_by=person.id, answer_seq=answered)
    return next(request for request in requests_of(book, person, case=request.case_number) if request.seq == seq)


def requests_of(book: Casebook, person: Person, *, waiting: bool = False, case: int = 0) -> list[Request]:
    """Return the requests that the person may know of.

    With ``waiting`` those alone that wait for an answer, with ``case`` those of one case, by its number.
    """
    with giving(book, person) as given:
        connection = given.connection
        query = select(_REQUEST).order_by(_REQUEST.c.seq)
        if waiting:
            query = query.where(_REQUEST.c.state == "asked")
        if case:
            query = query.where(_REQUEST.c.case_number == case)
        requests = [_request(connection, row) for row in connection.execute(query).mappings()]
        cases = [case_numbered(connection, number) for number in {request.case_number for request in requests}]
        marked = [replace(one, mark=mark_of_case(connection, one)) for one in cases]
        seen = {one.number: one for one in marked if may(person, "read", one.mark)}
        given.cases(seen.values())
    return [request for request in requests if request.case_number in seen]


def request_numbered(connection: Connection, seq: int) -> Request:
    """Return a request by the number of its record."""
    row = row_of(connection, _REQUEST, seq=seq)
    if row is None:
        raise _no_request(seq)
    return _request(connection, row)


def _require_seen(connection: Connection, person: Person, request: Request) -> None:
    """Raise `NotFoundError` where the case of a request is above the clearance: the request is then not there."""
    if mark_of_case(connection, case_numbered(connection, request.case_number)) > person.clearance:
        raise _no_request(request.seq)


def _no_request(seq: int) -> NotFoundError:
    return NotFoundError("no_such_request", request=seq)


def approved(connection: Connection, person: Person, seq: int, kind: str) -> Request:
    """Return a request of a kind that was approved and not yet carried out, and that the person may know of."""
    request = request_numbered(connection, seq)
    _require_seen(connection, person, request)
    if request.kind != kind:
        raise InputError("request_of_another_kind", request=seq, asked=request.kind, wanted=kind)
    if request.state != "approved":
        raise ConflictError("request_not_approved", request=seq, state=request.state)
    return request


def set_state(writer: Writer, seq: int, state: str, **more: Any) -> None:
    """Write where a request stands."""
    change_row(writer.connection, _REQUEST, seq, state=state, **more)


def _request(connection: Connection, row: RowMapping) -> Request:
    case = case_numbered(connection, row["case_number"])
    return record_of(Request, row, case=case.name, asked=json.loads(row["asked"]))

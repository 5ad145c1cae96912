"""Watches that a person saved: what each asks for, and how far the runs had come when the person last looked.

A watch is its owner's alone. It holds no contents of a case: of what was looked at it knows the numbers of runs, and
how many decisions each had.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, RowMapping, select

from opencwc.casebook.chain import canonical
from opencwc.casebook.database import Casebook, changing
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import require
from opencwc.casebook.rows import change_row, record_of, row_of
from opencwc.casebook.tables import saved_watch
from opencwc.casebook.transaction import now
from opencwc.errors import ConflictError, InputError, NotFoundError

MOST = 50
"""How many watches a person may have."""
LONGEST_NAME = 100


class SavedWatch(Struct, frozen=True):
    """A watch: its name (empty where it follows one event), what it asks for, and the last look.

    ``looked`` gives for each run that was looked at how many decisions it had; ``looked_at`` is empty before the first.
    """

    id: str
    name: str
    asked: Mapping[str, Any]
    looked: Mapping[int, int]
    looked_at: str


def watches_of(book: Casebook, person: Person) -> list[SavedWatch]:
    """Return a person's watches, the first saved first."""
    require(person, "read")
    query = select(saved_watch).where(saved_watch.c.person == person.id)
    with book.reading() as connection:
        rows = connection.execute(query.order_by(saved_watch.c.made_at, saved_watch.c.id)).mappings()
        return [_watch(row) for row in rows]


def watch_of(book: Casebook, person: Person, watch: str) -> SavedWatch:
    """Return one watch of a person; raise `NotFoundError` where it is none of theirs."""
    require(person, "read")
    with book.reading() as connection:
        return _watch(_row(connection, person, watch))


def save_watch(book: Casebook, person: Person, name: str, asked: Mapping[str, Any]) -> SavedWatch:
    """Save a watch and return it; one that asks for the same under the same name is returned as it is.

    Raises:
        ConflictError: the person has too many.
        InputError: the name is too long.

    """
    require(person, "read")
    row = {
        "id": secrets.token_hex(8), "person": person.id, "name": _checked(name), "asked": canonical(dict(asked)),
        "looked": "{}", "looked_at": "", "made_at": now(),
    }  # fmt: skip
    with changing(book.engine) as connection:
        if same := row_of(connection, saved_watch, person=person.id, name=row["name"], asked=row["asked"]):
            return _watch(same)
        ids = connection.execute(select(saved_watch.c.id).where(saved_watch.c.person == person.id)).all()
        if len(ids) >= MOST:
            raise ConflictError("too_many_watches", most=MOST)
        connection.execute(saved_watch.insert(), row)
    return watch_of(book, person, row["id"])


def change_watch(book: Casebook, person: Person, watch: str, name: str, asked: Mapping[str, Any]) -> None:
    """Give a watch another name and other questions; what was looked at stays so."""
    require(person, "read")
    with changing(book.engine) as connection:
        _row(connection, person, watch)
        change_row(connection, saved_watch, watch, name=_checked(name), asked=canonical(dict(asked)))


def note_look(book: Casebook, person: Person, watch: str, seen: Mapping[int, int]) -> None:
    """Note that a person has looked at runs with so many decisions; an older look takes nothing back."""
    require(person, "read")
    with changing(book.engine) as connection:
        before = _watch(_row(connection, person, watch)).looked
        if before and max(seen, default=0) < max(before):
            return
        looked = {str(run): max(count, before.get(run, 0)) for run, count in sorted(seen.items())}
        change_row(connection, saved_watch, watch, looked=canonical(looked), looked_at=now())


def delete_watch(book: Casebook, person: Person, watch: str) -> None:
    """Delete a watch of a person."""
    require(person, "read")
    with changing(book.engine) as connection:
        _row(connection, person, watch)
        connection.execute(saved_watch.delete().where(saved_watch.c.id == watch))


def _row(connection: Connection, person: Person, watch: str) -> RowMapping:
    row = row_of(connection, saved_watch, id=watch, person=person.id)
    if row is None:
        raise NotFoundError("no_such_watch", watch=watch[:50])
    return row


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise InputError("watch_name_too_long", where="name", most=LONGEST_NAME)
    return name


def _watch(row: RowMapping) -> SavedWatch:
    looked = {int(run): int(count) for run, count in json.loads(row["looked"]).items()}
    return record_of(SavedWatch, row, asked=json.loads(row["asked"]), looked=looked)

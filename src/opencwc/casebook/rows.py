"""Statements that every part of the casebook makes: one row, the rows of a table by their key, a change of one row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, RowMapping, Select, Table, bindparam, select

from opencwc.records import from_plain

T = TypeVar("T")
_CHUNK = 2_000


def row_of(connection: Connection, table: Table, **values: Any) -> RowMapping | None:
    """Return the row whose columns have these values, or ``None``."""
    return connection.execute(_query_of_row(table, tuple(values)), values).mappings().first()


@cache
def _query_of_row(table: Table, names: tuple[str, ...]) -> Select[Any]:
    return select(table).where(*(table.c[name] == bindparam(name) for name in names))


def change_row(connection: Connection, table: Table, key: Any, **values: Any) -> None:
    """Give the columns of a row, named by its primary key, other values."""
    (column,) = table.primary_key.columns
    connection.execute(table.update().where(column == key).values(**values))


def slices(values: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Yield values some at a time, as many as a statement can name."""
    yield from (values[start : start + size] for start in range(0, len(values), size))


def rows_by_key(connection: Connection, query: Select[Any], key: Column[Any]) -> Iterator[RowMapping]:
    """Yield the rows of a query by a key among its columns, a chunk at a time: memory does not grow with the table."""
    following = query
    while True:
        rows = connection.execute(following.order_by(key).limit(_CHUNK)).mappings().all()
        yield from rows
        if len(rows) < _CHUNK:
            return
        following = query.where(key > rows[-1][key.name])


def stored_bytes(value: object) -> bytes:
    """Return the bytes in a column; what a damaged row has there instead, a number or a text, fits nothing: none.

    >>> stored_bytes(b"ab"), stored_bytes(6832352781384313885), stored_bytes("ab"), stored_bytes(None)
    (b'ab', b'', b'', b'')
    """
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else b""


def record_of(kind: type[T], row: RowMapping, **others: Any) -> T:
    """Return the record whose fields are columns of a row, but for ``others``; it need not know all columns."""
    return from_plain(kind, {**{str(name): value for name, value in row.items()}, **others})

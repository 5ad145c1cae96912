"""Many rows into one table: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Table


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose values stand in the order of ``columns``: text, numbers, bytes, truth or ``None``."""
    if not rows:
        return
    if connection.dialect.driver == "pg8000":
        _copy(connection, table, columns, rows)
        return
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', list(map(tuple, rows)))  # noqa: S608 - names of our own tables
        return
    connection.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in rows])


def _copy(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a connection that is open has one
    cursor = driver.cursor()
    try:
        cursor.execute(f'COPY "{table.name}" ({names}) FROM STDIN', stream=_pieces(rows))
    finally:
        cursor.close()


def _pieces(rows: Sequence[Sequence[Any]]) -> Iterator[bytes]:
    for start in range(0, len(rows), _ROWS_A_PIECE):
        piece = rows[start : start + _ROWS_A_PIECE]
        yield "".join("\t".join(map(_cell, row)) + "\n" for row in piece).encode()


def _cell(value: object) -> str:
    """Write a value as COPY's text format reads it (PostgreSQL manual, COPY, "Text Format").

    >>> _cell("a\\tb"), _cell(None), _cell(b"\\x00"), _cell(True)
    ('a\\\\tb', '\\\\N', '\\\\\\\\x00', 't')
    """
    if isinstance(value, str):
        return value.translate(_ESCAPES) if _needs_escape(value) else value
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(int(value)) if isinstance(value, int) else repr(value)


def _needs_escape(text: str) -> bool:
    return "\\" in text or not text.isprintable()


_ROWS_A_PIECE = 500
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\v": "\\v"})

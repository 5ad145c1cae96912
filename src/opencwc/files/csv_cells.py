"""Cells of a CSV file that may be opened in a spreadsheet program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable


def cell_of(value: object) -> str:
    """Return a cell that a spreadsheet program takes for text: a formula is not run (CWE-1236)."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def csv_of(rows: Iterable[Iterable[object]]) -> bytes:
    r"""Return rows as the lines of a CSV file; a text that a spreadsheet program would run is quoted.

    >>> csv_of([("id", "name"), (1, "=A1")])
    b"id,name\r\n1,'=A1\r\n"
    """
    out = io.StringIO()
    csv.writer(out).writerows([cell_of(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue().encode()


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    r"""Return rows as the lines of a CSV file whose cells are ours: ids, numbers, places.

    >>> csv_text([("id", "name"), (1, "A")])
    'id,name\n1,A\n'
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()

"""A register that somebody sends, read in a confined process into the rows that the grid edits.

`read_rows` is the parent's side; ``python -m opencwc.declarations.confined_rows`` is the process.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import IO, Any

from opencwc.confining.process import Line, Task, serve, unpack_uploads
from opencwc.confining.rights import Bounds, Protection
from opencwc.confining.sandbox import TaskRequest, confined_lines
from opencwc.declarations.handed_in import read_of
from opencwc.declarations.previews import Given, load_preview_readers
from opencwc.declarations.register_sheets import Sheets, sheets_of, sheets_of_register
from opencwc.errors import InputError

ROWS_AT_ONCE = 1_000
_TASK = "rows"
_SECONDS = 300.0
_BOUNDS = Bounds(memory=4_000_000_000, cpu_seconds=600)


def read_rows(archive: IO[bytes], given: Given, *, network_must_be_cut: bool = True) -> Sheets:
    """Return the register in an archive of uploads as sheets; ``given`` names columns by table and field.

    Raises:
        InputError: it cannot be read, its columns cannot be told, or the grid would lose what is said of a cell.

    """
    question = {"given": {table: dict(columns) for table, columns in given.items()}}
    request = TaskRequest(_TASK, question, _SECONDS, _BOUNDS, network_must_be_cut)
    rows: dict[str, list[Mapping[str, str]]] = {}
    whole = False
    with confined_lines(("-m", __name__), request, archive) as lines:
        for line in lines:
            if line is not None and "rows" in line:
                rows.setdefault(str(line["table"]), []).extend(_texts(row) for row in line["rows"])
            whole = whole or (line is not None and bool(line.get("done")))
    if not whole:
        raise InputError("reading_broke_off")
    return sheets_of(rows)


def _texts(row: Mapping[str, Any]) -> Mapping[str, str]:
    return {str(field): str(text) for field, text in row.items()}


class RowsTask(Task):
    """Reads a register into rows of texts."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        load_preview_readers()
        self.uploads = unpack_uploads()

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield some rows a line, then that all is done."""
        from opencwc.declarations.register_reader import read_uploads

        register = read_uploads(read_of(self.uploads), self.question["given"])
        for kind, sheet in sheets_of_register(register).items():
            for start in range(0, len(sheet.order), ROWS_AT_ONCE):
                rows = [dict(sheet.texts[row]) for row in sheet.order[start : start + ROWS_AT_ONCE]]
                yield {"table": kind, "rows": rows}
        yield {"done": True, "protection": protection.as_json()}


if __name__ == "__main__":
    sys.exit(serve({_TASK: RowsTask}))

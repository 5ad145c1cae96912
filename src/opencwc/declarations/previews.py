"""The start of a register, read in a confined process: what its columns are taken for, and what is wrong in which cell.

`preview_register` is the parent's side; ``python -m opencwc.declarations.previews`` is the process.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

from opencwc.confining.process import Line, Task, serve, unpack_uploads
from opencwc.confining.rights import Bounds, Protection
from opencwc.confining.sandbox import TaskRequest, confined_lines
from opencwc.declarations.model import Problem, Register
from opencwc.declarations.register_reader import missing_fields, register_of
from opencwc.declarations.register_tables import ACTIVITIES, SITES, Files, RegisterTable, read_tables
from opencwc.declarations.register_words import fields_of
from opencwc.errors import InputError, OpenCWCError, error_to_plain
from opencwc.files.column_mapping import map_columns
from opencwc.finding import Message
from opencwc.records import to_plain

ROWS_SHOWN, COLUMNS_SHOWN, PROBLEMS_SHOWN, LONGEST_CELL = 8, 60, 100, 120
_TASK = "preview"
_SECONDS = 120.0
_BOUNDS = Bounds(memory=4_000_000_000, cpu_seconds=600)
Given = Mapping[str, Mapping[str, str]]


class TableStart(NamedTuple):
    """The start of a table of a register: its columns, what they are taken for, and its first rows.

    ``missing`` are the fields that it needs and has no column for; ``error`` says why the columns cannot be told.
    """

    table: RegisterTable
    columns: Mapping[str, str]
    missing: tuple[str, ...]
    error: InputError | None = None


class RegisterPreview(NamedTuple):
    """The tables of a register, and the whole of it where their columns could be told."""

    starts: tuple[TableStart, ...]
    register: Register | None
    error: OpenCWCError | None = None


def preview_register(archive: IO[bytes], given: Given, *, network_must_be_cut: bool = True) -> dict[str, Any]:
    """Return what the files of an archive hold as one register; `preview_line` says what stands in it.

    ``given`` names columns by table and field. Raises `InputError` where the process breaks off.
    """
    question = {"given": {table: dict(columns) for table, columns in given.items()}}
    request = TaskRequest(_TASK, question, _SECONDS, _BOUNDS, network_must_be_cut)
    with confined_lines(("-m", __name__), request, archive) as lines:
        for line in lines:
            if line is not None and isinstance(line.get("register"), dict):
                return dict(line["register"])
    raise InputError("register_without_activities")


def preview(files: Files, given: Given) -> RegisterPreview:
    """Read a register from files by their names, as far as that goes.

    Raises `InputError` where a file cannot be read at all, or holds no table.
    """
    called = next(iter(files), "")
    tables = read_tables(files, given, called)
    starts = tuple(_start(tables[kind], given.get(kind, {})) for kind in (SITES, ACTIVITIES) if kind in tables)
    if any(start.missing or start.error for start in starts):
        return RegisterPreview(starts, None)
    try:
        return RegisterPreview(starts, register_of(tables, given, called))
    except InputError as error:
        return RegisterPreview(starts, None, error)


def preview_line(shown: RegisterPreview) -> Line:
    """Return a preview as plain values.

    ``tables`` are a mapping each: ``kind``, ``name``, ``header``, ``columns``, ``missing``, ``rows`` (their numbers
    with the cells), ``count``, ``problem``. ``problems`` say for each its ``table``, ``row``, ``field``, ``place`` and
    ``says`` (messages), and whether the row is ``unjudged``. ``sites`` and ``activities`` count the lines read.
    """
    register = shown.register
    problems = register.problems if register is not None else ()
    return {
        "tables": [_table_line(start) for start in shown.starts],
        "problems": [_problem_line(problem, register) for problem in problems[:PROBLEMS_SHOWN] if register],
        "problem_count": len(problems),
        "sites": len(register.sites) if register else 0,
        "activities": len(register.activities) if register else 0,
        "problem": error_to_plain(shown.error) if shown.error else None,
    }


def _start(table: RegisterTable, given: Mapping[str, str]) -> TableStart:
    try:
        columns = map_columns(table.header, fields_of(table.kind), given, where=table.name)
    except InputError as error:
        return TableStart(table, {}, missing_fields(table.kind, {}), error)
    return TableStart(table, columns, missing_fields(table.kind, columns))


def _table_line(start: TableStart) -> Line:
    table = start.table
    header = table.header[:COLUMNS_SHOWN]
    return {
        "kind": table.kind,
        "name": table.name[:LONGEST_CELL],
        "header": [column[:LONGEST_CELL] for column in header],
        "columns": dict(start.columns),
        "missing": list(start.missing),
        "rows": [
            {"at": at, "cells": [row.texts.get(column, "")[:LONGEST_CELL] for column in header]}
            for at, row in list(zip(table.at, table.rows, strict=True))[:ROWS_SHOWN]
        ],
        "count": len(table.rows),
        "problem": error_to_plain(start.error) if start.error else None,
    }


def _problem_line(problem: Problem, register: Register) -> Line:
    place = register.locate(problem.place)
    return {
        "table": problem.place.table,
        "row": problem.place.row,
        "field": problem.place.field,
        "place": to_plain(place) if isinstance(place, Message) else place[: 2 * LONGEST_CELL],
        "says": to_plain(problem.says),
        "unjudged": problem.unjudged,
    }


class PreviewRegister(Task):
    """Shows the start of a register, and what is wrong in it."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        load_preview_readers()
        self.uploads = unpack_uploads()

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield one line, then that all is done."""
        try:
            files = {upload.name: upload.path for upload in self.uploads}
            yield {"register": preview_line(preview(files, self.question["given"]))}
        except OpenCWCError as error:
            yield {"register": {"tables": [], "problems": [], "problem_count": 0, "problem": error_to_plain(error)}}
        yield {"done": True, "protection": protection.as_json()}


def load_preview_readers() -> None:
    """Load all that reads a register now, while files may be opened, and read a sample with it."""
    import fastexcel  # noqa: F401
    import pyarrow.csv  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import python_calamine  # noqa: F401

    from opencwc.convention.territories import load_names
    from opencwc.declarations.register_template import write_template

    load_names()
    with tempfile.TemporaryDirectory(prefix="opencwc-preview-") as folder:
        sample = Path(folder) / "activities.csv"
        sample.write_text("site,chemical,activity,year,quantity,unit,partner,date\nA,x,export,2025,5,kg,France,\n")
        preview({sample.name: sample}, {})
        workbook = Path(folder) / "sample.xlsx"
        with workbook.open("wb") as stream:
            write_template(stream)
        preview({workbook.name: workbook}, {})


if __name__ == "__main__":
    sys.exit(serve({_TASK: PreviewRegister}))

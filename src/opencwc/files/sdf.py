"""SDF and MOL files: records cut at ``$$$$`` as they stream by; the mol block of each is the input.

The format is that of the CTfile Formats document (BIOVIA, 2020): title, program and comment lines, counts, atoms,
``M  END``, then data items ``> <NAME>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opencwc.files.columns import SAMPLE_ROWS, WantedColumns, find_column
from opencwc.files.identifier_columns import ANY_KIND, MOST_READ, ReadColumn, kind_of_column
from opencwc.files.rows import (
    EMPTY,
    HOLDS_NUL,
    LOST_CHARACTER,
    STARTS_CHARACTERS,
    Part,
    PartBuilder,
    ValueLimits,
    part_of_values,
    too_long_message,
)
from opencwc.files.tables import RowContents, TableFile
from opencwc.finding import Message

STRUCTURE, TITLE = "structure", "title"
_RECORD_END = re.compile(rb"^\$\$\$\$[^\n]*\n", re.MULTILINE)
_BLOCK_END = re.compile(r"^M  END[^\n]*(?:\n|$)", re.MULTILINE)
_ITEM = re.compile(r"^>[^\n<]*<([^\n>]*)>[^\n]*\n((?:[^\n]+\n?)*)", re.MULTILINE)
_RECORDS_A_PART = 2_000
CUT = Message("record_cut")


@dataclass(frozen=True)
class _Columns:
    """Which columns of a record are the input, the id and the others that are read."""

    input: str
    id: str
    beside: tuple[str, ...] = ()


def read_rows(file: TableFile, wanted: WantedColumns) -> RowContents:
    """Open an SDF or MOL file; a data item can be named as the input or as the id."""
    text = file.text
    tags = dict.fromkeys(tag for tag, _ in _ITEM.findall(text.start))
    columns = (STRUCTURE, TITLE, *(tag for tag in tags if tag not in (STRUCTURE, TITLE)))
    column = columns[0 if wanted.column is None else find_column(wanted.column, columns, wanted.where)]
    id_column = columns[1 if wanted.id_column is None else find_column(wanted.id_column, columns, wanted.where)]
    beside = _read_beside(columns, column, text.start) if wanted.column is None and wanted.beside else ()
    records = split_records(text.lines(), text.limits.max_value_bytes)
    return RowContents(
        kind=file.kind,
        columns=columns,
        column=column,
        id_column=id_column,
        parts=_parts(records, _Columns(column, id_column, tuple(read.name for read in beside)), text.limits),
        inputs_are="molblock" if column == STRUCTURE else "text",
        reads=(ReadColumn(column, "structure" if column == STRUCTURE else ANY_KIND), *beside),
    )


def _read_beside(columns: tuple[str, ...], column: str, start: str) -> tuple[ReadColumn, ...]:
    """Return the data items, and the title, that say what the chemical is, by the first records."""
    cells: dict[str, list[str]] = {name: [] for name in columns if name != column}
    for record in start.replace("$$$$\n", "$$$$").split("$$$$")[:SAMPLE_ROWS]:
        cells[TITLE].append(_value(TITLE, record, {}) or "")
        for tag, value in _ITEM.findall(record):
            cells.setdefault(tag, []).append(value.strip())
    heads = {name: "name" if name == TITLE else name for name in cells}
    kinds = {name: kind_of_column(heads[name], values) for name, values in cells.items()}
    return tuple(ReadColumn(name, kind) for name, kind in kinds.items() if kind)[: MOST_READ - 1]


@dataclass(frozen=True)
class Record:
    """The text of one record, and why it cannot be read where that is known already."""

    text: bytes
    problem: Message | None = None


def split_records(lines: Iterable[bytes | Message], limit: int) -> Iterator[Record]:
    """Cut blocks of lines into records; of one longer than ``limit`` only the start is kept.

    What stands after the last ``$$$$`` is a record if it has a mol block, a cut record if it has only a part of one.
    """
    kept, size = b"", 0
    problem: Message | None = None
    for block in lines:
        if isinstance(block, Message):
            if block.id in ("file_ends_early", "file_damaged"):
                if _BLOCK_END.search(kept.decode("utf-8", "ignore")):
                    yield Record(kept, problem)
                yield Record(b"", block)
                return
            problem = problem or block
            continue
        at = 0
        for end in _RECORD_END.finditer(block):
            yield _record(kept + block[at : end.start()], size + end.start() - at, problem, limit)
            kept, size, problem, at = b"", 0, None, end.end()
        rest = block[at:]
        size += len(rest)
        kept = (kept + rest)[: limit + 1]
    if problem:
        yield Record(kept, problem)
    elif kept.strip():
        ended = size > limit or _BLOCK_END.search(kept.decode("utf-8", "ignore"))
        yield _record(kept, size, None if ended else CUT, limit)


def _record(text: bytes, size: int, problem: Message | None, limit: int) -> Record:
    if problem is None and size > limit:
        # A long list of data items after a whole mol block does no harm.
        end = _BLOCK_END.search(text[:limit].decode("utf-8", "ignore"))
        if end is None:
            problem = too_long_message(text[:400].decode("utf-8", "ignore").strip(), size)
    return Record(text[:limit], problem)


def _parts(records: Iterable[Record], columns: _Columns, limits: ValueLimits) -> Iterator[Part]:
    rows, size = PartBuilder(), 0
    for record in records:
        text = record.text.decode("utf-8", "replace")
        items = dict(_ITEM.findall(text)) if {columns.input, columns.id, *columns.beside} - {STRUCTURE, TITLE} else {}
        problem = record.problem or _problem(text, limits)
        value = None if problem else _value(columns.input, text, items)
        beside = [_value(name, text, items) for name in columns.beside] if text else []
        rows.add(value, _value(columns.id, text, items) if text else None, problem, beside)
        size += len(record.text)
        if len(rows.inputs) >= _RECORDS_A_PART or size > limits.max_value_bytes * 4:
            yield _part(rows, columns, limits)
            rows, size = PartBuilder(), 0
    if rows.inputs:
        yield _part(rows, columns, limits)


def _problem(text: str, limits: ValueLimits) -> Message | None:
    if not text.strip():
        return EMPTY
    if "\0" in text:
        return HOLDS_NUL
    block = _mol_block(text)
    body = block.split("\n", 3)[-1]  # a lost character in the three lines of title and comment does no harm
    if LOST_CHARACTER in body:
        return Message("row_undecodable", {"encoding": limits.encoding, "starts": block.strip()[:STARTS_CHARACTERS]})
    return None


def _value(column: str, text: str, items: dict[str, str]) -> str | None:
    if column == STRUCTURE:
        return _mol_block(text)
    if column == TITLE:
        return text.split("\n", 1)[0].strip()
    return items.get(column, "").strip() or None


def _mol_block(text: str) -> str:
    end = _BLOCK_END.search(text)
    if end:
        return text[: end.end()]
    item = re.search(r"^> ", text, re.MULTILINE)
    return text[: item.start()] if item else text


def _part(rows: PartBuilder, columns: _Columns, limits: ValueLimits) -> Part:
    if columns.input != STRUCTURE:
        return rows.part(limits)
    import polars as pl

    # A mol block is a text of fixed lines: its first may be blank, so nothing is stripped from it.
    part = part_of_values([None] * len(rows.ids), rows.ids, rows.problems, limits, rows.columns_beside())
    kept = {row: why for row, why in part.problems.items() if row in rows.problems}
    return Part(part.ids, pl.Series("inputs", rows.inputs, dtype=pl.String), kept, part.beside)

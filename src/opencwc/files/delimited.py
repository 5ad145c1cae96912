"""CSV, TSV and their kin: blocks of whole records go through Arrow's parser, and the odd ones through Python's.

Both give the same rows. A block is odd where a record spans lines, is ragged, holds a NUL or is quoted unusually.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opencwc.errors import InputError
from opencwc.files.columns import SAMPLE_ROWS, WantedColumns, has_header, named, names_columns
from opencwc.files.delimiters import (
    NO_DELIMITER,
    declared_delimiter,
    guess_delimiter,
    sample_records,
    sniff_delimiter,
)
from opencwc.files.frames import frame_of_rows, name_columns, without_first, without_problems
from opencwc.files.rows import (
    EMPTY,
    HOLDS_NUL,
    STARTS_CHARACTERS,
    Part,
    PartBuilder,
    ValueLimits,
    examine,
    part_of_problem,
)
from opencwc.files.tables import FrameContents, RowContents, TableFile
from opencwc.files.text_stream import Text
from opencwc.files.white_space import WHITE_SPACE
from opencwc.finding import Message

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

_MORE_THAN_CELLS = 1_000
_QUOTE, _NEWLINE = ord('"'), ord("\n")


@dataclass(frozen=True)
class Layout:
    """How records are cut into cells, and which cells are wanted (positions from 0)."""

    delimiter: str
    width: int
    input: int
    id: int | None
    beside: tuple[int, ...] = ()


def read_rows(file: TableFile, wanted: WantedColumns) -> RowContents:
    """Open a delimited text: the delimiter and the header are recognised from its first records."""
    text = file.text
    prefer = "\t" if file.claimed == "tsv" else ""
    delimiter = declared_delimiter(text.start) or sniff_delimiter(text.start, prefer=prefer) or NO_DELIMITER
    records = sample_records(text.start, delimiter)
    if len(text.start.split("\n", 1)[0].encode()) > text.limits.max_value_bytes:
        raise InputError("first_line_too_long", where=wanted.where)
    headed = has_header(records, (wanted.column, wanted.id_column))
    width = len(records[0]) if records else 1
    columns = named(records[0]) if headed else tuple(f"col{number}" for number in range(1, width + 1))
    data = records[1:] if headed else records
    samples = [
        [row[at].strip() or None if at < len(row) else None for row in data[:SAMPLE_ROWS]] for at in range(width)
    ]
    chosen = wanted.choose(columns, samples)
    return RowContents(
        kind="tsv" if delimiter == "\t" else "csv",
        columns=columns,
        column=columns[chosen.input],
        id_column=None if chosen.id is None else columns[chosen.id],
        parts=read_records(
            text.data_lines(), Layout(delimiter, width, chosen.input, chosen.id, chosen.beside), text.limits
        ),
        reads=chosen.columns,
        drop=min(_records_before_data(text.start, headed=headed), text.ended_lines),
        notes=() if headed else (Message("note_no_header", {"columns": width}),),
    )


def read_frame(file: TableFile) -> FrameContents:
    """Open a delimited text with all its columns."""
    text = file.text
    prefer = "\t" if file.claimed == "tsv" else ""
    delimiter = declared_delimiter(text.start) or guess_delimiter(text.start, prefer) or NO_DELIMITER
    records = sample_records(text.start, delimiter)
    if not records:
        raise InputError("file_without_table", where=file.name)
    if len(records[0]) > _MORE_THAN_CELLS:
        raise InputError("first_line_too_many_cells", where=file.name)
    headed = names_columns(records[0])
    header, notes = name_columns(records[0], headed=headed)
    drop = min(_records_before_data(text.start, headed=headed), text.ended_lines)

    def parts(columns: tuple[str, ...]) -> Iterator[pl.DataFrame]:
        return without_first(_frames(text, delimiter, header, columns), drop)

    return FrameContents("tsv" if delimiter == "\t" else "csv", header, (*text.notes, *notes), parts)


def _records_before_data(start: str, *, headed: bool) -> int:
    declared = 1 if declared_delimiter(start) else 0
    if not headed:
        return declared
    after = start.split("\n", 1)[1] if declared else start
    leading = after[: len(after) - len(after.lstrip("\ufeff \n"))]
    return declared + leading.count("\n") + 1


def read_records(lines: Iterable[bytes | Message], layout: Layout, limits: ValueLimits) -> Iterator[Part]:
    """Turn blocks of lines into parts, one row a record."""
    careful = CarefulReader(layout, limits)
    for block in lines:
        if isinstance(block, Message):
            yield from careful.finish()
            yield part_of_problem(block)
        elif not careful.is_amid_a_record and (table := parse_block(block, layout)) is not None:
            yield _examined(table, layout, limits)
        else:
            yield careful.read(block)
    yield from careful.finish()


def _examined(table: pa.Table, layout: Layout, limits: ValueLimits) -> Part:
    import polars as pl

    frame = pl.DataFrame(pl.from_arrow(table))
    inputs, *beside = (frame.get_column(str(at)) for at in (layout.input, *layout.beside))
    ids = None if layout.id is None else frame.get_column(str(layout.id))
    return examine(inputs, ids, limits, beside=beside)


def _frames(text: Text, delimiter: str, header: tuple[str, ...], columns: tuple[str, ...]) -> Iterator[pl.DataFrame]:
    careful = _WholeRecordReader(Layout(delimiter, len(header), 0, None), text.limits)
    for block in text.data_lines():
        if isinstance(block, Message):
            for part in careful.finish():
                yield careful.frame(part, header, columns)
            yield frame_of_rows([None], header, columns, {0: block})
        elif not careful.is_amid_a_record and (frame := _parse_frame(block, delimiter, header, columns)) is not None:
            yield frame
        else:
            yield careful.frame(careful.read(block), header, columns)
    for part in careful.finish():
        yield careful.frame(part, header, columns)


def parse_block(block: bytes, layout: Layout) -> pa.Table | None:
    """The wanted columns of a block in which every record is one plain line, ``None`` for any other block."""
    names = [str(at) for at in range(layout.width)]
    wanted = sorted({str(at) for at in (layout.input, layout.id, *layout.beside) if at is not None})
    return _parse(block, layout.delimiter, names, wanted)


def _parse_frame(
    block: bytes, delimiter: str, header: tuple[str, ...], columns: tuple[str, ...]
) -> pl.DataFrame | None:
    """The columns of a block in which every record is one plain line, ``None`` for any other block.

    A line with nothing in it is no plain one: Arrow would take it for a row of empty cells.
    """
    import polars as pl

    if b"\n\n" in block or block[:1] == b"\n":
        return None
    table = _parse(block, delimiter, header, columns or header[:1])
    if table is None:
        return None
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table becomes a frame
    return without_problems(frame)


def _parse(block: bytes, delimiter: str, names: Sequence[str], wanted: Sequence[str]) -> pa.Table | None:
    """Let Arrow parse a block whose records are plain lines; ``names`` are those of its columns."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    if b"\0" in block or (b'"' in block and not is_plainly_quoted(block, delimiter)):
        return None
    try:
        return arrow_csv.read_csv(
            pa.BufferReader(block),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(block) + 1),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=wanted, column_types=dict.fromkeys(wanted, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None


def is_plainly_quoted(block: bytes, delimiter: str) -> bool:
    """Whether quotes stand only around whole cells, doubled inside them, with no line end in between (RFC 4180)."""
    import numpy as np

    at = np.frombuffer(block, dtype=np.uint8)
    quotes = np.flatnonzero(at == _QUOTE)
    if len(quotes) % 2:
        return False
    before = at[quotes[0::2] - 1]  # of a quote that opens the block: its last byte, a newline
    after = at[quotes[1::2] + 1]
    edges = (_QUOTE, _NEWLINE, ord(delimiter))
    if not (np.isin(before, edges).all() and np.isin(after, edges).all()):
        return False
    return not (np.searchsorted(quotes, np.flatnonzero(at == _NEWLINE)) % 2).any()


@dataclass
class _Cursor:
    """Lines for the csv module, which tells nothing of where it is: what it took, and whether it asked for more."""

    lines: list[str]
    at: int = 0
    end: int = 0
    ran_out: bool = False

    def __iter__(self) -> _Cursor:
        return self

    def __next__(self) -> str:
        if self.at >= self.end:
            self.ran_out = True
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]


class CarefulReader:
    """Reads any block by Python's csv module, and keeps a record that is still open for the next block.

    A quote that is never closed would swallow the rows after it. So where it stays open to the end of the file or
    beyond the size of a value, or where the lines it swallowed are records themselves, only its own line is a row
    with a problem and the lines after it are read each for itself.
    """

    def __init__(self, layout: Layout, limits: ValueLimits) -> None:
        self._layout = layout
        self._limits = limits
        self._carry: list[str] = []
        # The module's own limit of 128 KiB a field is global to the process; it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), limits.max_value_bytes))

    @property
    def is_amid_a_record(self) -> bool:
        """Whether a record begun in the last block is still open."""
        return bool(self._carry)

    def finish(self) -> Iterator[Part]:
        """The rows of what is still open at the end."""
        if self._carry:
            yield self.read(b"", is_last=True)

    def read(self, block: bytes, *, is_last: bool = False) -> Part:
        """The rows of a block of lines."""
        lines = [*self._carry, *io.StringIO(block.decode("utf-8"), newline="\n")]
        self._carry = []
        cursor = _Cursor(lines)
        reader = csv.reader(cursor, delimiter=self._layout.delimiter)
        rows = PartBuilder()
        singly = 0  # lines before this one are read each for itself
        while cursor.at < len(lines):
            start = cursor.at
            cursor.end = start + 1 if start < singly else len(lines)
            cursor.ran_out = False
            try:
                cells = next(reader)
            except csv.Error:
                cells, cursor.ran_out, broken = [], False, True
            else:
                broken = cursor.ran_out or self._swallowed_records(lines[start + 1 : cursor.at])
            if cursor.ran_out and cursor.end == len(lines) and start >= singly and not is_last:
                self._carry = lines[start:]
                break
            if broken:
                singly = max(singly, cursor.at)
                cursor.at = start + 1
                rows.add(None, None, Message("row_quote_open", {"starts": lines[start].strip()[:STARTS_CHARACTERS]}))
            else:
                has_nul = any("\0" in line for line in lines[start : cursor.at])
                self._add(rows, cells, has_nul=has_nul)
        return rows.part(self._limits)

    def _swallowed_records(self, later_lines: list[str]) -> bool:
        layout = self._layout
        inner = later_lines if layout.width > 2 else later_lines[:-1]
        return (
            layout.width > 1 and bool(inner) and all(line.count(layout.delimiter) == layout.width - 1 for line in inner)
        )

    def _add(self, rows: PartBuilder, cells: list[str], *, has_nul: bool) -> None:
        layout = self._layout
        row_id = cells[layout.id] if layout.id is not None and layout.id < len(cells) <= layout.width else None
        if has_nul:
            rows.add(None, row_id, HOLDS_NUL)
        elif not cells or (len(cells) == 1 and not cells[0].strip(WHITE_SPACE)):
            rows.add(None, None)
        elif layout.input < len(cells) <= layout.width:
            beside = [cells[at] if at < len(cells) else None for at in layout.beside]
            rows.add(cells[layout.input], row_id, beside=beside)
        else:
            rows.add(None, row_id, Message("row_ragged", {"expected": layout.width, "found": len(cells)}))


class _WholeRecordReader(CarefulReader):
    """Keeps every cell of a record, where `CarefulReader` keeps two of them."""

    def __init__(self, layout: Layout, limits: ValueLimits) -> None:
        super().__init__(layout, limits)
        self._records: dict[int, list[str]] = {}

    def frame(self, part: Part, header: tuple[str, ...], columns: tuple[str, ...]) -> pl.DataFrame:
        """Return the records of the block that was read last."""
        records, self._records = self._records, {}
        return frame_of_rows([records.get(at) for at in range(len(part.inputs))], header, columns, part.problems)

    def _add(self, rows: PartBuilder, cells: list[str], *, has_nul: bool) -> None:
        width = self._layout.width
        if has_nul:
            rows.add(None, None, HOLDS_NUL)
        elif not cells or (len(cells) == 1 and not cells[0].strip(WHITE_SPACE)):
            rows.add(None, None, EMPTY)
        elif len(cells) <= width:
            self._records[len(rows.inputs)] = cells
            rows.add("read", None)
        else:
            self._records[len(rows.inputs)] = cells[:width]
            rows.add(None, None, Message("row_ragged", {"expected": width, "found": len(cells)}))

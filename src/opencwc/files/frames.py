"""Any table file with all its columns as text: ledgers, shipments, sanctions lists; large ones pass in batches.

``open_table`` looks for one chemical a row; here nothing is looked for: what the columns mean is for the caller to say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from opencwc.errors import InputError
from opencwc.files import delimited, json_rows, parquet, workbook
from opencwc.files.delimiters import NO_DELIMITER, declared_delimiter, sample_records, sniff_delimiter
from opencwc.files.rows import EMPTY, HOLDS_NUL, MAX_VALUE_BYTES, WHITE_SPACE, Limits
from opencwc.files.sources import ByteStream, open_source
from opencwc.files.table_kinds import kind_by_name, kind_of_binary, refuse_what_is_no_text
from opencwc.files.table_opening import split_sheet
from opencwc.files.text import START_BYTES, Text
from opencwc.finding import Message, message_from_plain, message_to_plain

if TYPE_CHECKING:
    import polars as pl

BATCH_ROWS = 131_072
ROW, PROBLEM = "row", "problem"
"""The columns that a batch has beside those of the file: a column of the file with such a name is ``row (2)``."""

_JSON_START = 2_000
_JSON_ROWS = 20_000
_PARQUET_ROWS = 16_384
_WORKBOOK_ROWS = 100_000
_MORE_THAN_CELLS = 1_000
_Parts = Callable[["tuple[str, ...]"], "Iterator[pl.DataFrame]"]


@dataclass(frozen=True)
class Frame:
    """A table that was opened: its columns, what was said of it, and its rows, which can be walked once.

    ``header`` are the names of the columns as the file has them, each of them once (a second ``kg`` is ``kg (2)``);
    ``kind`` is ``csv``, ``tsv``, ``xlsx``, ``xlsb``, ``xls``, ``ods``, ``parquet``, ``json`` or ``jsonl``. ``notes``
    hold what was assumed when it was opened.
    """

    name: str
    kind: str
    header: tuple[str, ...]
    notes: tuple[Message, ...]
    size_bytes: int | None
    _parts: _Parts = field(repr=False, compare=False)
    _stream: ByteStream = field(repr=False, compare=False)

    def batches(self, rows: int = BATCH_ROWS, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the rows, at most ``rows`` at a time; the file is closed after the last one.

        Each batch has the columns of the header (or those named) in its order as String, then ``row`` (UInt32, the
        number of the data row, from 1) and ``problem`` (String: why a row could not be read, for `problem_of`; else
        null). The cells of such a row are null as far as they could not be told apart.
        """
        import polars as pl

        wanted = self.header if columns is None else tuple(name for name in self.header if name in set(columns))
        first = 1
        try:
            for part in self._parts(wanted):
                for start in range(0, part.height, rows):
                    piece = part.slice(start, rows)
                    numbers = pl.Series(ROW, range(first, first + piece.height), dtype=pl.UInt32)
                    yield piece.with_columns(numbers).select(*wanted, ROW, PROBLEM)
                    first += piece.height
        finally:
            self.close()

    def bytes_read(self) -> int:
        """How many bytes of the file on disk have been read so far, out of ``size_bytes``."""
        return self._stream.consumed

    def close(self) -> None:
        """Close the file; nothing more can be read."""
        self._stream.close()

    def __enter__(self) -> Frame:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_frame(source: Path | BinaryIO, name: str = "") -> Frame:
    """Open a table file, or a binary stream of one, whatever its kind; its first line names the columns.

    A sheet of a workbook is named after a ``#``: ``ledger.xlsx#2026``. Where the first line holds data, the columns
    are ``col1``, ``col2`` and so on, and a note says so.

    Raises:
        InputError: there is no such file, or it holds no table.

    """
    sheet = None
    if isinstance(source, (str, Path)):
        source, sheet = split_sheet(Path(source))
        name = name or source.name
    name = name or "standard input"
    stream = open_source(source, name)
    try:
        return _open(stream, name, sheet)
    except BaseException:
        stream.close()
        raise


def problem_of(text: str) -> Message:
    """Return the message that a batch's ``problem`` column holds."""
    return message_from_plain(json.loads(text))


def _open(stream: ByteStream, name: str, sheet: str | None) -> Frame:
    binary = kind_of_binary(stream.peek(START_BYTES), name)
    if sheet is not None and binary not in ("zip", "ole"):
        raise InputError(
            "sheet_of_no_workbook", "Only a workbook has sheets.", where=name, remedy="Leave out the # and the sheet."
        )  # and the sheet.")
    if binary in ("zip", "ole"):
        return _open_workbook(stream, name, sheet)
    if binary == "parquet":
        return _open_parquet(stream, name)
    text = Text(stream, MAX_VALUE_BYTES)
    refuse_what_is_no_text(text.start, name)
    start = text.start.lstrip("\ufeff \t\n")
    if start[:1] in ("[", "{"):
        return _open_json(stream, text, name)
    return _open_delimited(stream, text, name)


# -- delimited text ---------------------------------------------------------------------------------------------------


def _open_delimited(stream: ByteStream, text: Text, name: str) -> Frame:
    prefer = "\t" if kind_by_name(name) == "tsv" else ""
    delimiter = declared_delimiter(text.start) or _delimiter(text.start, prefer) or NO_DELIMITER
    records = sample_records(text.start, delimiter)
    if not records:
        raise InputError(
            "file_without_table", "The file holds no table.", where=name, remedy="Check that the right file was given."
        )
    if len(records[0]) > _MORE_THAN_CELLS:
        raise InputError(
            "first_line_too_many_cells", "The first line has too many cells.", where=name,
            remedy="Check that this is a table.",
        )  # fmt: skip
    headed = names_columns(records[0])
    header, notes = _header(records[0], headed=headed)
    drop = min(delimited._records_before_data(text.start, headed=headed), text.ended_lines)

    def parts(wanted: tuple[str, ...]) -> Iterator[pl.DataFrame]:
        return _without_first(_delimited_parts(text, delimiter, header, wanted), drop)

    kind = "tsv" if delimiter == "\t" else "csv"
    return Frame(name, kind, header, (*text.notes, *notes), stream.size, parts, stream)


def _delimiter(start: str, prefer: str) -> str:
    """The delimiter that the table's cells tell, else the one that cuts its first line into most cells."""
    if found := sniff_delimiter(start, prefer=prefer):
        return found
    first = next((line for line in start.lstrip("\ufeff").split("\n") if line.strip()), "")
    return max(",;\t|", key=first.count) if any(sign in first for sign in ",;\t|") else ""


def _delimited_parts(
    text: Text, delimiter: str, header: tuple[str, ...], wanted: tuple[str, ...]
) -> Iterator[pl.DataFrame]:
    careful = _WholeRecords(delimited.Layout(delimiter, len(header), 0, None), text.limits)
    for block in text.data_lines():
        if isinstance(block, Message):
            for part in careful.finish():
                yield careful.frame(header, wanted, len(part.inputs), part.problems)
            yield _of_rows([None], header, wanted, {0: block})
        elif not careful.is_amid_a_record and (table := _parse(block, delimiter, header, wanted)) is not None:
            yield table
        else:
            part = careful.read(block)
            yield careful.frame(header, wanted, len(part.inputs), part.problems)
    for part in careful.finish():
        yield careful.frame(header, wanted, len(part.inputs), part.problems)


class _WholeRecords(delimited.CarefulReader):
    """Keeps every cell of a record, where the reader of chemicals keeps two of them."""

    def __init__(self, layout: delimited.Layout, limits: Limits) -> None:
        super().__init__(layout, limits)
        self._records: dict[int, list[str]] = {}

    def frame(
        self, header: tuple[str, ...], wanted: tuple[str, ...], rows: int, problems: dict[int, Message]
    ) -> pl.DataFrame:
        """Return the records of the block that was read last."""
        records, self._records = self._records, {}
        return _of_rows([records.get(at) for at in range(rows)], header, wanted, problems)

    def _add(self, found: delimited._Found, cells: list[str], *, has_nul: bool) -> None:
        width = self._layout.width
        if has_nul:
            found.add(None, None, HOLDS_NUL)
        elif not cells or (len(cells) == 1 and not cells[0].strip(WHITE_SPACE)):
            found.add(None, None, EMPTY)
        elif len(cells) <= width:
            self._records[len(found.inputs)] = cells
            found.add("read", None)
        else:
            self._records[len(found.inputs)] = cells[:width]
            found.add(None, None, Message("row_ragged", {"expected": width, "found": len(cells)}))


def _of_rows(
    rows: Sequence[Sequence[str | None] | None],
    header: tuple[str, ...],
    wanted: tuple[str, ...],
    problems: dict[int, Message],
) -> pl.DataFrame:
    """A frame of Python rows, each as long as the header or shorter, or ``None``."""
    import polars as pl

    places = {name: header.index(name) for name in wanted}
    columns = {
        name: [None if row is None or at >= len(row) else row[at] for row in rows] for name, at in places.items()
    }
    said = [_plain(problems[at]) if at in problems else None for at in range(len(rows))]
    return pl.DataFrame({**columns, PROBLEM: said}, schema={**dict.fromkeys(wanted, pl.String), PROBLEM: pl.String})


def _plain(problem: Message) -> str:
    return json.dumps(message_to_plain(problem), ensure_ascii=False)


def _parse(block: bytes, delimiter: str, header: tuple[str, ...], wanted: tuple[str, ...]) -> pl.DataFrame | None:
    """The columns of a block in which every record is one plain line, ``None`` for any other block.

    A line with nothing in it is no plain one: Arrow would take it for a row of empty cells.
    """
    import polars as pl
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    if (
        b"\0" in block
        or b"\n\n" in block
        or block[:1] == b"\n"
        or (b'"' in block and not delimited.is_plainly_quoted(block, delimiter))
    ):
        return None
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(block),
            read_options=arrow_csv.ReadOptions(column_names=header, use_threads=False, block_size=len(block) + 1),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=wanted or header[:1],
                column_types=dict.fromkeys(header, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table becomes a frame
    return _without_problems(frame)


def _without_problems(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(PROBLEM))


def _without_first(parts: Iterable[pl.DataFrame], drop: int) -> Iterator[pl.DataFrame]:
    for part in parts:
        kept = part.slice(drop) if drop else part
        drop = max(0, drop - part.height)
        if kept.height:
            yield kept


# -- workbooks, Parquet, JSON -----------------------------------------------------------------------------------------


def _open_workbook(stream: ByteStream, name: str, asked: str | None) -> Frame:
    path = stream.as_file()
    kind, has_macros = workbook._inspect(path, name)
    reader = workbook._calamine(name, workbook._open_reader, path)
    names: list[str] = reader.sheet_names
    sheet = workbook._sheet_name(names, asked, name)
    start = workbook._load(reader, sheet, name, n_rows=200)
    if start.width == 0:
        raise InputError(
            "sheet_empty", "The sheet {sheet!r} is empty.", where=name,
            remedy="Name one after a #, as in FILE.xlsx#{first}. The sheets are: {sheets!r}.", sheet=sheet,
            first=names[0], sheets=tuple(names[:40]),
        )  # fmt: skip
    records = [["" if cell is None else str(cell) for cell in row] for row in start.rows()]
    above = workbook._rows_above_header(records, (None, None))
    headed = names_columns(records[above])
    header, told = _header(records[above], headed=headed)
    drop = above + 1 if headed else above
    notes = [*told]
    if titles := sum(any(cell.strip() for cell in row) for row in records[:above]):
        notes.append(Message("note_title_rows", {"rows": titles}))
    if asked is None and len(names) > 1:
        notes.append(Message("note_sheet", {"sheet": sheet, "others": len(names) - 1}))
    if has_macros:
        notes.append(Message("note_macros"))

    def parts(wanted: tuple[str, ...]) -> Iterator[pl.DataFrame]:
        import polars as pl

        places = [header.index(one) for one in wanted]
        frame = workbook._load(reader, sheet, name, use_columns=places or [0])
        frame = frame.rename(dict(zip(frame.columns, wanted, strict=True))) if wanted else frame
        said = pl.when(pl.all_horizontal(pl.all().fill_null("") == "")).then(pl.lit(_plain(EMPTY))).alias(PROBLEM)
        frame = frame.slice(drop).with_columns(said)
        last = (frame[PROBLEM].is_null()).arg_true()
        frame = frame.head(int(last[-1]) + 1) if len(last) else frame.head(0)  # blank rows below are no rows
        for at in range(0, frame.height, _WORKBOOK_ROWS):
            yield frame.slice(at, _WORKBOOK_ROWS)

    return Frame(name, kind, header, tuple(notes), stream.size, parts, stream)


def _open_parquet(stream: ByteStream, name: str) -> Frame:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    try:
        file = ParquetFile(stream.as_file(), pre_buffer=False, buffer_size=1_000_000)
        schema = file.schema_arrow
        known = [one.name for one in schema if parquet._is_plain(one.type) and schema.names.count(one.name) == 1]
        texts = [one for one in known if parquet._is_text(schema.field(one).type)]
        file = ParquetFile(stream.as_file(), pre_buffer=False, buffer_size=1_000_000, read_dictionary=texts)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise parquet._damaged(error, name) from error
    if not known:
        raise InputError("parquet_without_text", "The Parquet file has no column of text or numbers.", where=name)
    header, _ = _header(known, headed=True)

    def parts(wanted: tuple[str, ...]) -> Iterator[pl.DataFrame]:
        import polars as pl

        stored = {known[header.index(one)]: one for one in wanted}
        try:
            for batch in file.iter_batches(_PARQUET_ROWS, columns=[*stored] or known[:1], use_threads=False):
                for at in range(0, batch.num_rows, _rows_at_once(batch)):
                    piece = batch.slice(at, _rows_at_once(batch))
                    held = [parquet._texts(piece.column(one)).alias(stored[one]) for one in stored]
                    frame = pl.DataFrame(held) if held else pl.DataFrame(height=piece.num_rows)
                    yield _without_problems(frame)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise parquet._damaged(error, name) from error

    return Frame(name, "parquet", header, (), stream.size, parts, stream)


def _rows_at_once(batch: object) -> int:
    """How many rows of a batch may be written out: a dictionary can stand for far more text than the file holds."""
    import pyarrow as pa
    import pyarrow.compute as pc

    assert isinstance(batch, pa.RecordBatch)  # noqa: S101 - for the type checker
    longest = 1
    for column in batch.columns:
        if pa.types.is_dictionary(column.type) and len(column.dictionary):
            longest = max(longest, pc.max(pc.binary_length(column.dictionary)).as_py() or 1)
    return int(max(1, min(batch.num_rows or 1, 64_000_000 // longest)))


def _open_json(stream: ByteStream, text: Text, name: str) -> Frame:
    kind = json_kind(text.start, kind_by_name(name))
    elements = (
        json_rows._elements_of_lines(text.data_lines(), text.limits)
        if kind == "jsonl"
        else json_rows._elements_of_array(text, name)
    )
    start = list(islice(elements, _JSON_START))
    known = dict.fromkeys(key for one in start if not isinstance(one, Message) for key in one)
    if not known:
        raise InputError(
            "json_without_rows", "The JSON file holds no rows.", where=name,
            remedy='Give an array of objects, or {{"rows": [...]}}.',
        )  # fmt: skip
    keys = tuple(known)
    header, _ = _header(keys, headed=True)

    def parts(wanted: tuple[str, ...]) -> Iterator[pl.DataFrame]:
        rest = chain(start, elements)
        while piece := list(islice(rest, _JSON_ROWS)):
            problems = {at: one for at, one in enumerate(piece) if isinstance(one, Message)}
            rows = [None if isinstance(one, Message) else [one.get(key) for key in keys] for one in piece]
            yield _of_rows(rows, header, wanted, problems)

    return Frame(name, kind, header, text.notes, stream.size, parts, stream)


def json_kind(start: str, said: str) -> str:
    """``json`` or ``jsonl``, for a text that begins as either does."""
    from opencwc.files.table_kinds import kind_of_text

    found = kind_of_text(start, said)
    return found if found in ("json", "jsonl") else "json"


# -- the header -------------------------------------------------------------------------------------------------------


def names_columns(record: Sequence[str]) -> bool:
    """Tell whether a first record names the columns: it does unless one of its cells is a number or a day.

    >>> names_columns(["id", "reporter", "2012 (kg)"]), names_columns(["17", "FRA", "export"])
    (True, False)
    """
    return not any(_holds_data(cell.strip()) for cell in record)


def _holds_data(cell: str) -> bool:
    bare = cell.translate(str.maketrans("", "", " ,.-/:+%\u00a0\u202f'"))
    return bare.isdecimal() and bool(bare)


def _header(record: Sequence[str], *, headed: bool) -> tuple[tuple[str, ...], tuple[Message, ...]]:
    """The names of the columns, each once, and a note where the file has none."""
    cells = [cell.strip(WHITE_SPACE) for cell in record] if headed else [""] * len(record)
    seen = {ROW: 1, PROBLEM: 1}
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        name = bare = " ".join(cell.split()) or f"col{number}"
        while name in seen:
            seen[bare] = seen.get(bare, 1) + 1
            name = f"{bare} ({seen[bare]})"
        seen.setdefault(name, 1)
        names.append(name)
    return tuple(names), () if headed else (Message("note_no_header", {"columns": len(cells)}),)

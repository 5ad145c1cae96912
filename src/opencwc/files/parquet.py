"""Parquet files: only the wanted columns, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from opencwc.errors import InputError
from opencwc.files.columns import SAMPLE_ROWS, WantedColumns
from opencwc.files.frames import name_columns, without_problems
from opencwc.files.rows import HOLDS_NUL, Part, ValueLimits, examine
from opencwc.files.tables import FrameContents, RowContents, TableFile

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

_PART_ROWS = 16_384
# Few rows at a time: until they are decoded nobody knows how long they are.
_STEP_ROWS = 1_024
_PART_BYTES = 8_000_000
# Stored bytes a value of a usual text column: four for its length and some for itself.
_USUAL_BYTES = (6, 64)


def read_rows(file: TableFile, wanted: WantedColumns) -> RowContents:
    """Open a Parquet file.

    Raises `InputError`: the file is damaged, or the wanted column holds neither text nor numbers.
    """
    import pyarrow as pa

    try:
        parquet = _open(file)
        schema = parquet.schema_arrow
        columns = tuple(schema.names)
        plain = [at for at, field in enumerate(schema) if _is_plain(field.type) and columns.count(field.name) == 1]
        start = next(parquet.iter_batches(SAMPLE_ROWS, columns=[columns[at] for at in plain]), None)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(error, wanted.where) from error
    samples: list[list[str | None]] = [[] for _ in columns]  # none of a column that holds no text
    if start is not None:
        for at in plain:
            samples[at] = _texts(start.column(columns[at])).to_list()
    chosen = wanted.choose(columns, samples)
    for at in {at for at in (chosen.input, chosen.id) if at is not None} - set(plain):
        raise InputError("column_without_text", where=wanted.where, column=columns[at])
    column = columns[chosen.input]
    id_column = None if chosen.id is None else columns[chosen.id]
    reads = [(at, read) for at, read in zip(chosen.reads, chosen.columns, strict=True) if at in plain]
    repeats = [read.name for at, read in reads if _is_text(schema.field(at).type) and _may_repeat(parquet, at)]
    parquet = _open(file, repeats)
    beside = tuple(read.name for _, read in reads[1:])
    walk = _ColumnWalk(parquet, (column, *beside), id_column, wanted.where, file.limits)
    return RowContents(
        kind="parquet",
        columns=columns,
        column=column,
        id_column=id_column,
        parts=walk.parts(),
        share_read=lambda: walk.rows_read / max(1, parquet.metadata.num_rows),
        reads=tuple(read for _, read in reads),
    )


def read_frame(file: TableFile) -> FrameContents:
    """Open a Parquet file with all its columns of text and numbers; raise InputError where it is damaged."""
    import pyarrow as pa

    try:
        parquet = _open(file)
        schema = parquet.schema_arrow
        known = [field.name for field in schema if _is_plain(field.type) and schema.names.count(field.name) == 1]
        parquet = _open(file, [name for name in known if _is_text(schema.field(name).type)])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _damaged(error, file.name) from error
    if not known:
        raise InputError("parquet_without_text", where=file.name)
    header, _ = name_columns(known, headed=True)

    def parts(columns: tuple[str, ...]) -> Iterator[pl.DataFrame]:
        import polars as pl

        stored = {known[header.index(column)]: column for column in columns}
        try:
            for batch in parquet.iter_batches(_PART_ROWS, columns=[*stored] or known[:1], use_threads=False):
                for at in range(0, batch.num_rows, _rows_at_once(batch)):
                    piece = batch.slice(at, _rows_at_once(batch))
                    texts = [_texts(piece.column(name)).alias(column) for name, column in stored.items()]
                    frame = pl.DataFrame(texts) if texts else pl.DataFrame(height=piece.num_rows)
                    yield without_problems(frame)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(error, file.name) from error

    return FrameContents("parquet", header, (), parts)


def _open(file: TableFile, repeats: Sequence[str] = ()) -> ParquetFile:
    """Open the file; the columns in ``repeats`` stay dictionaries, whose texts may be far larger than the file."""
    from pyarrow.parquet import ParquetFile

    return ParquetFile(
        file.stream.as_file(), pre_buffer=False, buffer_size=1_000_000, read_dictionary=list(repeats) or None
    )


class _ColumnWalk:
    """The wanted columns of a Parquet file, a batch at a time."""

    def __init__(
        self, file: ParquetFile, reads: tuple[str, ...], id_column: str | None, where: str, limits: ValueLimits
    ) -> None:
        self._file, self._reads, self._id_column = file, reads, id_column
        self._where, self._limits = where, limits
        self.rows_read = 0

    def parts(self) -> Iterator[Part]:
        import pyarrow as pa

        wanted = sorted({*self._reads, *filter(None, (self._id_column,))})
        is_dictionary = any(_is_dictionary(self._file.schema_arrow.field(name).type) for name in self._reads)
        rows = _PART_ROWS if is_dictionary else _STEP_ROWS
        batches = self._file.iter_batches(rows, columns=wanted, use_threads=False)
        pieces = (piece for batch in batches for piece in _bounded(batch, self._reads))
        try:
            for part in pieces if is_dictionary else _gathered(pieces):
                self.rows_read += part.num_rows
                yield self._part(part)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _damaged(error, self._where) from error

    def _part(self, batch: pa.RecordBatch) -> Part:
        inputs, *beside = (_texts(batch.column(name)) for name in self._reads)
        ids = None if self._id_column is None else _texts(batch.column(self._id_column))
        holds_nul = inputs.str.contains("\0", literal=True).fill_null(value=False).arg_true()
        return examine(inputs, ids, self._limits, dict.fromkeys(holds_nul.to_list(), HOLDS_NUL), beside)


def _gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Small batches put together as long as their text stays small."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        waiting.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= _PART_ROWS or size >= _PART_BYTES:
            yield pa.concat_batches(waiting)
            waiting, rows, size = [], 0, 0
    if waiting:
        yield pa.concat_batches(waiting)


def _bounded(batch: pa.RecordBatch, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Slices of a batch whose text stays small: a dictionary can stand for far more text than the file holds."""
    import numpy as np
    import pyarrow.compute as pc

    lengths = np.zeros(batch.num_rows, dtype=np.int64)
    for values in (batch.column(column) for column in columns):
        if _is_dictionary(values.type):
            of_cells = pc.fill_null(pc.take(pc.binary_length(values.dictionary), values.indices), 0)
            lengths += of_cells.to_numpy(zero_copy_only=False)
    if not lengths.any():
        yield batch
        return
    stretch = np.cumsum(lengths) // _PART_BYTES
    edges = [0, *(np.flatnonzero(np.diff(stretch)) + 1).tolist(), batch.num_rows]
    for start, end in pairwise(edges):
        yield batch.slice(start, end - start)


def _rows_at_once(batch: pa.RecordBatch) -> int:
    """How many rows of a batch may be written out: a dictionary can stand for far more text than the file holds."""
    import pyarrow as pa
    import pyarrow.compute as pc

    longest = 1
    for column in batch.columns:
        if pa.types.is_dictionary(column.type) and len(column.dictionary):
            longest = max(longest, pc.max(pc.binary_length(column.dictionary)).as_py() or 1)
    return int(max(1, min(batch.num_rows or 1, 64_000_000 // longest)))


def _may_repeat(file: ParquetFile, at: int) -> bool:
    """Whether a column is stored so that its text may be far larger than the file.

    A value stored once in a dictionary and repeated takes less than a text by itself would, or, where it is long,
    far more in the average than a chemical does.
    """
    metadata = file.metadata
    if metadata.num_columns != len(file.schema_arrow):
        return True
    chunks = [metadata.row_group(group).column(at) for group in range(metadata.num_row_groups)]
    low, high = _USUAL_BYTES
    return any(not low <= chunk.total_uncompressed_size / max(1, chunk.num_values) <= high for chunk in chunks)


def _texts(values: pa.Array) -> pl.Series:
    """The values as text; bytes that are no UTF-8, which some writers put into text columns, lose characters."""
    import polars as pl
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    try:
        text = values.cast(pa.large_string())
        text.validate(full=True)
    except pa.ArrowInvalid:
        raw = values.cast(pa.large_binary()).to_pylist()
        return pl.Series(
            [None if value is None else value.decode("utf-8", "replace") for value in raw], dtype=pl.String
        )
    return pl.Series(text, dtype=pl.String)


def _damaged(error: Exception, where: str) -> InputError:
    reason = str(error).split("\n", 1)[0][:200]
    return InputError("parquet_unreadable", where=where, reason=reason)


def _is_dictionary(kind: pa.DataType) -> bool:
    from pyarrow import types

    return bool(types.is_dictionary(kind) and _is_text(kind.value_type))


def _is_text(kind: pa.DataType) -> bool:
    from pyarrow import types

    is_text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    return bool(is_text or types.is_binary(kind) or types.is_large_binary(kind))


def _is_plain(kind: pa.DataType) -> bool:
    """Whether a column holds text, or values that can be said as text."""
    from pyarrow import types

    if types.is_dictionary(kind):
        kind = kind.value_type
    is_number = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_boolean(kind)
    return bool(_is_text(kind) or is_number or types.is_temporal(kind) or types.is_null(kind))

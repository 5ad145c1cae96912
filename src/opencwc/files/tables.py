"""Opening a table: whatever the file is, it becomes numbered batches of one input and one id a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, TypeAlias

from opencwc.errors import InputError
from opencwc.files.columns import Recognise, WantedColumns
from opencwc.files.identifier_columns import OTHER, TEXT, ReadColumn
from opencwc.files.kinds import kind_of_binary, kind_of_table_text, refuse_no_table, table_kind_by_name
from opencwc.files.readers import reader_of
from opencwc.files.rows import MAX_VALUE_BYTES, Part, Rows, ValueLimits, in_batches
from opencwc.files.sources import ByteStream, open_source
from opencwc.files.text_stream import START_BYTES, Text
from opencwc.finding import Message

if TYPE_CHECKING:
    import polars as pl


@dataclass
class TableFile:
    """An opened file that holds a table.

    ``claimed`` is the kind that its name claims, ``binary`` the kind of its first bytes, or ``""`` for text;
    ``kind`` is what it is read as. ``sheet`` is the sheet that was asked for.
    """

    stream: ByteStream
    sheet: str | None
    limits: ValueLimits
    claimed: str
    binary: str
    kind: str = ""

    @property
    def name(self) -> str:
        """The name of the file, for errors."""
        return self.stream.name

    @cached_property
    def text(self) -> Text:
        """The text of the file; `InputError` where it is markup, or no text at all."""
        text = Text(self.stream, self.limits.max_value_bytes)
        refuse_no_table(text.start, self.name)
        return text


def open_table_file(source: Path | BinaryIO, name: str, limits: ValueLimits) -> TableFile:
    """Open a file, or a binary stream of one; a sheet of a workbook is named after a ``#``.

    Raises `InputError`: there is no such file, or it is of a kind that holds no table.
    """
    sheet = None
    if isinstance(source, (str, Path)):
        source, sheet = split_sheet(Path(source))
        name = name or source.name
    stream = open_source(source, name or "standard input")
    try:
        binary = kind_of_binary(stream.peek(START_BYTES), stream.name)
    except BaseException:
        stream.close()
        raise
    if sheet is not None and binary != "xlsx":
        stream.close()
        raise InputError("sheet_of_no_workbook", where=stream.name)
    return TableFile(stream, sheet, limits, table_kind_by_name(stream.name), binary)


def split_sheet(path: Path) -> tuple[Path, str | None]:
    """``FILE.xlsx#Sheet`` as path and sheet; a file whose own name holds a ``#`` stays whole."""
    text = str(path)
    if "#" not in text or _exists(path):
        return path, None
    at = text.find("#")
    while at >= 0:
        if _exists(Path(text[:at])):
            return Path(text[:at]), text[at + 1 :]
        at = text.find("#", at + 1)
    return path, None


def _exists(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


class OpenedTable:
    """A table that can be walked once; leaving the ``with`` block closes its file."""

    _stream: ByteStream

    def bytes_read(self) -> int:
        """How many bytes of the file on disk have been read so far, out of ``size_bytes``."""
        return self._stream.consumed

    def close(self) -> None:
        """Close the file; nothing more can be read."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


@dataclass(frozen=True)
class RowContents:
    """What a reader of rows found.

    ``reads`` are the columns that are read, ``column`` the first of them. ``drop`` rows at the start of ``parts`` are
    headers. ``share_read`` says how much of the file was read, from 0 to
    1, where the bytes consumed do not say it. ``further`` are the other sheets of a workbook, each with columns of its
    own; ``columns`` are then those of all.
    """

    kind: str
    columns: tuple[str, ...]
    column: str
    id_column: str | None
    parts: Iterator[Part]
    drop: int = 0
    inputs_are: str = "text"
    notes: tuple[Message, ...] = ()
    share_read: Callable[[], float] | None = None
    reads: tuple[ReadColumn, ...] = ()
    further: tuple[RowContents, ...] = ()


FrameParts: TypeAlias = Callable[["tuple[str, ...]"], "Iterator[pl.DataFrame]"]
"""Gives the rows of a table with these of its columns, and the column ``problem``."""


@dataclass(frozen=True)
class FrameContents:
    """What a reader of whole tables found."""

    kind: str
    header: tuple[str, ...]
    notes: tuple[Message, ...]
    parts: FrameParts


BATCH_ROWS = 65_536


@dataclass(frozen=True)
class Table(OpenedTable):
    """A table that was opened: what it is, which columns were chosen, and its rows, which can be walked once.

    ``reads`` are the columns that say what the chemical is, with as what each is read; ``column`` is the first of them.
    ``inputs_are`` is ``"text"`` or ``"molblock"``. ``size_bytes`` is the size of the file on disk, ``None`` for a
    pipe. ``compression`` is ``""``, ``"gzip"`` or ``"zstd"``; ``encoding`` is ``""`` where the format fixes it.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    column: str
    id_column: str | None
    encoding: str
    compression: str
    size_bytes: int | None
    inputs_are: str
    notes: tuple[Message, ...]
    reads: tuple[ReadColumn, ...]
    _contents: RowContents = field(repr=False, compare=False)
    _stream: ByteStream = field(repr=False, compare=False)
    _batch_rows: int = field(repr=False, compare=False)

    def batches(self) -> Iterator[Rows]:
        """The rows in batches; the file is closed after the last one."""
        try:
            first = 1
            for part in (self._contents, *self._contents.further):
                for rows in in_batches(part.parts, self._batch_rows, drop=part.drop, columns=part.reads, first=first):
                    yield rows
                    first = rows.first + len(rows)
        finally:
            self.close()

    def bytes_read(self) -> int:
        """How many bytes of the file on disk have been read so far, out of ``size_bytes``."""
        if self._contents.share_read is not None and self.size_bytes is not None:
            return int(self._contents.share_read() * self.size_bytes)
        return super().bytes_read()


def open_table(
    source: Path | BinaryIO,
    *,
    name: str = "",
    column: str | None = None,
    id_column: str | None = None,
    recognise: Recognise | None = None,
    beside: bool = True,
    others: bool = False,
    batch_rows: int = BATCH_ROWS,
    max_value_bytes: int = MAX_VALUE_BYTES,
) -> Table:
    """Open a file or a binary stream of chemicals, of whatever kind, as a table.

    ``column`` and ``id_column`` are names, or numbers counted from 1. ``recognise(headers, samples)`` gives the name
    of the input column, seeing up to 200 values of each, or ``None`` to leave it to the headers. Where neither names a
    column, all columns that identify the chemical are read; without ``beside`` only the best of them. With ``others``
    the first of the remaining columns come along, to be shown. A sheet of a workbook is named after a ``#``:
    ``register.xlsx#2026``.

    Raises:
        InputError: there is no such file, it holds no table, or the input column is not clear.

    """
    file = open_table_file(source, name, ValueLimits(max_value_bytes))
    try:
        file.kind = file.binary or kind_of_table_text(file.text.start, file.claimed)
        wanted = WantedColumns(file.name, column, id_column, recognise, beside, others)
        contents: RowContents = reader_of(file.kind, "rows").load("rows")(file, wanted)
    except BaseException:
        file.stream.close()
        raise
    notes = () if file.binary else file.text.notes
    if file.claimed not in ("", "text") and reader_of(file.claimed, "rows") is not reader_of(contents.kind, "rows"):
        notes = (Message("note_kind_differs", {"said": file.claimed, "found": contents.kind}), *notes)
    return Table(
        name=file.name,
        kind=contents.kind,
        columns=contents.columns,
        column=contents.column,
        id_column=contents.id_column,
        encoding="" if file.binary else file.text.encoding,
        compression=file.stream.compression,
        size_bytes=file.stream.size,
        inputs_are=contents.inputs_are,
        notes=(*notes, *contents.notes),
        reads=_all_reads(contents),
        _contents=contents,
        _stream=file.stream,
        _batch_rows=batch_rows,
    )


def _all_reads(contents: RowContents) -> tuple[ReadColumn, ...]:
    """Return the columns that are read, of all sheets; texts have none."""
    reads = (column for sheet in (contents, *contents.further) for column in sheet.reads)
    return tuple(dict.fromkeys(column for column in reads if column.kind not in (TEXT, OTHER)))

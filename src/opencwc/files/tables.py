"""Opening a table: whatever the file is, it becomes numbered batches of one input and one id a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from opencwc.files.columns import Recognise, Wanted
from opencwc.files.kinds import kind_of_table_text
from opencwc.files.readers import reader_of
from opencwc.files.rows import MAX_VALUE_BYTES, Rows, ValueLimits, in_batches
from opencwc.files.sources import ByteStream
from opencwc.files.table_file import OpenedTable, RowContents, open_table_file
from opencwc.finding import Message

BATCH_ROWS = 65_536


@dataclass(frozen=True)
class Table(OpenedTable):
    """A table that was opened: what it is, which columns were chosen, and its rows, which can be walked once.

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
    _contents: RowContents = field(repr=False, compare=False)
    _stream: ByteStream = field(repr=False, compare=False)
    _batch_rows: int = field(repr=False, compare=False)

    def batches(self) -> Iterator[Rows]:
        """The rows in batches; the file is closed after the last one."""
        try:
            yield from in_batches(self._contents.parts, self._batch_rows, drop=self._contents.drop)
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
    batch_rows: int = BATCH_ROWS,
    max_value_bytes: int = MAX_VALUE_BYTES,
) -> Table:
    """Open a file or a binary stream of chemicals, of whatever kind, as a table.

    ``column`` and ``id_column`` are names, or numbers counted from 1. ``recognise(headers, samples)`` gives the name
    of the input column, seeing up to 200 values of each, or ``None`` to leave it to the headers. A sheet of a
    workbook is named after a ``#``: ``register.xlsx#2026``.

    Raises:
        InputError: there is no such file, it holds no table, or the input column is not clear.

    """
    file = open_table_file(source, name, ValueLimits(max_value_bytes))
    try:
        file.kind = file.binary or kind_of_table_text(file.text.start, file.claimed)
        wanted = Wanted(file.name, column, id_column, recognise)
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
        _contents=contents,
        _stream=file.stream,
        _batch_rows=batch_rows,
    )

"""Opening a table: whatever the file is, it becomes numbered batches of one input and one id a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from opencwc.errors import InputError
from opencwc.files import delimited, json_rows, parquet, sdf, smiles_files, workbook
from opencwc.files.columns import Recognise, Wanted
from opencwc.files.contents import Contents
from opencwc.files.rows import MAX_VALUE_BYTES, Limits, Rows, in_batches
from opencwc.files.sources import ByteStream, open_source
from opencwc.files.table_kinds import kind_by_name, kind_of_binary, kind_of_text, refuse_what_is_no_text
from opencwc.files.text import START_BYTES, Text
from opencwc.finding import Message

BATCH_ROWS = 65_536
_WORKBOOKS = frozenset({"xlsx", "xlsb", "xls", "ods"})
_FAMILY = {"tsv": "csv", **dict.fromkeys(_WORKBOOKS, "workbook")}


@dataclass(frozen=True)
class Table:
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
    _contents: Contents = field(repr=False, compare=False)
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
        return self._stream.consumed

    def close(self) -> None:
        """Close the file; nothing more can be read."""
        self._stream.close()

    def __enter__(self) -> Table:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


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
    sheet = None
    if isinstance(source, (str, Path)):
        source, sheet = split_sheet(Path(source))
        name = name or source.name
    name = name or "standard input"
    wanted = Wanted(name, column, id_column, recognise)
    stream = open_source(source, name)
    try:
        return _open(stream, wanted, sheet, batch_rows, max_value_bytes)
    except BaseException:
        stream.close()
        raise


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


def _open(stream: ByteStream, wanted: Wanted, sheet: str | None, batch_rows: int, max_value_bytes: int) -> Table:
    said = kind_by_name(stream.name)
    binary = kind_of_binary(stream.peek(START_BYTES), wanted.where)
    notes: tuple[Message, ...] = ()
    encoding = ""
    if sheet is not None and binary not in ("zip", "ole"):
        raise InputError(
            "sheet_of_no_workbook", "Only a workbook has sheets.", where=wanted.where,
            remedy="Leave out the # and the sheet.",
        )  # and the sheet.")  # fmt: skip
    if binary in ("zip", "ole"):
        contents = workbook.read_workbook(stream, wanted, sheet, Limits(max_value_bytes))
    elif binary == "parquet":
        contents = parquet.read_parquet(stream, wanted, Limits(max_value_bytes))
    else:
        text = Text(stream, max_value_bytes)
        contents = _read_text(text, wanted, said)
        notes, encoding = text.notes, text.encoding
    if said not in ("", "text") and _FAMILY.get(said, said) != _FAMILY.get(contents.kind, contents.kind):
        notes = (Message("note_kind_differs", {"said": said, "found": contents.kind}), *notes)
    return Table(
        name=stream.name,
        kind=contents.kind,
        columns=contents.columns,
        column=contents.column,
        id_column=contents.id_column,
        encoding=encoding,
        compression=stream.compression,
        size_bytes=stream.size,
        inputs_are=contents.inputs_are,
        notes=(*notes, *contents.notes),
        _contents=contents,
        _stream=stream,
        _batch_rows=batch_rows,
    )


def _read_text(text: Text, wanted: Wanted, said: str) -> Contents:
    refuse_what_is_no_text(text.start, wanted.where)
    kind = kind_of_text(text.start, said)
    if kind == "smi":
        return smiles_files.read_smiles(text, wanted)
    if kind == "text":
        return smiles_files.read_list(text, wanted)
    if kind in ("sdf", "mol"):
        return sdf.read_records(text, wanted, kind)
    if kind == "json":
        return json_rows.read_json(text, wanted)
    if kind == "jsonl":
        return json_rows.read_json_lines(text, wanted)
    return delimited.read_delimited(text, wanted, said)

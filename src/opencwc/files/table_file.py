"""A table file on its way to its reader, and what the reader hands back: the columns, and the rows still to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, TypeAlias

from opencwc.errors import InputError
from opencwc.files.kinds import kind_of_binary, refuse_no_table, table_kind_by_name
from opencwc.files.rows import Part, ValueLimits
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

    Raises:
        InputError: there is no such file, or it is of a kind that holds no table.

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

    ``drop`` rows at the start of ``parts`` are headers. ``share_read`` says how much of the file was read, from 0 to
    1, where the bytes consumed do not say it.
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


FrameParts: TypeAlias = Callable[["tuple[str, ...]"], "Iterator[pl.DataFrame]"]
"""Gives the rows of a table with these of its columns, and the column ``problem``."""


@dataclass(frozen=True)
class FrameContents:
    """What a reader of whole tables found."""

    kind: str
    header: tuple[str, ...]
    notes: tuple[Message, ...]
    parts: FrameParts

"""Any table file with all its columns as text: ledgers, shipments, sanctions lists; large ones pass in batches.

``open_table`` looks for one chemical a row; here nothing is looked for: what the columns mean is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from opencwc.files.frame_parts import PROBLEM, ROW
from opencwc.files.kinds import kind_of_table_text
from opencwc.files.readers import reader_of
from opencwc.files.rows import ValueLimits
from opencwc.files.sources import ByteStream
from opencwc.files.table_file import FrameContents, FrameParts, OpenedTable, TableFile, open_table_file
from opencwc.finding import Message

if TYPE_CHECKING:
    import polars as pl

BATCH_ROWS = 131_072


@dataclass(frozen=True)
class Frame(OpenedTable):
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
    _parts: FrameParts = field(repr=False, compare=False)
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


def open_frame(source: Path | BinaryIO, name: str = "") -> Frame:
    """Open a table file, or a binary stream of one, whatever its kind; its first line names the columns.

    A sheet of a workbook is named after a ``#``: ``ledger.xlsx#2026``. Where the first line holds data, the columns
    are ``col1``, ``col2`` and so on, and a note says so.

    Raises:
        InputError: there is no such file, or it holds no table.

    """
    file = open_table_file(source, name, ValueLimits())
    try:
        file.kind = file.binary or _kind_of_text(file)
        contents: FrameContents = reader_of(file.kind, "frame").load("frame")(file)
    except BaseException:
        file.stream.close()
        raise
    return Frame(
        file.name, contents.kind, contents.header, contents.notes, file.stream.size, contents.parts, file.stream
    )


def _kind_of_text(file: TableFile) -> str:
    """Return the kind of a whole table that is text: what is no JSON is cut by a delimiter."""
    start = file.text.start
    if not start.lstrip("\ufeff \t\n").startswith(("[", "{")):
        return "csv"
    kind = kind_of_table_text(start, file.claimed)
    return kind if kind in ("json", "jsonl") else "json"

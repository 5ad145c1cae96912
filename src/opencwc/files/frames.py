"""Any table file with all its columns as text: ledgers, shipments, sanctions lists; large ones pass in batches.

``open_table`` looks for one chemical a row; here nothing is looked for: what the columns mean is for the caller to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from opencwc.files.kinds import kind_of_table_text
from opencwc.files.readers import reader_of
from opencwc.files.rows import ValueLimits
from opencwc.files.sources import ByteStream
from opencwc.files.tables import FrameContents, FrameParts, OpenedTable, TableFile, open_table_file
from opencwc.files.white_space import WHITE_SPACE
from opencwc.finding import Message
from opencwc.records import from_plain, to_plain

if TYPE_CHECKING:
    import polars as pl


ROW, PROBLEM = "row", "problem"
"""The columns that a batch has beside those of the file: a column of the file with such a name is ``row (2)``."""


def name_columns(record: Sequence[str], *, headed: bool) -> tuple[tuple[str, ...], tuple[Message, ...]]:
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


def frame_of_rows(
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
    reasons = [plain_problem(problems[at]) if at in problems else None for at in range(len(rows))]
    return pl.DataFrame({**columns, PROBLEM: reasons}, schema={**dict.fromkeys(wanted, pl.String), PROBLEM: pl.String})


def plain_problem(problem: Message) -> str:
    """Return a problem as the column ``problem`` holds it."""
    return json.dumps(to_plain(problem), ensure_ascii=False)


def problem_of(text: str) -> Message:
    """Return the message that a batch's ``problem`` column holds."""
    return from_plain(Message, json.loads(text))


def without_problems(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a frame as rows that could all be read."""
    import polars as pl

    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(PROBLEM))


def without_first(parts: Iterable[pl.DataFrame], drop: int) -> Iterator[pl.DataFrame]:
    """Yield frames without their first ``drop`` rows."""
    for part in parts:
        kept = part.slice(drop) if drop else part
        drop = max(0, drop - part.height)
        if kept.height:
            yield kept


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

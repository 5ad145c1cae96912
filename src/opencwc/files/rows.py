"""Rows on their way out: values stripped, unreadable rows explained, batches numbered over the whole file.

Every format hands over ``Part``s of any size; ``in_batches`` cuts them into the ``Rows`` that the verbs take.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opencwc.files.identifier_columns import ReadColumn
from opencwc.files.white_space import WHITE_SPACE
from opencwc.finding import Message

if TYPE_CHECKING:
    import polars as pl

MAX_VALUE_BYTES = 1_000_000
MAX_BATCH_BYTES = 32_000_000
STARTS_CHARACTERS = 80

LOST_CHARACTER = "\ufffd"
_HALF = re.compile("[\\ud800-\\udfff]")
EMPTY = Message("row_empty")
HOLDS_NUL = Message("row_nul")


@dataclass(frozen=True)
class Rows:
    """One batch of rows.

    ``first`` is the number of the first data row, counted from 1 over the whole file. ``ids`` and ``inputs`` are
    String series of one length. ``problems`` says why a row could not be read: offset in the batch -> reason; the
    input of such a row is null. ``columns`` are those that the inputs and the series ``beside`` stand in, the column of
    the inputs first; a cell that holds nothing is null.
    """

    first: int
    ids: pl.Series
    inputs: pl.Series
    problems: dict[int, Message]
    columns: tuple[ReadColumn, ...] = ()
    beside: tuple[pl.Series, ...] = ()

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class Part:
    """Rows as a format found them: any number, not yet numbered."""

    ids: pl.Series
    inputs: pl.Series
    problems: dict[int, Message] = field(default_factory=dict)
    beside: tuple[pl.Series, ...] = ()


@dataclass(frozen=True)
class ValueLimits:
    """What one value may be, and the encoding that explains a lost character."""

    max_value_bytes: int = MAX_VALUE_BYTES
    encoding: str = "utf-8"


def in_batches(
    parts: Iterable[Part], batch_rows: int, *, drop: int = 0, columns: tuple[ReadColumn, ...] = (), first: int = 1
) -> Iterator[Rows]:
    """Cut parts into batches of ``batch_rows`` rows (fewer where values are very long), without the first ``drop``.

    The rows are counted from ``first``.
    """
    waiting: list[Part] = []
    rows = size = 0
    for whole in parts:
        part = _slice(whole, drop, len(whole.inputs)) if drop else whole
        drop = max(0, drop - len(whole.inputs))
        for piece in _bounded(part):
            waiting.append(piece)
            rows += len(piece.inputs)
            size += _bytes(piece)
            if rows < batch_rows and size < MAX_BATCH_BYTES:
                continue
            joined, at = _join(waiting), 0
            while rows - at >= batch_rows or (at == 0 and size >= MAX_BATCH_BYTES):
                batch = _slice(joined, at, at + batch_rows)
                yield _numbered(batch, first, columns)
                first += len(batch.inputs)
                at = min(rows, at + batch_rows)
            rest = _slice(joined, at, rows)
            waiting, rows = ([rest], len(rest.inputs)) if len(rest.inputs) else ([], 0)
            size = _bytes(rest)
    if rows:
        yield _numbered(_join(waiting), first, columns)


def part_of_values(
    inputs: Sequence[str | None],
    ids: Sequence[str | None],
    problems: Mapping[int, Message],
    limits: ValueLimits,
    beside: Sequence[Sequence[str | None]] = (),
) -> Part:
    """A part from Python values; the rows in ``problems`` keep no input, half a surrogate pair is a lost character."""
    others = [_series("beside", cells) for cells in beside]
    return examine(_series("inputs", inputs), _series("ids", ids), limits, dict(problems), others)


@dataclass
class PartBuilder:
    """Collects rows one by one until they are a part."""

    inputs: list[str | None] = field(default_factory=list)
    ids: list[str | None] = field(default_factory=list)
    problems: dict[int, Message] = field(default_factory=dict)
    beside: list[Sequence[str | None]] = field(default_factory=list)

    def add(
        self,
        value: str | None,
        row_id: str | None,
        problem: Message | None = None,
        beside: Sequence[str | None] | None = None,
    ) -> None:
        """Add a row; one with a problem keeps no input in the part. ``beside`` are its cells of the other columns."""
        if problem is not None:
            self.problems[len(self.inputs)] = problem
        self.inputs.append(value)
        self.ids.append(row_id)
        self.beside.append(beside or ())

    def part(self, limits: ValueLimits) -> Part:
        """Return the rows as a part."""
        return part_of_values(self.inputs, self.ids, self.problems, limits, self.columns_beside())

    def columns_beside(self) -> list[list[str | None]]:
        """Return the cells of the other columns, column by column; a row without them holds nothing there."""
        width = max(map(len, self.beside), default=0)
        return [[cells[at] if at < len(cells) else None for cells in self.beside] for at in range(width)]


def _series(name: str, values: Sequence[str | None]) -> pl.Series:
    import polars as pl

    try:
        return pl.Series(name, values, dtype=pl.String)
    except UnicodeEncodeError:
        whole = [None if value is None else _HALF.sub(LOST_CHARACTER, value) for value in values]
        return pl.Series(name, whole, dtype=pl.String)


def part_of_problem(problem: Message) -> Part:
    """A part of one row that could not be read."""
    import polars as pl

    nothing = pl.Series([None], dtype=pl.String)
    return Part(nothing, nothing, {0: problem})


def examine(
    inputs: pl.Series,
    ids: pl.Series | None,
    limits: ValueLimits,
    problems: Mapping[int, Message] | None = None,
    beside: Sequence[pl.Series] = (),
) -> Part:
    """Strip white space, and say which inputs are empty, too long or have lost a character."""
    import polars as pl

    reasons = dict(problems or {})
    inputs = inputs.rename("inputs").str.strip_chars(WHITE_SPACE)
    empty = inputs.is_null() | (inputs == "")
    too_long = inputs.str.len_bytes().fill_null(0) > limits.max_value_bytes
    lost = inputs.str.contains(LOST_CHARACTER, literal=True).fill_null(value=False)
    for row in too_long.arg_true():
        reasons.setdefault(row, too_long_message(inputs[row], len(inputs[row].encode())))
    for row in lost.arg_true():
        reasons.setdefault(
            row, Message("row_undecodable", {"encoding": limits.encoding, "starts": inputs[row][:STARTS_CHARACTERS]})
        )
    for row in empty.arg_true():
        reasons.setdefault(row, EMPTY)
    if reasons:
        unread = pl.Series(list(reasons), dtype=pl.UInt32)
        inputs = inputs.scatter(unread, None)
    return Part(_stripped_ids(ids, len(inputs)), inputs, reasons, tuple(map(_stripped, beside)))


def too_long_message(starts: str, size: int) -> Message:
    """Why a value or line was not kept: its size in bytes, and how it starts."""
    return Message("row_too_long", {"bytes": size, "starts": starts[:STARTS_CHARACTERS]})


def _stripped_ids(ids: pl.Series | None, rows: int) -> pl.Series:
    import polars as pl

    if ids is None:
        return pl.Series("ids", [None], dtype=pl.String).new_from_index(0, rows)
    return _stripped(ids.rename("ids"))


def _stripped(cells: pl.Series) -> pl.Series:
    cells = cells.str.strip_chars(WHITE_SPACE)
    blank = (cells == "").fill_null(value=False)
    return cells.set(blank, None) if blank.any() else cells


def _bytes(part: Part) -> int:
    # Summed lengths, not estimated_size(): a slice shares its buffers with the whole.
    return sum(int(cells.str.len_bytes().sum() or 0) for cells in (part.inputs, part.ids, *part.beside))


def _bounded(part: Part) -> Iterator[Part]:
    size = _bytes(part)
    if size < MAX_BATCH_BYTES or len(part.inputs) < 2:
        yield part
        return
    middle = len(part.inputs) // 2
    yield from _bounded(_slice(part, 0, middle))
    yield from _bounded(_slice(part, middle, len(part.inputs)))


def _slice(part: Part, start: int, end: int) -> Part:
    start = min(start, len(part.inputs))
    problems = {row - start: why for row, why in part.problems.items() if start <= row < end}
    return Part(part.ids[start:end], part.inputs[start:end], problems, tuple(cells[start:end] for cells in part.beside))


def _join(parts: list[Part]) -> Part:
    import polars as pl

    if len(parts) == 1:
        return parts[0]
    problems: dict[int, Message] = {}
    offset = 0
    for part in parts:
        problems.update({offset + row: why for row, why in part.problems.items()})
        offset += len(part.inputs)
    return Part(
        pl.concat([part.ids.rename("ids") for part in parts]),
        pl.concat([part.inputs.rename("inputs") for part in parts]),
        problems,
        tuple(_join_beside(parts)),
    )


def _join_beside(parts: Sequence[Part]) -> Iterator[pl.Series]:
    """Yield the other columns of parts; one that could not be cut into columns holds nothing in them."""
    import polars as pl

    for at in range(max(len(part.beside) for part in parts)):
        yield pl.concat(
            [
                part.beside[at].rename("beside") if at < len(part.beside) else _nothing(len(part.inputs))
                for part in parts
            ]
        )


def _nothing(rows: int) -> pl.Series:
    import polars as pl

    return pl.Series("beside", [None], dtype=pl.String).new_from_index(0, rows)


def _numbered(part: Part, first: int, columns: tuple[ReadColumn, ...]) -> Rows:
    missing = len(columns) - 1 - len(part.beside)
    beside = (*part.beside, *(_nothing(len(part.inputs)) for _ in range(missing)))
    return Rows(first, part.ids, part.inputs, part.problems, columns, beside)

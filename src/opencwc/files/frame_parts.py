"""The rows of a whole table as frames of text: how readers name the columns, and say why a row could not be read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from opencwc.files.rows import WHITE_SPACE
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

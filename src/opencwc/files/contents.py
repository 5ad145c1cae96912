"""What every format hands to ``open_table``: its columns, the chosen ones, and the rows still to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from opencwc.files.rows import Part
from opencwc.finding import Message


@dataclass(frozen=True)
class Contents:
    """An opened format.

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

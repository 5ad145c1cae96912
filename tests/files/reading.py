"""A table read to the end, as plain lists, with the numbering checked on the way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from opencwc.files import Table, open_table
from opencwc.finding import Message


@dataclass(frozen=True)
class Read:
    table: Table
    inputs: list[str | None]
    ids: list[str | None]
    problems: dict[int, Message]  # by row number, from 1

    def why(self, row: int) -> str:
        return self.problems[row].id


def read(source: Path | BinaryIO, **options: Any) -> Read:
    table = open_table(source, **options)
    inputs: list[str | None] = []
    ids: list[str | None] = []
    problems: dict[int, Message] = {}
    for rows in table.batches():
        assert rows.first == len(inputs) + 1
        assert len(rows.ids) == len(rows.inputs) == len(rows) > 0
        for offset, why in rows.problems.items():
            assert 0 <= offset < len(rows)
            assert rows.inputs[offset] is None
            problems[rows.first + offset] = why
        inputs += rows.inputs.to_list()
        ids += rows.ids.to_list()
    assert all(number in problems for number, value in enumerate(inputs, 1) if value is None)
    return Read(table, inputs, ids, problems)


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path

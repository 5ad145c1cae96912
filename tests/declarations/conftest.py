"""Small registers for the tests of declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from opencwc.declarations.model import Register

WriteFolder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> WriteFolder:
    """Return what writes the two tables of a register as text files."""

    def write(activities: str | bytes, sites: str | bytes | None = None) -> Path:
        for name, table in (("activities.csv", activities), ("sites.csv", sites)):
            if table is not None:
                (tmp_path / name).write_bytes(table if isinstance(table, bytes) else table.encode())
        return tmp_path

    return write


def said(register: Register) -> list[tuple[str, str]]:
    """Return where each problem of a register stands and what it says, as ids of messages."""
    return [(_place(register.locate(problem.place)), problem.says.id) for problem in register.problems]


def _place(place: object) -> str:
    if isinstance(place, str):
        return place
    values: Mapping[str, object] = place.values  # type: ignore[attr-defined]
    return " ".join(str(values[key]) for key in ("name", "line", "row", "column") if key in values)


def csv_lines(rows: Iterable[Iterable[str]], mark: str = ",") -> str:
    return "".join(mark.join(row) + "\n" for row in rows)

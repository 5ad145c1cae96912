"""Small registers for the tests of declarations, and what is said of them."""

from __future__ import annotations

from pathlib import Path

from opencwc.declarations.model import Register
from opencwc.finding import Message


def write_folder(folder: Path, activities: str | bytes, sites: str | bytes | None = None) -> Path:
    """Write the two tables of a register as text files."""
    for name, table in (("activities.csv", activities), ("sites.csv", sites)):
        if table is not None:
            (folder / name).write_bytes(table if isinstance(table, bytes) else table.encode())
    return folder


def said(register: Register) -> list[tuple[str, str]]:
    """Return where each problem of a register stands and what it says, as ids of messages."""
    return [(plain_place(register.locate(problem.place)), problem.says.id) for problem in register.problems]


def plain_place(place: Message | str) -> str:
    if isinstance(place, str):
        return place
    return " ".join(str(place.values[key]) for key in ("name", "line", "row", "column") if key in place.values)

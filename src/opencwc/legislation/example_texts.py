"""The invented law that pages and the demonstration show: of a State that does not exist, with gaps planted in it."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "examples"
NOW, FIRST = "chemical-weapons-act.txt", "chemical-weapons-act-first.txt"
"""The act as it stands, and as it was first enacted."""
NAMES = (NOW, FIRST)
STATE = "XNV"
"""Nordavia, which does not exist."""


def example_text(name: str) -> str:
    """Return one of the texts, by its name in `NAMES`."""
    if name not in NAMES:
        raise KeyError(name)
    return (FOLDER / name).read_text(encoding="utf-8")

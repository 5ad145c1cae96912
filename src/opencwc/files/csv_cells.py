"""Cells of a CSV file that may be opened in a spreadsheet program."""

from __future__ import annotations


def cell_of(value: object) -> str:
    """Return a cell that a spreadsheet program takes for text: a formula is not run (CWE-1236)."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text

"""The rows of a table as passages: one row names the columns, and each later cell comes with the name of its column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opencwc.files.headers import is_heading_word
from opencwc.files.passages import DocumentLimits, Item, Passage, Unread, column_letters
from opencwc.finding import Message

FIRST_ROWS = 30
LONGEST_HEADER = 60


class TablePassages:
    """Turns the rows of one table into passages; a table without a place, the lines of a text, is placed by numbers."""

    def __init__(self, place: str, limits: DocumentLimits) -> None:
        self._place = f"{place}!" if place else ""
        self._limits = limits
        self._headers: list[str] = []
        self._seen = 0

    def row(self, number: int, cells: Sequence[str]) -> Iterator[Item]:
        """Yield the passage of a row, and what of it is too far to the right to be read; nothing for an empty row."""
        filled = [" ".join(cell.split("\t")).strip() if "\t" in cell else cell.strip() for cell in cells]
        while filled and not filled[-1]:
            filled.pop()
        if not filled:
            return
        place = f"{self._place}{number}"
        most = self._limits.columns
        kept = filled[:most]
        while kept and not kept[-1]:
            kept.pop()
        if self._names_columns(kept):
            self._headers = [_as_header(cell) for cell in kept]
            yield Passage(place, "\t".join(kept))
        elif kept:
            yield Passage(place, "\t".join(self._with_header(at, cell) for at, cell in enumerate(kept)))
        if len(filled) > most:
            beyond = f"{self._place}{column_letters(most)}{number}"
            yield Unread(beyond, Message("reading_columns", {"columns": most}))

    def _with_header(self, at: int, cell: str) -> str:
        header = self._headers[at] if at < len(self._headers) else ""
        return f"{header}: {cell}" if header and cell else cell

    def _names_columns(self, cells: Sequence[str]) -> bool:
        self._seen += 1
        if self._seen > FIRST_ROWS and not self._headers:
            return False
        filled = [cell for cell in cells if cell]
        if len(filled) < 2 or not all(map(_is_words, filled)):
            return False
        known = sum(map(is_heading_word, filled))
        if self._headers:
            return known >= 3 and 2 * known >= len(filled)
        return known >= 2 or 2 * known >= len(filled)


def _is_words(cell: str) -> bool:
    letters = sum(map(str.isalpha, cell))
    digits = sum(map(str.isdigit, cell))
    return (letters > 0 and digits <= 2 and len(cell) <= 2 * LONGEST_HEADER) or cell in ("#", "№", "%", "N°")


def _as_header(cell: str) -> str:
    return " ".join(cell.split())[:LONGEST_HEADER].rstrip(" :：")

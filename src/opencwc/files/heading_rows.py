"""Which row of a table names its columns, and each later cell said with the name of its column.

The words are those of invoices, packing lists and safety data sheets in six languages (``../data/headers.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from opencwc.files.passages import Item, Limits, Passage, Unread, column_letters
from opencwc.finding import Message

WORDS = Path(__file__).parent / "data" / "headers.yaml"
FIRST_ROWS = 30
LONGEST_HEADER = 60


class Table:
    """The rows of one table on their way out.

    ``sign`` stands between the table's place and the number of a row; it is empty for the lines of a text.
    """

    def __init__(self, place: str, limits: Limits) -> None:
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
            yield Passage(place, "\t".join(self._said(at, cell) for at, cell in enumerate(kept)))
        if len(filled) > most:
            beyond = f"{self._place}{column_letters(most)}{number}"
            yield Unread(beyond, Message("reading_columns", {"columns": most}))

    def _said(self, at: int, cell: str) -> str:
        header = self._headers[at] if at < len(self._headers) else ""
        return f"{header}: {cell}" if header and cell else cell

    def _names_columns(self, cells: Sequence[str]) -> bool:
        self._seen += 1
        if self._seen > FIRST_ROWS and not self._headers:
            return False
        filled = [cell for cell in cells if cell]
        if len(filled) < 2 or not all(map(_is_words, filled)):
            return False
        known = sum(map(is_known_header, filled))
        if self._headers:
            return known >= 3 and 2 * known >= len(filled)
        return known >= 2 or 2 * known >= len(filled)


def is_known_header(cell: str) -> bool:
    """Whether a cell is a word that names a column, alone, with a unit, or in two languages.

    >>> is_known_header("Qty (kg)"), is_known_header("Désignation / Description"), is_known_header("Sarin")
    (True, True, False)
    """
    known = _known()
    whole = _plain(cell)
    if whole in known:
        return True
    parts = [_plain(part) for part in re.split(r"[/|()（）\[\]\n;:：,،-]", cell)]
    return any(part in known for part in parts)


def _is_words(cell: str) -> bool:
    letters = sum(map(str.isalpha, cell))
    digits = sum(map(str.isdigit, cell))
    return (letters > 0 and digits <= 2 and len(cell) <= 2 * LONGEST_HEADER) or cell in ("#", "№", "%", "N°")


def _as_header(cell: str) -> str:
    return " ".join(cell.split())[:LONGEST_HEADER].rstrip(" :：")


def _plain(cell: str) -> str:
    return " ".join(re.sub(r"[.\u2019'`’#*\u0640]", " ", cell.casefold()).split())


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    import yaml

    with WORDS.open(encoding="utf-8") as file:
        told = yaml.load(file, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 - gives only texts
    return frozenset(
        _plain(word) for by_language in told["columns"].values() for words in by_language.values() for word in words
    )

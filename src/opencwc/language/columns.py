"""What a row of a table states: as a line does, and an amount whose unit stands in a column of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from opencwc.convention.fields import load_yaml
from opencwc.files.headings import WORDS
from opencwc.language.commerce import Stated, read_commerce


def read_row(text: str) -> tuple[Stated, ...]:
    """Return what a line, or a row of cells parted by tabs and headed as ``Header: cell``, states.

    >>> [one[3:] for one in read_row("Goods: thiodiglycol\\tQty: 1000\\tUnit: kg")]
    [('1000 kg', '1000', 'kg')]
    """
    stated = read_commerce(text)
    if "\t" not in text or ": " not in text:
        return stated
    amounts = list(_amounts(text))
    if not amounts:
        return stated
    rest = (
        statement
        for statement in stated
        if statement.kind != "quantity" or all(not _touch(statement, other) for other in amounts)
    )
    return tuple(sorted((*rest, *amounts), key=lambda statement: statement.start))


def _amounts(text: str) -> Iterator[Stated]:
    """Yield the amounts of a row: with the unit of its own column, or of the head, or with none."""
    cells = list(_cells(text))
    units = [cell for head, cell, _, _ in cells if head in _words("unit")]
    for head, cell, start, end in cells:
        bare, _, in_head = head.rpartition(" ")
        if not _NUMBER.fullmatch(cell) or not {head, bare} & (_words("quantity") | _words("weight")):
            continue
        unit = units[0] if len(units) == 1 else in_head if bare else head
        written = f"{cell} {unit}"
        amount = next((statement for statement in read_commerce(written) if statement.kind == "quantity"), None)
        yield Stated(
            "quantity",
            start,
            end,
            written if amount else cell,
            amount.value if amount else cell,
            amount.unit if amount else "",
        )


def _cells(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Yield the head, the cell and its place for each headed cell of a row."""
    at = 0
    for written in text.split("\t"):
        head, colon, cell = written.partition(": ")
        if colon:
            start = at + len(head) + len(colon)
            yield _plain(head), cell, start, start + len(cell)
        at += len(written) + 1


def _touch(statement: Stated, other: Stated) -> bool:
    return statement.start < other.end and other.start < statement.end


@lru_cache(maxsize=4)
def _words(column: str) -> frozenset[str]:
    raw = load_yaml(WORDS.read_text(encoding="utf-8"))["columns"][column]
    return frozenset(_plain(str(word)) for words in raw.values() for word in words)


def _plain(head: str) -> str:
    return " ".join(re.findall(r"\w+", head.casefold()))


_NUMBER = re.compile(r"[\d\s.,'٫٬]{1,30}")

"""One table for every list: sorted by any column, searched, and given as CSV as it is shown.

A page names its columns once (`ListColumn`), takes `ListWanted` from its address, and shows what `listed` returns with
the macros of ``tables.html``. No script is needed: a heading is a link, and cells become cards on a phone by their
``data-label``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query

from opencwc.files.csv_cells import csv_of
from opencwc.web.server.page_parameters import AddressFilter, Brief

Row = TypeVar("Row")
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class ListColumn(Generic[Row]):
    """A column of a list.

    ``name`` stands in the address and at the head of the CSV, ``label`` is the message of its heading. ``text`` gives
    what a row says in it, in a language: it is searched, and written to the CSV. ``key`` gives what it is sorted by,
    the text where there is none. ``number`` columns stand to the end.
    """

    name: str
    label: str
    text: Callable[[Row, str], str]
    key: Callable[[Row], Any] | None = None
    number: bool = False

    def sorted_by(self, row: Row, lang: str) -> Any:
        """Return what a row is sorted by."""
        return self.key(row) if self.key is not None else self.text(row, lang).casefold()


@dataclass(frozen=True)
class ListAsked(AddressFilter):
    """How a list is to be shown: the column it is sorted by, with a ``-`` before it the other way, and what to find."""

    order: Brief = ""
    find: Annotated[str, Query(max_length=LONGEST_SEARCH)] = ""


ListWanted = Annotated[ListAsked, Depends()]


@dataclass(frozen=True)
class ListShown(Generic[Row]):
    """A list as it is shown: the rows that were found in their order, how many there are in all, and its columns."""

    rows: tuple[Row, ...]
    total: int
    columns: Sequence[ListColumn[Row]]
    asked: ListAsked
    texts: tuple[tuple[str, ...], ...] = field(repr=False)

    def csv(self) -> bytes:
        """Return what is shown as CSV, in which no cell is a formula."""
        return csv_of([[column.name for column in self.columns], *self.texts])


def listed(rows: Iterable[Row], columns: Sequence[ListColumn[Row]], asked: ListAsked, lang: str) -> ListShown[Row]:
    """Return the rows in which every word of the search stands, in the order asked for; else in that they came in."""
    every = [(row, tuple(column.text(row, lang) for column in columns)) for row in rows]
    words = asked.find.casefold().split()
    found = [(row, texts) for row, texts in every if _holds(texts, words)]
    name, turned = asked.order.removeprefix("-"), asked.order.startswith("-")
    column = next((column for column in columns if column.name == name), None)
    if column is not None:
        found.sort(key=lambda line: column.sorted_by(line[0], lang), reverse=turned)
    return ListShown(tuple(row for row, _ in found), len(every), columns, asked, tuple(texts for _, texts in found))


def _holds(texts: Iterable[str], words: Sequence[str]) -> bool:
    if not words:
        return True
    whole = " ".join(texts).casefold()
    return all(word in whole for word in words)

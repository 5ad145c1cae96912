"""One table for every list: sorted by any column, searched, and given as CSV as it is shown.

A page names its columns once (`ListColumn`), takes `ListWanted` from its address, and shows what `listed` returns with
the macros of ``tables.html``. No script is needed: a heading is a link, and cells become cards on a phone by their
``data-label``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

import numpy as np
from fastapi import Depends, Query
from numpy.typing import NDArray

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
    """A list as it is shown: the rows that were found in their order, how many there are in all, and its columns.

    ``found`` is how many were found; of a long list ``rows`` are a part of them.
    """

    rows: tuple[Row, ...]
    total: int
    columns: Sequence[ListColumn[Row]]
    asked: ListAsked
    texts: tuple[tuple[str, ...], ...] = field(repr=False)
    found: int

    def csv(self) -> bytes:
        """Return what is shown as CSV, in which no cell is a formula."""
        return csv_of([[column.name for column in self.columns], *self.texts])


def listed(rows: Iterable[Row], columns: Sequence[ListColumn[Row]], asked: ListAsked, lang: str) -> ListShown[Row]:
    """Return the rows in which every word of the search stands, in the order asked for; else in that they came in."""
    every = [(row, tuple(column.text(row, lang) for column in columns)) for row in rows]
    words = asked.find.casefold().split()
    found = [(row, texts) for row, texts in every if _holds(texts, words)]
    column, turned = _order_asked(columns, asked)
    if column is not None:
        found.sort(key=lambda line: column.sorted_by(line[0], lang), reverse=turned)
    rows, texts = tuple(row for row, _ in found), tuple(texts for _, texts in found)
    return ListShown(rows, len(every), columns, asked, texts, len(rows))


def _order_asked(columns: Sequence[ListColumn[Row]], asked: ListAsked) -> tuple[ListColumn[Row] | None, bool]:
    """Return the column to sort by, nothing for the usual order, and whether it is turned round."""
    name = asked.order.removeprefix("-")
    return next((column for column in columns if column.name == name), None), asked.order.startswith("-")


class LongList(Generic[Row]):
    """The rows of a long list, with what is remembered of them: what they are searched in, and how each column sorts.

    A page of it costs what it shows; only the first search, and the first order by a column, go through all rows.
    """

    def __init__(self, rows: Sequence[Row], columns: Sequence[ListColumn[Row]]) -> None:
        self.rows, self.columns = rows, columns
        self._searched: dict[str, list[str]] = {}
        self._ranks: dict[tuple[str, str], NDArray[np.int64]] = {}

    def part(self, places: NDArray[np.int64], asked: ListAsked, lang: str, start: int, most: int) -> ListShown[Row]:
        """Return some of the rows at ``places`` that are found: as `listed` orders them, from one place on."""
        found = places
        if words := asked.find.casefold().split():
            texts = self._texts(lang)
            found = np.array(
                [place for place in places.tolist() if all(word in texts[place] for word in words)], dtype=np.int64
            )
        column, turned = _order_asked(self.columns, asked)
        if column is not None:
            ranks = self._ranks_by(column, lang)[found]
            found = found[np.argsort(-ranks if turned else ranks, kind="stable")]
        rows = tuple(self.rows[place] for place in found[start : start + most])
        texts_shown = tuple(tuple(column.text(row, lang) for column in self.columns) for row in rows)
        return ListShown(rows, len(places), self.columns, asked, texts_shown, len(found))

    def _texts(self, lang: str) -> list[str]:
        if lang not in self._searched:
            texts = (" ".join(column.text(row, lang) for column in self.columns) for row in self.rows)
            self._searched = {
                lang: [text.casefold() for text in texts]
            }  # of one language: they are as long as the list
        return self._searched[lang]

    def _ranks_by(self, column: ListColumn[Row], lang: str) -> NDArray[np.int64]:
        key = (column.name, lang)
        if key not in self._ranks:
            values = [column.sorted_by(row, lang) for row in self.rows]
            rank_of = {value: rank for rank, value in enumerate(sorted(set(values)))}
            self._ranks[key] = np.array([rank_of[value] for value in values], dtype=np.int64)
        return self._ranks[key]


def _holds(texts: Iterable[str], words: Sequence[str]) -> bool:
    if not words:
        return True
    whole = " ".join(texts).casefold()
    return all(word in whole for word in words)

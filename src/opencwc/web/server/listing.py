"""One table for every list: sorted by any column, searched, and given as CSV or XLSX as it is shown.

A search finds each of its words anywhere in a row, without accents and in capitals or not. A word that stands nowhere
in the whole list is taken for a slip: then the rows are found whose words begin almost so, and the list says so.

A page names its columns once (`ListColumn`), takes `ListWanted` from its address, and shows what `listed` returns with
the macros of ``tables.html``. No script is needed: a heading is a link, and cells become cards on a phone by their
``data-label``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar

import numpy as np
from fastapi import Depends, Query
from numpy.typing import NDArray

from opencwc.convention.measure_terms import fold
from opencwc.files.csv_cells import csv_of
from opencwc.finding import Message
from opencwc.language.name_search import parts_of, taken_for
from opencwc.publishing.xlsx import table_workbook
from opencwc.web.server.days_and_sizes import day_said
from opencwc.web.server.page_parameters import AddressFilter, Brief
from opencwc.web.server.text_markup import with_capital
from opencwc.wording import say

Row = TypeVar("Row")
LONGEST_SEARCH = 200
MOST_PRINTED = 2_000
"""Rows that are shown of a whole list, to be printed."""
SEARCHED = Query(max_length=LONGEST_SEARCH)
Searched = Annotated[str, SEARCHED]
Ending = Literal["csv", "xlsx"]
"""The kinds of file that every list is given as."""
Slips: TypeAlias = "tuple[tuple[str, tuple[str, ...]], ...]"
"""Words of a search that stand nowhere, each with the words that were taken for it."""
_NO_SLIPS: Slips = ()
_MOST_RANKS = 6
"""Orders of a long list that are remembered, by column and language."""


@dataclass(frozen=True)
class ListColumn(Generic[Row]):
    """A column of a list.

    ``name`` stands in the address and at the head of the CSV, ``label`` is the message of its heading, empty where
    the name is the user's own. ``text`` gives what a row says in it, in a language: it is searched, and written to the
    CSV. ``key`` gives what it is sorted by, the text where there is none. ``number`` columns stand to the end.
    ``on_page`` gives what a page says where a file says it otherwise (`day_column`): it is searched too. ``also`` gives
    what else a row is found by, which is not shown: its other names.
    ``brief`` stands in its heading where there is little room, with the label as its title.
    ``sorts`` is false where a list that the database pages cannot be sorted by it.
    """

    name: str
    label: str | Message
    text: Callable[[Row, str], str]
    key: Callable[[Row], Any] | None = None
    number: bool = False
    on_page: Callable[[Row, str], str] | None = None
    also: Callable[[Row], Iterable[str]] | None = None
    brief: str = ""
    sorts: bool = True

    def searched(self, row: Row, lang: str) -> str:
        """Return all that a row says in it, on a page and in a file, and what else it is found by."""
        said = [self.text(row, lang), *(self.also(row) if self.also is not None else ())]
        return " ".join([*said, self.on_page(row, lang)] if self.on_page is not None else said)

    def sorted_by(self, row: Row, lang: str) -> Any:
        """Return what a row is sorted by."""
        return self.key(row) if self.key is not None else self.text(row, lang).casefold()


def day_column(
    name: str, label: str, day: Callable[[Row], str], key: Callable[[Row], Any] | None = None,
    said: Callable[[str, str], str] = day_said,
) -> ListColumn[Row]:  # fmt: skip
    """Return a column of days: in a file as ISO 8601 has them, in which they sort too, on a page as people write them.

    >>> made = day_column("made", "", lambda row: row)
    >>> made.text("2026-03-04", "fr"), made.on_page("2026-03-04", "fr").replace("\u00a0", " ")
    ('2026-03-04', '4 mars 2026')
    """
    return ListColumn(name, label, lambda row, _: day(row), key or day, on_page=lambda row, lang: said(day(row), lang))


@dataclass(frozen=True)
class ListAsked(AddressFilter):
    """How a list is to be shown: the column it is sorted by, with a ``-`` before it the other way, and what to find.

    ``hide`` are the columns that are not shown, nor given in a file, by name with commas between them. ``all`` asks for
    the whole of a list that is cut into pages, to be printed.
    """

    order: Brief = ""
    find: Searched = ""
    hide: Annotated[str, Query(max_length=200)] = ""
    all: Brief = ""

    @property
    def whole(self) -> bool:
        """Whether the whole list is shown, to be printed."""
        return self.all == "yes"

    def part(self, after: int, most: int) -> slice:
        """Return which rows to show: so many from a place on, or the whole list up to what can be printed."""
        return slice(MOST_PRINTED) if self.whole else slice(after, after + most)

    @property
    def hidden(self) -> frozenset[str]:
        """The names of the columns that are not shown."""
        return frozenset(self.hide.split(",")) - {""}

    def toggled(self, name: str) -> str:
        """Return what ``hide`` says once a column is hidden, or shown again."""
        return ",".join(sorted(self.hidden ^ {name}))


ListWanted = Annotated[ListAsked, Depends()]


@dataclass(frozen=True)
class ListShown(Generic[Row]):
    """A list as it is shown: the rows that were found in their order, how many there are in all, and its columns.

    ``found`` is how many were found; of a long list ``rows`` are a part of them. ``slips`` are words of the search that
    stand nowhere, each with the words that were taken for it. ``texts`` are what a file says.
    """

    rows: tuple[Row, ...]
    total: int
    columns: Sequence[ListColumn[Row]]
    asked: ListAsked
    texts: tuple[tuple[str, ...], ...] = field(repr=False)
    found: int
    slips: Slips = _NO_SLIPS
    lang: str = "en"

    def lines(self, some: slice = slice(None)) -> list[tuple[Row, tuple[str, ...]]]:
        """Return some of the rows, each with what a page says of it."""
        return [(row, self._cells(row, texts)) for row, texts in zip(self.rows[some], self.texts[some], strict=True)]

    def _cells(self, row: Row, texts: tuple[str, ...]) -> tuple[str, ...]:
        pairs = zip(self.columns, texts, strict=True)
        return tuple(text if column.on_page is None else column.on_page(row, self.lang) for column, text in pairs)

    @property
    def places(self) -> list[int]:
        """The places of the columns that are shown."""
        return [place for place, column in enumerate(self.columns) if column.name not in self.asked.hidden]

    def _texts_shown(self) -> list[list[str]]:
        return [[texts[place] for place in self.places] for texts in self.texts]

    def csv(self) -> bytes:
        """Return what is shown as CSV, in which no cell is a formula."""
        return csv_of([[self.columns[place].name for place in self.places], *self._texts_shown()])

    def file(self, ending: Ending, title: str, lang: str) -> bytes:
        """Return what is shown as a file; ``title`` is the message that names the sheet of a workbook."""
        return self.csv() if ending == "csv" else self.xlsx(say(title, lang), lang)

    def xlsx(self, title: str, lang: str) -> bytes:
        """Return what is shown as a workbook, in which no cell is a formula."""
        shown = [self.columns[place] for place in self.places]
        headings = tuple(with_capital(say(column.label, lang)) if column.label else column.name for column in shown)
        numbers = {place for place, column in enumerate(shown) if column.number}
        return table_workbook(title, headings, self._texts_shown(), numbers)


def table_file(ending: Ending, title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as a file, in which no cell is a formula."""
    return csv_of([headings, *rows]) if ending == "csv" else table_workbook(title, headings, rows)


def listed(rows: Iterable[Row], columns: Sequence[ListColumn[Row]], asked: ListAsked, lang: str) -> ListShown[Row]:
    """Return the rows in which every word of the search stands, in the order asked for; else in that they came in."""
    every = [(row, tuple(column.text(row, lang) for column in columns)) for row in rows]
    found, slips = every, _NO_SLIPS
    if parts := parts_of(asked.find):
        whole = [fold(" ".join(column.searched(row, lang) for column in columns)).text for row, _ in every]
        wanted = [taken_for(part, whole) for part in parts]
        found = [one for one, text in zip(every, whole, strict=True) if all(_any_in(some, text) for some in wanted)]
        slips = slips_of(parts, wanted)
    column, turned = _order_asked(columns, asked)
    if column is not None:
        found.sort(key=lambda line: column.sorted_by(line[0], lang), reverse=turned)
    rows, texts = tuple(row for row, _ in found), tuple(texts for _, texts in found)
    return ListShown(rows, len(every), columns, asked, texts, len(rows), slips, lang)


def _any_in(words: Iterable[str], text: str) -> bool:
    return any(word in text for word in words)


def slips_of(parts: Sequence[str], wanted: Sequence[tuple[str, ...]]) -> Slips:
    """Return the parts of a search that were taken for other words, with these."""
    return tuple((part, some) for part, some in zip(parts, wanted, strict=True) if some and part not in some)


def _order_asked(columns: Sequence[ListColumn[Row]], asked: ListAsked) -> tuple[ListColumn[Row] | None, bool]:
    """Return the column to sort by, nothing for the usual order, and whether it is turned round."""
    name = asked.order.removeprefix("-")
    return next((column for column in columns if column.name == name), None), asked.order.startswith("-")


class Spread(NamedTuple):
    """How a column of a long list is spread over its rows: the number of its value for each, and the values.

    Each value is given by a row that has it, whatever else that row holds. ``ranks`` sort the rows themselves, where
    their values do not say enough.
    """

    numbers: NDArray[np.integer[Any]]
    values: Sequence[Any]
    ranks: NDArray[np.integer[Any]] | None = None


class LongList(Generic[Row]):
    """The rows of a long list, column by column: what is searched and sorted are the values of a column, each once.

    ``row`` makes a row ready by its place, ``spread`` a column by its name. What a value says in a language, and how
    values sort, is remembered.
    """

    def __init__(
        self, columns: Sequence[ListColumn[Row]], spread: Callable[[str], Spread], row: Callable[[int], Row]
    ) -> None:
        self.columns, self._row = columns, row
        self._spread = cache(spread)
        self._searched: dict[tuple[str, str], list[str]] = {}
        self._ranks: dict[tuple[str, str], NDArray[np.integer[Any]]] = {}

    def part(self, places: NDArray[np.int64], asked: ListAsked, lang: str, start: int, most: int) -> ListShown[Row]:
        """Return some of the rows at ``places`` that are found: as `listed` orders them, from one place on."""
        found = places
        parts = parts_of(asked.find)
        wanted = [self._taken_for(part, lang) for part in parts]
        for words in wanted:
            found = found[np.any([self._holds(column, words, lang)[found] for column in self.columns], axis=0)]
        column, turned = _order_asked(self.columns, asked)
        if column is not None:
            ranks = self._ranks_by(column, lang)[found]
            found = found[np.argsort(ranks.max(initial=0) - ranks if turned else ranks, kind="stable")]
        rows = tuple(map(self._row, found[start : start + most].tolist()))
        texts_shown = tuple(tuple(column.text(row, lang) for column in self.columns) for row in rows)
        return ListShown(rows, len(places), self.columns, asked, texts_shown, len(found), slips_of(parts, wanted), lang)

    def _taken_for(self, part: str, lang: str) -> tuple[str, ...]:
        return taken_for(part, [text for column in self.columns for text in self._texts(column, lang)])

    def _holds(self, column: ListColumn[Row], words: Sequence[str], lang: str) -> NDArray[np.bool_]:
        """Tell of each row whether one of some words stands in a column of it."""
        numbers, values, _ = self._spread(column.name)
        holds = np.fromiter((_any_in(words, text) for text in self._texts(column, lang)), np.bool_, len(values))
        return holds[numbers] if len(values) else np.zeros(len(numbers), np.bool_)

    def _texts(self, column: ListColumn[Row], lang: str) -> Sequence[str]:
        """Return what the values of a column say, as it is searched."""
        key = (column.name, lang)
        if key not in self._searched:
            values = self._spread(column.name).values
            self._searched[key] = [fold(column.searched(value, lang)).text for value in values]
        return self._searched[key]

    def _ranks_by(self, column: ListColumn[Row], lang: str) -> NDArray[np.integer[Any]]:
        """Return how the rows sort by a column, in numbers as small as they come, which sort quickest."""
        key = (column.name, lang)
        if key not in self._ranks:
            numbers, values, ranks = self._spread(column.name)
            if ranks is None:
                texts = [column.sorted_by(value, lang) for value in values]
                rank_of = {text: rank for rank, text in enumerate(sorted(set(texts)))}
                of_values = np.array([rank_of[text] for text in texts], dtype=np.int64)
                ranks = of_values.astype(np.min_scalar_type(len(rank_of)))[numbers]
            self._ranks = {**dict(list(self._ranks.items())[1 - _MOST_RANKS :]), key: ranks}
        return self._ranks[key]

"""Ledgers in: whatever a ledger's columns, units, States and days are called, its lines come out alike.

Texts are read once each, however often they stand in the file: while it streams past, each column becomes numbers of
its different texts, and these are looked up at the end, when the whole file tells how it writes days and decimals.
Nothing is dropped and nothing guessed silently: what cannot be read is null, and a problem or a note says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import polars as pl

from opencwc.convention.fields import read_yaml
from opencwc.convention.territories import (
    Territory,
    all_territories,
    similar_territories,
    territory_candidates,
)
from opencwc.errors import InputError
from opencwc.files.frame_parts import PROBLEM, problem_of
from opencwc.files.frames import BATCH_ROWS, Frame, open_frame
from opencwc.files.rows import EMPTY, WHITE_SPACE
from opencwc.finding import Message, Value
from opencwc.transfers.days import Day, read_day
from opencwc.transfers.mapping import CONSTANT, map_columns, plain_header
from opencwc.transfers.memory import give_back
from opencwc.transfers.model import HUGE_KG, LEDGER_COLUMNS, Ledger, Substance
from opencwc.transfers.substances import Substances
from opencwc.transfers.units import DATA, Unit, decimal_mark, find_unit, read_number, split_unit, unclear_unit

if TYPE_CHECKING:
    from opencwc.screening.screener import Screener

Array = np.ndarray[Any, np.dtype[Any]]

FAR_YEARS = 5
"""A year is far from others where more years than these lie between them and no line is of any."""
NEEDED = ("reporter", "flow", "partner", "date", "quantity")
_SPREADSHEETS = ("xlsx", "xlsb", "xls", "ods")
_MOST_PROBLEMS = 60_000
_SHOWN = 80
_NOWHERE = 65_535


@dataclass(frozen=True)
class Layout:
    """Where a file holds the fields of a ledger.

    ``columns`` are those of the file by field, or ``=value``; ``form`` is the name of a known form of statistics,
    ``own`` where the columns are called as a ledger's own; ``unit`` is the one that the quantity's column names.
    ``names`` are columns to look into where a State's code is missing.
    """

    columns: Mapping[str, str]
    form: str = ""
    unit: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    contained: frozenset[str] = frozenset()

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that a ledger cannot do without and that no column holds."""
        what = () if {"chemical", "cas", "hs"} & set(self.columns) else ("chemical",)
        return (*(one for one in NEEDED if one not in self.columns), *what)

    @property
    def used(self) -> tuple[str, ...]:
        """The columns of the file that are read."""
        held = (column for column in self.columns.values() if not column.startswith(CONSTANT))
        return tuple(dict.fromkeys((*held, *self.names.values())))


@dataclass(frozen=True)
class Preview:
    """The start of a file: what it holds, what its columns are taken for, and its first lines as they are read.

    ``rows`` are cells as they stand in the file. Where the columns cannot be told, ``ledger`` is ``None`` and
    ``error`` says why; ``missing`` are the fields that the user has to name.
    """

    name: str
    kind: str
    header: tuple[str, ...]
    columns: Mapping[str, str]
    form: str
    missing: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    ledger: Ledger | None
    error: InputError | None = None
    notes: tuple[Message, ...] = ()


def read_ledger(
    source: Path | BinaryIO,
    name: str = "",
    given: Mapping[str, str] = MappingProxyType({}),
    screener: Screener | None = None,
) -> Ledger:
    """Read a ledger from a table file of any kind.

    ``given`` says which column holds a field, by name or number, or ``=value`` for all lines (``{"unit": "=kg"}``).

    Raises:
        InputError: there is no such file, it holds no table, or its columns cannot be told.

    """
    with open_frame(source, name) as frame:
        layout = lay_out(frame.header, given, where=frame.name)
        if layout.missing:
            raise _missing(frame, layout)
        return _read(frame, layout, _one_ahead(frame.batches(columns=layout.used)), screener)


def preview(
    source: Path | BinaryIO,
    name: str = "",
    given: Mapping[str, str] = MappingProxyType({}),
    rows: int = 20,
    screener: Screener | None = None,
) -> Preview:
    """Return the start of a ledger's file and how it would be read; a stream is read from where it stands."""
    with open_frame(source, name) as frame:
        start = next(frame.batches(rows=rows), pl.DataFrame({one: [] for one in (*frame.header, PROBLEM)}))
        cells = tuple(start.select(frame.header).iter_rows())
        layout, error, ledger = Layout(MappingProxyType({})), None, None
        try:
            layout = lay_out(frame.header, given, where=frame.name)
            if layout.missing:
                raise _missing(frame, layout)
            ledger = _read(frame, layout, iter([start]), screener)
        except InputError as why:
            error = why
        return Preview(
            frame.name, frame.kind, frame.header, layout.columns, layout.form, layout.missing, cells, ledger, error,
            ledger.notes if ledger else frame.notes,
        )  # fmt: skip


def lay_out(header: Sequence[str], given: Mapping[str, str] = MappingProxyType({}), *, where: str = "") -> Layout:
    """Tell which columns hold the fields of a ledger: by a known form of statistics, else by their names.

    >>> lay_out(["reporteriso", "partneriso", "productcode", "weight", "flow", "year"]).form
    'tradeflows'
    """
    for form, said in _words()["forms"].items():
        if not set(said["of"]) <= set(header):
            continue
        first = {name: next((one for one in held if one in header), "") for name, held in said["columns"].items()}
        columns = {name: column for name, column in first.items() if column and name not in given}
        chosen = map_columns(
            header, dict.fromkeys(LEDGER_COLUMNS, ()), {**columns, "unit": "=kg", **given}, where=where
        )
        named = {"reporter": said["reporter_name"], "partner": said["partner_name"]}
        names = {one: held for one, held in named.items() if held in header and chosen.get(one) != held}
        keep = [one for one in chosen if one in columns or one in given or one == "unit"]
        return Layout(
            MappingProxyType({one: chosen[one] for one in keep}), form, "kg", names, frozenset(said["contained"])
        )
    fields = {column: _words()["fields"][column] for column in LEDGER_COLUMNS}
    columns = dict(map_columns(header, fields, given, where=where))
    own = all(column in (name, f"{CONSTANT}{column[1:]}") for name, column in columns.items())
    return Layout(
        MappingProxyType(columns),
        "own" if own else "",
        split_unit(columns.get("quantity", ""))[1],
        MappingProxyType({}),
    )


def state_codes() -> pl.Enum:
    """The codes of all States and territories as a data type, the same for all ledgers."""
    return pl.Enum(sorted(all_territories()))


def _missing(frame: Frame, layout: Layout) -> InputError:
    first = layout.missing[0]
    return InputError(
        f"No column holds the {' and the '.join(layout.missing)}.",
        where=frame.name,
        remedy=f"Name it with --map {first}=COLUMN, or --map {first}==VALUE where it is the same in all lines. "
        f"The columns are: {', '.join(map(repr, frame.header[:40]))}.",
    )


@cache
def _words() -> dict[str, Any]:
    raw = read_yaml(DATA)
    raw["fields"] = {name: [str(one) for line in lines for one in line] for name, lines in raw["fields"].items()}
    raw["flows"] = {
        plain_header(str(one)): flow for flow, lines in raw["flows"].items() for line in lines for one in line
    }
    raw["flows"] |= raw["flow_codes"]
    raw["systems"] = {plain_header(str(word)): name for name, words in raw["trade_systems"].items() for word in words}
    return raw


# -- while the file streams past --------------------------------------------------------------------------------------


class _Texts:
    """The different texts of a column, numbered in the order in which they were met."""

    def __init__(self) -> None:
        self._categories = pl.Categories.random()
        self._kept = pl.Series([], dtype=pl.Categorical(self._categories))  # they are forgotten with their last series
        self._numbers: list[Array] = []

    def take(self, series: pl.Series) -> Array:
        """Number the texts of a batch; a missing one counts as an empty one."""
        held = series.fill_null("").cast(pl.Categorical(self._categories)).to_physical().to_numpy()
        self._numbers.append(held.astype(np.uint16) if self._count(held) < _NOWHERE else held)
        return self._numbers[-1]

    @staticmethod
    def _count(held: Array) -> int:
        return int(held.max(initial=0)) + 1

    def numbers(self) -> Array:
        """The numbers of all rows."""
        held, self._numbers = self._numbers, []
        return np.concatenate(held) if held else np.zeros(0, np.uint16)

    def texts(self) -> list[str]:
        """The texts by their numbers, without white space at their ends."""
        return [str(one or "").strip(WHITE_SPACE) for one in self._categories.to_series().to_list()]


class _Same(_Texts):
    """A field that has one value in all rows."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self._value = value

    def take(self, series: pl.Series) -> Array:
        """One number for all rows."""
        self._numbers.append(np.zeros(len(series), np.uint16))
        return self._numbers[-1]

    def texts(self) -> list[str]:
        """The one value."""
        return [self._value]


@dataclass
class _Quantities:
    """The numbers of a column, and which of them have two readings: one a thousand times the other."""

    exact_points: bool
    """A point is a decimal mark for certain: of a number that was no text, or in statistics."""
    values: list[Array] = field(default_factory=list)
    pointed: list[Array] = field(default_factory=list)
    """Rows such as ``1.234``, read with a decimal point."""
    marked: list[Array] = field(default_factory=list)
    """Rows such as ``1,234``, read with a mark of thousands."""
    blank: list[Array] = field(default_factory=list)
    unread: dict[int, str] = field(default_factory=dict)
    in_kg: dict[int, str] = field(default_factory=dict)
    """Rows whose cell names its own unit."""
    seen: set[str] = field(default_factory=set)
    _known: dict[str, tuple[float, str]] = field(default_factory=dict)
    rows: int = 0

    def take(self, series: pl.Series) -> Array:
        """Read a batch of texts; return where there is none."""
        values = series.cast(pl.Float64, strict=False)
        held = values.to_numpy().copy()
        held[~np.isfinite(held)] = np.nan
        if "." not in self.seen:
            self._look_for_points(series, values)
        elif "," in self.seen and not self.exact_points:  # decimal commas as well: each such number is in doubt
            self.pointed.append(np.flatnonzero(_pointed(series)) + self.rows)
        odd = np.flatnonzero(np.isnan(held))
        blank = np.zeros(len(held), bool)
        if len(odd):
            texts = series.gather(odd).fill_null("").str.strip_chars(WHITE_SPACE)
            blank[odd] = (texts == "").to_numpy()
            left = np.flatnonzero(~(self._read_commas(odd, texts, held) | blank[odd]))
            self._read_odd(odd[left], texts.gather(left).to_list(), held)
        self.values.append(held)
        if blank.any():
            self.blank.append(np.flatnonzero(blank) + self.rows)
        self.rows += len(held)
        return blank

    def _look_for_points(self, series: pl.Series, values: pl.Series) -> None:
        pointed = series.str.contains(".", literal=True).fill_null(value=False) & values.is_not_null()
        if not pointed.any():
            return
        doubtful = _pointed(series)
        if self.exact_points or (pointed.to_numpy() & ~doubtful).any():
            self.seen.add(".")
        if not self.exact_points and doubtful.any():
            self.pointed.append(np.flatnonzero(doubtful) + self.rows)

    def _read_commas(self, odd: Array, texts: pl.Series, held: Array) -> Array:
        """Read the numbers with commas that a file may have in every row; return which ones those are."""
        done = np.zeros(len(odd), bool)
        for form, thousands, mark in _WITH_COMMAS:
            fits = texts.str.contains(form).to_numpy() & ~done
            if not fits.any():
                continue
            plain = texts.filter(pl.Series(fits)).str.replace_all(thousands, "", literal=True)
            held[odd[fits]] = plain.str.replace(",", ".", literal=True).cast(pl.Float64).to_numpy()
            done |= fits
            if mark:
                self.seen.add(mark)
            else:
                self.marked.append(odd[fits] + self.rows)
        return done

    def _read_odd(self, odd: Array, texts: Sequence[str], held: Array) -> None:
        marked = []
        for at, text in zip(odd.tolist(), texts, strict=True):
            value, kind = self._known[text] if text in self._known else self._read(text)
            if len(self._known) < _MOST_ODD:
                self._known[text] = value, kind
            held[at] = value
            if kind == "marked":
                marked.append(at + self.rows)
            elif kind == "unread":
                self.unread[at + self.rows] = text if len(self.unread) < _MOST_ODD else text[:1] + "…"
            elif kind:
                self.in_kg[at + self.rows] = kind
        if marked:
            self.marked.append(np.array(marked))

    def _read(self, text: str) -> tuple[float, str]:
        number = read_number(text)
        if mark := decimal_mark([text]):
            self.seen.add(mark)
        if number.value is not None:
            return number.value, "marked" if number.other is not None else ""
        found = re.fullmatch(r"([+\-−(]?[\d٠-٩۰-۹][\d٠-٩۰-۹.,٫٬'’\s]*)\s*([^\d\s].*)", text)
        unit = find_unit(found[2]) if found else None
        number = read_number(found[1]) if found else number
        if unit is None or unit.kg is None or number.value is None or number.other is not None:
            return np.nan, "unread"
        return number.value, unit.symbol


_WITH_COMMAS = (
    (r"^[+-]?[1-9]\d{0,2},\d{3}$", ",", ""),
    (r"^[+-]?\d+,\d+$", ".", ","),
    (r"^[+-]?\d{1,3}(?:\.\d{3})+,\d+$", ".", ","),
    (r"^[+-]?\d{1,3}(?:,\d{3})+\.\d+$", ",", "."),
)
"""Forms of numbers, what marks their thousands, and the decimal mark that they show (none where they may be either)."""
_MOST_ODD = 50_000
_BATCHES_KEPT = 16
"""Batches after which the memory of those that have passed is given back."""


def _pointed(series: pl.Series) -> Array:
    """Where a text such as ``1.234`` stands."""
    held: Array = series.str.contains(r"^[+-]?[1-9]\d{0,2}\.\d{3}$").fill_null(value=False).to_numpy()
    return held


@dataclass
class _Stream:
    """What is kept of each row while the file streams past."""

    layout: Layout
    quantities: _Quantities
    ids: list[pl.Series] = field(default_factory=list)
    returned: list[Array] = field(default_factory=list)
    concentrations: list[pl.Series] = field(default_factory=list)
    odd_concentrations: dict[int, str] = field(default_factory=dict)
    row_problems: dict[int, str] = field(default_factory=dict)
    blank_rows: list[Array] = field(default_factory=list)
    statements: dict[tuple[int, int, int], int] = field(default_factory=dict)
    stated: list[Array] = field(default_factory=list)
    rows: int = 0

    @cached_property
    def texts(self) -> dict[str, _Texts]:
        """The numbered columns by field."""
        return {
            name: _Same(self.layout.columns[name][1:].strip())
            if self.layout.columns.get(name, CONSTANT).startswith(CONSTANT) and name in self.layout.columns
            else _Texts()
            if name in self.layout.columns
            else _Same("")
            for name in ("reporter", "partner", "flow", "date", "unit", "chemical", "cas", "hs")
        }

    def take(self, batch: pl.DataFrame) -> None:
        """Take in one batch of the file."""
        rows = batch.height
        empty = pl.Series([None], dtype=pl.String).new_from_index(0, rows)

        def column(name: str) -> pl.Series:
            held = self.layout.columns.get(name, CONSTANT)
            if held.startswith(CONSTANT):
                return empty
            other = self.layout.names.get(name)
            if other is None:
                return batch[held]
            blank = pl.col(held).is_null() | (pl.col(held).str.strip_chars(WHITE_SPACE) == "")
            return batch.select(pl.when(blank).then(pl.col(other)).otherwise(pl.col(held)).alias(held))[held]

        numbers = {name: texts.take(column(name)) for name, texts in self.texts.items()}
        self._take_statements(numbers)
        held = self.layout.columns["quantity"]
        amounts = pl.Series([held[1:]]).new_from_index(0, rows) if held.startswith(CONSTANT) else column("quantity")
        blank = self.quantities.take(amounts)
        self._take_unread_rows(batch, blank)
        if "id" in self.layout.columns:
            self.ids.append(column("id").str.strip_chars(WHITE_SPACE) + "")  # a copy: the batch can go
        self._take_concentrations(column("concentration"))
        self._take_remarks(column("remarks"))
        self.rows += rows

    def _take_statements(self, numbers: Mapping[str, Array]) -> None:
        """Number the different triples of name, CAS number and HS code."""
        held = [numbers[name].astype(np.int64) for name in ("chemical", "cas", "hs")]
        if any(len(one) and int(one.max()) >= 1 << 21 for one in held):
            raise InputError("The ledger names more than two million different chemicals.", remedy="Check its columns.")
        keys, places = np.unique((held[0] << 42) | (held[1] << 21) | held[2], return_inverse=True)
        mask = (1 << 21) - 1
        found = [
            self.statements.setdefault((key >> 42, (key >> 21) & mask, key & mask), len(self.statements))
            for key in keys.tolist()
        ]
        self.stated.append(
            np.array(found, np.uint32)[places].astype(np.uint16 if max(found, default=0) < 65_536 else np.uint32)
        )
        for name in ("chemical", "cas", "hs"):
            self.texts[name].numbers()  # they are in the triple

    def _take_unread_rows(self, batch: pl.DataFrame, blank: Array) -> None:
        problems = batch[PROBLEM]
        if problems.null_count() < len(problems):
            rows = problems.is_not_null().arg_true()
            said = problems.gather(rows).to_list()
            self.row_problems |= dict(zip((rows + self.rows).to_list(), said, strict=True))
        if blank.any():
            used = [one for one in self.layout.used if one in batch.columns]
            some = batch.with_row_index("__at").filter(pl.Series(blank)).select("__at", *used)
            empty = some.filter(pl.all_horizontal(pl.col(used).fill_null("").str.strip_chars(WHITE_SPACE) == ""))[
                "__at"
            ]
            if len(empty):
                self.blank_rows.append(empty.to_numpy().astype(np.int64) + self.rows)

    def _take_concentrations(self, series: pl.Series) -> None:
        values = series.cast(pl.Float32, strict=False)
        if series.null_count() < len(series) and values.null_count():
            written = series.str.strip_chars(WHITE_SPACE)
            odd = (values.is_null() & (written != "")).fill_null(value=False).arg_true()
            texts = written.gather(odd).to_list()
            self.odd_concentrations |= dict(zip((odd + self.rows).to_list(), texts, strict=True))
        self.concentrations.append(values)

    def _take_remarks(self, series: pl.Series) -> None:
        if series.null_count() == len(series) or not series.str.len_bytes().sum():
            self.returned.append(np.zeros(len(series), bool))
            return
        self.returned.append(series.str.contains(_returns()).fill_null(value=False).to_numpy())


@cache
def _returns() -> str:
    words = sorted(map(str, _words()["returns"]), key=len, reverse=True)
    spaced = "|".join(re.escape(word) for word in words if not _HAN.search(word))
    unspaced = "|".join(word for word in words if _HAN.search(word))
    return rf"(?i)\b(?:{spaced})\b|{unspaced}"


_HAN = re.compile("[\u4e00-\u9fff]")


# -- once it has passed -----------------------------------------------------------------------------------------------


class _Problems:
    """The different problems of a ledger, and which one each line has."""

    def __init__(self, rows: int) -> None:
        self.messages: list[Message] = []
        self.of_rows = np.zeros(rows, np.uint16)
        self._numbers: dict[str, int] = {}

    def number(self, message: Message) -> int:
        """The number of a problem, from 1; where there are too many different ones, that of a general one."""
        key = repr(message)
        if key not in self._numbers:
            if len(self.messages) >= _MOST_PROBLEMS:
                return self.number(Message("ledger_problem_among_many")) if key != _AMONG_MANY else self._add(message)
            return self._add(message)
        return self._numbers[key]

    def _add(self, message: Message) -> int:
        self.messages.append(message)
        self._numbers[repr(message)] = len(self.messages)
        return len(self.messages)

    def say(self, rows: Array, message: Message) -> None:
        """Say one problem of some rows (places, or a mask)."""
        places = np.flatnonzero(rows) if rows.dtype == bool else rows
        if len(places):
            self.say_each(places, np.full(len(places), self.number(message), np.uint16))

    def say_each(self, places: Array, numbers: Array) -> None:
        """Say a problem of each of some rows; a row that has one already has both."""
        before = self.of_rows[places]
        self.of_rows[places] = np.where(before == 0, numbers, before)
        both = np.flatnonzero((before > 0) & (numbers > 0))
        if not len(both):
            return
        pairs = before[both].astype(np.uint32) << 16 | numbers[both].astype(np.uint32)
        keys, at = np.unique(pairs, return_inverse=True)
        joined = [self._joined(int(key) >> 16, int(key) & 0xFFFF) for key in keys]
        self.of_rows[places[both]] = np.array(joined, np.uint16)[at]

    def say_texts(self, numbers: Array, messages: Mapping[int, Message], skip: Array) -> None:
        """Say the problems that texts have of the rows in which they stand, by the numbers of the texts."""
        if not messages:
            return
        by_text = np.zeros(int(numbers.max(initial=0)) + 1, np.uint16)
        for at, message in messages.items():
            if at < len(by_text):
                by_text[at] = self.number(message)
        held = by_text[numbers]
        held[skip] = 0
        places = np.flatnonzero(held)
        if len(places):
            self.say_each(places, held[places])

    def settled(self) -> tuple[tuple[Message, ...], Array]:
        """The messages that lines have, in the order in which they are first met, and their numbers by line."""
        used, first = np.unique(self.of_rows, return_index=True)
        order = [int(used[at]) for at in np.argsort(first) if used[at]]
        renumbered = np.zeros(len(self.messages) + 1, np.uint16)
        renumbered[order] = np.arange(1, len(order) + 1)
        return tuple(self.messages[one - 1] for one in order), renumbered[self.of_rows]

    def _joined(self, first: int, second: int) -> int:
        parts: list[Value] = []
        for one in (self.messages[first - 1], self.messages[second - 1]):
            held = one.values["problems"] if one.id == "ledger_problems" else (one,)
            parts += [part for part in held if part not in parts] if isinstance(held, tuple) else []
        return self.number(Message("ledger_problems", {"problems": tuple(parts)}))


_AMONG_MANY = repr(Message("ledger_problem_among_many"))


def _one_ahead(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield batches, the next of which is read on a second core meanwhile."""
    with ThreadPoolExecutor(1, thread_name_prefix="ledger") as pool:
        following = pool.submit(next, batches, None)
        while (batch := following.result()) is not None:
            following = pool.submit(next, batches, None)
            yield batch


def _read(frame: Frame, layout: Layout, batches: Iterable[pl.DataFrame], screener: Screener | None) -> Ledger:
    exact_points = layout.form not in ("", "own") or frame.kind in (*_SPREADSHEETS, "parquet", "json", "jsonl")
    stream = _Stream(layout, _Quantities(exact_points))
    for number, batch in enumerate(batches, 1):
        stream.take(batch)
        if number % _BATCHES_KEPT == 0:
            give_back()
    ledger = _Reading(frame, layout, stream, screener).ledger()
    if stream.rows > BATCH_ROWS:
        give_back()
    return ledger


class _Reading:
    """Turns what was kept of the rows into the lines of a ledger."""

    def __init__(self, frame: Frame, layout: Layout, stream: _Stream, screener: Screener | None) -> None:
        self.frame, self.layout, self.stream, self._screener = frame, layout, stream, screener
        self.problems = _Problems(stream.rows)
        self.notes: list[Message] = [*frame.notes]
        self.columns: dict[str, pl.Series] = {}
        self.substances: tuple[Substance, ...] = ()
        self.unread = np.zeros(stream.rows, bool)

    def ledger(self) -> Ledger:
        """Read field by field, letting go of what is done with."""
        self._rows()
        reporter, partner = self._state("reporter"), self._state("partner")
        self._ids()
        self._flows()
        self._days()
        self._former("reporter", reporter)
        self._former("partner", partner)
        same = (reporter == partner) & (reporter != _NOWHERE)
        self.problems.say(same, Message("ledger_same_state"))
        del reporter, partner, same
        self._substances()
        self._quantities()
        self._concentrations()
        self._trade_system()
        problems, numbers = self.problems.settled()
        lines = pl.DataFrame(
            [
                pl.Series("row", np.arange(1, self.stream.rows + 1, dtype=np.uint32)),
                *(self.columns[name].alias(name) for name in _LINE_COLUMNS),
                pl.Series("problem", numbers),
            ]
        )
        return Ledger(
            self.frame.name, lines, self.substances, problems, self.layout.columns,
            tuple(self.notes),
        )  # fmt: skip

    def _rows(self) -> None:
        """Rows that could not be read, and rows that hold nothing."""
        for at, said in self.stream.row_problems.items():
            self.unread[at] = True
            self.problems.say(np.array([at]), problem_of(said))
        for places in self.stream.blank_rows:
            fresh = places[~self.unread[places]]
            self.unread[fresh] = True
            self.problems.say(fresh, EMPTY)
        if ends := [said for said in self.stream.row_problems.values() if '"file_' in said]:
            self.notes.append(problem_of(ends[0]))

    def _state(self, side: str) -> Array:
        numbers, texts = self.stream.texts[side].numbers(), self.stream.texts[side].texts()
        codes = state_codes().categories.to_list()
        place = {code: at for at, code in enumerate(codes)}
        found = np.full(max(1, len(texts)), _NOWHERE, np.uint16)
        messages: dict[int, Message] = {}
        renamed: dict[str, str] = {}
        elsewhere: list[str] = []
        for at, text in enumerate(texts):
            territory, message = read_state(text, side)
            if message is not None:
                messages[at] = message
            if territory is None:
                continue
            if territory.renamed:
                renamed[text] = territory.successors[0]
            if territory.kind == "elsewhere":
                elsewhere.append(text)
            found[at] = place[territory.successors[0] if territory.renamed else territory.code]
        held = found[numbers] if len(numbers) else found[:0]
        held[self.unread] = _NOWHERE
        self.problems.say_texts(numbers, messages, self.unread)
        self.notes += [Message("ledger_state_renamed", {"text": one, "code": code}) for one, code in renamed.items()]
        if elsewhere:
            shown: tuple[Value, ...] = tuple(elsewhere[:10])
            self.notes.append(Message("ledger_elsewhere", {"names": shown}))
        self.columns[side] = _enum(held, codes)
        return held

    def _former(self, side: str, held: Array) -> None:
        """Say of a line that its State was no more in its year; the State stays as it stands."""
        codes = state_codes().categories.to_list()
        years = self.columns["year"].fill_null(-1).to_numpy()
        for place in np.unique(held).tolist():
            one = all_territories()[codes[place]] if place != _NOWHERE else None
            if one is None or one.kind != "former" or one.renamed or one.until is None:
                continue
            after: tuple[Value, ...] = one.successors
            values: dict[str, Value] = {"code": one.code, "until": one.until.isoformat(), "successors": after}
            late = (held == place) & (years > one.until.year)
            self.problems.say(late, Message("ledger_state_former", values))
            note = Message("ledger_state_was", values)
            if (~late & (held == place)).any() and note not in self.notes:
                self.notes.append(note)

    def _flows(self) -> None:
        numbers, texts = self.stream.texts["flow"].numbers(), self.stream.texts["flow"].texts()
        export = np.full(max(1, len(texts)), 2, np.uint8)
        back = np.zeros(max(1, len(texts)), bool)
        messages: dict[int, Message] = {}
        flows: dict[int, str] = {}
        for at, text in enumerate(texts):
            flow, system = read_flow(text)
            if system:
                note = Message("ledger_trade_system", {"text": text[:_SHOWN]})
                self.notes += [note] if note not in self.notes else []
            if flow in self.layout.contained:
                messages[at] = Message("ledger_flow_contained", {"text": text[:_SHOWN]})
            elif flow == "transit":
                messages[at] = Message("ledger_flow_transit", {"text": text[:_SHOWN]})
            elif not flow:
                messages[at] = Message("ledger_flow_unread", {"text": text[:_SHOWN]})
                if not text:
                    messages[at] = Message("ledger_flow_missing")
            else:
                flows[at] = flow
                export[at] = flow in ("export", "re_export", "domestic_export")
                back[at] = flow == "re_import"
        held = export[numbers] if len(numbers) else export[:0]
        held[self.unread] = 2
        self.problems.say_texts(numbers, messages, self.unread)
        counts = np.bincount(numbers, minlength=len(texts)) if len(numbers) else np.zeros(len(texts), int)
        for flow in ("re_export", "re_import"):
            lines = int(sum(counts[at] for at, one in flows.items() if one == flow))
            if lines:
                self.notes.append(Message(f"ledger_{flow}", {"count": lines}))
        self.columns["export"] = pl.Series(held == 1).set(pl.Series(held == 2), None)
        returned = np.concatenate(self.stream.returned) if self.stream.returned else np.zeros(0, bool)
        self.stream.returned = []
        if back.any():
            returned = returned | back[numbers]
        self.columns["returned"] = pl.Series(returned)

    def _days(self) -> None:
        numbers, texts = self.stream.texts["date"].numbers(), self.stream.texts["date"].texts()
        spreadsheet = self.frame.kind in _SPREADSHEETS
        read = [read_day(text, spreadsheet=spreadsheet) for text in texts] or [Day()]
        orders = {one.order for one in read if one.order}
        doubtful = [at for at, one in enumerate(read) if one.other is not None]
        messages = {at: one.problem for at, one in enumerate(read) if one.problem is not None}
        if doubtful and orders == {"month"}:
            for at in doubtful:
                read[at] = Day(read[at].other, read[at].year)
        if doubtful and len(orders) == 1:
            self.notes.append(Message("ledger_dates_day_first" if orders == {"day"} else "ledger_dates_month_first"))
        elif doubtful:
            for at in doubtful:
                values: dict[str, Value] = {
                    "text": texts[at], "first": str(read[at].day), "second": str(read[at].other)
                }  # fmt: skip
                messages[at] = Message("ledger_date_doubtful", values)
                read[at] = Day(None, read[at].year)
        epoch = np.array([_epoch(one) for one in read], np.int32)
        years = np.array([one.year or 0 for one in read], np.int16)
        held, held_years = epoch[numbers] if len(numbers) else epoch[:0], years[numbers] if len(numbers) else years[:0]
        held[self.unread], held_years[self.unread] = _NO_DAY, 0
        self.columns["day"] = _nulled(held, held == _NO_DAY).cast(pl.Date)
        self.columns["year"] = _nulled(held_years, held_years == 0)
        self.problems.say_texts(numbers, messages, self.unread)
        self._far_years(held_years)

    def _far_years(self, years: Array) -> None:
        """Say of lines that their year is still to come, or lies far from those of most other lines."""
        known, counts = np.unique(years[years > 0], return_counts=True)
        ahead = known > date.today().year + 1
        for year in known[ahead].tolist():
            self.problems.say(years == year, Message("ledger_date_ahead", {"year": str(year)}))
        known, counts = known[~ahead], counts[~ahead]
        runs = np.split(np.arange(len(known)), np.flatnonzero(np.diff(known) > FAR_YEARS) + 1)
        most = max(runs, key=lambda run: int(counts[run].sum()))
        if 2 * counts[most].sum() <= counts.sum():
            return
        first, last = str(known[most[0]]), str(known[most[-1]])
        for year in np.delete(known, most).tolist():
            values: dict[str, Value] = {"year": str(year), "first": first, "last": last}
            self.problems.say(years == year, Message("ledger_date_far", values))

    def _substances(self) -> None:
        stated = np.concatenate(self.stream.stated) if self.stream.stated else np.zeros(0, np.uint16)
        self.stream.stated = []
        texts = {name: self.stream.texts[name].texts() for name in ("chemical", "cas", "hs")}
        reader = Substances(self._screener or _screener())
        places: dict[str, int] = {}
        found: list[Substance] = []
        substance = np.full(max(1, len(self.stream.statements)), _NO_SUBSTANCE, np.uint32)
        codes = np.zeros(max(1, len(self.stream.statements)), np.uint32)
        messages: dict[int, Message] = {}
        for (chemical, cas, hs), at in self.stream.statements.items():
            said = reader.read(texts["chemical"][chemical], texts["cas"][cas], texts["hs"][hs])
            codes[at] = said.hs
            if said.problem is not None:
                messages[at] = said.problem
            if said.substance is not None:
                if said.substance.key not in places:
                    places[said.substance.key] = len(found)
                    found.append(said.substance)
                substance[at] = places[said.substance.key]
        held = substance[stated] if len(stated) else substance[:0]
        held[self.unread] = _NO_SUBSTANCE
        self.columns["substance"] = _nulled(held, held == _NO_SUBSTANCE)
        self.columns["hs"] = pl.Series(codes[stated] if len(stated) else codes[:0])
        self.problems.say_texts(stated, messages, self.unread)
        self.substances = tuple(found)

    def _quantities(self) -> None:
        stream, quantities = self.stream, self.stream.quantities
        values = np.concatenate(quantities.values) if quantities.values else np.zeros(0)
        quantities.values = []
        self._settle(values, quantities)
        numbers, texts = stream.texts["unit"].numbers(), stream.texts["unit"].texts()
        factors = np.full(max(1, len(texts)), np.nan)
        messages: dict[int, Message] = {}
        for at, text in enumerate(texts):
            unit, message = read_unit(text or self.layout.unit)
            if message is not None:
                messages[at] = message
            elif unit is not None and unit.kg is not None:
                factors[at] = unit.kg
        for at, symbol in quantities.in_kg.items():
            unit = find_unit(symbol)
            values[at] *= (unit.kg or np.nan) if unit else np.nan
        own = np.fromiter(quantities.in_kg, np.int64, len(quantities.in_kg))
        weights = factors[numbers] if len(numbers) else factors[:0]
        weights[own] = 1.0
        values *= weights
        del weights
        skip = self.unread.copy()
        skip[own] = True
        self.problems.say_texts(numbers, messages, skip)
        blank = np.concatenate(quantities.blank) if quantities.blank else np.zeros(0, np.int64)
        self.problems.say(blank[~self.unread[blank]], Message("ledger_quantity_missing"))
        by_text: dict[str, list[int]] = {}
        for at, text in quantities.unread.items():
            if self.unread[at]:
                continue
            by_text.setdefault(text[:_SHOWN], []).append(at)
        for text, rows in by_text.items():
            self.problems.say(np.array(rows), Message("ledger_quantity_unread", {"text": text}))
        values[self.unread] = np.nan
        negative = values < 0
        if negative.any():
            self.problems.say(negative, Message("ledger_quantity_negative"))
            self.columns["returned"] = self.columns["returned"] | pl.Series(negative)
        huge = np.flatnonzero(np.abs(values) >= HUGE_KG)
        for at in huge[:1000].tolist():
            self.problems.say(np.array([at]), Message("ledger_quantity_huge", {"kg": float(values[at])}))
        self.problems.say(huge[1000:], Message("ledger_quantity_huge", {"kg": f"> {HUGE_KG:,.0f}"}))
        self.columns["kg"] = pl.Series(values, nan_to_null=True)

    def _settle(self, values: Array, quantities: _Quantities) -> None:
        """Read the numbers with two readings as the file's other numbers are written; else leave them unread."""
        pointed = np.concatenate(quantities.pointed) if quantities.pointed else np.zeros(0, np.int64)
        marked = np.concatenate(quantities.marked) if quantities.marked else np.zeros(0, np.int64)
        mark = next(iter(quantities.seen)) if len(quantities.seen) == 1 else ""
        if not quantities.seen and self.layout.form == "own":
            pointed = pointed[:0]  # a ledger's own columns have decimal points
        if mark == "." and len(marked):
            self.notes.append(Message("ledger_decimal_point", {"count": len(marked)}))
        if mark == "," and len(pointed) + len(marked):
            values[pointed] = np.round(values[pointed] * 1000.0)
            values[marked] /= 1000.0
            self.notes.append(Message("ledger_decimal_comma", {"count": len(pointed) + len(marked)}))
        if mark == "":
            if quantities.seen:
                self.notes.append(Message("ledger_decimals_mixed"))
            self._doubt(pointed, values, 1000.0)
            self._doubt(marked, values, 0.001)
            values[pointed] = values[marked] = np.nan

    def _doubt(self, rows: Array, values: Array, other: float) -> None:
        keys, at = np.unique(values[rows], return_inverse=True)
        for number, value in enumerate(keys.tolist()):
            readings: dict[str, Value] = {"first": f"{value:.10g}", "second": f"{value * other:.10g}"}
            self.problems.say(rows[at == number], Message("ledger_quantity_doubtful", readings))

    def _concentrations(self) -> None:
        values = _together(self.stream.concentrations, pl.Float32)
        self.stream.concentrations = []
        by_text: dict[str, list[int]] = {}
        for at, text in self.stream.odd_concentrations.items():
            if not self.unread[at]:
                by_text.setdefault(text[:_SHOWN], []).append(at)
        held = values.to_numpy().copy() if values.null_count() < len(values) or by_text else None
        if held is None:
            self.columns["concentration"] = values
            return
        for text, rows in by_text.items():
            number = read_number(
                re.sub(r"\s*(?:[%٪％]|per ?cent|pct)(?:\s*\(?w/?w\)?)?$", "", text, flags=re.IGNORECASE)
            ).value
            if number is None:
                self.problems.say(np.array(rows), Message("ledger_concentration_unread", {"text": text}))
            else:
                held[rows] = number
        stated = held[~np.isnan(held)]
        outside = np.flatnonzero((held < 0) | (held > 100))
        self.problems.say(outside, Message("ledger_concentration_outside"))
        held[outside] = np.nan
        held[self.unread] = np.nan
        if len(stated) > 2 and stated.max(initial=0.0) <= 1.0 and stated.max(initial=0.0) > 0.0:
            self.notes.append(Message("ledger_concentration_shares"))
        self.columns["concentration"] = pl.Series(held, nan_to_null=True)

    def _ids(self) -> None:
        ids = _together(self.stream.ids, pl.String)
        self.stream.ids.clear()
        numbers = pl.Series(np.arange(1, self.stream.rows + 1, dtype=np.uint32))
        blank = ids.is_null() | (ids == "")
        if len(ids) < len(numbers) or blank.all():
            self.columns["id"] = numbers.cast(pl.String)
            return
        self._twice(ids, blank)
        if blank.any():
            ids = pl.select(pl.when(blank).then(numbers.cast(pl.String)).otherwise(ids)).to_series()
        self.columns["id"] = ids

    def _twice(self, ids: pl.Series, blank: pl.Series) -> None:
        """Say of lines that the same reporter's lines have the same id."""
        keys = ids.hash().to_numpy(writable=True)
        keys ^= self.columns["reporter"].to_physical().fill_null(0).to_numpy().astype(np.uint64) << np.uint64(48)
        order = np.sort(keys)
        repeated = np.unique(order[1:][order[1:] == order[:-1]])
        del order
        if len(repeated):
            twice = np.isin(keys, repeated) & ~blank.to_numpy()
            self.problems.say(twice, Message("ledger_id_twice"))
            if twice.any():
                self.notes.append(Message("ledger_ids_twice", {"count": int(twice.sum())}))

    def _trade_system(self) -> None:
        if self.layout.form not in ("", "own"):
            self.notes.append(Message("ledger_statistics"))


_LINE_COLUMNS = (
    "id", "reporter", "partner", "export", "substance", "day", "year", "kg", "concentration", "hs", "returned",
)  # fmt: skip
_NO_DAY = -(2**31)
_NO_SUBSTANCE = 2**32 - 1


def read_state(text: str, side: str = "reporter") -> tuple[Territory | None, Message | None]:
    """Return the territory that a ledger names as ``reporter`` or ``partner``, or why it cannot be told."""
    if not text:
        return None, Message(f"ledger_{side}_missing")
    found = territory_candidates(text)
    if len(found) == 1:
        return found[0], None
    shown = text[:_SHOWN]
    if found:
        return None, Message("ledger_state_unclear", {"text": shown, "codes": tuple(one.code for one in found)})
    close = similar_territories(text)
    if close:
        return None, Message("ledger_state_near", {"text": shown, "codes": tuple(one.code for one in close)})
    return None, Message("ledger_state_unknown", {"text": shown})


def read_flow(text: str) -> tuple[str, str]:
    """Return which flow a word means (``""`` where it is none) and the trade system that it names.

    >>> read_flow("Re-Export"), read_flow("Importations (commerce spécial)"), read_flow("сбыт")
    (('re_export', ''), ('import', 'special'), ('', ''))
    """
    words = _words()
    plain = plain_header(text)
    if plain in words["flows"]:
        return words["flows"][plain], ""
    parts = plain.split()
    system = next((words["systems"][part] for part in parts if part in words["systems"]), "")
    bare = " ".join(part for part in parts if part not in words["systems"] and part not in _TRADE)
    return words["flows"].get(bare, ""), system


_TRADE = frozenset(("trade", "commerce", "comercio", "торговля", "торговли", "貿易", "贸易", "تجارة"))


def read_unit(text: str) -> tuple[Unit | None, Message | None]:
    """Return the unit that a text names, or why it gives no kg."""
    if not text:
        return None, Message("ledger_unit_missing")
    unit = find_unit(text)
    if unit is None:
        meant = unclear_unit(text)
        if meant:
            return None, Message("ledger_unit_unclear", {"text": text[:_SHOWN], "readings": meant})
        return None, Message("ledger_unit_unknown", {"text": text[:_SHOWN]})
    if unit.kg is None:
        return unit, Message(f"ledger_unit_{unit.kind}", {"text": text[:_SHOWN]})
    return unit, None


def _screener() -> Screener:
    from opencwc.screening.rulebook import Rulebook
    from opencwc.screening.screener import Screener

    return Screener(Rulebook.of())


def _epoch(one: Day) -> int:
    return _NO_DAY if one.day is None else one.day.toordinal() - 719_163


def _nulled(values: Array, nothing: Array) -> pl.Series:
    series = pl.Series(values)
    return series.set(pl.Series(nothing), None) if nothing.any() else series


def _enum(places: Array, codes: list[str]) -> pl.Series:
    """Codes by their places in the list of all of them; null where there is none."""
    series = _nulled(places, places == _NOWHERE)
    return series.cat.to(pl.Enum(codes))


def _together(parts: list[pl.Series], kind: type[pl.DataType]) -> pl.Series:
    return pl.concat(parts, rechunk=True) if parts else pl.Series([], dtype=kind)

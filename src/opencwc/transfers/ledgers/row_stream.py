"""What is kept of each row while a file streams past: numbers of its different texts, and its quantities."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
import polars as pl

from opencwc.errors import InputError
from opencwc.files.frames import PROBLEM
from opencwc.files.numbers import decimal_mark, read_number
from opencwc.files.units import find_unit
from opencwc.files.white_space import WHITE_SPACE
from opencwc.transfers.ledgers.layout import Layout, ledger_words

Array = np.ndarray[Any, np.dtype[Any]]
_FEW = 65_535


class TextColumn:
    """The different texts of a column, numbered in the order in which they were met."""

    def __init__(self) -> None:
        self._categories = pl.Categories.random()
        self._kept = pl.Series([], dtype=pl.Categorical(self._categories))  # they are forgotten with their last series
        self._numbers: list[Array] = []

    def take(self, series: pl.Series) -> Array:
        """Number the texts of a batch; a missing one counts as an empty one."""
        numbers = series.fill_null("").cast(pl.Categorical(self._categories)).to_physical().to_numpy()
        self._numbers.append(numbers.astype(np.uint16) if int(numbers.max(initial=0)) + 1 < _FEW else numbers)
        return self._numbers[-1]

    def drain(self) -> tuple[Array, list[str]]:
        """Return the numbers of all rows, which are then forgotten, and the texts by their numbers."""
        parts, self._numbers = self._numbers, []
        return joined(parts, np.uint16), self.texts()

    def texts(self) -> list[str]:
        """Return the texts by their numbers, without white space at their ends."""
        return [str(text or "").strip(WHITE_SPACE) for text in self._categories.to_series().to_list()]


def joined(parts: list[Array], kind: type[np.generic] = np.int64) -> Array:
    """Return the parts of a column as one; ``kind`` is that of a column without rows."""
    return np.concatenate(parts) if parts else np.zeros(0, kind)


def nulled(values: Array, nothing: Array) -> pl.Series:
    """Return a column with nulls where there is nothing."""
    series = pl.Series(values)
    return series.set(pl.Series(nothing), None) if nothing.any() else series


_WITH_COMMAS = (
    (r"^[+-]?[1-9]\d{0,2},\d{3}$", ",", ""),
    (r"^[+-]?\d+,\d+$", ".", ","),
    (r"^[+-]?\d{1,3}(?:\.\d{3})+,\d+$", ".", ","),
    (r"^[+-]?\d{1,3}(?:,\d{3})+\.\d+$", ",", "."),
)
"""Forms of numbers, what marks their thousands, and the decimal mark that they show (none where they may be either)."""
_MOST_ODD = 50_000


@dataclass
class QuantityColumn:
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
        numbers = values.to_numpy().copy()
        numbers[~np.isfinite(numbers)] = np.nan
        if "." not in self.seen:
            self._look_for_points(series, values)
        elif "," in self.seen and not self.exact_points:  # decimal commas as well: each such number is in doubt
            self.pointed.append(np.flatnonzero(_pointed(series)) + self.rows)
        odd = np.flatnonzero(np.isnan(numbers))
        blank = np.zeros(len(numbers), bool)
        if len(odd):
            texts = series.gather(odd).fill_null("").str.strip_chars(WHITE_SPACE)
            blank[odd] = (texts == "").to_numpy()
            left = np.flatnonzero(~(self._read_commas(odd, texts, numbers) | blank[odd]))
            self._read_odd(odd[left], texts.gather(left).to_list(), numbers)
        self.values.append(numbers)
        if blank.any():
            self.blank.append(np.flatnonzero(blank) + self.rows)
        self.rows += len(numbers)
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

    def _read_commas(self, odd: Array, texts: pl.Series, numbers: Array) -> Array:
        """Read the numbers with commas that a file may have in every row; return which ones those are."""
        done = np.zeros(len(odd), bool)
        for form, thousands, mark in _WITH_COMMAS:
            fits = texts.str.contains(form).to_numpy() & ~done
            if not fits.any():
                continue
            plain = texts.filter(pl.Series(fits)).str.replace_all(thousands, "", literal=True)
            numbers[odd[fits]] = plain.str.replace(",", ".", literal=True).cast(pl.Float64).to_numpy()
            done |= fits
            if mark:
                self.seen.add(mark)
            else:
                self.marked.append(odd[fits] + self.rows)
        return done

    def _read_odd(self, odd: Array, texts: Sequence[str], numbers: Array) -> None:
        marked = []
        for at, text in zip(odd.tolist(), texts, strict=True):
            value, kind = self._known[text] if text in self._known else self._read(text)
            if len(self._known) < _MOST_ODD:
                self._known[text] = value, kind
            numbers[at] = value
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
        match = re.fullmatch(r"([+\-−(]?[\d٠-٩۰-۹][\d٠-٩۰-۹.,٫٬'’\s]*)\s*([^\d\s].*)", text)
        unit = find_unit(match[2]) if match else None
        number = read_number(match[1]) if match else number
        if unit is None or unit.kg is None or number.value is None or number.other is not None:
            return np.nan, "unread"
        return number.value, unit.symbol


def _pointed(series: pl.Series) -> Array:
    """Where a text such as ``1.234`` stands."""
    pointed: Array = series.str.contains(r"^[+-]?[1-9]\d{0,2}\.\d{3}$").fill_null(value=False).to_numpy()
    return pointed


@dataclass
class StreamedRows:
    """What is kept of each row while the file streams past.

    ``statements`` numbers the different triples of name, CAS number and HS code (by the numbers of their texts),
    ``stated`` has the number of each row.
    """

    layout: Layout
    quantities: QuantityColumn
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
    def texts(self) -> dict[str, TextColumn]:
        """The numbered columns by field."""
        return {name: TextColumn() for name in _TEXT_FIELDS}

    def take(self, batch: pl.DataFrame) -> None:
        """Take in one batch of the file."""
        self._take_statements(
            {name: texts.take(self._with_constant(batch, name)) for name, texts in self.texts.items()}
        )
        self._take_unread_rows(batch, self.quantities.take(self._with_constant(batch, "quantity")))
        if "id" in self.layout.columns:
            self.ids.append(self._column(batch, "id").str.strip_chars(WHITE_SPACE) + "")  # a copy: the batch can go
        self._take_concentrations(self._column(batch, "concentration"))
        self._take_remarks(self._column(batch, "remarks"))
        self.rows += batch.height

    def _with_constant(self, batch: pl.DataFrame, name: str) -> pl.Series:
        """Return the texts of a field, or in all rows the one that it has as a constant."""
        constant = self.layout.constant(name)
        return self._column(batch, name) if constant is None else pl.Series([constant]).new_from_index(0, batch.height)

    def _column(self, batch: pl.DataFrame, name: str) -> pl.Series:
        """Return the texts of a field, null where it has none; a State is named where its code is missing."""
        if self.layout.constant(name) is not None:
            return pl.Series([None], dtype=pl.String).new_from_index(0, batch.height)
        column, other = self.layout.columns[name], self.layout.names.get(name)
        if other is None:
            return batch[column]
        blank = pl.col(column).is_null() | (pl.col(column).str.strip_chars(WHITE_SPACE) == "")
        return batch.select(pl.when(blank).then(pl.col(other)).otherwise(pl.col(column)).alias(column))[column]

    def _take_statements(self, numbers: Mapping[str, Array]) -> None:
        """Number the different triples of name, CAS number and HS code."""
        texts = [numbers[name].astype(np.int64) for name in ("chemical", "cas", "hs")]
        if any(len(column) and int(column.max()) >= 1 << 21 for column in texts):
            raise InputError("ledger_too_many_chemicals")
        keys, places = np.unique((texts[0] << 42) | (texts[1] << 21) | texts[2], return_inverse=True)
        mask = (1 << 21) - 1
        stated = [
            self.statements.setdefault((key >> 42, (key >> 21) & mask, key & mask), len(self.statements))
            for key in keys.tolist()
        ]
        kind = np.uint16 if max(stated, default=0) < 65_536 else np.uint32
        self.stated.append(np.array(stated, np.uint32)[places].astype(kind))
        for name in ("chemical", "cas", "hs"):
            self.texts[name].drain()  # its numbers are in the triple

    def _take_unread_rows(self, batch: pl.DataFrame, blank: Array) -> None:
        problems = batch[PROBLEM]
        if problems.null_count() < len(problems):
            rows = problems.is_not_null().arg_true()
            texts = problems.gather(rows).to_list()
            self.row_problems |= dict(zip((rows + self.rows).to_list(), texts, strict=True))
        if blank.any():
            used = [column for column in self.layout.used if column in batch.columns]
            without = batch.with_row_index("__at").filter(pl.Series(blank)).select("__at", *used)
            nothing = pl.all_horizontal(pl.col(used).fill_null("").str.strip_chars(WHITE_SPACE) == "")
            empty = without.filter(nothing)["__at"]
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
    words = sorted(map(str, ledger_words()["returns"]), key=len, reverse=True)
    spaced = "|".join(re.escape(word) for word in words if not _HAN.search(word))
    unspaced = "|".join(word for word in words if _HAN.search(word))
    return rf"(?i)\b(?:{spaced})\b|{unspaced}"


_HAN = re.compile("[\u4e00-\u9fff]")
_TEXT_FIELDS = ("reporter", "partner", "flow", "date", "unit", "chemical", "cas", "hs")

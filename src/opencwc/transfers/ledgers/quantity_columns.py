"""The column of quantities while a file streams past: numbers as files write them, some with two readings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from opencwc.files.rows import WHITE_SPACE
from opencwc.transfers.ledgers.text_columns import Array
from opencwc.transfers.units import decimal_mark, find_unit, read_number

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


def _pointed(series: pl.Series) -> Array:
    """Where a text such as ``1.234`` stands."""
    held: Array = series.str.contains(r"^[+-]?[1-9]\d{0,2}\.\d{3}$").fill_null(value=False).to_numpy()
    return held

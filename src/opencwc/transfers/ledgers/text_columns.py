"""Columns of texts while a file streams past: each becomes the numbers of its different texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from opencwc.files.rows import WHITE_SPACE

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
        return self._add(numbers.astype(np.uint16) if int(numbers.max(initial=0)) + 1 < _FEW else numbers)

    def _add(self, numbers: Array) -> Array:
        self._numbers.append(numbers)
        return numbers

    def numbers(self) -> Array:
        """Return the numbers of all rows, and let go of them."""
        parts, self._numbers = self._numbers, []
        return np.concatenate(parts) if parts else np.zeros(0, np.uint16)

    def texts(self) -> list[str]:
        """Return the texts by their numbers, without white space at their ends."""
        return [str(text or "").strip(WHITE_SPACE) for text in self._categories.to_series().to_list()]


class ConstantColumn(TextColumn):
    """A field that has one value in all rows."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self._value = value

    def take(self, series: pl.Series) -> Array:
        """One number for all rows."""
        return self._add(np.zeros(len(series), np.uint16))

    def texts(self) -> list[str]:
        """The one value."""
        return [self._value]


def by_number(values: Array, numbers: Array) -> Array:
    """Return of each row the value of its text, by the numbers of the texts."""
    return values[numbers] if len(numbers) else values[:0]


def joined(parts: list[Array], kind: type[np.generic] = np.int64) -> Array:
    """Return the parts of a column as one; ``kind`` is that of a column without rows."""
    return np.concatenate(parts) if parts else np.zeros(0, kind)


def nulled(values: Array, nothing: Array) -> pl.Series:
    """Return a column with nulls where there is nothing."""
    series = pl.Series(values)
    return series.set(pl.Series(nothing), None) if nothing.any() else series

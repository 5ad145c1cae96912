"""The figures of a register as a table and as a panel of years: what a plant says of a chemical, activity and year.

A figure is the sum of the rows of one site, plant, chemical, activity and year. Plans are no figures.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from opencwc.declarations.books import Books
from opencwc.declarations.law import DECLARED, Law

Numbers = NDArray[np.float64]
Codes = NDArray[np.int64]
KEYS = ("site", "plant", "chemical", "activity")
COLUMNS = (*KEYS, "year", "kg", "weight", "limit")
"""``kg`` is the weight of the chemical, ``weight`` that of the product as handled; ``limit`` the amount in kg above
which a plant's chemical is declared, null where there is none."""
INTO_SITE = ("produce", "import", "acquire")
"""Activities by which a site comes to hold a chemical; by the others it has less of it, or keeps it."""


def figures_of(books: Books, law: Law) -> pl.DataFrame:
    """Return the figures of a register: a table of `COLUMNS`, sorted by its keys and the year."""
    sums: dict[tuple[str, str, str, str, int], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for activity, chemical in books.lines:
        if activity.kg is not None and not activity.planned:
            both = sums[activity.site, activity.plant, chemical.key, activity.activity, activity.year]
            both[0] += activity.content
            both[1] += activity.kg
    limits = {key: _limit(books, law, key) for key in books.chemicals}
    rows = [(*key, float(kg), float(weight), limits[key[2]]) for key, (kg, weight) in sorted(sums.items())]
    types = dict.fromkeys(KEYS, pl.String) | {"year": pl.Int64, "kg": pl.Float64, "weight": pl.Float64}
    return pl.DataFrame(rows, schema={**types, "limit": pl.Float64}, orient="row")


def _limit(books: Books, law: Law, key: str) -> float | None:
    group = books.chemicals[key].group
    kg = law.kg(DECLARED[group][0]) if group in DECLARED else None
    return float(kg) if kg is not None else None


class Panel(NamedTuple):
    """Figures as one row a series (site, plant, chemical, activity) and one column a year; NaN where there is none.

    ``site`` to ``activity`` number what each series is of, ``plant`` within its site. ``kg``, ``weight`` and ``share``
    (per cent) have the shape (series, years), ``limit`` and ``into`` (the site comes to hold it) one value a series.
    ``row`` is the place in the table of figures, -1 where there is none.
    """

    site: Codes
    plant: Codes
    chemical: Codes
    activity: Codes
    years: tuple[int, ...]
    kg: Numbers
    weight: Numbers
    share: Numbers
    limit: Numbers
    into: NDArray[np.bool_]
    row: Codes

    def groups(self, *names: str) -> Codes:
        """Return a number for each series by which those of the same site, plant, chemical or activity are told."""
        code = np.zeros(len(self.site), np.int64)
        for name in names:
            part: Codes = getattr(self, name)
            code = number(code * (int(part.max(initial=0)) + 1) + part)
        return code


class Groups:
    """The series of a panel by group: those of the same site, plant, chemical or activity."""

    def __init__(self, panel: Panel, *names: str) -> None:
        codes = panel.groups(*names)
        self._codes, self._order = codes, np.argsort(codes, kind="stable")
        self._starts = np.searchsorted(codes[self._order], np.arange(int(codes.max(initial=-1)) + 2))

    def of(self, series: int) -> Codes:
        """Return the series of the group of one, itself among them, in their order."""
        group = self._codes[series]
        members: Codes = self._order[self._starts[group] : self._starts[group + 1]]
        return members

    def others(self, series: int) -> Codes:
        """Return the other series of the group of one, in their order."""
        members = self.of(series)
        others: Codes = members[members != series]
        return others


def number(values: Codes) -> Codes:
    """Return whole numbers without gaps, in the same order."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64).reshape(values.shape)


def panel_of(figures: pl.DataFrame) -> Panel:
    """Lay out figures by series and year; a figure of nothing counts as none."""
    codes = {name: figures[name].rank("dense").to_numpy().astype(np.int64) - 1 for name in KEYS}
    codes["plant"] = number(codes["site"] * (int(codes["plant"].max(initial=0)) + 1) + codes["plant"])
    whole = np.zeros(len(figures), np.int64)
    for part in codes.values():
        whole = number(whole * (int(part.max(initial=0)) + 1) + part)
    year = figures["year"].to_numpy().astype(np.int64)
    years = tuple(range(int(year.min()), int(year.max()) + 1)) if len(year) else ()
    shape = (int(whole.max(initial=-1)) + 1, len(years))
    kg, weight = np.full(shape, np.nan), np.full(shape, np.nan)
    row = np.full(shape, -1, np.int64)
    first = np.unique(whole, return_index=True)[1]
    some = figures["kg"].to_numpy() > 0
    at = (whole[some], year[some] - (years[0] if years else 0))
    kg[at], weight[at] = figures["kg"].to_numpy()[some], figures["weight"].to_numpy()[some]
    row[at] = np.flatnonzero(some)
    into = figures["activity"].is_in(INTO_SITE).to_numpy()[first]
    limit = figures["limit"].cast(pl.Float64).fill_null(float("nan")).to_numpy()[first]
    return Panel(
        codes["site"][first], codes["plant"][first], codes["chemical"][first], codes["activity"][first], years, kg,
        weight, 100 * kg / weight, limit, into, row,
    )  # fmt: skip

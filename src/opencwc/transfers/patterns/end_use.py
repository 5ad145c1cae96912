"""A quantity does not fit its declared end use."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from scipy import stats

from opencwc.transfers.patterns.base import NO_STATE, PatternKind, Sighting, Unusual
from opencwc.transfers.patterns.level_steps import ALARMS, adjusted
from opencwc.transfers.patterns.trade import Trade

LEAST_IMPORTERS = 8
"""How many importers must take a chemical for an end use, so that one of them can stand out."""
_LEAST_NOISE = 0.05


class EndUse(PatternKind):
    """Yearly quantities that are far above what other importers take for the same end use, where lines say it.

    How far is measured in the middle deviation of the logarithms from their middle, and judged by Student's t.
    """

    id = "end_use"

    def sightings(self, trade: Trade) -> Iterator[Sighting]:
        """Yield every year of an importer that stands out of its chemical and end use."""
        if "end_use" not in trade.lines.columns:
            return
        use = pl.col("end_use").str.strip_chars().str.to_lowercase()
        lines = trade.lines.with_columns(use=use).filter(pl.col("use").fill_null("") != "")
        tested = list(_tested(lines))
        probabilities = adjusted(np.array([year.p for year in tested]))
        for year, probability in zip(tested, probabilities.tolist(), strict=True):
            if probability <= ALARMS:
                yield _sighting(trade, lines, year, Unusual("p", year.p, len(tested), probability))


class _Year(NamedTuple):
    """What an importer takes in a year for an end use, how probable that is, and how many kg are usual for the use."""

    taken: Mapping[str, Any]
    p: float
    usual_kg: float


def _tested(lines: pl.DataFrame) -> Iterator[_Year]:
    """Yield every importer's years for the chemicals and end uses of at least `LEAST_IMPORTERS` importers."""
    keys = ("substance", "use", "importer", "year")
    by_side = lines.group_by(*keys, "export").agg(kg=pl.col("kg").sum())
    yearly = by_side.group_by(*keys).agg(kg=pl.col("kg").max()).sort(keys)
    for _, years in yearly.group_by("substance", "use", maintain_order=True):
        if years["importer"].n_unique() < LEAST_IMPORTERS:
            continue
        logs = np.log(years["kg"].to_numpy())
        middle = float(np.median(logs))
        spread = max(1.4826 * float(np.median(np.abs(logs - middle))), _LEAST_NOISE)
        p = stats.t.sf((logs - middle) / spread, len(logs) - 1)
        for taken, probability in zip(years.iter_rows(named=True), p.tolist(), strict=True):
            yield _Year(taken, probability, math.exp(middle))


def _sighting(trade: Trade, lines: pl.DataFrame, year: _Year, unusual: Unusual) -> Sighting:
    taken = year.taken
    substance, importer, kg = taken["substance"], taken["importer"], taken["kg"]
    of_year = {name: taken[name] for name in ("substance", "importer", "year", "use")}
    return Sighting(
        (substance, NO_STATE, importer), str(taken["year"]), str(taken["year"]),
        {"kg": kg, "usual_kg": year.usual_kg, "factor": kg / year.usual_kg}, unusual, kg - year.usual_kg,
        lines=lambda: lines.filter(**of_year), years=partial(trade.received_by, substance, importer),
        named={"end_use": taken["use"]},
    )  # fmt: skip

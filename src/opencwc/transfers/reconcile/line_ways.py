"""How each line takes part in the difference of its sum: as it is matched, on a way by a third State, or left over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from opencwc.transfers.model import Substance
from opencwc.transfers.reconcile.matching import STATES
from opencwc.transfers.reconcile.matching_kernel import MATCH_KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

WAYS = ("packing", "loose", "rounding", "unit", "mixture", "sum", "double", "exporter", "importer", "chemical", "equal",
        "year", "hub", "low", "weak", "returned", "none")  # fmt: skip
"""How a line takes part in a difference: as it is matched (`matching_kernel.MATCH_KINDS`), with a line of another year,
on a way by a third State, unmatched and below the substance's limit or below `PURE`, as goods that came back, else
unmatched."""
PURE = 80.0
"""Per cent from which every State counts a chemical as such; below it some count it as a mixture."""


def ways_of_lines(fit: pl.DataFrame, substances: Sequence[Substance], lies: NDArray[np.bool_]) -> pl.Series:
    """Return of each line how it takes part in the difference of its group."""
    limits = pl.Series(
        [-1.0 if substance.limit is None else substance.limit for substance in substances] or [0.0], dtype=pl.Float64
    )
    spread = fit.filter(pl.col("match") >= 0).group_by("match").agg(years=pl.col("year").n_unique())
    told = fit.select("match", "kind", "returned", "concentration", "substance").join(
        spread, on="match", how="left", maintain_order="left"
    )
    told = told.with_columns(hub=pl.Series(lies), limit=pl.lit(limits).gather(pl.col("substance")))
    return told.select(
        pl.when(pl.col("returned")).then(pl.lit("returned"))
        .when((pl.col("match") < 0) & (pl.col("concentration") <= pl.col("limit"))).then(pl.lit("low"))
        .when((pl.col("match") < 0) & (pl.col("concentration") < PURE)).then(pl.lit("weak"))
        .when(pl.col("match") < 0).then(pl.lit("none"))
        .when(pl.col("years") > 1).then(pl.lit("year"))
        .when(pl.col("hub")).then(pl.lit("hub"))
        .otherwise(pl.lit(pl.Series(MATCH_KINDS)).gather(pl.col("kind").cast(pl.UInt32)))
        .cast(pl.Enum(WAYS))
    ).to_series()  # fmt: skip


def third_states(fit: pl.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Say of each line whether it fits a line that names a third State on the way, and how much of a hub that one is.

    The two lines name different States of dispatch, or of destination. Where there is trade in the substance between
    the two States named, in that year or the one before, the goods may have gone by one of them; a hub has both
    origins and destinations of the substance, and the fewer of the two count.
    """
    kind = fit["kind"].to_numpy()
    at = np.flatnonzero(np.isin(kind, [MATCH_KINDS.index("exporter"), MATCH_KINDS.index("importer")]))
    lies, hub = np.zeros(len(fit), np.bool_), np.zeros(len(fit))
    if not len(at):
        return lies, hub
    there = np.searchsorted(fit["line"].to_numpy(), fit["other"].to_numpy()[at])
    exporter, importer = (fit[name].to_physical().to_numpy().astype(np.int64) for name in ("exporter", "importer"))
    substance, year = (fit[name].to_numpy().astype(np.int64) for name in ("substance", "year"))
    known = np.unique(_key(substance, exporter, importer, year))
    by_exporter = kind[at] == MATCH_KINDS.index("exporter")
    named = np.where(by_exporter, exporter[at], importer[at])
    other = np.where(by_exporter, exporter[there], importer[there])
    lies[at] = np.any(
        [
            np.isin(_key(substance[at], first, second, year[at] - back), known)
            for first, second in ((named, other), (other, named))
            for back in (0, 1)
        ],
        axis=0,
    )
    pairs = np.unique(_key(substance, exporter, importer, np.zeros_like(year)))
    whose, origin, destination = (
        pairs // _YEARS // STATES // STATES,
        pairs // _YEARS // STATES % STATES,
        pairs // _YEARS % STATES,
    )
    room = (int(substance.max()) + 1) * STATES
    out, into = (
        np.bincount(whose * STATES + origin, minlength=room),
        np.bincount(whose * STATES + destination, minlength=room),
    )
    least = np.minimum(out, into)
    hub[at] = np.maximum(least[substance[at] * STATES + named], least[substance[at] * STATES + other])
    return lies, hub


def _key(
    substance: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64], year: NDArray[np.int64]
) -> NDArray[np.int64]:
    return ((substance * STATES + first) * STATES + second) * _YEARS + year


_YEARS = 4_096

"""The sums of both sides by chemical, pair of States and year: how much they differ, and by lines of which ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from opencwc.transfers.model import HUGE_KG, Substance
from opencwc.transfers.reconcile.matching_kernel import MATCH_KINDS
from opencwc.transfers.reconcile.third_states import THIRD_SIGNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.int64]


GROUP = ("substance", "exporter", "importer", "year")
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
    lines = fit.select("match", "kind", "returned", "concentration", "substance").join(
        spread, on="match", how="left", maintain_order="left"
    )
    lines = lines.with_columns(hub=pl.Series(lies), limit=pl.lit(limits).gather(pl.col("substance")))
    return lines.select(
        pl.when(pl.col("returned")).then(pl.lit("returned"))
        .when((pl.col("match") < 0) & (pl.col("concentration") <= pl.col("limit"))).then(pl.lit("low"))
        .when((pl.col("match") < 0) & (pl.col("concentration") < PURE)).then(pl.lit("weak"))
        .when(pl.col("match") < 0).then(pl.lit("none"))
        .when(pl.col("years") > 1).then(pl.lit("year"))
        .when(pl.col("hub")).then(pl.lit("hub"))
        .otherwise(pl.lit(pl.Series(MATCH_KINDS)).gather(pl.col("kind").cast(pl.UInt32)))
        .cast(pl.Enum(WAYS))
    ).to_series()  # fmt: skip


def sums_of(fit: pl.DataFrame, counted_kg: Sequence[float]) -> pl.DataFrame:
    """Sum the lines of each group up: by side, and by way; ``counted_kg`` is, of each substance, what a difference has
    to exceed to count.
    """
    threshold = pl.lit(pl.Series(counted_kg or [0.0], dtype=pl.Float64))
    export, kg = pl.col("export"), pl.col("kg")
    signed = pl.when(export).then(kg).otherwise(-kg)
    sums = (
        fit.with_columns(signed.alias("signed"))
        .group_by(*GROUP)
        .agg(
            exported=kg.filter(export).sum(),
            imported=kg.filter(~export).sum(),
            exports=export.sum(),
            imports=(~export).sum(),
            largest=kg.max(),
            dated=pl.col("day").is_not_null().mean(),
            strength=pl.col("concentration").mean().cast(pl.Float64),
            **{name: pl.col(name).max() for name in THIRD_SIGNS},
            left_out=kg.filter(export, pl.col("way") == "none").sum(),
            left_in=kg.filter(~export, pl.col("way") == "none").sum(),
            round=pl.max_horizontal(
                ((kg % 1_000) == 0).filter(export).mean().fill_null(0.0),
                ((kg % 1_000) == 0).filter(~export).mean().fill_null(0.0),
            ),
            **{f"by_{way}": pl.col("signed").filter(pl.col("way") == way).sum() for way in WAYS},
        )
    )
    difference = pl.col("exported") - pl.col("imported")
    size = difference.abs().clip(lower_bound=1e-9)
    return (
        sums.with_columns(
            difference=difference,
            size=size,
            threshold=threshold.gather(pl.col("substance")),
            **{f"by_{way}": (pl.col(f"by_{way}") * difference.sign() / size).clip(0.0, 1.0) for way in WAYS},
        )
        .with_columns(lacking=_lacking())
        .drop("left_out", "left_in")
    )


def _lacking() -> pl.Expr:
    """Say how much of the difference, from 0 to 1, are lines that the other side lacks: none there is left over too.

    A quantity that no shipment has (`HUGE_KG`) is rather a slip than a shipment that the other side left out.
    """
    more, less = pl.max_horizontal("left_out", "left_in"), pl.min_horizontal("left_out", "left_in")
    alone = pl.col("by_none") * (1.0 - less / more.clip(lower_bound=1e-9))
    return pl.when(pl.col("largest") < HUGE_KG).then(alone).otherwise(0.0)


def fitting_elsewhere(fit: pl.DataFrame) -> pl.DataFrame:
    """Say of each group what most of its kilograms fit under elsewhere: another State, substance or year."""
    places = fit.select(other="line", exporter_there="exporter", importer_there="importer",
                        substance_there="substance", year_there="year").with_columns(
        pl.col("other").cast(pl.Int64)
    )  # fmt: skip
    paired = fit.filter("compared", pl.col("other") >= 0).select(*GROUP, "kg", "other").join(places, on="other")
    elsewhere = {
        "other_state": pl.when(pl.col("exporter") != pl.col("exporter_there")).then("exporter_there")
        .when(pl.col("importer") != pl.col("importer_there")).then("importer_there"),
        "other_substance": pl.when(pl.col("substance") != pl.col("substance_there")).then("substance_there"),
        "other_year": pl.when(pl.col("year") != pl.col("year_there")).then("year_there"),
    }  # fmt: skip
    groups = fit.filter("compared").group_by(GROUP).agg(pl.col("code").max())
    for name, value in elsewhere.items():
        most = (
            paired.with_columns(value.alias(name))
            .filter(pl.col(name).is_not_null())
            .group_by(*GROUP, name)
            .agg(pl.col("kg").sum())
            .sort("kg", name, descending=[True, False])
            .unique(GROUP, keep="first", maintain_order=True)
            .drop("kg")
        )
        groups = groups.join(most, on=GROUP, how="left")
    return groups


def with_unread_lines(groups: pl.DataFrame, apart: pl.DataFrame) -> pl.DataFrame:
    """Count for each group the lines of its silent side that could not be read and may belong to it (``unread``)."""
    unread = apart.filter(pl.any_horizontal(pl.col("kg", "year", "partner", "substance").is_null()))
    quiet = pl.when(pl.col("exports") == 0).then("exporter").otherwise("importer")
    there = pl.when(pl.col("exports") == 0).then("importer").otherwise("exporter")
    silent_sides = groups.select(
        reporter=quiet, partner=there, substance="substance", year="year", export=pl.col("exports") == 0,
        silent="silent",
    )  # fmt: skip
    total = pl.Series("unread", np.zeros(len(groups), np.int64))
    names = ("partner", "substance", "year")
    for pattern in range(1 << len(names)) if len(unread) else ():
        known = [name for place, name in enumerate(names) if pattern >> place & 1]
        matching = unread.filter(
            *(pl.col(name).is_not_null() if name in known else pl.col(name).is_null() for name in names)
        )
        if len(matching):
            keys = ["reporter", "export", *known]
            counts = matching.group_by(keys).agg(count=pl.len().cast(pl.Int64))
            counted = silent_sides.join(counts, on=keys, how="left", maintain_order="left")["count"].fill_null(0)
            total = total + counted
    return groups.with_columns(unread=pl.when(silent_sides["silent"]).then(total).otherwise(0))

"""The sums of both sides by chemical, pair of States and year: how much they differ, and by lines of which ways."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from opencwc.transfers.model import HUGE_KG
from opencwc.transfers.reconcile.line_ways import WAYS

GROUP = ("substance", "exporter", "importer", "year")


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
            third=pl.col("third").max(),
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
    told = {
        "other_state": pl.when(pl.col("exporter") != pl.col("exporter_there")).then("exporter_there")
        .when(pl.col("importer") != pl.col("importer_there")).then("importer_there"),
        "other_substance": pl.when(pl.col("substance") != pl.col("substance_there")).then("substance_there"),
        "other_year": pl.when(pl.col("year") != pl.col("year_there")).then("year_there"),
    }  # fmt: skip
    found = fit.filter("compared").group_by(GROUP).agg(pl.col("code").max())
    for name, value in told.items():
        most = (
            paired.with_columns(value.alias(name))
            .filter(pl.col(name).is_not_null())
            .group_by(*GROUP, name)
            .agg(pl.col("kg").sum())
            .sort("kg", name, descending=[True, False])
            .unique(GROUP, keep="first", maintain_order=True)
            .drop("kg")
        )
        found = found.join(most, on=GROUP, how="left")
    return found


def with_unread_lines(groups: pl.DataFrame, apart: pl.DataFrame) -> pl.DataFrame:
    """Count for each group the lines of its silent side that could not be read and may belong to it (``unread``)."""
    unread = apart.filter(pl.any_horizontal(pl.col("kg", "year", "partner", "substance").is_null()))
    quiet = pl.when(pl.col("exports") == 0).then("exporter").otherwise("importer")
    there = pl.when(pl.col("exports") == 0).then("importer").otherwise("exporter")
    asked = groups.select(
        reporter=quiet, partner=there, substance="substance", year="year", export=pl.col("exports") == 0,
        silent="silent",
    )  # fmt: skip
    total = pl.Series("unread", np.zeros(len(groups), np.int64))
    names = ("partner", "substance", "year")
    for held in range(1 << len(names)) if len(unread) else ():
        known = [name for place, name in enumerate(names) if held >> place & 1]
        some = unread.filter(
            *(pl.col(name).is_not_null() if name in known else pl.col(name).is_null() for name in names)
        )
        if len(some):
            keys = ["reporter", "export", *known]
            counts = some.group_by(keys).agg(count=pl.len().cast(pl.Int64))
            found = asked.join(counts, on=keys, how="left", maintain_order="left")["count"].fill_null(0)
            total = total + found
    return groups.with_columns(unread=pl.when(asked["silent"]).then(total).otherwise(0))

"""Two sums that are halves of one matter stand as one row: both years of a shift, both chemicals, both States.

Where goods are declared in the year before, under another chemical or with another partner, two sums differ by the
same amount, one too high and one too low. They have one rank, and count once; the one that stands higher is the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from opencwc.transfers.model import SecondHalf
from opencwc.transfers.reconcile.sums import GROUP

MOST_LEFT, ABOUT_EQUAL = 0.25, 0.1
"""What two halves may leave of the larger difference: where the lines of each name the other, and where only one does.
A difference of which more is left is not explained by the other one alone, and stands for itself."""
ALSO = ("substance", "exporter", "importer", "year", "exported", "imported")
"""What a row says of its second half, in columns called ``also_...``."""


def with_halves(ranked: pl.DataFrame) -> pl.DataFrame:
    """Number ranked sums from 1, halves of one matter alike: ``rank``, and ``half``, 1 for the second half of a matter.

    ``ranked`` is in its order, and has the causes and what lines fit under elsewhere.
    """
    placed = ranked.with_row_index("at")
    pairs = _pairs(placed)
    placed = placed.join(pairs, left_on="at", right_on="second", how="left", maintain_order="left")
    first = pl.coalesce("first", "at")
    return (
        placed.with_columns(half=pl.col("first").is_not_null().cast(pl.UInt8), first=first)
        .sort("first", "half", maintain_order=True)
        .with_columns(rank=pl.col("first").rle_id() + 1)
        .select("rank", pl.exclude("rank", "at", "first"))
    )


def matters(groups: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Return one row a matter: the first half, with what the second one says (`ALSO`), null where it stands alone.

    A cause that comes next for the second half alone is that of the row.

    ``names`` are those of the substances; ``also_chemical`` is that of the second half.
    """
    if "half" not in groups.columns:  # kept by a version that joined none
        groups = groups.with_columns(half=pl.lit(0, pl.UInt8))
    second = groups.filter(pl.col("half") == 1).select(
        "rank", *(pl.col(name).alias(f"also_{name}") for name in (*ALSO, "second"))
    )
    second = second.with_columns(
        also_chemical=pl.lit(pl.Series(list(names) or [""], dtype=pl.String)).gather(pl.col("also_substance"))
    )
    both = groups.filter(pl.col("half") == 0).join(second, on="rank", how="left", maintain_order="left")
    return both.with_columns(pl.coalesce("second", "also_second")).drop("also_second")


def second_half_of(matter: Mapping[str, Any]) -> SecondHalf | None:
    """Return the second half of a row of `matters`, where it has one."""
    if matter.get("also_year") is None:
        return None
    return SecondHalf(*(matter[f"also_{name}"] for name in ("chemical", *ALSO[1:])))


def _pairs(placed: pl.DataFrame) -> pl.DataFrame:
    """Return the places of the halves of each matter: ``first``, the one that stands higher, and ``second``."""
    found = pl.concat(list(_candidates(placed)))
    unlike = (pl.col("difference") + pl.col("difference_there")).abs() / pl.max_horizontal("size", "size_there")
    opposite = pl.col("difference") * pl.col("difference_there") < 0
    both = found.join(found.select(at="there", there="at"), on=("at", "there"), how="semi")
    sure = both.filter(opposite, unlike <= MOST_LEFT).with_columns(unlike=unlike)
    near = found.filter(opposite, unlike <= ABOUT_EQUAL).with_columns(unlike=unlike)
    edges = pl.concat([sure, near]).select("at", "there", "unlike").unique(("at", "there"))
    edges = pl.concat([edges, edges.select(at="there", there="at", unlike="unlike")]).unique(("at", "there"))
    best = edges.sort("at", "unlike", "there").unique("at", keep="first", maintain_order=True)
    mutual = best.join(best.select(at="there", there="at"), on=("at", "there"), how="semi")
    return mutual.filter(pl.col("at") < pl.col("there")).select(first="at", second="there")


def _candidates(placed: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield of each sum with a cause that has two halves the sums with that cause that its lines name as the other."""
    here = ("at", "cause", "difference", "size", *GROUP)
    there = placed.select(*GROUP, "cause", there="at", difference_there="difference", size_there="size")
    named: Sequence[tuple[str, str, str]] = (
        ("year_end", "other_year", "year"),
        ("wrong_chemical", "other_substance", "substance"),
        ("wrong_partner", "other_state", "exporter"),
        ("wrong_partner", "other_state", "importer"),
    )
    for cause, other, column in named:
        kind = placed.schema[column]
        own = placed.filter(pl.col("cause") == cause, pl.col(other).is_not_null())
        moved = own.select(*here, pl.col(other).cast(kind).alias("elsewhere")).with_columns(
            pl.col("elsewhere").alias(column)
        )
        yield moved.drop("elsewhere").join(there, on=(*GROUP, "cause"))

"""The signs of each sum: what speaks for a cause of its difference, and what makes it stand out.

A sign is a function without parameters that gives a Polars expression over the sums; its name is the name of its
column, its docstring says what it means. Each is listed once, in the group of those that can be told together
(`SUM_SIGNS`, `STATE_SIGNS`, `PAIR_SIGNS`). Besides them stand the signs that need other tables: ``by_<way>``, the share
of the difference that lines of a way account for (`sums.sums_of`), `_spoken`, and `_near_elsewhere`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from opencwc.transfers.model import Substance
from opencwc.transfers.reconcile.sums import GROUP, PURE, fitting_elsewhere, sums_of, ways_of_lines
from opencwc.transfers.reconcile.third_states import third_states

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

USUAL_SPREAD, LEAST_SPREAD, DRAWN = 0.3, 0.1, 2.0
"""The spread of a pair's years towards which the spread of few years is drawn, the least one, and how firmly."""
EXACT = ("exported", "imported", "difference", "size", "threshold")
"""Columns of the sums that have double precision: quantities in kg."""
_PAIR = list(GROUP[:3])
_NEAR_SIZE = 0.02
_TINY = 1e-9
_DIFFERENCE = pl.col("difference")
_BOTH = (pl.col("exported") > 0) & (pl.col("imported") > 0)
_LARGER = pl.max_horizontal("exported", "imported")
_LINES = pl.max_horizontal("exports", "imports")
_LOG_RATIO = (pl.col("exported").clip(lower_bound=_TINY) / pl.col("imported").clip(lower_bound=_TINY)).log().abs()
_LOG_ARRIVED = (pl.col("imported") / pl.col("exported")).log()
_HABIT = _LOG_ARRIVED.filter(_BOTH).median()


class Around(NamedTuple):
    """What the lines of all substances say of a State: in which years it spoke, whether it is a hub or counts mixtures.

    ``spoke``: ``reporter``, ``year``; ``hubs``: ``state``, ``hub``; ``weak``: ``reporter``, ``weak_habit``, the share
    of mixtures below `PURE` among the lines whose concentration the State states.
    """

    spoke: pl.DataFrame
    hubs: pl.DataFrame
    weak: pl.DataFrame

    @staticmethod
    def of(lines: pl.DataFrame) -> Around:
        """Gather it from all lines that are compared."""
        compared = lines.lazy().filter("compared")
        pairs = compared.select("exporter", "importer").unique()
        out = pairs.group_by(state="exporter").agg(out=pl.len())
        into = pairs.group_by(state="importer").agg(into=pl.len())
        stated = compared.filter(pl.col("concentration").is_not_null())
        return Around(*pl.collect_all([
            compared.select("reporter", "year").unique(),
            out.join(into, on="state").select("state", hub=pl.min_horizontal("out", "into").cast(pl.Float64)),
            stated.group_by("reporter").agg(weak_habit=(pl.col("concentration") < PURE).mean()),
        ], engine="streaming"))  # fmt: skip


def with_signs(
    lines: pl.DataFrame,
    substances: Sequence[Substance],
    counted_kg: Sequence[float],
    families: NDArray[np.int64],
    around: Around,
) -> pl.DataFrame:
    """Return one row a substance, pair and year of some families' lines, with both sums and all signs.

    ``counted_kg`` is as for `sums_of`.
    """
    on_the_way, third = third_states(lines)
    ways = ways_of_lines(lines, substances, on_the_way)
    compared = pl.concat([lines.with_columns(way=ways), third], how="horizontal").filter("compared")
    groups = sums_of(compared, counted_kg)
    family = pl.lit(pl.Series(families, dtype=pl.Int64)).gather(pl.col("substance"))
    groups = _with_neighbours(groups.with_columns(family=family).sort(*GROUP))
    groups = _spoken(groups.with_columns(_named(SUM_SIGNS)), around)
    groups = _near_elsewhere(groups.with_columns(_named(STATE_SIGNS)))
    groups = groups.with_columns(_named(PAIR_SIGNS)).drop("before", "after", "back")
    groups = groups.join(fitting_elsewhere(lines), on=GROUP, how="left", maintain_order="left")
    inexact = [name for name, kind in groups.schema.items() if kind == pl.Float64 and name not in EXACT]
    return groups.drop("family").with_columns(pl.col(inexact).cast(pl.Float32))


Sign = Callable[[], pl.Expr]


def _named(signs: Iterable[Sign]) -> list[pl.Expr]:
    return [sign().alias(sign.__name__) for sign in signs]


def _with_neighbours(groups: pl.DataFrame) -> pl.DataFrame:
    """Add the differences of the year before and the year after, and what goes the other way (``back``)."""
    same_pair = pl.struct(_PAIR)
    groups = groups.with_columns(
        pl.when(same_pair == same_pair.shift(step))
        .then(pl.when((pl.col("year") - pl.col("year").shift(step)).abs() == 1).then(_DIFFERENCE.shift(step)))
        .alias(name)
        for step, name in ((1, "before"), (-1, "after"))
    )
    back = groups.select(
        "substance", "year", pl.col("importer").alias("exporter"), pl.col("exporter").alias("importer"),
        pl.max_horizontal("exported", "imported").alias("back"),
    )  # fmt: skip
    return groups.join(back, on=GROUP, how="left", maintain_order="left")


# -- what the sums alone say -------------------------------------------------------------------------------------------


def _near(gap: pl.Expr, width: float) -> pl.Expr:
    return pl.when(_BOTH).then((1.0 - gap.abs() / width).clip(0.0, 1.0)).otherwise(0.0).fill_null(0.0)


def near_year_end() -> pl.Expr:
    """How closely the difference is the opposite of that of the year before or after."""
    closeness = (
        (1.0 - (_DIFFERENCE + pl.col(neighbour)).abs() / pl.col("size")).clip(0.0, 1.0).fill_null(0.0)
        for neighbour in ("before", "after")
    )
    return pl.max_horizontal(*closeness)


def near_returned() -> pl.Expr:
    """How closely the difference is what goes the other way."""
    return (1.0 - (pl.col("size") - pl.col("back")).abs() / (0.2 * pl.col("size"))).clip(0.0, 1.0).fill_null(0.0)


def near_unit() -> pl.Expr:
    """How closely one sum is a thousand or a million times the other."""
    return pl.max_horizontal(*(_near(_LOG_RATIO - math.log(times), 0.3) for times in (1_000, 1_000_000)))


def near_double() -> pl.Expr:
    """How closely one sum is twice the other."""
    return _near(_LOG_RATIO - math.log(2), 0.1)


def near_mixture() -> pl.Expr:
    """How closely one sum is the share of the other that the lines state as concentration."""
    return _near(_LOG_RATIO + (pl.col("strength") / 100).log(), 0.1)


def near_rounding() -> pl.Expr:
    """How round one side's lines are, where the difference is no more than rounding them to tonnes can make."""
    return pl.when(_BOTH & (pl.col("size") <= 500 * _LINES)).then(pl.col("round")).otherwise(0.0)


def silent() -> pl.Expr:
    """Whether one side declares nothing."""
    return ~_BOTH


def relative() -> pl.Expr:
    """The difference as a share of the larger sum."""
    return pl.col("size") / _LARGER.clip(lower_bound=_TINY)


def times() -> pl.Expr:
    """The logarithm of how many times the threshold the difference is."""
    return (pl.col("size") / pl.col("threshold").clip(lower_bound=1e-3)).log()


def small() -> pl.Expr:
    """How small the lines are beside the threshold."""
    return _LINES * pl.col("threshold") / pl.max_horizontal("exported", "imported", pl.col("threshold"))


def over() -> pl.Expr:
    """Whether the difference is over the threshold."""
    return pl.col("size") > pl.col("threshold")


SUM_SIGNS: tuple[Sign, ...] = (
    near_year_end, near_returned, near_unit, near_double, near_mixture, near_rounding, silent, relative, times, small,
    over,
)  # fmt: skip


# -- what the States do elsewhere --------------------------------------------------------------------------------------


def _spoken(groups: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Add ``mute``, ``hub_exporter``, ``hub_importer`` and ``weak_habit``, which come from the lines of all substances.

    They say whether the silent State declared nothing at all in that year; how much of a hub either State is; and the
    share of weak mixtures among the lines whose concentration the State states that declares less.
    """
    spoke = around.spoke.with_columns(spoke=pl.lit(value=True))
    quiet = pl.when(pl.col("exports") == 0).then("exporter").otherwise("importer").alias("reporter")
    heard = groups.select(quiet, "year").join(spoke, on=("reporter", "year"), how="left", maintain_order="left")
    groups = groups.with_columns(mute=pl.col("silent") & heard["spoke"].is_null())
    for side in ("exporter", "importer"):
        hubs = around.hubs.rename({"state": side, "hub": f"hub_{side}"})
        groups = groups.join(hubs, on=side, how="left", maintain_order="left")
        groups = groups.with_columns(pl.col(f"hub_{side}").fill_null(0.0))
    less = pl.when(pl.col("exported") < pl.col("imported")).then("exporter").otherwise("importer").alias("reporter")
    weak = groups.select(less).join(around.weak, on="reporter", how="left", maintain_order="left")
    return groups.with_columns(weak["weak_habit"])


_OF_IMPORTER = ("importer", "substance")


def habit() -> pl.Expr:
    """The middle logarithm of imported over exported of the importer's pairs in that substance."""
    return _HABIT.over(_OF_IMPORTER)


def habit_spread() -> pl.Expr:
    """The middle deviation from that."""
    return (_LOG_ARRIVED.filter(_BOTH) - _HABIT).abs().median().over(_OF_IMPORTER)


def habit_pairs() -> pl.Expr:
    """Of how many sums of both sides that is."""
    return _BOTH.sum().over(_OF_IMPORTER).cast(pl.Float64)


def ratio() -> pl.Expr:
    """The logarithm of imported over exported, where both sides declare."""
    return pl.when(_BOTH).then(_LOG_ARRIVED)


def lot() -> pl.Expr:
    """How many times the threshold a line is on the average."""
    return _LARGER / _LINES / pl.col("threshold").clip(lower_bound=1e-3)


STATE_SIGNS: tuple[Sign, ...] = (habit, habit_spread, habit_pairs, ratio, lot)


# -- where the opposite difference stands ------------------------------------------------------------------------------


def _near_elsewhere(groups: pl.DataFrame) -> pl.DataFrame:
    """Add how closely the opposite difference stands elsewhere.

    ``near_exporter`` is under another exporter, ``near_importer`` under another importer, ``near_chemical`` under
    another chemical of the family.
    """
    keys = {
        "near_exporter": ("substance", "importer", "year"),
        "near_importer": ("substance", "exporter", "year"),
        "near_chemical": ("family", "exporter", "importer", "year"),
    }
    groups = groups.with_row_index("place")
    for name, key in keys.items():
        sides = {
            sign: groups.filter((pl.col("difference") * sign) > 0)
            .select("place", pl.col("size").log().alias("log"), _as_number(key).alias("key"))
            .sort("log")
            for sign in (1, -1)
        }
        nearest = {
            sign: side.join_asof(
                sides[-sign].with_columns(there=pl.col("log")), on="log", by="key", strategy="nearest",
                check_sortedness=False, tolerance=_NEAR_SIZE,
            )
            for sign, side in sides.items()
        }  # fmt: skip
        closeness = (1.0 - (pl.col("there") - pl.col("log")).abs() / _NEAR_SIZE).alias(name)
        near = pl.concat(side.select("place", closeness) for side in nearest.values())
        groups = groups.join(near, on="place", how="left", maintain_order="left")
        groups = groups.with_columns(pl.col(name).fill_null(0.0))
    return groups.drop("place")


def _as_number(key: Sequence[str]) -> pl.Expr:
    """Return one number for the columns of a key."""
    total = pl.lit(0, pl.Int64)
    for name in key:
        place = pl.col(name) if name in ("family", "substance", "year") else pl.col(name).to_physical()
        total = total * 4_096 + place.cast(pl.Int64)
    return total


# -- the same pair and substance in other years ------------------------------------------------------------------------


def years() -> pl.Expr:
    """In how many years the pair has a sum."""
    return pl.len().over(_PAIR).cast(pl.Float64)


def steady() -> pl.Expr:
    """The share of the years that are over the threshold on the same side."""
    same_side = _DIFFERENCE.sign() == _DIFFERENCE.sign().median().over(_PAIR)
    return (same_side & pl.col("over")).mean().over(_PAIR)


def pair_silent() -> pl.Expr:
    """The share of the years in which one side is silent."""
    return pl.col("silent").mean().over(_PAIR)


def unusual() -> pl.Expr:
    """How far the difference is from the middle one, in standard deviations."""
    spread = _DIFFERENCE.std().over(_PAIR).fill_null(0.0) + 1.0
    return (_DIFFERENCE - _DIFFERENCE.median().over(_PAIR)).abs() / spread


def stands_out() -> pl.Expr:
    """How far the year stands out of the pair's other years, in multiples of their usual spread.

    What is compared is the logarithm of imported over exported, in the years in which both declare and at least one of
    them a third of the threshold. A year in which one side is silent stands out the more, the more seldom that is.
    The spread is drawn towards `USUAL_SPREAD`, so that a few years that agree by chance do not make one stand out.
    """
    large = pl.col("threshold") / 3 < _LARGER
    both = _BOTH & large
    apart = pl.when(both).then(pl.col("ratio"))
    middle = apart.median().over(_PAIR)
    spread = 1.4826 * (apart - middle).abs().median().over(_PAIR)
    known, large_years = both.sum().over(_PAIR), large.sum().over(_PAIR)
    drawn = (spread**2 * known + DRAWN * USUAL_SPREAD**2) / (known + DRAWN)
    usual = drawn.sqrt().clip(lower_bound=LEAST_SPREAD)
    spoken = known / (large_years - 1).clip(lower_bound=1)
    return (
        pl.when(both & (known > 3)).then((apart - middle).abs() / usual)
        .when(~both & large & (known > 2)).then(1.5 * spoken**3 / usual)
        .otherwise(0.0).fill_null(0.0)
    )  # fmt: skip


def _pair_mean(way: str) -> Sign:
    def sign() -> pl.Expr:
        return pl.col(f"by_{way}").mean().over(_PAIR)

    sign.__name__ = f"pair_{way}"
    sign.__doc__ = f"""The middle share of the difference that lines of the way {way!r} account for over the years."""
    return sign


PAIR_SIGNS: tuple[Sign, ...] = (
    years, steady, pair_silent,
    *map(_pair_mean, ("hub", "exporter", "importer", "mixture", "rounding", "none")),
    unusual, stands_out,
)  # fmt: skip

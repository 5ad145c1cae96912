"""`python -m benchmarks.transfers_missed`: which true pairs of lines matching misses, and how many nobody could know.

How long goods take is learnt from the ledgers. Here the matching is done once more with the days of every way told
beforehand, from the truth (`with_known_ways`): what is missed even then, because both lines fit other lines by quantity
and day, cannot be known from the ledgers; nor can what lost a part on a way by a third State, so that its quantities
fit nothing. That all the rest could be known is not said; so the bound is an upper one.
"""

from __future__ import annotations

import io
import sys
from typing import Any, NamedTuple

import polars as pl

from benchmarks.transfers_world import SHIFTED, TEST, World, make
from opencwc.transfers.ledgers.reader import read_ledger
from opencwc.transfers.reconcile import matching
from opencwc.transfers.reconcile.comparison import compare

ALIKE, LOST, YEARS, SEVERAL, REST = REASONS = (
    "both lines fit other lines, the days of every way known", "a part is lost on a way by a third State",
    "a side gives only years", "several lines stand for one", "anything else",
)  # fmt: skip
NOT_KNOWN = (LOST, ALIKE)
LEAST_SPREAD = 0.1


class Missed(NamedTuple):
    """The true pairs that are missed: ``reasons`` (reason, count), ``true`` pairs in all, and what no ledger tells."""

    reasons: tuple[tuple[str, int], ...]
    true: int

    @property
    def not_known(self) -> int:
        """How many of the missed pairs cannot be known from the ledgers."""
        return sum(count for reason, count in self.reasons if reason in NOT_KNOWN)

    @property
    def bound(self) -> tuple[float, float]:
        """The F1 with all known and the rest left alone, and with one wrong guess for each of the rest."""
        known = self.true - self.not_known
        return 2 * known / (self.true + known), known / self.true


def true_pairs(world: World) -> pl.DataFrame:
    """Return the true pairs of lines, those of one shipment, as `benchmarks.transfers.pairs_of` counts them."""
    lines = world.lines.with_columns(
        export=pl.col("flow") == "export",
        day=pl.col("date").str.to_date(strict=False),
        kind=pl.struct(pl.exclude("id")).rank("dense"),
    ).select("id", "kind", "reporter", "partner", "chemical", "export", "day")
    firsts = world.shipments.select(line="id", id=pl.coalesce("copy_of", "id")).unique("line")
    entered = (
        world.shipments.select("shipment", "cause", line="id")
        .join(firsts, on="line")
        .join(lines, on="id")
        .unique(["id", "shipment"], keep="first", maintain_order=True)
    )
    out, into = entered.filter("export"), entered.filter(~pl.col("export"))
    pairs = out.join(into, on="shipment", suffix="_into").filter(pl.col("reporter") != pl.col("reporter_into"))
    return pairs.unique(["id", "id_into"], keep="first", maintain_order=True).with_columns(
        lines_out=pl.len().over("id_into"), lines_into=pl.len().over("id")
    )


def with_known_ways(world: World) -> pl.DataFrame:
    """Match a world's lines, the days of every way told from the truth; return ``id`` and ``match`` (-1 for none)."""
    stream = io.BytesIO()
    world.lines.write_csv(stream)
    stream.seek(0)
    ledger = read_ledger(stream, name="world.csv")
    learnt = matching._usual
    matching._usual = _told_of(true_pairs(world), ledger, learnt)
    try:
        compared = compare([ledger])
    finally:
        matching._usual = learnt
    return compared.lines.select(ledger.lines["id"], "match")


def _told_of(pairs: pl.DataFrame, ledger: Any, learnt: Any) -> Any:
    """Return what tells of a block the true days on the way and their spread, and what is learnt where none is true."""
    own = pairs.filter(
        pl.col("partner") == pl.col("reporter_into"), pl.col("partner_into") == pl.col("reporter"),
        pl.col("chemical") == pl.col("chemical_into"), pl.col("day_into") >= pl.col("day"),
    )  # fmt: skip
    days = ((pl.col("day_into") - pl.col("day")).dt.total_days() + 1).log()
    ways = own.group_by("chemical", "reporter", "partner").agg(usual=days.median(), spread=days.std().fill_null(0.2))
    names = {substance.name: place for place, substance in enumerate(ledger.substances)}
    states = {code: place for place, code in enumerate(ledger.lines["reporter"].dtype.categories.to_list())}
    known = {
        (names[chemical] * matching.STATES + states[reporter]) * matching.STATES + states[partner]: (usual, spread)
        for chemical, reporter, partner, usual, spread in ways.iter_rows()
    }

    def delays(lines: matching.Lines, starts: Any, *rest: Any) -> Any:
        usual, spread = learnt(lines, starts, *rest)
        for place, block in enumerate(lines.block[starts[:-1]].tolist()):
            if block in known:
                usual[place], spread[place] = known[block][0], max(LEAST_SPREAD, known[block][1])
        return usual, spread

    return delays


def missed(world: World, matches: pl.DataFrame, known: pl.DataFrame) -> Missed:
    """Say of the true pairs that ``matches`` (``id``, ``match_group``) miss why; ``known`` is of `with_known_ways`."""
    pairs = true_pairs(world)
    beside = matches.select("id", group=pl.col("match_group").fill_null("")).join(
        known.select("id", taken=pl.col("match") >= 0, ideal="match"), on="id"
    )
    described = pairs.join(beside, on="id").join(beside.rename({"id": "id_into"}), on="id_into", suffix="_into")
    kinds = ["kind", "kind_into"]
    left = described.group_by(kinds).agg(true=pl.len()).join(_told_kinds(world, pairs, matches), on=kinds, how="left")
    left = left.with_columns(left=pl.col("true") - pl.min_horizontal("true", pl.col("told").fill_null(0)))
    is_right = (pl.col("group") != "") & (pl.col("group") == pl.col("group_into"))
    some = described.sort(is_right).join(left, on=kinds).filter(pl.int_range(pl.len()).over(kinds) < pl.col("left"))
    single = (pl.col("lines_out") == 1) & (pl.col("lines_into") == 1)
    taken = pl.col("taken") & pl.col("taken_into") & (pl.col("ideal") != pl.col("ideal_into"))
    reason = (
        pl.when(single & taken).then(pl.lit(ALIKE)).when(pl.col("cause") == "hub_loss").then(pl.lit(LOST))
        .when(pl.col("day").is_null() | pl.col("day_into").is_null()).then(pl.lit(YEARS))
        .when(~single).then(pl.lit(SEVERAL)).otherwise(pl.lit(REST))
    )  # fmt: skip
    counts = dict(some.select(reason=reason).group_by("reason").len().iter_rows())
    return Missed(tuple((reason, counts.get(reason, 0)) for reason in REASONS), len(pairs))


def _told_kinds(world: World, pairs: pl.DataFrame, matches: pl.DataFrame) -> pl.DataFrame:
    """Count the told pairs of lines that are alike, of those that have a true pair."""
    firsts = world.shipments.select(line="id", id=pl.coalesce("copy_of", "id")).unique("line")
    matched = matches.filter(pl.col("match_group").fill_null("") != "").rename({"id": "line"}).join(firsts, on="line")
    groups = matched.select("id", "match_group").unique()
    sides = [
        pairs.select(id=f"id{side}", **{f"kind{side}": f"kind{side}"}).unique().join(groups, on="id")
        for side in ("", "_into")
    ]
    return sides[0].join(sides[1], on="match_group").group_by("kind", "kind_into").agg(told=pl.len())


def main() -> None:
    """Print what is missed in the two test worlds."""
    for name, parameters in (("Test world", TEST), ("Shifted world", SHIFTED)):
        world = make(parameters)
        stream = io.BytesIO()
        world.lines.write_csv(stream)
        stream.seek(0)
        ledger = read_ledger(stream, name="world.csv")
        lines = compare([ledger]).lines.select(ledger.lines["id"], "match")
        as_told = lines.select("id", match_group=pl.when(pl.col("match") >= 0).then(pl.col("match").cast(pl.String)))
        missed_pairs = missed(world, as_told, with_known_ways(world))
        print(
            name,
            f"{missed_pairs.true} true pairs",
            *(f"{why}: {count}" for why, count in missed_pairs.reasons),
            sep="; ",
        )
        print("F1 at most", *(f"{line:.3f}" for line in missed_pairs.bound))


if __name__ == "__main__":
    sys.exit(main())

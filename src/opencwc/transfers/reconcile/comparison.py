"""Ledgers to figures: all lines in one table, matched, then summed by chemical, pair of States and year.

For each such group `signs` holds what speaks for each cause: how much of the difference the lines that are matched in
that way explain, and what the trade around the group says (neighbouring years, third States, other chemicals).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from opencwc.transfers.memory import give_back
from opencwc.transfers.model import HUGE_KG, Ledger, Substance
from opencwc.transfers.reconcile.matching import STATES, Lines, lags_of, match_shipments, ways_of
from opencwc.transfers.reconcile.matching_kernel import KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

GROUP = ("substance", "exporter", "importer", "year")
OTHER_GOODS_KG = 30_000.0
"""From which difference goods outside the Schedules are told: the threshold of Schedule 3, for want of their own."""


class Compared(NamedTuple):
    """What the ledgers say together.

    ``lines``: one row a line of any ledger, in the order of the ledgers: ``ledger`` (its place), ``row``, ``exporter``,
    ``importer``, ``substance`` (a place in ``substances``), ``export``, ``day``, ``year``, ``kg``, ``match`` (-1 for
    none), ``kind`` (a place in `matching_kernel.KINDS`), ``other`` (row number in ``lines`` or -1), ``readable``,
    ``compared`` (it is readable and of two States whose ledgers are at hand) and ``code`` (the HS subheading by which
    alone it names its chemical, where that was found by the other side's lines, else 0).
    ``groups``: one row a substance, pair and year, with both sums in kg and the signs of `signs`; ``away`` where lines
    fit under a State whose ledger is not at hand. ``reporters`` are the States whose ledgers are.
    """

    lines: pl.DataFrame
    groups: pl.DataFrame
    substances: tuple[Substance, ...]
    reporters: tuple[str, ...]


def compare(ledgers: Sequence[Ledger]) -> Compared:
    """Match the lines of all ledgers and sum them up by substance, pair of States and year.

    That is done for some substances after the others (`_parts`), so that memory is bounded: what of other substances
    counts is gathered first (`Ways`, `Around`).
    """
    substances, lines = _together(ledgers)
    reporters = lines["reporter"].drop_nulls().unique()
    lines = lines.with_columns(
        line=pl.int_range(pl.len(), dtype=pl.UInt32),
        readable=(
            pl.all_horizontal(pl.col("export", "substance", "kg", "year").is_not_null())
            & (pl.col("exporter") != pl.col("importer"))
        ).fill_null(value=False),
    ).with_columns(
        compared=pl.col("readable")
        & pl.col("exporter").is_in(reporters.implode())
        & pl.col("importer").is_in(reporters.implode()),
    )
    held = _held(lines, substances)
    lines = _chosen_by_trade(lines, held)
    families = _families(lines, substances)
    parts = _parts(lines, families)
    give_back()
    lines = _chosen_by_match(lines.with_columns(_matched(lines, parts, families)), held)
    around = Around.of(lines)
    groups = []
    for part in parts or [np.zeros(0, np.uint32)]:
        groups.append(signs(lines[part], substances, families, around))
        give_back()
    summed = pl.concat(groups)
    del groups
    summed = _unread(summed, lines.filter(~pl.col("compared"))).sort(*GROUP)
    away = pl.col("other_state").is_not_null() & ~pl.col("other_state").is_in(reporters.implode())
    summed = summed.with_columns(away=away)
    return Compared(lines, summed, substances, tuple(sorted(reporters.cast(pl.String))))


def _families(lines: pl.DataFrame, substances: Sequence[Substance]) -> NDArray[np.int64]:
    """Return of each substance the first of those that one HS heading holds: of them one is taken for another.

    A heading is a substance's by the tables, or where a tenth of its lines that state a heading state that one.
    """
    stated = (
        lines.filter(pl.col("compared"), pl.col("hs") > 0)
        .group_by("substance", heading=(pl.col("hs") // 100).cast(pl.Int64))
        .agg(pl.len())
        .filter(pl.col("len") >= OFTEN * pl.col("len").sum().over("substance"))
        .select("substance", "heading")
        .sort(pl.all())
    )
    own = [(place, one.heading) for place, one in enumerate(substances) if one.heading >= 0]
    first_of: dict[int, int] = {}
    family = list(range(len(substances)))

    def first(place: int) -> int:
        while family[place] != place:
            place = family[place]
        return place

    for place, heading in (*own, *stated.iter_rows()):
        one, other = sorted((first(place), first(first_of.setdefault(heading, place))))
        family[other] = one
    return np.array([first(place) for place in range(len(substances))], np.int64)


def _held(lines: pl.DataFrame, substances: Sequence[Substance]) -> pl.DataFrame:
    """Return which substances may be meant where a line names an HS subheading only: ``substance``, ``candidate``.

    They are those that the subheading holds by the tables, and those that other lines state under it.
    """
    by_code = {one.code: place for place, one in enumerate(substances) if one.code}
    pairs = {
        (by_code[substance.code], place)
        for substance in substances
        if substance.code
        for place, other in enumerate(substances)
        if other.key in substance.may_be
    }
    if by_code and len(by_code) < len(substances):
        stated = lines.filter(pl.col("hs").is_in(list(by_code)), pl.col("substance").is_not_null())
        pairs |= {(by_code[code], place) for code, place in stated.select("hs", "substance").unique().iter_rows()}
    chosen = sorted(pair for pair in pairs if not substances[pair[1]].code)
    return pl.DataFrame(chosen, schema={"substance": pl.UInt32, "candidate": pl.UInt32}, orient="row")


def _chosen_by_trade(lines: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Give lines that name a subheading only the chemical of it that the other side declares, where it is just one.

    It is the one of all years, or else of that year and the next to it.
    """
    lines = lines.with_columns(code=pl.lit(0, pl.UInt32))
    asked = lines.filter("readable").join(held, on="substance") if len(held) else None
    if asked is None or not len(asked):
        return lines
    there = lines.filter("readable").select(
        "exporter", "importer", export=~pl.col("export"), candidate="substance", year_there="year"
    )  # fmt: skip
    found = asked.join(there.unique(), on=("exporter", "importer", "export", "candidate"))
    near = found.filter((pl.col("year") - pl.col("year_there")).abs() <= 1)
    return _given(lines, pl.concat(
        some.group_by("line").agg(pl.col("candidate").unique()).filter(pl.col("candidate").list.len() == 1)
        for some in (found, near)
    ).select("line", pl.col("candidate").list.first()).unique("line"))  # fmt: skip


def _chosen_by_match(lines: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Give lines that name a subheading only the chemical of it that they are matched with; that is no other one."""
    if not len(held):
        return lines
    across = lines.filter(pl.col("kind") == KINDS.index("chemical"), pl.col("other") >= 0)
    there = lines.select(other=pl.col("line").cast(pl.Int32), candidate="substance")
    found = across.join(there, on="other").join(held, on=("substance", "candidate"))
    alike = pl.concat([found["line"], found["other"].cast(pl.UInt32)])
    return _given(lines, found.select("line", "candidate")).with_columns(
        kind=pl.when(pl.col("line").is_in(alike.implode())).then(KINDS.index("equal")).otherwise("kind").cast(pl.UInt8)
    )


def _given(lines: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with the chemical chosen for some of them (``line``, ``candidate``), and the code they state."""
    found = lines.join(chosen, on="line", how="left", maintain_order="left")
    is_chosen = pl.col("candidate").is_not_null()
    return found.with_columns(
        code=pl.when(is_chosen).then("hs").otherwise("code"), substance=pl.coalesce("candidate", "substance")
    ).drop("candidate")


def _parts(lines: pl.DataFrame, families: NDArray[np.int64]) -> list[NDArray[np.uint32]]:
    """Return the numbers of the lines that are readable, in parts of whole families and about `PART` lines.

    A line of a State whose ledger is not at hand may fit one that names another State.
    """
    fit = lines.filter("readable").select("line", "substance")
    family = families[fit["substance"].to_numpy()] if len(fit) else np.zeros(0, np.int64)
    counts = np.bincount(family, minlength=len(families))
    part_of = np.zeros(len(families), np.int16)
    part = total = 0
    for one in np.argsort(-counts, kind="stable"):
        if total and total + counts[one] > PART:
            part, total = part + 1, 0
        part_of[one] = part
        total += counts[one]
    of_lines = part_of[family]
    order = np.argsort(of_lines, kind="stable")
    ordered = fit["line"].to_numpy()[order]
    cuts = np.flatnonzero(np.diff(of_lines[order])) + 1
    return [np.ascontiguousarray(part) for part in np.split(ordered, cuts)] if len(ordered) else []


def _together(ledgers: Sequence[Ledger]) -> tuple[tuple[Substance, ...], pl.DataFrame]:
    """Lay the lines of all ledgers one under the other, with one numbering of the substances."""
    places: dict[str, int] = {}
    substances: list[Substance] = []
    parts = []
    for number, ledger in enumerate(ledgers):
        renumbered = []
        for substance in ledger.substances:
            if substance.key not in places:
                places[substance.key] = len(substances)
                substances.append(substance)
            renumbered.append(places[substance.key])
        frame = ledger.lines
        numbers = pl.Series(renumbered or [0], dtype=pl.UInt32)
        export = pl.col("export")
        parts.append(
            frame.select(
                pl.lit(number, pl.UInt16).alias("ledger"),
                "row",
                "reporter",
                "partner",
                export,
                pl.when(export).then("reporter").when(~export).then("partner").alias("exporter"),
                pl.when(export).then("partner").when(~export).then("reporter").alias("importer"),
                pl.lit(numbers).gather(pl.col("substance")).alias("substance"),
                "day",
                "year",
                "kg",
                "concentration",
                "hs",
                "returned",
            )
        )
    return tuple(substances), pl.concat(parts)


def _matched(lines: pl.DataFrame, parts: Sequence[NDArray[np.uint32]], families: NDArray[np.int64]) -> list[pl.Series]:
    """Return for each line the match that it is in, how it is matched, and its counterpart."""
    match, other = np.full(len(lines), -1, np.int32), np.full(len(lines), -1, np.int32)
    kind = np.zeros(len(lines), np.uint8)

    ways = ways_of(lags_of(_columns(lines, part, families)[1]) for part in parts)
    for part in parts:
        number, columns = _columns(lines, part, families)
        found = match_shipments(columns, ways)
        match[number] = np.where(found.group >= 0, number[found.group], -1)
        kind[number] = np.where(found.group >= 0, found.kind, 0)
        other[number] = np.where(found.other >= 0, number[found.other], -1)
        del number, columns, found
        give_back()
    return [pl.Series("match", match), pl.Series("kind", kind), pl.Series("other", other)]


def _columns(
    lines: pl.DataFrame, part: NDArray[np.uint32], families: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Lines]:
    """Return a part of the lines as they are matched, sorted by block and day, and their numbers."""
    named = ("line", "substance", "export", "kg", "concentration", "year", "exporter", "importer", "day")
    fit = lines.select(named)[part].select(
        "line", pl.col("substance").cast(pl.Int32), "export", "kg", pl.col("concentration").cast(pl.Float64), "year",
        pl.col("exporter").to_physical().cast(pl.Int32), pl.col("importer").to_physical().cast(pl.Int32),
        pl.coalesce(pl.col("day"), pl.date(pl.col("year").cast(pl.Int32), 7, 1)).to_physical().alias("day"),
        pl.col("day").is_not_null().alias("dated"),
    )  # fmt: skip
    fit = fit.with_columns(
        block=(pl.col("substance").cast(pl.Int64) * STATES + pl.col("exporter")) * STATES + pl.col("importer")
    ).sort("block", "day", "line")
    columns = Lines(
        **{name: fit[name].to_numpy() for name in Lines._fields if name not in ("concentration", "heading")},
        concentration=fit["concentration"].fill_null(float("nan")).to_numpy(),
        heading=families.astype(np.int32)[fit["substance"].to_numpy()],
    )
    return fit["line"].to_numpy().astype(np.int64), columns


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
        fit = lines.lazy().filter("compared")
        pairs = fit.select("exporter", "importer").unique()
        out = pairs.group_by(state="exporter").agg(out=pl.len())
        into = pairs.group_by(state="importer").agg(into=pl.len())
        told = fit.filter(pl.col("concentration").is_not_null())
        return Around(*pl.collect_all([
            fit.select("reporter", "year").unique(),
            out.join(into, on="state").select("state", hub=pl.min_horizontal("out", "into").cast(pl.Float64)),
            told.group_by("reporter").agg(weak_habit=(pl.col("concentration") < PURE).mean()),
        ], engine="streaming"))  # fmt: skip


def signs(
    fit: pl.DataFrame, substances: Sequence[Substance], families: NDArray[np.int64], around: Around
) -> pl.DataFrame:
    """Return one row a substance, pair and year of some families' lines, with both sums and what speaks for each cause.

    ``by_<way>`` is the share of the difference, from 0 to 1, that lines of a `WAYS` account for; ``near_<cause>`` says
    from 0 to 1 how closely the sums alone fit a cause; the rest tells the size, the history and the States.
    """
    lies, hub = _third_states(fit)
    told = fit.with_columns(third=pl.Series(hub), way=_ways(fit, substances, lies)).filter("compared")
    groups = _sums(told, substances)
    groups = groups.with_columns(family=pl.lit(pl.Series(families, dtype=pl.Int64)).gather(pl.col("substance")))
    groups = _beside(groups, around).join(_named(fit), on=GROUP, how="left", maintain_order="left")
    inexact = [name for name, kind in groups.schema.items() if kind == pl.Float64 and name not in EXACT]
    return groups.drop("family").with_columns(pl.col(inexact).cast(pl.Float32))


def _named(fit: pl.DataFrame) -> pl.DataFrame:
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


def _unread(groups: pl.DataFrame, apart: pl.DataFrame) -> pl.DataFrame:
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


WAYS = ("packing", "loose", "rounding", "unit", "mixture", "sum", "double", "exporter", "importer", "chemical", "equal",
        "year", "hub", "low", "weak", "returned", "none")  # fmt: skip
"""How a line takes part in a difference: as it is matched (`matching_kernel.KINDS`), with a line of another year, on a
way by a third State, unmatched and below the substance's limit or below `PURE`, as goods that came back, unmatched."""
PURE = 80.0
"""Per cent from which every State counts a chemical as such; below it some count it as a mixture."""


def _ways(fit: pl.DataFrame, substances: Sequence[Substance], lies: NDArray[np.bool_]) -> pl.Series:
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
        .otherwise(pl.lit(pl.Series(KINDS)).gather(pl.col("kind").cast(pl.UInt32)))
        .cast(pl.Enum(WAYS))
    ).to_series()  # fmt: skip


def _third_states(fit: pl.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Say of each line whether it fits a line that names a third State on the way, and how much of a hub that one is.

    The two lines name different States of dispatch, or of destination. Where there is trade in the substance between
    the two States named, in that year or the one before, the goods may have gone by one of them; a hub has both
    origins and destinations of the substance, and the fewer of the two count.
    """
    kind = fit["kind"].to_numpy()
    at = np.flatnonzero(np.isin(kind, [KINDS.index("exporter"), KINDS.index("importer")]))
    lies, hub = np.zeros(len(fit), np.bool_), np.zeros(len(fit))
    if not len(at):
        return lies, hub
    there = np.searchsorted(fit["line"].to_numpy(), fit["other"].to_numpy()[at])
    exporter, importer = (fit[name].to_physical().to_numpy().astype(np.int64) for name in ("exporter", "importer"))
    substance, year = (fit[name].to_numpy().astype(np.int64) for name in ("substance", "year"))
    known = np.unique(_key(substance, exporter, importer, year))
    by_exporter = kind[at] == KINDS.index("exporter")
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


def _sums(fit: pl.DataFrame, substances: Sequence[Substance]) -> pl.DataFrame:
    """Sum the lines of each group up: by side, and by way."""
    thresholds = [threshold_of(substance) for substance in substances]
    threshold = pl.lit(pl.Series(thresholds or [0.0], dtype=pl.Float64))
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


def threshold_of(substance: Substance) -> float:
    """Return the difference in kg above which a discrepancy counts: none at all for Schedule 1, which has no threshold.

    Every transfer of Schedule 1 is declared in detail (Verification Annex VI.6), so every difference counts.
    """
    if substance.threshold_kg is not None:
        return substance.threshold_kg
    return 0.0 if any(entry.startswith("CWC 1") for entry in substance.entries) else OTHER_GOODS_KG


def _beside(groups: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Add what stands beside each group: other years, the way back, other States and chemicals, the silent side."""
    pair = list(GROUP[:3])
    groups = groups.sort(*GROUP)
    difference, size = pl.col("difference"), pl.col("size")
    beside = [
        pl.when(pl.struct(pair) == pl.struct(pair).shift(step))
        .then(pl.when((pl.col("year") - pl.col("year").shift(step)).abs() == 1).then(difference.shift(step)))
        .alias(name)
        for step, name in ((1, "before"), (-1, "after"))
    ]
    groups = groups.with_columns(*beside)
    back = groups.select(
        "substance", "year", pl.col("importer").alias("exporter"), pl.col("exporter").alias("importer"),
        pl.max_horizontal("exported", "imported").alias("back"),
    )  # fmt: skip
    groups = groups.join(back, on=GROUP, how="left", maintain_order="left")
    ratio = (pl.col("exported").clip(lower_bound=1e-9) / pl.col("imported").clip(lower_bound=1e-9)).log().abs()
    both = (pl.col("exported") > 0) & (pl.col("imported") > 0)
    lines = pl.max_horizontal("exports", "imports")

    def near(gap: pl.Expr, width: float) -> pl.Expr:
        return pl.when(both).then((1.0 - gap.abs() / width).clip(0.0, 1.0)).otherwise(0.0).fill_null(0.0)

    groups = groups.with_columns(
        near_year_end=pl.max_horizontal(
            *(
                (1.0 - (difference + pl.col(one)).abs() / size).clip(0.0, 1.0).fill_null(0.0)
                for one in ("before", "after")
            )
        ),
        near_returned=(1.0 - (size - pl.col("back")).abs() / (0.2 * size)).clip(0.0, 1.0).fill_null(0.0),
        near_unit=pl.max_horizontal(near(ratio - math.log(1_000), 0.3), near(ratio - math.log(1_000_000), 0.3)),
        near_double=near(ratio - math.log(2), 0.1),
        near_mixture=near(ratio + (pl.col("strength") / 100).log(), 0.1),
        near_rounding=pl.when(both & (size <= 500 * lines)).then(pl.col("round")).otherwise(0.0),
        silent=~both,
        relative=size / pl.max_horizontal("exported", "imported").clip(lower_bound=1e-9),
        times=(size / pl.col("threshold").clip(lower_bound=1e-3)).log(),
        small=lines * pl.col("threshold") / pl.max_horizontal("exported", "imported", pl.col("threshold")),
        over=size > pl.col("threshold"),
    )
    groups = _silence(groups, around)
    groups = _habits(groups, around)
    groups = _elsewhere(groups)
    return _standing_out(_history(groups)).drop("before", "after", "back")


def _silence(groups: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Say whether the silent State declared anything at all in that year, and how much of a hub each State is."""
    spoke = around.spoke.with_columns(spoke=pl.lit(value=True))
    quiet = pl.when(pl.col("exports") == 0).then("exporter").otherwise("importer").alias("reporter")
    told = groups.select(quiet, "year").join(spoke, on=("reporter", "year"), how="left", maintain_order="left")
    groups = groups.with_columns(mute=pl.col("silent") & told["spoke"].is_null())
    for side in ("exporter", "importer"):
        groups = groups.join(
            around.hubs.rename({"state": side, "hub": f"hub_{side}"}), on=side, how="left", maintain_order="left"
        ).with_columns(pl.col(f"hub_{side}").fill_null(0.0))
    return groups


def _habits(groups: pl.DataFrame, around: Around) -> pl.DataFrame:
    """Say what the States do elsewhere: whether the side that declares less counts mixtures, how its other sums fit.

    ``weak_habit`` is the share of weak mixtures among the lines whose concentration that State states; ``habit`` the
    middle logarithm of imported over exported of the importer's other pairs in that substance, ``habit_pairs`` of how
    many.
    """
    less = pl.when(pl.col("exported") < pl.col("imported")).then("exporter").otherwise("importer").alias("reporter")
    found = groups.select(less).join(around.weak, on="reporter", how="left", maintain_order="left")
    ratio = (pl.col("imported") / pl.col("exported")).log()
    both = (pl.col("exported") > 0) & (pl.col("imported") > 0)
    of_importer = ["importer", "substance"]
    return groups.with_columns(
        weak_habit=found["weak_habit"],
        habit=ratio.filter(both).median().over(of_importer),
        habit_spread=(ratio.filter(both) - ratio.filter(both).median()).abs().median().over(of_importer),
        habit_pairs=both.sum().over(of_importer).cast(pl.Float64),
        ratio=pl.when(both).then(ratio),
        lot=pl.max_horizontal("exported", "imported")
        / pl.max_horizontal("exports", "imports")
        / pl.col("threshold").clip(lower_bound=1e-3),
    )


def _elsewhere(groups: pl.DataFrame) -> pl.DataFrame:
    """Say whether the opposite difference stands under another exporter, another importer or another chemical."""
    keys = {
        "near_exporter": ("substance", "importer", "year"),
        "near_importer": ("substance", "exporter", "year"),
        "near_chemical": ("family", "exporter", "importer", "year"),
    }
    groups = groups.with_row_index("place")
    for name, key in keys.items():
        sides = {
            sign: groups.filter((pl.col("difference") * sign) > 0)
            .select("place", pl.col("size").log().alias("log"), _joined(key).alias("key"))
            .sort("log")
            for sign in (1, -1)
        }
        found = pl.concat(
            sides[sign]
            .join_asof(
                sides[-sign].with_columns(there=pl.col("log")),
                on="log",
                by="key",
                strategy="nearest",
                check_sortedness=False,
                tolerance=0.02,
            )
            .select("place", (1.0 - (pl.col("there") - pl.col("log")).abs() / 0.02).alias(name))
            for sign in (1, -1)
        )
        groups = groups.join(found, on="place", how="left", maintain_order="left").with_columns(
            pl.col(name).fill_null(0.0)
        )
    return groups.drop("place")


def _joined(key: Sequence[str]) -> pl.Expr:
    """Return one number for the columns of a key."""
    total = pl.lit(0, pl.Int64)
    for name in key:
        place = pl.col(name) if name in ("family", "substance", "year") else pl.col(name).to_physical()
        total = total * _YEARS + place.cast(pl.Int64)
    return total


def _history(groups: pl.DataFrame) -> pl.DataFrame:
    """Say how the difference stands among those of the same pair and substance in other years."""
    pair = list(GROUP[:3])
    difference = pl.col("difference")
    same = (difference.sign() == difference.sign().median().over(pair)) & pl.col("over")
    return groups.with_columns(
        years=pl.len().over(pair).cast(pl.Float64),
        steady=same.mean().over(pair),
        pair_silent=pl.col("silent").mean().over(pair),
        **{
            f"pair_{one}": pl.col(f"by_{one}").mean().over(pair)
            for one in ("hub", "exporter", "importer", "mixture", "rounding", "none")
        },
        unusual=(
            (difference - difference.median().over(pair)).abs() / (difference.std().over(pair).fill_null(0.0) + 1.0)
        ),
    )


def _standing_out(groups: pl.DataFrame) -> pl.DataFrame:
    """Say how far a year stands out of its pair's other years (``stands_out``), in multiples of their usual spread.

    What is compared is the logarithm of imported over exported, in the years in which both declare and at least one of
    them a third of the threshold. A year in which one side is silent stands out the more, the more seldom that is.
    The spread is drawn towards `USUAL_SPREAD`, so that a few years that agree by chance do not make one stand out.
    """
    pair = list(GROUP[:3])
    large = pl.max_horizontal("exported", "imported") > pl.col("threshold") / 3
    both = (pl.col("exported") > 0) & (pl.col("imported") > 0) & large
    apart = pl.when(both).then(pl.col("ratio"))
    middle = apart.median().over(pair)
    spread = 1.4826 * (apart - middle).abs().median().over(pair)
    known, years = both.sum().over(pair), large.sum().over(pair)
    drawn = (spread**2 * known + DRAWN * USUAL_SPREAD**2) / (known + DRAWN)
    usual = drawn.sqrt().clip(lower_bound=LEAST_SPREAD)
    spoken = known / (years - 1).clip(lower_bound=1)
    return groups.with_columns(
        stands_out=pl.when(both & (known > 3)).then((apart - middle).abs() / usual)
        .when(~both & large & (known > 2)).then(1.5 * spoken**3 / usual)
        .otherwise(0.0).fill_null(0.0)
    )  # fmt: skip


USUAL_SPREAD, LEAST_SPREAD, DRAWN = 0.3, 0.1, 2.0
PART = 500_000
"""Lines of some families that are taken together; more where a family has more."""
OFTEN = 0.1
EXACT = ("exported", "imported", "difference", "size", "threshold")
"""Columns of the groups that have double precision: quantities in kg."""
_YEARS = 4_096

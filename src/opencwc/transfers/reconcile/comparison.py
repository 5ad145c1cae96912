"""Ledgers to sums: all lines in one table, matched, then summed by chemical, pair of States and year.

That is done for some substances after the others, so that memory is bounded: what of other substances counts is
gathered first (`opencwc.transfers.reconcile.matching.Ways`, `opencwc.transfers.reconcile.signs.Around`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from opencwc.convention import Convention
from opencwc.transfers.memory import give_back
from opencwc.transfers.model import Ledger, Substance, number_substances
from opencwc.transfers.reconcile.matching import STATES, Lines, lags_of, match_shipments, ways_of
from opencwc.transfers.reconcile.matching_kernel import CHEMICAL, EQUAL
from opencwc.transfers.reconcile.signs import Around, with_signs
from opencwc.transfers.reconcile.sums import GROUP, with_unread_lines
from opencwc.transfers.thresholds import counted_from

if TYPE_CHECKING:
    from numpy.typing import NDArray


PART = 500_000
"""Lines of some families that are taken together; more where a family has more."""
OFTEN = 0.1
"""The share of a substance's lines from which on a heading that they state is one of its own."""


class Compared(NamedTuple):
    """What the ledgers say together.

    ``lines``: one row a line of any ledger, in the order of the ledgers: ``ledger`` (its place), ``row``, ``exporter``,
    ``importer``, ``substance`` (a place in ``substances``), ``export``, ``day``, ``year``, ``kg``, ``match`` (-1 for
    none), ``kind`` (a place in `matching_kernel.MATCH_KINDS`), ``other`` (row number in ``lines`` or -1), ``readable``,
    ``compared`` (it is readable and of two States whose ledgers are at hand) and ``code`` (the HS subheading by which
    alone it names its chemical, where that was found by the other side's lines, else 0).
    ``groups``: one row a substance, pair and year, with both sums in kg and the signs of `with_signs`; ``away`` where
    lines fit under a State whose ledger is not at hand. ``reporters`` are the States whose ledgers are.
    """

    lines: pl.DataFrame
    groups: pl.DataFrame
    substances: tuple[Substance, ...]
    reporters: tuple[str, ...]


def compare(ledgers: Sequence[Ledger], as_of: date | None = None) -> Compared:
    """Match the lines of all ledgers and sum them up by substance, pair of States and year.

    Which differences count is for the Convention of the day ``as_of`` to say; that of today where none is given.
    """
    convention = Convention(as_of, ("CWC",))
    substances, lines = _together(ledgers)
    counted_kg = [counted_from(substance, convention).kg for substance in substances]
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
    candidates = held_by_subheadings(lines, substances)
    lines = chosen_by_trade(lines, candidates)
    families = _families(lines, substances)
    parts = _parts(lines, families)
    give_back()
    lines = chosen_by_match(lines.with_columns(_matched(lines, parts, families)), candidates)
    around = Around.of(lines)
    groups = []
    for part in parts or [np.zeros(0, np.uint32)]:
        groups.append(with_signs(lines[part], substances, counted_kg, families, around))
        give_back()
    summed = pl.concat(groups)
    del groups
    summed = with_unread_lines(summed, lines.filter(~pl.col("compared"))).sort(*GROUP)
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
    own = [(place, substance.heading) for place, substance in enumerate(substances) if substance.heading >= 0]
    first_of: dict[int, int] = {}
    family = list(range(len(substances)))

    def first(place: int) -> int:
        while family[place] != place:
            place = family[place]
        return place

    for place, heading in (*own, *stated.iter_rows()):
        lower, higher = sorted((first(place), first(first_of.setdefault(heading, place))))
        family[higher] = lower
    return np.array([first(place) for place in range(len(substances))], np.int64)


def _parts(lines: pl.DataFrame, families: NDArray[np.int64]) -> list[NDArray[np.uint32]]:
    """Return the numbers of the lines that are readable, in parts of whole families and about `PART` lines.

    A line of a State whose ledger is not at hand may fit one that names another State.
    """
    fit = lines.filter("readable").select("line", "substance")
    family = families[fit["substance"].to_numpy()] if len(fit) else np.zeros(0, np.int64)
    counts = np.bincount(family, minlength=len(families))
    part_of = np.zeros(len(families), np.int16)
    part = total = 0
    for largest in np.argsort(-counts, kind="stable"):
        if total and total + counts[largest] > PART:
            part, total = part + 1, 0
        part_of[largest] = part
        total += counts[largest]
    of_lines = part_of[family]
    order = np.argsort(of_lines, kind="stable")
    ordered = fit["line"].to_numpy()[order]
    cuts = np.flatnonzero(np.diff(of_lines[order])) + 1
    return [np.ascontiguousarray(part) for part in np.split(ordered, cuts)] if len(ordered) else []


def _together(ledgers: Sequence[Ledger]) -> tuple[tuple[Substance, ...], pl.DataFrame]:
    """Lay the lines of all ledgers one under the other, with one numbering of the substances."""
    substances, places = number_substances(ledgers)
    export = pl.col("export")
    lines = pl.concat(
        ledger.lines.select(
            pl.lit(number, pl.UInt16).alias("ledger"), "row", "reporter", "partner", export,
            pl.when(export).then("reporter").when(~export).then("partner").alias("exporter"),
            pl.when(export).then("partner").when(~export).then("reporter").alias("importer"),
            pl.lit(pl.Series(own, dtype=pl.UInt32)).gather(pl.col("substance")).alias("substance"),
            "day", "year", "kg", "concentration", "hs", "returned",
        )
        for number, (ledger, own) in enumerate(zip(ledgers, places, strict=True))
    )  # fmt: skip
    return substances, lines


def _matched(lines: pl.DataFrame, parts: Sequence[NDArray[np.uint32]], families: NDArray[np.int64]) -> list[pl.Series]:
    """Return for each line the match that it is in, how it is matched, and its counterpart."""
    match, other = np.full(len(lines), -1, np.int32), np.full(len(lines), -1, np.int32)
    kind = np.zeros(len(lines), np.uint8)

    ways = ways_of(lags_of(_columns(lines, part, families)[1]) for part in parts)
    for part in parts:
        number, columns = _columns(lines, part, families)
        matches = match_shipments(columns, ways)
        match[number] = np.where(matches.group >= 0, number[matches.group], -1)
        kind[number] = np.where(matches.group >= 0, matches.kind, 0)
        other[number] = np.where(matches.other >= 0, number[matches.other], -1)
        del number, columns, matches
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


def held_by_subheadings(lines: pl.DataFrame, substances: Sequence[Substance]) -> pl.DataFrame:
    """Return which substances may be meant where a line names an HS subheading only: ``substance``, ``candidate``.

    They are those that the subheading holds by the tables, and those that other lines state under it.
    """
    by_code = {substance.code: place for place, substance in enumerate(substances) if substance.code}
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


def chosen_by_trade(lines: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Give lines that name a subheading only the chemical of it that the other side declares, where it is just one.

    It is the one of all years, or else of that year and the next to it.
    """
    lines = lines.with_columns(code=pl.lit(0, pl.UInt32))
    by_code = lines.filter("readable").join(candidates, on="substance") if len(candidates) else None
    if by_code is None or not len(by_code):
        return lines
    there = lines.filter("readable").select(
        "exporter", "importer", export=~pl.col("export"), candidate="substance", year_there="year"
    )  # fmt: skip
    traded = by_code.join(there.unique(), on=("exporter", "importer", "export", "candidate"))
    near = traded.filter((pl.col("year") - pl.col("year_there")).abs() <= 1)
    return _given(lines, pl.concat(
        pairs.group_by("line").agg(pl.col("candidate").unique()).filter(pl.col("candidate").list.len() == 1)
        for pairs in (traded, near)
    ).select("line", pl.col("candidate").list.first()).unique("line"))  # fmt: skip


def chosen_by_match(lines: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Give lines that name a subheading only the chemical of it that they are matched with; that is no other one."""
    if not len(candidates):
        return lines
    across = lines.filter(pl.col("kind") == CHEMICAL, pl.col("other") >= 0)
    there = lines.select(other=pl.col("line").cast(pl.Int32), candidate="substance")
    chosen = across.join(there, on="other").join(candidates, on=("substance", "candidate"))
    alike = pl.concat([chosen["line"], chosen["other"].cast(pl.UInt32)])
    return _given(lines, chosen.select("line", "candidate")).with_columns(
        kind=pl.when(pl.col("line").is_in(alike.implode())).then(EQUAL).otherwise("kind").cast(pl.UInt8)
    )


def _given(lines: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with the chemical chosen for some of them (``line``, ``candidate``), and the code they state."""
    joined = lines.join(chosen, on="line", how="left", maintain_order="left")
    is_chosen = pl.col("candidate").is_not_null()
    return joined.with_columns(
        code=pl.when(is_chosen).then("hs").otherwise("code"), substance=pl.coalesce("candidate", "substance")
    ).drop("candidate")

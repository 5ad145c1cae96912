"""Lines that name an HS subheading only: which of its chemicals they mean, the other side's lines tell."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from opencwc.transfers.model import Substance
from opencwc.transfers.reconcile.matching_kernel import MATCH_KINDS


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


def chosen_by_trade(lines: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
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


def chosen_by_match(lines: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Give lines that name a subheading only the chemical of it that they are matched with; that is no other one."""
    if not len(held):
        return lines
    across = lines.filter(pl.col("kind") == MATCH_KINDS.index("chemical"), pl.col("other") >= 0)
    there = lines.select(other=pl.col("line").cast(pl.Int32), candidate="substance")
    found = across.join(there, on="other").join(held, on=("substance", "candidate"))
    alike = pl.concat([found["line"], found["other"].cast(pl.UInt32)])
    return _given(lines, found.select("line", "candidate")).with_columns(
        kind=pl.when(pl.col("line").is_in(alike.implode()))
        .then(MATCH_KINDS.index("equal"))
        .otherwise("kind")
        .cast(pl.UInt8)
    )


def _given(lines: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with the chemical chosen for some of them (``line``, ``candidate``), and the code they state."""
    found = lines.join(chosen, on="line", how="left", maintain_order="left")
    is_chosen = pl.col("candidate").is_not_null()
    return found.with_columns(
        code=pl.when(is_chosen).then("hs").otherwise("code"), substance=pl.coalesce("candidate", "substance")
    ).drop("candidate")

"""The trade that ledgers tell: all their lines in one table, the yearly sums, and who trades for the first time when.

A quantity that both sides state counts once, with the larger figure. Lines without a quantity, returned goods and
lines of a State with itself are left out. Lines are sorted, so that no result depends on the order of the file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import polars as pl

from opencwc.finding import Message
from opencwc.transfers.model import Ledger, Substance, number_substances
from opencwc.transfers.patterns.level_steps import ALARMS

Pair = tuple[int, int, int]
"""A substance, its exporter and its importer, as places in the tables of `opencwc.transfers.patterns.trade.Trade`."""
YearlyKg = tuple[tuple[int, float, float], ...]
"""For each year: the year, kg as the exporter says, kg as the importer says."""
PAIR = ("substance", "exporter", "importer")
EVIDENCE_LINES = 20
SHOWN_LINES = 100
"""Lines of a proposal that a page shows; a finding rests on the first `EVIDENCE_LINES` of them."""
"""How many lines a proposal names; how many there are is told."""
YEARS_BEFORE = 3
"""In how many earlier years the trade of a pair would have been seen, so that its first year counts as new."""


class LineAt(NamedTuple):
    """A line of a ledger: the ledger's name, the row in it, and its id."""

    ledger: str
    row: int
    id: str


class Consumption(NamedTuple):
    """What States declare to have consumed: (state, chemical as written, year) to kg, and rows that were not read."""

    consumed: Mapping[tuple[str, str, int], float]
    problems: tuple[Message, ...] = ()


class FirstTrade(NamedTuple):
    """The first year in which a pair trades a chemical, and the kg of that year."""

    pair: Pair
    year: int
    kg: float


class FirstTrades(NamedTuple):
    """The first trade of every pair: ``new`` after `YEARS_BEFORE` years of books without it, else ``unwatched``.

    ``partners`` counts, by (substance, exporter), the new partners.
    """

    new: tuple[FirstTrade, ...]
    unwatched: tuple[FirstTrade, ...]
    partners: Mapping[tuple[int, int], int]


@dataclass(frozen=True, eq=False)
class Trade:
    """All lines of all ledgers in one table, and the yearly sums by substance and pair.

    ``codes`` are the alpha-3 codes of the States; ``told_in`` says of each State in which years its books tell
    anything; ``register`` is what States declare to have consumed, where that is at hand.
    """

    ledgers: tuple[Ledger, ...]
    substances: tuple[Substance, ...]
    codes: tuple[str, ...]
    lines: pl.DataFrame
    yearly: pl.DataFrame
    told_in: Mapping[int, frozenset[int]] = field(default_factory=dict)
    register: Consumption | None = None

    @classmethod
    def of(cls, ledgers: Sequence[Ledger], register: Consumption | None = None) -> Trade:
        """Bring the lines of all ledgers together; codes of States and substances are numbered anew."""
        substances, places = number_substances(ledgers)
        codes = sorted({code for ledger in ledgers for name in _SIDES for code in _codes(ledger.lines[name])})
        states = pl.Enum(codes or ["???"])
        parts = [
            _sided(ledger.lines, place, own, states)
            for place, (ledger, own) in enumerate(zip(ledgers, places, strict=True))
        ]
        lines = pl.concat(parts, how="diagonal") if parts else pl.DataFrame()
        if len(lines):
            order = ("substance", "exporter", "importer", "year", "day", "kg", "export", "ledger", "id")
            lines = lines.sort(order, nulls_last=True)
        yearly = _by_year(lines).pipe(_with_whole_years, lines)
        return cls(tuple(ledgers), substances, tuple(codes), lines, yearly, _told_in(lines), register)

    @cached_property
    def first_trades(self) -> FirstTrades:
        """When each pair trades for the first time, and whether its trade would have been seen before."""
        new: list[FirstTrade] = []
        unwatched: list[FirstTrade] = []
        partners: dict[tuple[int, int], int] = {}
        firsts = self.yearly.group_by(*PAIR, maintain_order=True).first()
        for *pair, year, kg in firsts.select(*PAIR, "year", "kg").iter_rows():
            first = FirstTrade(as_pair(pair), year, kg)
            if self.years_before(first.pair, year) >= YEARS_BEFORE:
                new.append(first)
                partners[first.pair[:2]] = partners.get(first.pair[:2], 0) + 1
            else:
                unwatched.append(first)
        return FirstTrades(tuple(new), tuple(unwatched), partners)

    def watched_years(self, pair: Pair) -> frozenset[int]:
        """Return the years in which the trade of a pair would have been seen: those of either side's books."""
        return self.told_in.get(pair[1], frozenset()) | self.told_in.get(pair[2], frozenset())

    def years_before(self, pair: Pair, year: int) -> int:
        """Return in how many years before a year the trade of a pair would have been seen."""
        return sum(watched < year for watched in self.watched_years(pair))

    def years_of(self, pair: Pair) -> YearlyKg:
        """Return the yearly sums of a substance and pair."""
        start, length = self._year_places.get(pair, (0, 0))
        return as_yearly_kg(self.yearly.slice(start, length).select("year", "exported", "imported"))

    def received_by(self, substance: int, state: int) -> YearlyKg:
        """Return the yearly sums of a substance that a State takes in from all others."""
        rows = self.yearly.filter(substance=substance, importer=state)
        return as_yearly_kg(rows.group_by("year").agg(pl.col("exported").sum(), pl.col("imported").sum()).sort("year"))

    def lines_of(self, pair: Pair, first: int, last: int) -> pl.DataFrame:
        """Return the lines of a substance and pair in these years."""
        start, length = self._line_places.get(pair, (0, 0))
        return self.lines.slice(start, length).filter(pl.col("year").is_between(first, last))

    def lines_in(self, first: int, last: int, *where: pl.Expr, **equal: int) -> pl.DataFrame:
        """Return the lines of some years in which all of this holds."""
        return self.lines.filter(pl.col("year").is_between(first, last), *where, **equal)

    def first_lines(self, lines: pl.DataFrame) -> tuple[LineAt, ...]:
        """Return the first lines of a table, as many as a page shows."""
        first = lines.head(SHOWN_LINES).select("ledger", "row", "id")
        return tuple(LineAt(self.ledgers[ledger].name, int(row), str(id)) for ledger, row, id in first.iter_rows())

    def threshold_kg(self, substance: int) -> float:
        """Return the declaration threshold; 0 where there is none."""
        return self.substances[substance].threshold_kg or 0.0

    @cached_property
    def _line_places(self) -> Mapping[Pair, tuple[int, int]]:
        return _places(self.lines)

    @cached_property
    def _year_places(self) -> Mapping[Pair, tuple[int, int]]:
        return _places(self.yearly)


def as_pair(row: Sequence[int]) -> Pair:
    """Return the first three columns of a row as a pair."""
    return int(row[0]), int(row[1]), int(row[2])


def as_yearly_kg(table: pl.DataFrame) -> YearlyKg:
    """Return the rows of a table of year, kg as the exporter says, kg as the importer says."""
    return tuple((int(year), float(exported), float(imported)) for year, exported, imported in table.iter_rows())


def _told_in(lines: pl.DataFrame) -> dict[int, frozenset[int]]:
    years: dict[int, set[int]] = {}
    for state, year in lines.select(_TELLING, "year").unique().iter_rows() if len(lines) else ():
        years.setdefault(state, set()).add(year)
    return {state: frozenset(known) for state, known in years.items()}


def _codes(column: pl.Series) -> list[str]:
    return [str(code) for code in column.drop_nulls().unique().cast(pl.String).to_list()]


def _sided(lines: pl.DataFrame, ledger: int, renumbered: Sequence[int], states: pl.Enum) -> pl.DataFrame:
    """The lines that count, with exporter and importer in the place of reporter and partner."""
    number = pl.Series(renumbered, dtype=pl.UInt32)
    kept = lines.filter(
        (pl.col("kg") > 0) & pl.col("kg").is_finite() & ~pl.col("returned"),
        pl.all_horizontal(pl.col("export", "substance", "year", *_SIDES).is_not_null()),
    )
    end_use = ["end_use"] if "end_use" in lines.columns else []
    reporter, partner = (pl.col(name).cast(pl.String).cast(states).to_physical().cast(pl.Int32) for name in _SIDES)
    return kept.select(
        number.gather(kept["substance"]).cast(pl.Int32).alias("substance"),
        pl.when("export").then(reporter).otherwise(partner).alias("exporter"),
        pl.when("export").then(partner).otherwise(reporter).alias("importer"),
        pl.col("year").cast(pl.Int32), "day", "kg", "export", pl.lit(ledger, pl.UInt16).alias("ledger"), "row", "id",
        *end_use,
    ).filter(pl.col("exporter") != pl.col("importer"))  # fmt: skip


def _by_year(lines: pl.DataFrame) -> pl.DataFrame:
    if not len(lines):
        return pl.DataFrame(schema={**dict.fromkeys((*PAIR, "year"), pl.Int32), "kg": pl.Float64})
    exported = pl.when("export").then("kg").otherwise(0.0)
    return lines.group_by(*PAIR, "year", maintain_order=True).agg(
        exported=exported.sum(), imported=(pl.col("kg") - exported).sum(),
    ).with_columns(kg=pl.max_horizontal("exported", "imported"))  # fmt: skip


def _with_whole_years(yearly: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Mark the yearly sums that at least one side tells for the whole year.

    The first or last year of what a State tells is in part where its days leave so much of the year out as chance would
    seldom, by how many days of the years between have a line; lines that state a year only are of the whole year.
    """
    if not len(yearly):
        return yearly.with_columns(whole=pl.lit(value=True))
    days = lines.select(_TELLING, "year", "day").unique()
    span = days.group_by("state").agg(first=pl.col("day").min(), last=pl.col("day").max(), n=pl.col("day").count())
    rate = (pl.col("n") - 1) / (pl.col("last") - pl.col("first")).dt.total_days()
    early = (pl.col("first") - pl.date(pl.col("first").dt.year(), 1, 1)).dt.total_days()
    late = (pl.date(pl.col("last").dt.year(), 12, 31) - pl.col("last")).dt.total_days()
    parts = [
        span.filter(rate * gap > -math.log(ALARMS)).select("state", year=pl.col(end).dt.year())
        for end, gap in (("first", early), ("last", late))
    ]
    yearly_told = days.filter(pl.col("day").is_null())
    part = pl.concat(parts).unique().join(yearly_told, on=["state", "year"], how="anti")
    wholly = days.select("state", "year").unique().join(part, on=["state", "year"], how="anti")
    sides = [
        yearly.join(wholly, left_on=[side, "year"], right_on=["state", "year"], how="semi").select(*PAIR, "year")
        for side in ("exporter", "importer")
    ]
    marked = pl.concat(sides).unique().with_columns(whole=pl.lit(value=True))
    return yearly.join(marked, on=[*PAIR, "year"], how="left", maintain_order="left").with_columns(
        pl.col("whole").fill_null(value=False)
    )


def _places(table: pl.DataFrame) -> dict[Pair, tuple[int, int]]:
    if not len(table):
        return {}
    counted = table.group_by(*PAIR, maintain_order=True).agg(pl.len().alias("n"))
    ends = counted["n"].cum_sum().to_list()
    rows = zip(counted.select(PAIR).iter_rows(), counted["n"].to_list(), ends, strict=True)
    return {as_pair(pair): (int(end) - int(length), int(length)) for pair, length, end in rows}


_SIDES = ("reporter", "partner")
_TELLING = pl.when("export").then("exporter").otherwise("importer").alias("state")
"""The State whose books a line is of."""

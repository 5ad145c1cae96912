"""Goods begin to go from their main supplier over a third State."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from opencwc.transfers.patterns.base import PatternKind, Sighting
from opencwc.transfers.patterns.new_partner import new_partner_rate
from opencwc.transfers.patterns.trade import PAIR, FirstTrade, Pair, Trade


class NewRoute(PatternKind):
    """Pairs that trade a chemical for the first time, of which the exporter hands on what it takes in.

    It is a new route from the exporter's main supplier. A State that hands on but whose books, and its customer's, do
    not go back far enough is told where what it takes in is new: the way on may be older.
    """

    id = "new_route"

    def sightings(self, trade: Trade) -> Iterator[Sighting]:
        """Yield every new partner of a State that hands on, then those whose way in is new."""
        firsts, flows = trade.first_trades, _Flows(trade.yearly)
        for onward in firsts.new:
            if route := flows.source(onward):
                yield _sighting(trade, onward, route, onward)
        began = {first.pair: first for first in firsts.new}
        for onward in firsts.unwatched:
            route = flows.source(onward)
            if route is None:
                continue
            into = began.get((onward.pair[0], route.origin, onward.pair[1]))
            if into is not None and abs(into.year - onward.year) <= 1:
                year = max(onward.year, into.year)
                yield _sighting(trade, onward._replace(year=year), route, into, "pattern_new_route_unwatched")


class _Route(NamedTuple):
    """Where a State has from what it sends on: the origin, kg into it, kg that can have gone on, kg direct before."""

    origin: int
    into: float
    kg: float
    direct_before: float


def _sighting(trade: Trade, onward: FirstTrade, route: _Route, new: FirstTrade, says: str = "") -> Sighting:
    """Return a route from a supplier over the State that sends on, with the lines of both legs.

    ``new`` is the leg that is new.
    """
    substance, hub, importer = onward.pair
    year = onward.year
    figures = {
        "kg": route.kg, "into_kg": route.into, "onward_kg": onward.kg, "direct_before_kg": route.direct_before,
        "years_before": float(trade.years_before(new.pair, new.year)),
    }  # fmt: skip

    def lines() -> pl.DataFrame:
        into: Pair = (substance, route.origin, hub)
        return pl.concat([trade.lines_of(onward.pair, year, year), trade.lines_of(into, year - 1, year)])

    return Sighting(
        (substance, route.origin, importer), str(year), str(year), figures, new_partner_rate(trade, new.pair),
        route.kg, via=hub, lines=lines, years=lambda: trade.years_of(onward.pair), says=says,
    )  # fmt: skip


class _Flows:
    """The yearly flows into and out of each State, by substance."""

    def __init__(self, yearly: pl.DataFrame) -> None:
        self.kg: dict[tuple[int, int, int, int], float] = {}
        self.into: dict[tuple[int, int, int], dict[int, float]] = {}
        self.out: dict[tuple[int, int, int], float] = {}
        for substance, exporter, importer, year, kg in yearly.select(*PAIR, "year", "kg").iter_rows():
            self.kg[substance, exporter, importer, year] = kg
            self.into.setdefault((substance, importer, year), {})[exporter] = kg
            self.out[substance, exporter, year] = self.out.get((substance, exporter, year), 0.0) + kg

    def source(self, onward: FirstTrade) -> _Route | None:
        """Return where a State has its goods from, if it sends on half of what it takes in and one supplier gives most.

        What sends out far more than it takes in makes the chemical itself.
        """
        (substance, hub, importer), year, kg = onward
        into: dict[int, float] = {}
        for recent in (year - 1, year):
            for origin, received in self.into.get((substance, hub, recent), {}).items():
                into[origin] = into.get(origin, 0.0) + received
        if not into:
            return None
        origin = max(into, key=lambda supplier: (into[supplier], -supplier))
        whole = sum(sorted(into.values()))
        out = self.out[substance, hub, year] + self.out.get((substance, hub, year - 1), 0.0)
        if origin == importer or into[origin] < whole / 2 or not whole / 2 <= out <= 2 * whole:
            return None
        before = [self.kg.get((substance, origin, importer, past), 0.0) for past in range(year - 3, year)]
        return _Route(origin, into[origin], min(into[origin], kg), sum(before) / len(before))

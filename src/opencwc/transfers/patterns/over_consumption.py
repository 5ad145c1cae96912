"""A State takes in more than it says that it consumes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial

import polars as pl

from opencwc.transfers.patterns.base import NO_STATE, PatternKind, Sighting, Unusual
from opencwc.transfers.patterns.trade import PAIR, Trade

OVER = 1.5
"""How many times what it declares to have consumed a State must have taken in."""


class OverConsumption(PatternKind):
    """States that took in, net of what they sent on, clearly more than they declare to have consumed.

    It needs the register of consumption (`opencwc.transfers.patterns.consumption_register`).
    """

    id = "consumption"

    def sightings(self, trade: Trade) -> Iterator[Sighting]:
        """Yield every State and chemical of the register of which `OVER` times the consumption was taken in."""
        consumed = _consumed(trade)
        net = _net_received(trade) if consumed else {}
        for (substance, state), years in sorted(consumed.items()):
            received = sum(max(0.0, net.get((substance, state, year), 0.0)) for year in sorted(years))
            used = sum(years[year] for year in sorted(years))
            if received < OVER * used:
                continue
            first, last = min(years), max(years)
            into = (
                (pl.col("substance") == substance) & (pl.col("importer") == state)
                & pl.col("year").is_between(first, last)
            )  # fmt: skip
            ratio = received / used if used else math.inf
            yield Sighting(
                (substance, NO_STATE, state), str(first), str(last),
                {"kg": received - used, "received_kg": received, "consumed_kg": used},
                Unusual("ratio", ratio, len(consumed), ratio), (received - used) / len(years),
                lines=partial(trade.lines.filter, into), years=partial(trade.received_by, substance, state),
            )  # fmt: skip


def _consumed(trade: Trade) -> Mapping[tuple[int, int], dict[int, float]]:
    """Return what each State declares to have consumed of a substance, by year in kg."""
    by_name = {
        name: place
        for place, substance in enumerate(trade.substances)
        for name in (substance.name.casefold(), substance.key.casefold())
    }
    places = {code: place for place, code in enumerate(trade.codes)}
    consumed: dict[tuple[int, int], dict[int, float]] = {}
    for (code, chemical, year), kg in (trade.register.consumed if trade.register else {}).items():
        if chemical in by_name and code in places:
            years = consumed.setdefault((by_name[chemical], places[code]), {})
            years[year] = years.get(year, 0.0) + kg
    return consumed


def _net_received(trade: Trade) -> Mapping[tuple[int, int, int], float]:
    """Return what each State took in of a substance in a year less what it sent on, in kg."""
    net: dict[tuple[int, int, int], float] = {}
    for substance, exporter, importer, year, kg in trade.yearly.select(*PAIR, "year", "kg").iter_rows():
        net[substance, importer, year] = net.get((substance, importer, year), 0.0) + kg
        net[substance, exporter, year] = net.get((substance, exporter, year), 0.0) - kg
    return net

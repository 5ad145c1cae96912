"""A State has a new partner for a chemical."""

from __future__ import annotations

from collections.abc import Iterator

from opencwc.transfers.patterns.base import PatternKind, Sighting, Unusual
from opencwc.transfers.patterns.trade import YEARS_BEFORE, Pair, Trade

SELDOM = 0.2
"""Up to which probability of any new partner in a year a new one is told."""


class NewPartner(PatternKind):
    """Pairs that trade a chemical for the first time after years in which they would have been seen.

    A pair is told where its exporter seldom has a new partner for the chemical (`new_partner_rate`).
    """

    id = "new_partner"

    def sightings(self, trade: Trade) -> Iterator[Sighting]:
        """Yield every new partner of an exporter that seldom has one."""
        firsts = trade.first_trades
        for first in firsts.new:
            unusual = new_partner_rate(trade, first.pair)
            if unusual.value <= SELDOM:
                figures = {
                    "kg": first.kg, "years_before": float(trade.years_before(first.pair, first.year)),
                    "other_new_partners": float(firsts.partners[first.pair[:2]] - 1),
                }  # fmt: skip
                yield Sighting(first.pair, str(first.year), str(first.year), figures, unusual, first.kg)


def new_partner_rate(trade: Trade, pair: Pair) -> Unusual:
    """Return how probable it is that an exporter has a new partner for a chemical in a year, by its other years.

    It is the predictive probability of one or more in a year: a Poisson rate with Jeffreys' prior.
    """
    firsts = trade.first_trades
    years = max(1, len(trade.watched_years(pair)) - YEARS_BEFORE)
    rate = 1 - (years / (years + 1)) ** (firsts.partners[pair[:2]] - 0.5)
    return Unusual("rate", rate, len(firsts.new), rate)

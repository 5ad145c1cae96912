"""A State's declared imports and exports as a ledger, and what differs from another ledger of the same trade.

Weights are those of the products as handled, as ledgers state them, with the concentration beside; so `opencwc
transfers reconcile` reads the ledger as one of its own.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from opencwc.declarations.books import Books
from opencwc.declarations.model import Fault, FaultSubject, Place
from opencwc.declarations.phrases import amount
from opencwc.declarations.schedule_1 import direction_of
from opencwc.finding import Message, Value
from opencwc.wording.states import state_named

TRADE_FIELDS = (
    "id", "reporter", "flow", "partner", "date", "chemical", "cas", "hs", "quantity", "unit", "concentration",
    "remarks",
)  # fmt: skip
"""The columns of a ledger (`opencwc.transfers.model.LEDGER_COLUMNS`)."""


class TradeSum(NamedTuple):
    """What a State imported or exported of a product in a year: ``kg`` as handled, ``share`` in per cent."""

    country: str
    flow: str
    partner: str
    year: int
    chemical: str
    cas: str
    share: Decimal
    kg: Decimal
    row: int


class Trade(NamedTuple):
    """A chemical, by its key and name, that went from one State to another in a year."""

    key: str
    name: str
    exporter: str
    importer: str
    year: int


class Difference(NamedTuple):
    """What is declared of a trade and what another ledger says, in kg, where they differ by more than ``limit``."""

    trade: Trade
    declared: Decimal
    other: Decimal
    limit: Decimal
    row: int = 0

    @property
    def gap(self) -> Decimal:
        """By how much they differ."""
        return abs(self.declared - self.other)


def national_trade(books: Books, until: int) -> tuple[TradeSum, ...]:
    """Return the imports and exports of scheduled chemicals up to a year, plans left out, one a product and partner.

    What is acquired from another State is an import. A line that names no partner, or of a site whose State is not
    known, is left out: a ledger's line needs both.
    """
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    largest: dict[tuple[str, ...], tuple[Decimal, int]] = {}
    for activity, chemical in books.lines:
        moved = direction_of(books, activity.activity, activity.partner, activity.site, activity.plant)
        country = books.register.country(activity.site, activity.plant)
        told = moved and country and activity.partner and activity.kg and chemical.regime
        if not told or activity.planned or activity.year > until or activity.kg is None:
            continue
        key = (country, moved, activity.partner, str(activity.year), chemical.key, str(activity.share.normalize()))
        sums[key] += activity.kg
        largest[key] = max(largest.get(key, (Decimal(0), 0)), (activity.kg, activity.row))
    return tuple(
        TradeSum(
            country, flow, partner, int(year), books.name(chemical), books.chemicals[chemical].cas, Decimal(share), kg,
            largest[country, flow, partner, year, chemical, share][1],
        )
        for (country, flow, partner, year, chemical, share), kg in sorted(sums.items())
    )  # fmt: skip


def trade_as_ledger(sums: Iterable[TradeSum]) -> str:
    """Return imports and exports as a ledger in CSV, in their order."""
    out = io.StringIO()
    writer = csv.DictWriter(out, TRADE_FIELDS, lineterminator="\n")
    writer.writeheader()
    for at, line in enumerate(sums, 1):
        writer.writerow({
            "id": str(at), "reporter": line.country, "flow": line.flow, "partner": line.partner, "date": str(line.year),
            "chemical": line.chemical, "cas": line.cas, "hs": "", "quantity": f"{line.kg.normalize():f}", "unit": "kg",
            "concentration": f"{line.share:f}", "remarks": "",
        })  # fmt: skip
    return out.getvalue()


def differences(
    declared: Mapping[Trade, Decimal], other: Mapping[Trade, Decimal], limits: Mapping[str, Decimal]
) -> Iterator[Difference]:
    """Yield where two sides differ by more than the limit of the chemical, the largest first.

    Applies s2-s3-discrepancy: for Schedules 2 and 3 the limit is the declaration threshold of the chemical.
    """
    compared = [
        Difference(trade, declared.get(trade, Decimal(0)), other.get(trade, Decimal(0)), limits[trade.key])
        for trade in sorted({*declared, *other})
        if trade.key in limits
    ]
    yield from sorted(
        (pair for pair in compared if pair.gap > pair.limit), key=lambda pair: -pair.gap / max(pair.limit, Decimal(1))
    )


def fault_of(difference: Difference, ledger: str, rule: tuple[str, str, str]) -> Fault:
    """Return the fault that a difference is; ``rule`` is the id, the source and the grade of what makes it count."""
    trade = difference.trade
    said: dict[str, Value] = {
        "chemical": trade.name, "exporter": state_named(trade.exporter), "importer": state_named(trade.importer),
        "year": str(trade.year), "declared": amount(difference.declared), "other": amount(difference.other),
        "ledger": ledger[:80], "gap": amount(difference.gap), "limit": amount(difference.limit),
    }  # fmt: skip
    figures = {"declared": difference.declared, "other": difference.other, "limit": difference.limit}
    return Fault(
        Place("activities", difference.row, "quantity"), "trade", "wrong",
        FaultSubject("", "", trade.name, trade.year), Message("check_trade", said), figures, *rule,
    )  # fmt: skip

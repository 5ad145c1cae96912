"""Compare a register's imports and exports with a ledger of customs or of a partner State.

Both sides are read as `opencwc transfers reconcile` reads ledgers, and differ where it says that ledgers do.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from opencwc.finding import Message

if TYPE_CHECKING:
    from opencwc.convention import Convention
    from opencwc.declarations.model import Answer, Fault, Register
    from opencwc.declarations.national_trade import Trade, TradeSum
    from opencwc.screening.screener import Screener
    from opencwc.transfers.model import Ledger, Substance
    from opencwc.transfers.thresholds import CountedFrom


Parties: TypeAlias = Callable[[Collection[int]], Mapping[int, str]]
"""Gives the companies that some rows of a ledger name, by row."""


def no_parties(_: Collection[int]) -> Mapping[int, str]:
    """Return nothing: of a ledger whose file is not at hand."""
    return {}


def declared_trade(answer: Answer, day: date) -> tuple[TradeSum, ...]:
    """Return the imports and exports that an answer's register declares, up to the year before."""
    from opencwc.declarations.books import Books
    from opencwc.declarations.law import Law
    from opencwc.declarations.model import Line
    from opencwc.declarations.national_trade import national_trade

    known = answer.chemicals
    lines = (Line(row, known[row.row]) for row in answer.register.activities if row.row in known)
    return national_trade(Books(answer.register, lines, Law(day)), answer.year - 1)


def with_trade(
    answer: Answer, ledger: Ledger, day: date, screener: Screener | None = None, parties: Parties = no_parties
) -> Answer:
    """Return an answer with the faults that a ledger shows beside it, and how much of the ledger was not compared.

    ``screener`` reads the chemicals that are declared; that of ledgers where it is left out. ``parties`` gives the
    companies that rows of the ledger name.
    """
    from opencwc.declarations.model import GRAVITIES

    faults, apart = compare_trade(answer, declared_trade(answer, day), ledger, day, screener, parties)
    together = sorted((*answer.faults, *faults), key=lambda fault: GRAVITIES.index(fault.gravity))
    note = Message("trade_compared", {
        "ledger": ledger.name, "lines": str(len(ledger.lines) - apart), "apart": str(apart),
        "differences": str(len(faults)), "year": str(answer.year - 1),
    })  # fmt: skip
    return answer._replace(faults=tuple(together), compared=answer.compared._replace(trade=(note,)))


def compare_trade(
    answer: Answer,
    sums: Sequence[TradeSum],
    ledger: Ledger,
    day: date,
    screener: Screener | None = None,
    parties: Parties = no_parties,
) -> tuple[tuple[Fault, ...], int]:
    """Return the differences of the year declared on, as faults, and how many lines of the ledger were not compared.

    Of a ledger of the State itself the lines that it reports count; of another's, those with the State as partner, and
    then only the trade with the States that report. Goods in no Schedule, and lines that name no chemical, do not. A
    ledger that has no such line of the year says nothing. What no row of the register tells of is asked of the site
    that the ledger names, where ``parties`` says one.
    """
    from opencwc.convention import Convention
    from opencwc.declarations.national_trade import differences, fault_of, trade_as_ledger
    from opencwc.transfers.ledgers.reader import read_ledger

    year, convention = answer.year - 1, Convention(day, ("CWC",))
    ours = [line for line in sums if line.year == year]
    declared = read_ledger(io.BytesIO(trade_as_ledger(ours).encode()), "declared.csv", screener=screener)
    countries = frozenset(filter(None, (answer.register.country(*place) for place in answer.register.sites)))
    lines = [line for line in _lines(ledger) if line.trade.year == year]
    own = [line for line in lines if line.reporter in countries]
    other = own or [line for line in lines if {line.trade.exporter, line.trade.importer} & countries]
    if not other:
        return (), len(ledger.lines)
    reporters = {line.reporter for line in other}
    here = [line for line in _lines(declared) if reporters & {line.trade.exporter, line.trade.importer}]
    rows = {line.trade: ours[line.row - 1].row for line in here}
    counted = _counted_from((*ledger.substances, *declared.substances), convention)
    limits = {key: Decimal(str(known.kg)) for key, known in counted.items()}
    faults = []
    for difference in differences(_summed(here), _summed(other), limits):
        rule = counted[difference.trade.key].rule
        placed = difference._replace(row=rows.get(difference.trade, 0))
        fault = fault_of(placed, ledger.name, (rule.id, rule.source, rule.evidence))
        faults.append((difference.trade, fault))
    return tuple(_asked_of_sites(faults, other, parties, answer.register)), len(ledger.lines) - len(other)


def _asked_of_sites(
    faults: Sequence[tuple[Trade, Fault]], lines: Sequence[TradeLine], parties: Parties, register: Register
) -> Iterator[Fault]:
    """Yield the faults, those without a row as of the site whose trade it is, where the ledger names one."""
    from opencwc.declarations.ledger_parties import site_of_parties

    without_row = {trade for trade, fault in faults if not fault.place.row}
    rows: dict[Trade, list[int]] = defaultdict(list)
    for line in lines:
        if line.trade in without_row:
            rows[line.trade].append(line.row)
    names = parties([row for held in rows.values() for row in held]) if rows else {}
    for trade, fault in faults:
        named = [names.get(row, "") for row in rows.get(trade, ())]
        site = site_of_parties(named, register) if named and all(named) else ""
        country = register.country(site, "") if site else ""
        if country and country in {trade.exporter, trade.importer}:
            yield fault._replace(subject=fault.subject._replace(site=site), adds=_cells_of(trade, site, country))
        else:
            yield fault


def _cells_of(trade: Trade, site: str, country: str) -> tuple[tuple[str, str], ...]:
    """Return the cells of the line of a site that is missing, but for its quantity."""
    exported = trade.exporter == country
    return (
        ("site", site), ("chemical", trade.name), ("activity", "export" if exported else "import"),
        ("partner", trade.importer if exported else trade.exporter), ("year", str(trade.year)),
    )  # fmt: skip


def _counted_from(substances: Iterable[Substance], convention: Convention) -> dict[str, CountedFrom]:
    """Return from which difference on each chemical in a Schedule counts, as reconciling ledgers has it."""
    from opencwc.transfers.thresholds import counted_from

    return {substance.key: counted_from(substance, convention) for substance in substances if _is_scheduled(substance)}


class TradeLine(NamedTuple):
    """A line of a ledger that is of a chemical in a Schedule: the trade, who reports it, its kg and its row."""

    trade: Trade
    reporter: str
    kg: Decimal
    row: int


def _lines(ledger: Ledger) -> Iterator[TradeLine]:
    """Yield the lines that could be read."""
    from opencwc.declarations.national_trade import Trade

    names = ("reporter", "partner", "export", "substance", "year", "kg", "row")
    for reporter, partner, export, substance, year, kg, row in ledger.lines.select(names).iter_rows():
        if None in (reporter, partner, export, substance, year, kg):
            continue
        known = ledger.substances[substance]
        if _is_scheduled(known):
            exporter, importer = (reporter, partner) if export else (partner, reporter)
            yield TradeLine(Trade(known.key, known.name, exporter, importer, year), reporter, Decimal(str(kg)), row)


def _is_scheduled(substance: Substance) -> bool:
    return any(entry.startswith("CWC ") for entry in substance.entries)


def _summed(lines: Iterable[TradeLine]) -> dict[Trade, Decimal]:
    sums: dict[Trade, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.trade] += line.kg
    return sums

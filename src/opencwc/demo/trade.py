"""The State's trade: its ledger, its partners' ledger in other columns, planned shipments, certificates, a list.

What each side writes of the same shipments is the same but for the days and the slips that ``state.yaml`` plants.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

from opencwc.demo.state import Slip, State, TradeFlow
from opencwc.transfers.model import LEDGER_COLUMNS

OURS, THEIRS = "ours", "theirs"
PARTNERS_COLUMNS = (
    "Number", "Country", "Direction", "Partner country", "Date", "Product", "CAS number", "Net weight (kg)",
    "Remarks",
)  # fmt: skip
"""The columns of the partners' ledger: other people's."""
SHIPMENT_COLUMNS = (
    "id", "chemical", "cas", "quantity", "unit", "concentration", "from", "to", "date", "consignee", "purpose",
    "certificates",
)  # fmt: skip
CERTIFICATE_COLUMNS = (
    "id", "issued_by", "chemical", "cas", "quantity", "unit", "issued", "expires", "end_use", "end_users", "statements",
)  # fmt: skip
NAME_COLUMNS = ("id", "schema", "name", "aliases", "countries", "dataset", "last_seen")
NAMES = (
    ("inv-01", "Company", "Tarnfell Trading House", "Tarnfell Handelshaus", "eg", "invented list", "2026-01-01"),
    ("inv-02", "Company", "Ulmenia Metal Works", "", "", "invented list", "2026-01-01"),
    ("inv-03", "Person", "Nobody Invented", "", "", "invented list", "2026-01-01"),
)


class Line(NamedTuple):
    """A line of either ledger: who writes it, which way it goes, on which day, and how many kg."""

    reporter: str
    export: bool
    partner: str
    day: date
    flow: TradeFlow
    kg: float


def write_ledgers(state: State, folder: Path, year: int) -> tuple[Path, Path]:
    """Write the State's own ledger and that of its partners, and return their paths."""
    ours = own_lines(state, year)
    theirs = [line for line in _all_lines(state, year) if line.reporter != state.trade.state]
    own = folder / f"invented-ledger-nordavia-{year}.csv"
    partners = folder / f"invented-ledgers-of-partners-{year}.csv"
    write_table(own, LEDGER_COLUMNS, map(_own_row, count(1), _by_day(ours)))
    write_table(partners, PARTNERS_COLUMNS, map(_their_row, count(1), _by_day(theirs)))
    return own, partners


def own_lines(state: State, year: int) -> list[Line]:
    """Return the lines of the State's own ledger, flow by flow."""
    return [line for line in _all_lines(state, year) if line.reporter == state.trade.state]


def write_planned(state: State, folder: Path, year: int) -> tuple[Path, Path, Path]:
    """Write the planned shipments of the year after next, the certificates and the list; return their paths."""
    coming = year + 2
    named = (
        folder / f"invented-planned-shipments-{coming}.csv",
        folder / "invented-end-use-certificates.csv",
        folder / "invented-list-of-names.csv",
    )
    write_table(
        named[0], SHIPMENT_COLUMNS, ((*row[:8], f"{coming}-{row[8]}", *row[9:]) for row in state.trade.shipments)
    )
    days = (f"{coming}-01-05", f"{coming}-12-31")
    write_table(named[1], CERTIFICATE_COLUMNS, ((*row[:6], *days, *row[6:]) for row in state.trade.certificates))
    write_table(named[2], NAME_COLUMNS, NAMES)
    return named


def _all_lines(state: State, year: int) -> Iterator[Line]:
    for flow in state.trade.flows:
        yield from _lines(state, flow, year)


def _lines(state: State, flow: TradeFlow, year: int) -> Iterator[Line]:
    """Yield what both sides write of a flow, year by year, with the slips in it."""
    chance = Random(f"{state.seed} {flow.name}")  # noqa: S311 - invented trade, always the same; no secret
    slips = {(slip.ago, slip.what): slip for slip in state.trade.slips if slip.flow == flow.name}
    for ago in range(state.trade.years - 1, -1, -1):
        mine = {what: slip for (when, what), slip in slips.items() if when == ago}
        grown = float(mine["growth"].by) if "growth" in mine else 1.0
        for place in range(flow.shipments):
            day = date(year - ago, 1, 10) + timedelta(days=round(345 * (place + 0.5) / flow.shipments) - 10)
            day += timedelta(days=chance.randrange(-8, 9))
            kg = round(grown * flow.kg / flow.shipments * chance.uniform(0.9, 1.1) / 10) * 10.0
            last = place == flow.shipments - 1
            sent = date(year - ago, 12, 29) if last and "year_end" in mine else day
            came = sent + timedelta(days=chance.randrange(5, 20))
            if came.year != sent.year and "year_end" not in mine:
                sent, came = sent - timedelta(days=30), came - timedelta(days=30)
            yield Line(flow.exporter, True, flow.importer, sent, flow, kg)
            yield from _received(state, flow, came, kg, place, mine)


def _received(
    state: State, flow: TradeFlow, came: date, kg: float, place: int, slips: Mapping[str, Slip]
) -> Iterator[Line]:  # fmt: skip
    """Yield what the importer writes of one shipment; the slips of an import of the State are its partner's."""
    if "silent" in slips:
        return
    if "missing" in slips and place < float(slips["missing"].by) * flow.shipments:
        return
    if "over" in slips and place == 1:  # it went by way of a third State, which says so
        third = str(slips["over"].by)
        yield Line(third, False, flow.exporter, came, flow, kg)
        yield Line(third, True, flow.importer, came + timedelta(days=9), flow, kg)
        yield Line(flow.importer, False, third, came + timedelta(days=15), flow, kg)
        return
    if "unit" in slips:
        kg /= 1_000
    if "rounding" in slips:
        kg = round(kg, -3)
    yield Line(flow.importer, False, flow.exporter, came, flow, kg)
    if "double" in slips and place == 2:
        yield Line(flow.importer, False, flow.exporter, came, flow, kg)


def _by_day(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.day, line.flow.name))


def _own_row(number: int, line: Line) -> Sequence[str]:
    way, flow = "export" if line.export else "import", line.flow
    return (
        f"N-{number:03}", line.reporter, way, line.partner, line.day.isoformat(), flow.chemical, flow.cas, flow.hs,
        f"{line.kg:g}", "kg", "", "invented",
    )  # fmt: skip


def _their_row(number: int, line: Line) -> Sequence[str]:
    way, flow = "Export" if line.export else "Import", line.flow
    return (
        f"P-{number:03}", line.reporter, way, line.partner, line.day.isoformat(), flow.chemical, flow.cas,
        f"{line.kg:g}", "invented",
    )  # fmt: skip


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """Write a CSV file."""
    path.write_text(table_text(columns, rows), encoding="utf-8", newline="")


def table_text(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """Return the text of a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue()

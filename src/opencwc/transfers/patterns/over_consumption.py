"""A State takes in more than it says that it consumes, by the register of what States declare to have consumed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import polars as pl

from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.transfers.patterns.base import NO_STATE, PatternKind, Sighting, Unusual
from opencwc.transfers.patterns.trade import PAIR, Consumption, Trade

OVER = 1.5
"""How many times what it declares to have consumed a State must have taken in."""


class OverConsumption(PatternKind):
    """States that took in, net of what they sent on, clearly more than they declare to have consumed.

    It needs the register of consumption (`read_consumption`).
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
            ratio = received / used if used else math.inf
            yield Sighting(
                (substance, NO_STATE, state), str(first), str(last),
                {"kg": received - used, "received_kg": received, "consumed_kg": used},
                Unusual("ratio", ratio, len(consumed), ratio), (received - used) / len(years),
                lines=partial(trade.lines_in, first, last, substance=substance, importer=state),
                years=partial(trade.received_by, substance, state),
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


REGISTER_COLUMNS = ("state", "chemical", "year", "consumed_kg")


def read_consumption(source: str | bytes | Any) -> Consumption:
    """Read a register of consumption: CSV with the columns state, chemical, year, consumed_kg.

    The state is an alpha-3 code, the chemical a CAS number or a name as in the ledger. Raises `InputError` where a
    column is missing; a row that cannot be read is a problem.
    """
    where = str(source) if not isinstance(source, bytes) else ""
    try:
        table = pl.read_csv(source, infer_schema=False, encoding="utf8-lossy")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError("register_unreadable", where=where, reason=str(error)) from error
    names = {name.strip().lstrip("\ufeff").casefold(): name for name in table.columns}
    if missing := [name for name in REGISTER_COLUMNS if name not in names]:
        raise InputError(
            "register_lacks_column",
            where=where,
            column=missing[0],
            needed=tuple(REGISTER_COLUMNS),
            columns=tuple(table.columns),
        )
    consumed: dict[tuple[str, str, int], float] = {}
    problems: list[Message] = []
    for row, cells in enumerate(table.select(names[name] for name in REGISTER_COLUMNS).iter_rows(), start=1):
        state, chemical, year, kg = (str(cell or "").strip() for cell in cells)
        try:
            amount, in_year = float(kg), int(year)
        except ValueError:
            amount, in_year = math.nan, 0
        if len(state) != 3 or not state.isalpha() or not chemical or not 1900 <= in_year <= 2200 or not amount >= 0:
            problems.append(Message("pattern_register_unread", {"row": row}))
            continue
        key = (state.upper(), chemical.casefold(), in_year)
        consumed[key] = consumed.get(key, 0.0) + amount
    return Consumption(consumed, tuple(problems))

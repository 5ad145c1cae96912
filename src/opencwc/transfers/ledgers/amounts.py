"""The amounts of a ledger's lines in kg, and their concentrations in per cent: units, decimal marks, slips."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import polars as pl

from opencwc.files.numbers import read_number
from opencwc.files.units import Unit, find_unit, unclear_unit
from opencwc.finding import Message, Value
from opencwc.transfers.ledgers.draft import MOST_SHOWN, LedgerDraft
from opencwc.transfers.ledgers.row_stream import Array, QuantityColumn, joined
from opencwc.transfers.model import HUGE_KG

_HUGE_SAID = 1000


def read_amounts(draft: LedgerDraft) -> pl.Series:
    """Return the kg of each line as stated, null where they cannot be read."""
    quantities = draft.rows.quantities
    kg = joined(quantities.values, np.float64)
    quantities.values = []
    _settle_decimals(draft, kg, quantities)
    _weigh(draft, kg, quantities)
    blank = joined(quantities.blank)
    draft.problems.say(blank[~draft.unread[blank]], Message("ledger_quantity_missing"))
    for text, rows in rows_by_text(draft, quantities.unread).items():
        draft.problems.say(rows, Message("ledger_quantity_unread", {"text": text}))
    kg[draft.unread] = np.nan
    draft.problems.say(kg < 0, Message("ledger_quantity_negative"))
    huge = np.flatnonzero(np.abs(kg) >= HUGE_KG)
    for at in huge[:_HUGE_SAID].tolist():
        draft.problems.say(np.array([at]), Message("ledger_quantity_huge", {"kg": float(kg[at])}))
    draft.problems.say(huge[_HUGE_SAID:], Message("ledger_quantity_huge", {"kg": f"> {HUGE_KG:,.0f}"}))
    return pl.Series(kg, nan_to_null=True)


def rows_by_text(draft: LedgerDraft, texts: Mapping[int, str]) -> dict[str, Array]:
    """Return the rows that could be read in which each text stands."""
    rows: dict[str, list[int]] = {}
    for at, text in texts.items():
        if not draft.unread[at]:
            rows.setdefault(text[:MOST_SHOWN], []).append(at)
    return {text: np.array(places) for text, places in rows.items()}


def _weigh(draft: LedgerDraft, values: Array, quantities: QuantityColumn) -> None:
    """Turn quantities into kg: by the unit of the line, or by that which the quantity itself names."""
    numbers, texts = draft.rows.texts["unit"].drain()
    factors = np.full(max(1, len(texts)), np.nan)
    messages: dict[int, Message] = {}
    for at, text in enumerate(texts):
        unit, message = read_unit(text or draft.layout.unit)
        if message is not None:
            messages[at] = message
        elif unit is not None and unit.kg is not None:
            factors[at] = unit.kg
    for at, symbol in quantities.in_kg.items():
        unit = find_unit(symbol)
        values[at] *= (unit.kg or np.nan) if unit else np.nan
    own = np.fromiter(quantities.in_kg, np.int64, len(quantities.in_kg))
    weights = factors[numbers]
    weights[own] = 1.0
    values *= weights
    skip = draft.unread.copy()
    skip[own] = True
    draft.problems.say_texts(numbers, messages, skip)


def _settle_decimals(draft: LedgerDraft, values: Array, quantities: QuantityColumn) -> None:
    """Read the numbers with two readings as the file's other numbers are written; else leave them unread."""
    pointed, marked = joined(quantities.pointed), joined(quantities.marked)
    mark = next(iter(quantities.seen)) if len(quantities.seen) == 1 else ""
    if not quantities.seen and draft.layout.form == "own":
        pointed = pointed[:0]  # a ledger's own columns have decimal points
    if mark == "." and len(marked):
        draft.notes.append(Message("ledger_decimal_point", {"count": len(marked)}))
    if mark == "," and len(pointed) + len(marked):
        values[pointed] = np.round(values[pointed] * 1000.0)
        values[marked] /= 1000.0
        draft.notes.append(Message("ledger_decimal_comma", {"count": len(pointed) + len(marked)}))
    if mark == "":
        if quantities.seen:
            draft.notes.append(Message("ledger_decimals_mixed"))
        _say_two_readings(draft, pointed, values, 1000.0)
        _say_two_readings(draft, marked, values, 0.001)
        values[pointed] = values[marked] = np.nan


def _say_two_readings(draft: LedgerDraft, rows: Array, values: Array, times: float) -> None:
    """Say of quantities that they may be so many ``times`` what they were read as."""
    keys, at = np.unique(values[rows], return_inverse=True)
    for number, value in enumerate(keys.tolist()):
        readings: dict[str, Value] = {"first": f"{value:.10g}", "second": f"{value * times:.10g}"}
        draft.problems.say(rows[at == number], Message("ledger_quantity_doubtful", readings))


def read_unit(text: str) -> tuple[Unit | None, Message | None]:
    """Return the unit that a text names, or why it gives no kg."""
    if not text:
        return None, Message("ledger_unit_missing")
    unit = find_unit(text)
    excerpt = text[:MOST_SHOWN]
    if unit is None:
        if readings := unclear_unit(text):
            return None, Message("ledger_unit_unclear", {"text": excerpt, "readings": readings})
        return None, Message("ledger_unit_unknown", {"text": excerpt})
    return unit, None if unit.kg is not None else Message(f"ledger_unit_{unit.kind}", {"text": excerpt})


_PER_CENT = re.compile(r"\s*(?:[%٪％]|per ?cent|pct)(?:\s*\(?w/?w\)?)?$", re.IGNORECASE)


def read_concentrations(draft: LedgerDraft) -> pl.Series:
    """Return the concentration of each line, null where none is stated or it cannot be one."""
    parts = draft.rows.concentrations
    column = pl.concat(parts, rechunk=True) if parts else pl.Series([], dtype=pl.Float32)
    draft.rows.concentrations = []
    odd = rows_by_text(draft, draft.rows.odd_concentrations)
    if column.null_count() == len(column) and not odd:
        return column
    values = column.to_numpy().copy()
    for text, rows in odd.items():
        number = read_number(_PER_CENT.sub("", text)).value
        if number is None:
            draft.problems.say(rows, Message("ledger_concentration_unread", {"text": text}))
        else:
            values[rows] = number
    stated = values[~np.isnan(values)]
    outside = np.flatnonzero((values < 0) | (values > 100))
    draft.problems.say(outside, Message("ledger_concentration_outside"))
    values[outside] = np.nan
    values[draft.unread] = np.nan
    if len(stated) > 2 and 0.0 < stated.max() <= 1.0:
        draft.notes.append(Message("ledger_concentration_shares"))
    return pl.Series(values, nan_to_null=True)

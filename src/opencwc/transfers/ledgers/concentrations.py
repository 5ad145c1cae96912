"""The concentrations of a ledger's lines, in per cent."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from opencwc.finding import Message
from opencwc.transfers.ledgers.amounts import rows_by_text
from opencwc.transfers.ledgers.draft import LedgerDraft
from opencwc.transfers.units import read_number

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

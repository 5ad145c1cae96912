"""The ids of a ledger's lines; a line without one is called by its number."""

from __future__ import annotations

import numpy as np
import polars as pl

from opencwc.finding import Message
from opencwc.transfers.ledgers.draft import LedgerDraft


def read_ids(draft: LedgerDraft, reporters: pl.Series) -> pl.Series:
    """Return the id of each line; say of lines that the same reporter's lines have the same id."""
    ids = pl.concat(draft.rows.ids, rechunk=True) if draft.rows.ids else pl.Series([], dtype=pl.String)
    draft.rows.ids.clear()
    numbers = pl.Series(np.arange(1, draft.rows.rows + 1, dtype=np.uint32))
    blank = ids.is_null() | (ids == "")
    if len(ids) < len(numbers) or blank.all():
        return numbers.cast(pl.String)
    _say_twice(draft, ids, blank, reporters)
    if blank.any():
        return pl.select(pl.when(blank).then(numbers.cast(pl.String)).otherwise(ids)).to_series()
    return ids


def _say_twice(draft: LedgerDraft, ids: pl.Series, blank: pl.Series, reporters: pl.Series) -> None:
    keys = ids.hash().to_numpy(writable=True)
    keys ^= reporters.to_physical().fill_null(0).to_numpy().astype(np.uint64) << np.uint64(48)
    order = np.sort(keys)
    repeated = np.unique(order[1:][order[1:] == order[:-1]])
    del order
    if len(repeated):
        twice = np.isin(keys, repeated) & ~blank.to_numpy()
        draft.problems.say(twice, Message("ledger_id_twice"))
        if twice.any():
            draft.notes.append(Message("ledger_ids_twice", {"count": int(twice.sum())}))
